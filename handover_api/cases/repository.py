"""All SQL of cases and the queue."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.errors import NotFoundError
from handover_api.models import Case, CaseNumber, Conversation, Handover, Staff, Topic
from handover_api.rules.case import CaseState


@dataclass(frozen=True)
class ListedCase:
    case: Case
    language: str
    conversation_state: str
    version: int
    topic_title: str | None
    owner: Staff | None


_LISTED = (
    select(Case, Conversation.language, Conversation.state, Conversation.version, Topic.title, Staff)
    .join(Conversation, Conversation.id == Case.conversation_id)
    .outerjoin(Topic, Topic.id == Case.topic)
    .outerjoin(Staff, Staff.id == Case.owner_id)
)


class CaseRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def next_number(self, year: int) -> int:
        """The next case number of the year, without gaps: a case that is not stored gives its number back."""
        number: int | None = await self._session.scalar(
            insert(CaseNumber)
            .values(year=year, last=1)
            .on_conflict_do_update(index_elements=[CaseNumber.year], set_={"last": CaseNumber.last + 1})
            .returning(CaseNumber.last)
        )
        if number is None:
            raise RuntimeError("the database gave no case number")
        return number

    def add(self, row: Case | Handover) -> None:
        self._session.add(row)

    async def find_open(self, conversation_id: UUID) -> Case | None:
        """The conversation's case that is not closed; lock the conversation first."""
        return await self._session.scalar(
            select(Case).where(Case.conversation_id == conversation_id, Case.state != CaseState.CLOSED)
        )

    async def find_latest(self, conversation_id: UUID) -> Case | None:
        return await self._session.scalar(
            select(Case).where(Case.conversation_id == conversation_id).order_by(Case.created_at.desc()).limit(1)
        )

    async def find_by_message(self, message_id: UUID) -> Case | None:
        return await self._session.scalar(
            select(Case).join(Handover, Handover.case_id == Case.id).where(Handover.message_id == message_id)
        )

    async def get(self, reference: str) -> Case:
        case = await self._session.scalar(
            select(Case).where(Case.reference == reference).execution_options(populate_existing=True)
        )
        if case is None:
            raise NotFoundError("case_missing", "Ärendet finns inte.")
        return case

    async def get_listed(self, reference: str) -> ListedCase:
        row = (await self._session.execute(_LISTED.where(Case.reference == reference))).one_or_none()
        if row is None:
            raise NotFoundError("case_missing", "Ärendet finns inte.")
        return _listed(row)

    async def list_in_state(self, state: CaseState, limit: int) -> list[ListedCase]:
        """Waiting cases in the order of the queue, others latest first."""
        order = (
            [Case.priority_rank, Case.waiting_since, Case.id]
            if state is CaseState.WAITING
            else [Case.created_at.desc(), Case.id]
        )
        rows = await self._session.execute(_LISTED.where(Case.state == state).order_by(*order).limit(limit))
        return [_listed(row) for row in rows]

    async def list_owned_by(self, staff: Staff) -> list[ListedCase]:
        """What the agent has not closed, also the conversations that the bot has again."""
        rows = await self._session.execute(
            _LISTED.where(Case.owner_id == staff.id, Case.state != CaseState.CLOSED).order_by(Case.claimed_at)
        )
        return [_listed(row) for row in rows]

    async def queue_position(self, case: Case) -> int:
        """How many stand in the case's answer group up to and including it."""
        ahead = await self._session.scalar(
            select(func.count())
            .select_from(Case)
            .where(
                Case.state == CaseState.WAITING,
                Case.answer_group == case.answer_group,
                tuple_(Case.priority_rank, Case.waiting_since, Case.id)
                <= tuple_(case.priority_rank, case.waiting_since, case.id),
            )
        )
        return ahead or 1

    async def list_handovers(self, case: Case) -> list[Handover]:
        rows = await self._session.scalars(
            select(Handover).where(Handover.case_id == case.id).order_by(Handover.created_at.desc(), Handover.id.desc())
        )
        return list(rows)

    async def find_owner(self, case: Case) -> Staff | None:
        return await self._session.get(Staff, case.owner_id) if case.owner_id else None

    async def count_waiting(self) -> int:
        count = await self._session.scalar(
            select(func.count()).select_from(Case).where(Case.state == CaseState.WAITING)
        )
        return count or 0

    async def list_unowned_conversations(self, before: datetime) -> list[UUID]:
        """Conversations that wait for a person or have one, with no case to match: there should be none."""
        rows = await self._session.scalars(
            select(Conversation.id)
            .outerjoin(Case, (Case.conversation_id == Conversation.id) & (Case.state != CaseState.CLOSED))
            .where(
                Conversation.created_at < before,
                or_(
                    (Conversation.state == "waiting") & (func.coalesce(Case.state, "") != CaseState.WAITING),
                    (Conversation.state == "with_agent") & (func.coalesce(Case.state, "") != CaseState.ASSIGNED),
                ),
            )
        )
        return list(rows)


def _listed(row: tuple[Any, ...]) -> ListedCase:
    return ListedCase(*row)
