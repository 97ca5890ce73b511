"""The watchdog of ownership: looks for what our own code never does, and for what others did to the database.

What the database itself makes impossible it does not look for: two open cases in a conversation, a waiting case with an
owner, a forwarded one without a department or a follow-up, two open offers of a case.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, bindparam, func, literal, select, tuple_, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api import live
from handover_api.audit.service import SYSTEM
from handover_api.cases import offers
from handover_api.cases.asynchronous import promised_time
from handover_api.cases.follow_up import hurry
from handover_api.cases.handovers import open_case
from handover_api.cases.repository import CaseRepository
from handover_api.cases.steps import Locked
from handover_api.cases.trail import record
from handover_api.cases.transfers import requeue
from handover_api.conversations.repository import ConversationRepository
from handover_api.conversations.service import advance
from handover_api.database import SessionFactory, transaction
from handover_api.models import Case, Conversation, Offer
from handover_api.rules.case import CaseState, Reason
from handover_api.rules.conversation import Event, State
from handover_api.rules.ownership import BELONG_TOGETHER, IN_HAND, is_whole, may_be_queued
from handover_api.rules.presence import OfferOutcome

# Why a case stands in the queue that the watchdog put there.
REPAIRED = "repaired"
_NO_CASE = ""

_Breaches = Select[str, UUID, str, str, str]

log = structlog.get_logger()


class Problem(StrEnum):
    STATES_DISAGREE = "states_disagree"
    NO_DUE_TIME = "no_due_time"
    OFFER_LEFT_OPEN = "offer_left_open"


@dataclass(frozen=True)
class Breach:
    """A conversation outside the invariant, and its open case, if it has one."""

    problem: Problem
    conversation_id: UUID
    conversation_state: State
    case_reference: str | None
    case_state: CaseState | None


async def list_breaches(session: AsyncSession) -> list[Breach]:
    """Every conversation that is outside the invariant; there should be none.

    One statement sees one moment, and every step is one transaction, so nothing is caught half done.
    """
    rows = await session.execute(_EVERY_BREACH)
    return [
        Breach(Problem(problem), conversation_id, State(state), reference, CaseState(case) if case else None)
        for problem, conversation_id, state, reference, case in rows
    ]


async def watch(sessions: SessionFactory, now: datetime) -> list[Breach]:
    """Puts right what has one safe repair, and raises the alarm for all that was found. Returns what is left.

    Each repair is a transaction of its own: none waits for another's lock, and one that fails stops no other.
    """
    async with transaction(sessions) as session:
        found = await list_breaches(session)
    left = []
    for breach in found:
        try:
            async with transaction(sessions) as session:
                is_repaired = await _repair(session, breach, now)
        except Exception:
            log.exception("watchdog.repair_failed", conversation_id=str(breach.conversation_id))
            is_repaired = False
        log.error(
            "watchdog.invariant_broken",
            problem=breach.problem,
            conversation_id=str(breach.conversation_id),
            conversation_state=breach.conversation_state,
            case_reference=breach.case_reference,
            case_state=breach.case_state,
            is_repaired=is_repaired,
        )
        if not is_repaired:
            left.append(breach)
    return left


async def _repair(session: AsyncSession, breach: Breach, now: datetime) -> bool:
    """Decides again under the lock: somebody may have put it right, or the lock may have been waited for."""
    conversation = await ConversationRepository(session).get_for_update(breach.conversation_id)
    case = await CaseRepository(session).find_open(conversation.id)
    state, case_state = State(conversation.state), CaseState(case.state) if case else None
    match breach.problem:
        case Problem.STATES_DISAGREE:
            if is_whole(state, case_state):
                return True
            if not may_be_queued(state, case_state):
                return False
            case = await _queue_again(session, conversation, case, now)
        case Problem.NO_DUE_TIME if case is not None:
            case.due_at = case.due_at or await promised_time(session, case, now)
        case Problem.OFFER_LEFT_OPEN:
            return await _withdraw_offers(session, conversation)
        case _:
            return False
    record(session, SYSTEM, "repair", Locked(case, conversation), now, problem=breach.problem)
    return True


async def _queue_again(session: AsyncSession, conversation: Conversation, case: Case | None, now: datetime) -> Case:
    """Nobody knows how long somebody has waited unseen, so the case goes before the ordinary ones."""
    if case is None:
        case = await open_case(session, conversation, now, reason=Reason.FAILURE, topic=None)
    hurry(case)
    locked = Locked(case, conversation)
    if conversation.state != State.WAITING:
        await requeue(session, locked, SYSTEM, REPAIRED, now)
    else:
        case.state = CaseState.WAITING
        case.owner_id = None
        await advance(
            session,
            conversation,
            Event.PRIORITY_RAISED,
            SYSTEM,
            now,
            reason=REPAIRED,
            case_reference=case.reference,
            evidence={"priority": case.priority},
        )
        live.publish(session, live.QUEUE)
    if conversation.state == State.ASYNCHRONOUS and case.due_at is None:
        case.due_at = await promised_time(session, case, now)
    return case


async def _withdraw_offers(session: AsyncSession, conversation: Conversation) -> bool:
    """Of all cases of the conversation that no longer wait."""
    cases = await session.scalars(
        select(Case).where(Case.conversation_id == conversation.id, Case.state != CaseState.WAITING)
    )
    for case in cases.all():
        await offers.settle(session, case, taken_by=None)
    return True


_OPEN_CASE = and_(Case.conversation_id == Conversation.id, Case.state != CaseState.CLOSED)
_PAIRS = [(state, case or _NO_CASE) for state, cases in BELONG_TOGETHER.items() for case in cases]
_DISAGREE = tuple_(Conversation.state, func.coalesce(Case.state, _NO_CASE)).not_in(_PAIRS)
# Written out, because only then PostgreSQL sees that the index of such conversations will do.
_IS_IN_HAND = Conversation.state.in_(bindparam("in_hand", IN_HAND, expanding=True, literal_execute=True))


def _breach(problem: Problem, holds: ColumnElement[bool], *, has_case: bool) -> _Breaches:
    found: _Breaches = select(
        literal(problem.value), Conversation.id, Conversation.state, Case.reference, Case.state.label("case_state")
    )
    return found.join_from(Conversation, Case, _OPEN_CASE, isouter=not has_case).where(holds)


_EVERY_BREACH: CompoundSelect[str, UUID, str, str, str] = union_all(
    _breach(Problem.STATES_DISAGREE, _IS_IN_HAND & _DISAGREE, has_case=False),
    _breach(Problem.STATES_DISAGREE, Conversation.state.not_in(IN_HAND) & _DISAGREE, has_case=True),
    _breach(Problem.NO_DUE_TIME, (Conversation.state == State.ASYNCHRONOUS) & Case.due_at.is_(None), has_case=True),
    select(literal(Problem.OFFER_LEFT_OPEN.value), Conversation.id, Conversation.state, Case.reference, Case.state)
    .join(Case, Case.conversation_id == Conversation.id)
    .join(Offer, Offer.case_id == Case.id)
    .where(Offer.outcome == OfferOutcome.OPEN, Case.state != CaseState.WAITING),
)
