"""Offers waiting cases to free agents: as soon as a case comes, an agent gets room, or an offer ends.

What is chosen is decided by `rules.choosing_an_agent`; here it is fetched, and made sure of under the locks.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api import live
from handover_api.agents import presence
from handover_api.cases import offers
from handover_api.cases.sight import taken_in_by
from handover_api.cases.workload import workloads
from handover_api.models import AnswerGroup, Case, Conversation, Offer, Presence, Staff
from handover_api.rules.case import CaseState
from handover_api.rules.choosing_an_agent import (
    ASKED_AGAIN_AFTER_NO,
    ASKED_AGAIN_AFTER_SILENCE,
    SILENT_OFFERS_UNTIL_BREAK,
    PresentAgent,
    WaitingCase,
    choose,
)
from handover_api.rules.conversation import State
from handover_api.rules.ownership import STANDS_IN_QUEUE
from handover_api.rules.presence import OfferOutcome, PresenceStatus
from handover_api.rules.roles import Role

_BATCH = 200


@dataclass(frozen=True)
class _Waiting:
    case: Case
    conversation_state: str
    language: str
    group_skills: list[str] | None


async def offer_cases(session: AsyncSession, now: datetime) -> None:
    """Asks agents who have room about the cases that nobody is asked about. One caller at a time."""
    agents = await _present_agents(session, now)
    last: tuple[Any, ...] | None = None
    while any(agent.has_room for agent in agents):
        found = await _waiting(session, after=last)
        if not found:
            return
        pairs, agents = choose(await _described(session, found, now), agents)
        await _offer(session, {case.id: agent.id for case, agent in pairs}, now)
        case = found[-1].case
        last = (case.priority_rank, case.waiting_since, case.id)


async def rest_the_silent(session: AsyncSession, now: datetime) -> None:
    """Whoever has let several offers in a row go by is not at the desk, even if the page is open."""
    latest = (
        select(Offer.outcome)
        .where(
            Offer.staff_id == Presence.staff_id,
            Offer.outcome != OfferOutcome.OPEN,
            Offer.offered_at >= func.greatest(Presence.since, Presence.last_assigned_at),
        )
        .order_by(Offer.offered_at.desc())
        .limit(SILENT_OFFERS_UNTIL_BREAK)
        .correlate(Presence)
        .subquery()
    )
    silent = (
        select(func.count())
        .select_from(latest)
        .where(latest.c.outcome == OfferOutcome.EXPIRED)
        .correlate(Presence)
        .scalar_subquery()
    )
    found = await session.scalars(
        select(Presence.staff_id).where(
            Presence.status == PresenceStatus.AVAILABLE, silent == SILENT_OFFERS_UNTIL_BREAK
        )
    )
    if silent_ones := list(found):
        await presence.pause(session, silent_ones, now)


async def _present_agents(session: AsyncSession, now: datetime) -> list[PresentAgent]:
    available = await presence.list_available(session, now)
    loads = await workloads(session, [staff.id for staff, _ in available])
    return [
        PresentAgent(
            id=staff.id,
            answer_groups=frozenset(staff.answer_groups),
            skills=frozenset(staff.skills),
            languages=frozenset(staff.languages),
            capacity=staff.capacity,
            live=loads[staff.id].live,
            asynchronous=loads[staff.id].asynchronous,
            offers=loads[staff.id].offers,
            last_assigned_at=found.last_assigned_at,
            secrecy_classes=frozenset(staff.secrecy_classes),
            sees_all=staff.role == Role.LEAD,
        )
        for staff, found in available
    ]


async def _waiting(session: AsyncSession, after: tuple[Any, ...] | None) -> list[_Waiting]:
    """The next cases that nobody is asked about, in the order of the queue."""
    place = tuple_(Case.priority_rank, Case.waiting_since, Case.id)
    asked_about = select(Offer.id).where(Offer.case_id == Case.id, Offer.outcome == OfferOutcome.OPEN)
    query = (
        select(Case, Conversation.state, Conversation.language, AnswerGroup.skills)
        .join(Conversation, Conversation.id == Case.conversation_id)
        .outerjoin(AnswerGroup, AnswerGroup.id == Case.answer_group)
        .where(Case.state == CaseState.WAITING, Conversation.state.in_(STANDS_IN_QUEUE), ~asked_about.exists())
        .order_by(Case.priority_rank, Case.waiting_since, Case.id)
        .limit(_BATCH)
        .execution_options(populate_existing=True)
    )
    if after is not None:
        query = query.where(place > tuple_(*after))
    return [_Waiting(*row) for row in await session.execute(query)]


async def _described(session: AsyncSession, found: list[_Waiting], now: datetime) -> list[WaitingCase]:
    refusals = await _refusals(session, [each.case.id for each in found], now)
    return [
        WaitingCase(
            id=each.case.id,
            answer_group=each.case.answer_group,
            skills=frozenset([*each.case.skills, *(each.group_skills or ())]),
            language=each.language.split("-", maxsplit=1)[0].lower(),
            is_live=each.conversation_state == State.WAITING,
            waited=now - each.case.waiting_since,
            refused_by=frozenset(refusals[each.case.id]),
            secrecy_classes=frozenset(each.case.secrecy_classes),
        )
        for each in found
    ]


async def _refusals(session: AsyncSession, case_ids: list[UUID], now: datetime) -> dict[UUID, set[UUID]]:
    rows = await session.execute(
        select(Offer.case_id, Offer.staff_id).where(
            Offer.case_id.in_(case_ids),
            or_(
                and_(Offer.outcome == OfferOutcome.DECLINED, Offer.offered_at > now - ASKED_AGAIN_AFTER_NO),
                and_(Offer.outcome == OfferOutcome.EXPIRED, Offer.expires_at > now - ASKED_AGAIN_AFTER_SILENCE),
            ),
        )
    )
    refusals: dict[UUID, set[UUID]] = defaultdict(set)
    for case_id, staff_id in rows:
        refusals[case_id].add(staff_id)
    return refusals


async def _offer(session: AsyncSession, chosen: dict[UUID, UUID], now: datetime) -> None:
    """Stores the offers of those cases that still wait. A case that somebody is busy with comes at the next time."""
    locked = await session.scalars(
        select(Conversation.id)
        .join(Case, Case.conversation_id == Conversation.id)
        .where(Case.id.in_(chosen))
        .with_for_update(of=Conversation, skip_locked=True)
    )
    # Read anew: what was found before the locks may have been taken meanwhile, or come under secrecy.
    waiting = await session.execute(
        select(Case.id, Staff.id)
        .join(Staff, taken_in_by(Staff))
        .where(
            Case.id.in_(chosen),
            Case.conversation_id.in_(locked.all()),
            Case.state == CaseState.WAITING,
            Staff.id.in_(chosen.values()),
        )
    )
    for case_id, staff_id in waiting.all():
        if chosen[case_id] != staff_id:
            continue
        session.add(Offer(case_id=case_id, staff_id=staff_id, offered_at=now, expires_at=now + offers.LIFE))
        live.publish(session, live.staff_signal(staff_id))
