"""Contacts that came by telephone, by e-mail or over the counter, written down as cases for the sake of the statistics.

Such a case is closed from its first moment: it never stands in a queue, and its conversation, which holds only the
agent's note, has no resident who could read it.
"""

from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api import live
from handover_api.agents.service import actor
from handover_api.cases import secrecy, steps
from handover_api.cases.closing import Outcome, file_under, filed_under
from handover_api.cases.reading import MOST_SHOWN
from handover_api.cases.repository import CaseRepository
from handover_api.cases.service import append_note
from handover_api.cases.steps import Locked, Step
from handover_api.cases.trail import record
from handover_api.content.repository import ContentRepository
from handover_api.content.service import LOCAL_TIME
from handover_api.conversations import service as conversations
from handover_api.conversations.service import advance, storable_text
from handover_api.models import Case, Staff, Topic
from handover_api.rules.case import (
    DEFAULT_ANSWER_GROUP,
    RANK,
    CaseChannel,
    CaseState,
    Priority,
    Reason,
    reference,
)
from handover_api.rules.conversation import Event

_ACTION = "register"
_LANGUAGE = "sv"


@dataclass(frozen=True)
class Contact:
    """`note` may be empty; personal numbers in it are masked."""

    channel: CaseChannel
    outcome: Outcome
    note: str = ""


@dataclass(frozen=True)
class Registered:
    case: Case
    topic_title: str | None


async def register(session: AsyncSession, staff: Staff, contact: Contact, now: datetime, key: str | None) -> str:
    """Writes down a contact that is over. Returns the reference of its case.

    Raises:
        InvalidError: `category_unknown`, or the note cannot be stored.
        ConflictError: `idempotency_key_reused`.
    """
    note = storable_text(contact.note) if contact.note.strip() else ""
    earlier = await steps.find_done(session, staff, _ACTION, key)
    if earlier is not None:
        return earlier
    conversation, _token = await conversations.begin(session, language=_LANGUAGE, now=now)
    # Nobody knows the token, and nobody gets a code.
    conversation.code_hash = None
    cases = CaseRepository(session)
    case = Case(
        reference=reference(now.year, await cases.next_number(now.year)),
        conversation_id=conversation.id,
        channel=contact.channel,
        state=CaseState.CLOSED,
        priority=Priority.NORMAL,
        priority_rank=RANK[Priority.NORMAL],
        answer_group=DEFAULT_ANSWER_GROUP,
        reason=Reason.ASKED_FOR_PERSON,
        owner_id=staff.id,
        secrecy_classes=[],
        created_at=now,
        waiting_since=now,
        in_group_since=now,
        closed_at=now,
    )
    await file_under(session, case, contact.outcome)
    topic = await ContentRepository(session).find_topic(case.category) if case.category else None
    if topic is not None:
        case.answer_group = topic.answer_group
    cases.add(case)
    await secrecy.note_topics(session, case)
    locked = Locked(case, conversation)
    if note:
        await append_note(session, staff, locked, note, now)
    await advance(
        session,
        conversation,
        Event.CLOSED,
        actor(staff),
        now,
        case_reference=case.reference,
        evidence={"case": case.state, "channel": case.channel, **filed_under(case)},
    )
    record(session, actor(staff), _ACTION, locked, now, channel=case.channel)
    steps.finish(session, staff, _ACTION, locked, Step(key=key), now)
    live.publish(session, live.staff_signal(staff.id))
    return case.reference


async def list_registered_today(session: AsyncSession, staff: Staff, now: datetime) -> list[Registered]:
    """What the agent has written down today, the latest first."""
    midnight = datetime.combine(now.astimezone(LOCAL_TIME).date(), time(), LOCAL_TIME)
    rows = await session.execute(
        select(Case, Topic.title)
        .outerjoin(Topic, Topic.id == Case.category)
        .where(Case.owner_id == staff.id, Case.channel != CaseChannel.CHAT, Case.created_at >= midnight)
        .order_by(Case.created_at.desc(), Case.id.desc())
        .limit(MOST_SHOWN)
    )
    return [Registered(case, title) for case, title in rows]
