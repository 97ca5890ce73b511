"""Erasing what a conversation held, when the law and the municipality's decision on disposal (gallring) let it go.

What was said, who said it and how to reach them goes, in the service's tables and in the bot's working memory. What
stays is what statistics and the audit trail need: reference, topic, times, states; none of it says who wrote or what.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CursorResult, Delete, Update, delete, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.agents.service import hash_token
from handover_api.audit import service as audit
from handover_api.cases import steps
from handover_api.errors import ConflictError
from handover_api.models import (
    AnswerFeedback,
    Case,
    CaseOpening,
    ContactDetails,
    Conversation,
    ConversationEvent,
    ConversationKey,
    Handover,
    LeftDetails,
    Lesson,
    Message,
    Survey,
    TranscriptRequest,
)
from handover_api.rules.case import CaseState

# Where the bot keeps its working memory (bot/tracker.py), unless the site gave it a database of its own.
_TRACKER_EVENTS = "tracker.events"
_UNGUESSABLE_BYTES = 32


@dataclass(frozen=True)
class Receipt:
    """How many rows of each kind were erased."""

    # None for a conversation that never had a case.
    reference: str | None
    messages: int
    # What the resident said of the answers and of the conversation.
    opinions: int
    handovers: int
    contact_details: int
    keys: int
    tracker_events: int


async def erase(session: AsyncSession, reference: str, reason: str, now: datetime) -> Receipt:
    """Erases the conversation of a closed case. Erasing again finds nothing more.

    `reason` is the decision that it rests on; it stands in the audit trail.

    Raises:
        NotFoundError
        ConflictError: `not_closed`; somebody still works with the case, or another case of the conversation is open.
    """
    locked = await steps.lock(session, reference)
    conversation = locked.conversation
    cases = list(await session.scalars(select(Case).where(Case.conversation_id == conversation.id)))
    if any(case.state != CaseState.CLOSED for case in cases):
        raise ConflictError("not_closed", "Ärendet är inte avslutat. Avsluta det först.", state=locked.case.state)
    receipt = await erase_contents(session, conversation, cases, reference)
    audit.record(
        session,
        audit.SYSTEM,
        "erased",
        subject_kind="case",
        subject_id=reference,
        at=now,
        reason=reason,
        messages=receipt.messages,
    )
    return receipt


async def erase_contents(
    session: AsyncSession, conversation: Conversation, cases: list[Case], reference: str | None = None
) -> Receipt:
    """Erases what a locked, closed conversation and its cases held. Who decided that, and why, the caller records."""
    ids = [case.id for case in cases]
    handovers = await _count(
        session, update(Handover).where(Handover.case_id.in_(ids)).values(message_id=None, evidence={})
    )
    await session.execute(
        update(ConversationEvent).where(ConversationEvent.conversation_id == conversation.id).values(evidence={})
    )
    await session.execute(delete(TranscriptRequest).where(TranscriptRequest.conversation_id == conversation.id))
    await session.execute(update(CaseOpening).where(CaseOpening.case_id.in_(ids)).values(note=None))
    await session.execute(delete(Lesson).where(Lesson.case_id.in_(ids)))
    said = select(Message.id).where(Message.conversation_id == conversation.id)
    left_in_forms = await _count(session, delete(LeftDetails).where(LeftDetails.message_id.in_(said)))
    receipt = Receipt(
        reference=reference,
        opinions=await _count(session, delete(AnswerFeedback).where(AnswerFeedback.message_id.in_(said)))
        + await _count(session, delete(Survey).where(Survey.conversation_id == conversation.id)),
        messages=await _count(session, delete(Message).where(Message.conversation_id == conversation.id)),
        handovers=handovers,
        contact_details=left_in_forms
        + await _count(session, delete(ContactDetails).where(ContactDetails.case_id.in_(ids))),
        keys=await _count(session, delete(ConversationKey).where(ConversationKey.conversation_id == conversation.id)),
        tracker_events=await _erase_tracker(session, str(conversation.id)),
    )
    # The resident's token and code open nothing any longer, and no case says that two were the same resident's.
    conversation.token_hash = hash_token(secrets.token_urlsafe(_UNGUESSABLE_BYTES))
    conversation.code_hash = None
    conversation.continues = None
    conversation.came_from = None
    for case in cases:
        case.related_to = None
    await session.execute(update(Case).where(Case.related_to.in_(ids)).values(related_to=None))
    return receipt


async def _count(session: AsyncSession, statement: Delete | Update) -> int:
    result = await session.execute(statement)
    return result.rowcount if isinstance(result, CursorResult) else 0


async def _erase_tracker(session: AsyncSession, sender_id: str) -> int:
    if await session.scalar(text("SELECT to_regclass(:table)"), {"table": _TRACKER_EVENTS}) is None:
        return 0
    rows = await session.execute(
        text(f"DELETE FROM {_TRACKER_EVENTS} WHERE sender_id = :sender RETURNING id"),  # noqa: S608 - our own constant
        {"sender": sender_id},
    )
    return len(rows.all())
