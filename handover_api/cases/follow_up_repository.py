"""The SQL of what time brings back: promised answers, departments that do not answer, owners who are gone.

The conversations come locked, those that somebody else has in hand are passed over, and what is read under the lock
decides. So two workers never do the same thing, and nobody waits for anybody.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, UnaryExpression, and_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from handover_api.cases.steps import Locked
from handover_api.models import Case, Conversation, Staff
from handover_api.rules.case import CaseState, Priority
from handover_api.rules.conversation import State
from handover_api.rules.roles import HANDLES_CASES

# Small, so that a lock is never held for long; the rest comes the next time.
BATCH = 20

_Order = InstrumentedAttribute[datetime | None] | InstrumentedAttribute[UUID] | UnaryExpression[datetime]

_HAS_OWNER = Case.state.in_([CaseState.ASSIGNED, CaseState.FORWARDED])
_IS_PROMISED = and_(
    Case.state.in_([CaseState.WAITING, CaseState.ASSIGNED]),
    Case.priority.in_([Priority.NORMAL, Priority.CAN_WAIT]),
)
_OWNER_IS_GONE = Case.owner_id.in_(
    select(Staff.id).where(~(Staff.is_active & Staff.role.in_(HANDLES_CASES))).scalar_subquery()
)


class FollowUpRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def list_groups_with_promises(self, before: datetime) -> list[str]:
        """The answer groups that have an answer to give before this moment, and are not yet in a hurry."""
        rows = await self._session.scalars(
            select(Case.answer_group)
            .join(Conversation, Conversation.id == Case.conversation_id)
            .where(_IS_PROMISED, Case.due_at <= before, Conversation.state == State.ASYNCHRONOUS)
            .distinct()
        )
        return list(rows)

    async def lock_promised(self, answer_group: str, before: datetime) -> list[Locked]:
        return await self._lock(
            and_(_IS_PROMISED, Case.answer_group == answer_group, Case.due_at <= before), Case.due_at
        )

    async def lock_unanswered(self, now: datetime) -> list[Locked]:
        return await self._lock(and_(_HAS_OWNER, Case.follow_up_at <= now), Case.follow_up_at)

    async def lock_ownerless(self) -> list[Locked]:
        """Cases whose owner no longer works with cases."""
        return await self._lock(and_(_HAS_OWNER, _OWNER_IS_GONE), Case.id)

    async def _lock(self, holds: ColumnElement[bool], order: _Order) -> list[Locked]:
        """The conversations that people have left to be answered and whose case meets the condition, locked."""
        conversations = {
            conversation.id: conversation
            for conversation in await self._session.scalars(
                select(Conversation)
                .join(Case, Case.conversation_id == Conversation.id)
                .where(holds, Conversation.state == State.ASYNCHRONOUS)
                .order_by(order)
                .limit(BATCH)
                .with_for_update(of=Conversation, skip_locked=True)
                .execution_options(populate_existing=True)
            )
        }
        # The case may have changed before the lock was had.
        cases = await self._session.scalars(
            select(Case)
            .where(Case.conversation_id.in_(conversations), holds)
            .order_by(order)
            .execution_options(populate_existing=True)
        )
        return [Locked(case, conversations[case.conversation_id]) for case in cases]
