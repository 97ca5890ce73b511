"""The next case for an agent who asks for one: the first in the queue that the agent may take."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, any_, case, exists, false, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from handover_api.agents import presence
from handover_api.cases import steps
from handover_api.cases.service import take
from handover_api.cases.sight import may_see, seen_by, taken_in_by
from handover_api.cases.steps import Step
from handover_api.models import AnswerGroup, Case, Conversation, Offer, Presence, Staff
from handover_api.rules.case import CaseState
from handover_api.rules.choosing_an_agent import LANGUAGE_PATIENCE, OWN_LANGUAGE
from handover_api.rules.ownership import STANDS_IN_QUEUE
from handover_api.rules.presence import OfferOutcome, PresenceStatus

_ACTION = "next"
# A case that was found and had gone when its lock came is rare; so many in a row are not believed.
_ATTEMPTS = 50


async def take_next(session: AsyncSession, staff: Staff, now: datetime, step: Step) -> str | None:
    """Takes the first case that the agent may take. Returns its reference, or None when nothing suits.

    Cases that a colleague is being asked about, or that somebody is busy with this moment, are passed over as long as
    there are others.

    Raises:
        ConflictError: `idempotency_key_reused`.
    """
    done = await steps.find_done(session, staff, _ACTION, step.key)
    if done is not None:
        return done
    waits_for_locks = False
    for _ in range(_ATTEMPTS):
        try:
            # What turns out to have gone is let go of again: nobody waits for one lock while holding another.
            async with session.begin_nested():
                return await _take_first(session, staff, now, step, waits_for_locks=waits_for_locks)
        except _NothingSuitsError:
            if waits_for_locks:
                return None
            waits_for_locks = True
        except _GoneMeanwhileError:
            continue
    return None


class _NothingSuitsError(Exception):
    """No case in the queue is for the agent."""


class _GoneMeanwhileError(Exception):
    """The case was taken while its lock was waited for."""


async def _take_first(session: AsyncSession, staff: Staff, now: datetime, step: Step, *, waits_for_locks: bool) -> str:
    """Takes the first suitable case. Returns its reference."""
    conversation_id = await session.scalar(first_suitable(staff, now, waits_for_locks=waits_for_locks))
    if conversation_id is None:
        raise _NothingSuitsError
    reference = await session.scalar(
        select(Case.reference).where(Case.conversation_id == conversation_id, Case.state == CaseState.WAITING)
    )
    if reference is None:
        raise _GoneMeanwhileError
    locked = await steps.lock(session, reference)
    if not may_see(staff, locked.case):
        raise _GoneMeanwhileError
    await take(session, staff, locked, now)
    steps.finish(session, staff, _ACTION, locked, step, now)
    return reference


def first_suitable(staff: Staff, now: datetime, *, waits_for_locks: bool) -> Select[UUID]:
    """Finds and locks the first conversation in the queue that suits the agent."""
    query = (
        select(Conversation.id)
        .join(Case, Case.conversation_id == Conversation.id)
        .outerjoin(AnswerGroup, AnswerGroup.id == Case.answer_group)
        .where(Case.state == CaseState.WAITING, suits(staff, now))
        .order_by(Case.priority_rank, Case.waiting_since, Case.id)
        .limit(1)
    )
    if waits_for_locks:
        return query.with_for_update(of=Conversation)
    asked = exists().where(
        Offer.case_id == Case.id, Offer.outcome == OfferOutcome.OPEN, Offer.expires_at > now, Offer.staff_id != staff.id
    )
    return query.where(~asked).with_for_update(of=Conversation, skip_locked=True)


def suits(staff: Staff, now: datetime) -> ColumnElement[bool]:
    """The rule of `rules.choosing_an_agent.suitable_agents`, in SQL, for one agent and all cases.

    An offer that the agent has declined is no hindrance: now the agent asks. A case whose conversation is not where it
    should be is for the watchdog, and must not stand in everybody's way.
    """
    skills = func.array_cat(Case.skills, func.coalesce(AnswerGroup.skills, []))
    conditions = [Conversation.state.in_(STANDS_IN_QUEUE), skills.op("<@")(staff.skills), seen_by(staff)]
    if staff.answer_groups:
        conditions.append(Case.answer_group.in_(staff.answer_groups))
    language = func.lower(func.split_part(Conversation.language, "-", 1))
    colleague = aliased(Staff)
    has_speaker = exists().where(
        Presence.staff_id == colleague.id,
        presence.is_at_the_desk(now),
        Presence.status == PresenceStatus.AVAILABLE,
        colleague.is_active,
        language == any_(colleague.languages),
        skills.op("<@")(colleague.skills),
        or_(func.cardinality(colleague.answer_groups) == 0, Case.answer_group == any_(colleague.answer_groups)),
        taken_in_by(colleague),
    )
    is_suitable = and_(
        *conditions,
        or_(
            language == OWN_LANGUAGE,
            language.in_(staff.languages),
            and_(Case.waiting_since <= now - LANGUAGE_PATIENCE, ~has_speaker),
        ),
    )
    # PostgreSQL takes these conditions for rare and would read and sort the whole queue. Of a CASE it believes that
    # every second row fits, and so it goes through the queue in its order and stops at the first.
    return case((is_suitable, true()), else_=false())
