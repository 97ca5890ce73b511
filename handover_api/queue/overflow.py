"""Overflow: a case that has waited long enough in one answer group goes on to another, where somebody is."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api import live
from handover_api.audit.service import SYSTEM
from handover_api.cases import offers
from handover_api.cases.repository import CaseRepository
from handover_api.cases.steps import Locked
from handover_api.cases.trail import record
from handover_api.conversations.service import advance
from handover_api.models import AnswerGroup, Case, Conversation, ConversationEvent
from handover_api.organisation.service import availability
from handover_api.rules.case import CaseState
from handover_api.rules.conversation import Event
from handover_api.rules.ownership import STANDS_IN_QUEUE

_BATCH = 100


async def overflow(session: AsyncSession, now: datetime) -> None:
    """Moves the cases whose time in their group is over. How long the resident has waited in all still counts.

    A case never comes back to a group that it has overflowed from, so groups that point at each other do no harm.
    """
    targets = await session.scalars(
        _due(select(AnswerGroup.overflow_to).select_from(Conversation), now)
        .distinct()
        .order_by(AnswerGroup.overflow_to)
    )
    for target in targets.all():
        # One after the other: what cannot go anywhere does not stand in the way of what can.
        if target is not None and (await availability(session, target, now)).is_staffed:
            for conversation in await _lock_due(session, target, now):
                await _move(session, conversation, target, now)


async def _lock_due(session: AsyncSession, target: str, now: datetime) -> Sequence[Conversation]:
    """The conversations that are to go on to this group, locked, the first in the queue first."""
    due = await session.scalars(
        _due(select(Conversation), now)
        .where(AnswerGroup.overflow_to == target)
        .order_by(Case.priority_rank, Case.waiting_since, Case.id)
        .limit(_BATCH)
        .with_for_update(of=Conversation, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return due.all()


def _due[*Row](query: Select[*Row], now: datetime) -> Select[*Row]:
    """Of conversations, those whose case has waited in its group for as long as it is to."""
    is_over = Case.in_group_since + func.make_interval(0, 0, 0, 0, 0, AnswerGroup.overflow_after_minutes) <= now
    been_there = select(ConversationEvent.id).where(
        ConversationEvent.case_reference == Case.reference,
        ConversationEvent.event == Event.OVERFLOWED,
        ConversationEvent.at >= Case.waiting_since,
        ConversationEvent.evidence["from_group"].astext == AnswerGroup.overflow_to,
    )
    return (
        query.join(Case, Case.conversation_id == Conversation.id)
        .join(AnswerGroup, AnswerGroup.id == Case.answer_group)
        .where(
            Case.state == CaseState.WAITING,
            Conversation.state.in_(STANDS_IN_QUEUE),
            AnswerGroup.overflow_to != AnswerGroup.id,
            is_over,
            ~been_there.exists(),
        )
    )


async def _move(session: AsyncSession, conversation: Conversation, target: str, now: datetime) -> None:
    # Read anew under the lock: it may have been taken, or an agent may just have moved it to a third group.
    case = await CaseRepository(session).find_open(conversation.id)
    if case is None or case.state != CaseState.WAITING:
        return
    group = await session.get(AnswerGroup, case.answer_group)
    if group is None or group.overflow_to != target:
        return
    await advance(
        session,
        conversation,
        Event.OVERFLOWED,
        SYSTEM,
        now,
        reason=case.reason,
        case_reference=case.reference,
        evidence={"from_group": case.answer_group, "to_group": target},
    )
    case.answer_group = target
    case.in_group_since = now
    # A wait in two groups says nothing about either.
    case.started_at_position = None
    await offers.settle(session, case, taken_by=None)
    record(session, SYSTEM, "overflow", Locked(case, conversation), now, to=target)
    live.publish(session, live.QUEUE)
