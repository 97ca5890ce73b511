"""Asking for a person: one transaction makes the case, changes the state, keeps the evidence and tells the resident.

The conversation is locked first, and what is then read decides, so the bot and the resident can ask at the same time.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from handover_api import live
from handover_api.audit.service import BOT, RESIDENT, SYSTEM, Actor
from handover_api.cases import secrecy, wording
from handover_api.cases.asynchronous import make_asynchronous, tell
from handover_api.cases.related import link_by_conversation
from handover_api.cases.repository import CaseRepository
from handover_api.cases.schemas import (
    HandoverCreate,
    HandoverCreated,
    HandoverEvidence,
)
from handover_api.cases.steps import Locked
from handover_api.cases.trail import record
from handover_api.content.repository import ContentRepository
from handover_api.conversations.repository import ConversationRepository
from handover_api.conversations.service import advance, note_language
from handover_api.conversations.spoken_with import speaking_with
from handover_api.errors import ConflictError, InvalidError
from handover_api.models import Case, Conversation, Handover
from handover_api.organisation.service import availability
from handover_api.questions import collecting
from handover_api.rules.case import (
    DEFAULT_ANSWER_GROUP,
    RANK,
    CaseState,
    Priority,
    Reason,
    believed_topic,
    priority_for,
    reference,
)
from handover_api.rules.conversation import Event, State
from handover_api.rules.message import Audience, Author, BotWork
from handover_api.rules.replies import ReplyKind
from handover_api.texts import _

# The note to staff that the resident of an asynchronous case wants to talk now.
_RESIDENT_IS_HERE = "resident_is_here"


async def ask_as_resident(session: AsyncSession, conversation_id: UUID, now: datetime) -> None:
    """The resident asks for a person. Asking again while waiting, or while somebody is there, changes nothing.

    Raises:
        ConflictError: `conversation_closed`.
    """
    conversation = await ConversationRepository(session).get_for_update(conversation_id)
    if conversation.state == State.CLOSED:
        raise ConflictError(
            "conversation_closed", _("Samtalet är avslutat. Börja ett nytt samtal."), state=State.CLOSED
        )
    if conversation.state == State.ASYNCHRONOUS:
        await _ask_again(session, conversation, now)
        return
    if conversation.state != State.WITH_BOT:
        return
    topic, evidence = await _latest_understanding(session, conversation)
    await hand_over(
        session,
        conversation,
        RESIDENT,
        now,
        reason=Reason.ASKED_FOR_PERSON,
        evidence=evidence,
        topic=topic,
    )


async def _ask_again(session: AsyncSession, conversation: Conversation, now: datetime) -> None:
    """The resident of an asynchronous case wants to wait for a person after all.

    A case that nobody owns goes back to the queue of those who wait, from its end. One with an owner stays with the
    owner, who is told that the resident is there: a case is not taken from an agent by its resident.
    """
    case = await CaseRepository(session).find_open(conversation.id)
    if case is None:
        return
    available = await availability(session, case.answer_group, now)
    if case.state == CaseState.WAITING and available.is_open:
        await hand_over(
            session,
            conversation,
            RESIDENT,
            now,
            reason=Reason.ASKED_FOR_PERSON,
            evidence=HandoverEvidence(language=conversation.language),
        )
        return
    latest = await ConversationRepository(session).find_latest_by(conversation.id, Author.SYSTEM)
    if latest is not None and latest.kind == _RESIDENT_IS_HERE:
        return  # Pressing the button again says nothing new.
    locked = Locked(case, conversation)
    has_owner = case.owner_id is not None
    with speaking_with(conversation):
        text = wording.asked_again(case.reference, available, now, has_owner=has_owner)
        await tell(session, locked, "asked_again", text, now)
    await ConversationRepository(session).append(
        conversation,
        author=Author.SYSTEM,
        audience=Audience.STAFF,
        kind=_RESIDENT_IS_HERE,
        text=wording.RESIDENT_IS_HERE,
        created_at=now,
    )
    record(session, RESIDENT, "ask_again", locked, now)


async def _latest_understanding(
    session: AsyncSession, conversation: Conversation
) -> tuple[str | None, HandoverEvidence]:
    """What the bot last thought that the conversation was about, so that the agent need not begin from nothing."""
    message = await ConversationRepository(session).find_latest_by(conversation.id, Author.BOT)
    payload = message.payload if message else {}
    evidence = HandoverEvidence(
        certainty=payload.get("certainty"),
        candidates=payload.get("candidates", []),
        threshold=payload.get("threshold"),
        model_version=payload.get("model_version"),
        articles_tried=[payload["topic"]] if payload.get("article_id") else [],
        language=conversation.language,
    )
    return payload.get("topic"), evidence


async def ask_as_bot(session: AsyncSession, handover: HandoverCreate, now: datetime) -> tuple[HandoverCreated, bool]:
    """The bot asks for a person. Returns what stands now, and whether this call made it so.

    Raises:
        NotFoundError: the conversation does not exist.
        InvalidError: the message is not the resident's in this conversation.
        ConflictError: `not_with_bot`, with the current state.
    """
    conversations = ConversationRepository(session)
    cases = CaseRepository(session)
    conversation = await conversations.get_for_update(handover.conversation_id)
    earlier = await cases.find_by_message(handover.message_id)
    if earlier is not None and earlier.conversation_id == conversation.id:
        return await _created(session, conversation, earlier), False
    message = await conversations.get_message(handover.message_id)
    if message is None or message.conversation_id != conversation.id or message.author != Author.RESIDENT:
        raise InvalidError("message_missing", "Meddelandet hör inte till konversationen.")
    if conversation.state != State.WITH_BOT:
        raise ConflictError("not_with_bot", "En person har tagit över.", state=conversation.state)
    if handover.text and handover.text.strip():
        kind = ReplyKind.URGENT if handover.reason is Reason.URGENT_TOPIC else ReplyKind.HANDOVER
        topic = await ContentRepository(session).find_topic(handover.topic) if handover.topic else None
        await conversations.append(
            conversation,
            author=Author.BOT,
            kind=kind,
            text=handover.text,
            payload={
                "topic": handover.topic,
                "article_id": str(handover.article_id) if handover.article_id else None,
                "article_version": handover.article_version,
                "rosa_level": topic.rosa_level if topic else None,
                "confidence": _confidence(handover),
                "buttons": [],
                "languages": handover.text_languages,
            },
            created_at=now,
        )
    message.bot_work = BotWork.DONE
    message.bot_lease_until = None
    note_language(conversation, handover.evidence.language)
    case = await hand_over(
        session,
        conversation,
        BOT,
        now,
        reason=handover.reason,
        evidence=handover.evidence,
        topic=believed_topic(handover.reason, handover.topic, _confidence(handover)),
        message_id=handover.message_id,
    )
    return await _created(session, conversation, case), True


def _confidence(handover: HandoverCreate) -> float | None:
    for candidate in handover.evidence.candidates:
        if candidate.get("topic") == handover.topic:
            confidence = candidate.get("confidence")
            return float(confidence) if isinstance(confidence, int | float) else None
    return None


async def hand_over(
    session: AsyncSession,
    conversation: Conversation,
    asked_by: Actor,
    now: datetime,
    *,
    reason: Reason,
    evidence: HandoverEvidence,
    topic: str | None = None,
    message_id: UUID | None = None,
) -> Case:
    """One transaction: the case, the change of state, the evidence and the notice to the resident."""
    case = await open_case(session, conversation, now, reason=reason, topic=topic)
    await advance(
        session,
        conversation,
        Event.HANDOVER_ASKED,
        asked_by,
        now,
        reason=reason,
        case_reference=case.reference,
        evidence=evidence.model_dump(mode="json"),
    )
    cases = CaseRepository(session)
    cases.add(
        Handover(
            case_id=case.id,
            message_id=message_id,
            reason=reason,
            evidence=evidence.model_dump(mode="json"),
            created_at=now,
        )
    )
    position = await cases.queue_position(case)
    case.started_at_position = position
    available = await availability(session, case.answer_group, now)
    with speaking_with(conversation):
        text = (
            wording.in_queue(reason, case.reference, position, available, now)
            if available.is_open
            else wording.closed_when_asked(reason, case.reference, available, now)
        )
        await ConversationRepository(session).append(
            conversation,
            author=Author.SYSTEM,
            kind="handover",
            text=text,
            payload={
                "case_reference": case.reference,
                "queue_position": position if available.is_open else None,
                "priority": case.priority,
                "reason": reason,
                "topic": topic,
            },
            created_at=now,
        )
    await collecting.note_handover(session, conversation, reason, evidence.model_dump(), message_id)
    locked = Locked(case, conversation)
    await link_by_conversation(session, locked, now)
    record(session, asked_by, "handover", locked, now, reason=reason)
    live.publish(session, live.QUEUE)
    if not available.is_open:
        await make_asynchronous(session, locked, SYSTEM, now)
    return case


async def open_case(
    session: AsyncSession, conversation: Conversation, now: datetime, *, reason: Reason, topic: str | None
) -> Case:
    """The conversation's case: a new one, or the one that was handed back, opened again."""
    cases = CaseRepository(session)
    found = await ContentRepository(session).find_topic(topic) if topic else None
    case = await cases.find_open(conversation.id)
    if case is None:
        case = Case(
            reference=reference(now.year, await cases.next_number(now.year)),
            conversation_id=conversation.id,
            created_at=now,
            answer_group=DEFAULT_ANSWER_GROUP,
        )
        cases.add(case)
    elif case.state == CaseState.ANSWERED:
        case.due_at = None
    if found is not None:
        case.topic = found.id
        case.answer_group = found.answer_group
    # A resident who asks anew does not make an urgent case less so.
    is_urgent = case.state == CaseState.WAITING and case.priority == Priority.URGENT
    priority = Priority.URGENT if is_urgent else priority_for(reason)
    case.state = CaseState.WAITING
    case.priority = priority
    case.priority_rank = RANK[priority]
    case.reason = reason
    case.waiting_since = now
    case.in_group_since = now
    case.contact_offered_at = None
    case.owner_id = None
    case.claimed_at = None
    await session.flush()  # The handover and the place in the queue need the stored case.
    await secrecy.note_topics(session, case)
    return case


async def _created(session: AsyncSession, conversation: Conversation, case: Case) -> HandoverCreated:
    is_waiting = conversation.state == State.WAITING
    return HandoverCreated(
        case_reference=case.reference,
        state=State(conversation.state),
        queue_position=await CaseRepository(session).queue_position(case) if is_waiting else None,
    )
