"""Agents who have disappeared: nobody is left alone in a conversation with them."""

from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.agents import presence
from handover_api.audit.service import SYSTEM
from handover_api.cases.repository import CaseRepository
from handover_api.cases.steps import Locked
from handover_api.cases.trail import record
from handover_api.cases.transfers import AGENT_LOST, requeue
from handover_api.models import Case, Conversation, Presence
from handover_api.rules.case import CaseState
from handover_api.rules.conversation import State

_BATCH = 50

log = structlog.get_logger()


async def remove_the_gone(session: AsyncSession, now: datetime) -> None:
    """Whoever has given no sign of life for too long is not present."""
    for staff_id in await presence.remove_gone(session, now):
        log.info("queue.agent_gone", staff_id=str(staff_id))


async def return_abandoned(session: AsyncSession, now: datetime) -> None:
    """Puts live conversations whose agent is gone back into their place in the queue.

    A case to be answered later stays with its agent. A conversation that somebody is just writing in comes next time.
    """
    abandoned = (
        select(Conversation)
        .join(Case, Case.conversation_id == Conversation.id)
        .outerjoin(Presence, Presence.staff_id == Case.owner_id)
        .where(
            Case.state == CaseState.ASSIGNED,
            Conversation.state == State.WITH_AGENT,
            (Presence.staff_id.is_(None)) | presence.is_gone(now),
        )
        .limit(_BATCH)
        .with_for_update(of=Conversation, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    for conversation in (await session.scalars(abandoned)).all():
        # Read anew under the lock: the case may have gone to somebody else, and its agent may have come back.
        case = await CaseRepository(session).find_open(conversation.id)
        if case is None or case.state != CaseState.ASSIGNED or conversation.state != State.WITH_AGENT:
            continue
        owner = await session.get(Presence, case.owner_id, populate_existing=True)
        if owner is not None and owner.lease_until > now - presence.GRACE:
            continue
        locked = Locked(case, conversation)
        await requeue(session, locked, SYSTEM, AGENT_LOST, now)
        record(session, SYSTEM, "return", locked, now, reason=AGENT_LOST)
