"""Offers: a waiting case that an agent is asked to take. Taking the case, by whoever, settles its offer."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api import live
from handover_api.agents import presence
from handover_api.cases.repository import CaseRepository
from handover_api.cases.sight import seen_by, taken_in_by
from handover_api.errors import ConflictError
from handover_api.models import Case, Offer, Presence, Staff
from handover_api.rules.case import CaseState
from handover_api.rules.presence import OfferOutcome, PresenceStatus

# Long enough to finish a sentence to somebody else; short enough for whoever waits.
LIFE = timedelta(seconds=30)


async def settle(session: AsyncSession, case: Case, taken_by: UUID | None) -> None:
    """The case no longer waits: its open offer is accepted, if it was that agent's, or else withdrawn."""
    offer = await _find_open(session, case)
    if offer is None:
        return
    offer.outcome = OfferOutcome.ACCEPTED if offer.staff_id == taken_by else OfferOutcome.WITHDRAWN
    live.publish(session, live.staff_signal(offer.staff_id))


async def decline(session: AsyncSession, staff: Staff, reference: str) -> None:
    """The agent does not take the case now; somebody else is asked. Declining again changes nothing.

    Raises:
        NotFoundError
        ConflictError: `not_offered`; it never was, or the time is over, or somebody has taken the case.
    """
    case = await CaseRepository(session).get(reference)
    latest = await session.scalar(
        select(Offer)
        .where(Offer.case_id == case.id, Offer.staff_id == staff.id)
        .order_by(Offer.offered_at.desc(), Offer.id.desc())
        .limit(1)
        .with_for_update()
    )
    if latest is not None and latest.outcome == OfferOutcome.DECLINED:
        return
    if latest is None or latest.outcome != OfferOutcome.OPEN:
        raise ConflictError("not_offered", "Du har inget erbjudande om det här ärendet längre.", state=case.state)
    latest.outcome = OfferOutcome.DECLINED
    await _tell(session, [staff.id])


async def withdraw_from_absent(session: AsyncSession, now: datetime) -> None:
    """Whoever is gone, has a break, or may no longer see the case is not asked any longer, so others may be."""
    is_there = exists().where(
        Presence.staff_id == Offer.staff_id,
        presence.is_at_the_desk(now),
        Presence.status == PresenceStatus.AVAILABLE,
        Staff.id == Offer.staff_id,
        Case.id == Offer.case_id,
        taken_in_by(Staff),
    )
    asked = await session.scalars(
        update(Offer)
        .where(Offer.outcome == OfferOutcome.OPEN, ~is_there)
        .values(outcome=OfferOutcome.WITHDRAWN)
        .returning(Offer.staff_id)
    )
    await _tell(session, list(asked))


async def expire(session: AsyncSession, now: datetime) -> None:
    """Nobody answered in time."""
    asked = await session.scalars(
        update(Offer)
        .where(Offer.outcome == OfferOutcome.OPEN, Offer.expires_at <= now)
        .values(outcome=OfferOutcome.EXPIRED)
        .returning(Offer.staff_id)
    )
    await _tell(session, list(asked))


async def list_open(session: AsyncSession, staff: Staff, now: datetime) -> list[tuple[str, datetime]]:
    """The references of the cases that the agent is asked to take, with the time until when, oldest first."""
    rows = await session.execute(
        select(Case.reference, Offer.expires_at)
        .join(Case, Case.id == Offer.case_id)
        .where(
            Offer.staff_id == staff.id,
            Offer.outcome == OfferOutcome.OPEN,
            Offer.expires_at > now,
            Case.state == CaseState.WAITING,
            seen_by(staff),
        )
        # Those that were asked about at once come in the order of the queue: the keys of one insert are in none.
        .order_by(Offer.offered_at, Case.priority_rank, Case.waiting_since, Case.id)
    )
    return [(reference, expires_at) for reference, expires_at in rows]


async def _find_open(session: AsyncSession, case: Case) -> Offer | None:
    return await session.scalar(
        select(Offer).where(Offer.case_id == case.id, Offer.outcome == OfferOutcome.OPEN).with_for_update()
    )


async def _tell(session: AsyncSession, staff_ids: list[UUID]) -> None:
    if staff_ids:
        live.publish(session, live.QUEUE)
    for staff_id in set(staff_ids):
        live.publish(session, live.staff_signal(staff_id))
