"""How much each agent has in hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.models import Case, Conversation, Offer
from handover_api.rules.case import CaseState
from handover_api.rules.conversation import State
from handover_api.rules.presence import OfferOutcome


@dataclass(frozen=True)
class Workload:
    """Conversations with a resident who sits there, cases to answer later, and cases that the agent is asked about."""

    live: int = 0
    asynchronous: int = 0
    offers: int = 0


async def workloads(session: AsyncSession, staff_ids: Sequence[UUID]) -> dict[UUID, Workload]:
    """Of each of the agents."""
    offers = await session.execute(
        select(Offer.staff_id, func.count())
        .where(Offer.staff_id.in_(staff_ids), Offer.outcome == OfferOutcome.OPEN)
        .group_by(Offer.staff_id)
    )
    cases = await session.execute(
        select(
            Case.owner_id,
            func.count().filter(Conversation.state == State.WITH_AGENT),
            func.count().filter(Conversation.state == State.ASYNCHRONOUS),
        )
        .join(Conversation, Conversation.id == Case.conversation_id)
        .where(Case.owner_id.in_(staff_ids), Case.state == CaseState.ASSIGNED)
        .group_by(Case.owner_id)
    )
    offered: dict[UUID, int] = {row[0]: row[1] for row in offers}
    owned = {staff_id: (live, later) for staff_id, live, later in cases}
    return {each: Workload(*owned.get(each, (0, 0)), offers=offered.get(each, 0)) for each in staff_ids}


async def count_live(session: AsyncSession, staff_id: UUID) -> int:
    """How many residents sit there and talk with the agent."""
    count = await session.scalar(
        select(func.count())
        .select_from(Case)
        .join(Conversation, Conversation.id == Case.conversation_id)
        .where(Case.owner_id == staff_id, Case.state == CaseState.ASSIGNED, Conversation.state == State.WITH_AGENT)
    )
    return count or 0
