"""Questions come to the editors where they are asked, in the transaction of what happens there.

One row a message; a stronger sign takes the place of a weaker one (`rules.question.QuestionKind`) for as long as nobody
has seen to the question. What is under secrecy, urgent or somebody's own matter is never collected, and goes again if
it turns out to be so. The copy does not say who asked. Callers have locked the conversation.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Exists, delete, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.integrations.bot import Turn
from handover_api.models import AskedQuestion, Case, Conversation, Handover, Lesson, Message, Topic
from handover_api.rules.case import Reason
from handover_api.rules.identifying import mask_who_asked
from handover_api.rules.message import Author
from handover_api.rules.question import (
    NEVER_COLLECTED,
    QuestionKind,
    QuestionState,
    is_readable,
    is_stronger,
    kind_of,
)
from handover_api.rules.replies import OWN_WORDS, ReplyKind

URGENT_HANDLING = "urgent"
# After which a wish for a person says something of the question before it.
_ANSWERS = OWN_WORDS | {ReplyKind.CLARIFY}


@dataclass(frozen=True)
class Belief:
    """What the bot believed, and which model it was that did."""

    topic: str | None = None
    confidence: float | None = None
    model_version: str | None = None
    is_personal: bool = False

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> "Belief":
        """From the evidence of a handover, an understanding, or the payload of one of the bot's replies."""
        best: Mapping[str, Any] = next(iter(said.get("candidates") or ()), {})
        topic, confidence = best.get("topic"), best.get("confidence")
        return cls(
            topic=topic if isinstance(topic, str) else None,
            confidence=confidence if isinstance(confidence, int | float) else None,
            model_version=said.get("model_version"),
            is_personal=bool(said.get("is_personal")),
        )


async def note_turn(session: AsyncSession, message: Message, turn: Turn) -> None:
    """The bot has replied: did it have to ask back, or has it just been told what was meant?"""
    if message.choice is not None:
        await _note_choice(session, message)
    elif any(reply.kind is ReplyKind.CLARIFY for reply in turn.replies):
        belief = Belief.of(turn.understanding.model_dump())
        await _collect(session, message, QuestionKind.CLARIFIED, belief)


async def note_handover(
    session: AsyncSession,
    conversation: Conversation,
    reason: Reason,
    evidence: Mapping[str, Any],
    message_id: UUID | None,
) -> None:
    """A person has been asked for because of a message; who asks for one by a button means the question before."""
    message = await session.get(Message, message_id) if message_id else None
    if reason in NEVER_COLLECTED and message is not None:
        await session.execute(delete(AskedQuestion).where(AskedQuestion.message_id == message.id))
    if message is not None and message.choice is not None:
        await _note_choice(session, message)
    kind = kind_of(reason)
    if kind is None:
        return
    belief = Belief.of(evidence)
    if reason is Reason.ASKED_FOR_PERSON:
        answer = await _latest_answer(session, conversation)
        message = await _question_of(session, answer) if answer else None
        belief = Belief.of(answer.payload) if answer else belief
    if message is not None:
        await _collect(session, message, kind, belief)


async def note_opinion(session: AsyncSession, answer: Message, *, has_helped: bool) -> None:
    """Whoever asked says whether an answer of the bot's helped. What has helped after all is no question any longer."""
    question = await _question_of(session, answer)
    if question is None:
        return
    if not has_helped:
        await _collect(session, question, QuestionKind.NOT_HELPED, Belief.of(answer.payload))
        return
    await session.execute(
        delete(AskedQuestion).where(
            AskedQuestion.message_id == question.id,
            AskedQuestion.state == QuestionState.OPEN,
            AskedQuestion.kind == QuestionKind.NOT_HELPED,
        )
    )


async def note_lesson(session: AsyncSession, message_id: UUID, lesson: Lesson) -> None:
    """A colleague has told the editors of a question, or of the answer to it, in words that are made general."""
    message = await session.get_one(Message, message_id)
    if message.author == Author.BOT:
        question, belief = await _question_of(session, message), Belief.of(message.payload)
    else:
        question, belief = message, await _belief_about(session, message)
    if question is None or await session.scalar(select(_is_for_people(lesson.topic))):
        return
    row = await _collect(session, question, QuestionKind.MARKED, belief)
    if row is not None:
        row.text = lesson.question
        row.lesson_id = lesson.id


async def forget(session: AsyncSession, conversation_id: UUID) -> None:
    """The conversation has come under secrecy: editors may read nothing of it any longer."""
    of_it = AskedQuestion.conversation_id == conversation_id
    # In order, as editors take a group's questions in hand, so that neither waits for the other for ever.
    await session.execute(select(AskedQuestion.id).where(of_it).order_by(AskedQuestion.id).with_for_update())
    await session.execute(delete(AskedQuestion).where(of_it))


async def _collect(session: AsyncSession, message: Message, kind: QuestionKind, belief: Belief) -> AskedQuestion | None:
    """The question's row with its new kind; None when nothing has changed."""
    text = mask_who_asked(message.text)
    if not is_readable(text) or not await _may_be_collected(session, message, belief):
        return None
    row = await session.scalar(select(AskedQuestion).where(AskedQuestion.message_id == message.id).with_for_update())
    if row is None:
        row = AskedQuestion(
            message_id=message.id,
            conversation_id=message.conversation_id,
            text=text,
            kind=kind,
            topic=belief.topic,
            confidence=belief.confidence,
            model_version=belief.model_version,
            asked_at=message.created_at,
        )
        session.add(row)
        return row
    if row.state != QuestionState.OPEN or not is_stronger(kind, QuestionKind(row.kind)):
        return None
    row.kind = kind
    if belief.topic is not None:
        row.topic, row.confidence, row.model_version = belief.topic, belief.confidence, belief.model_version
    return row


async def _may_be_collected(session: AsyncSession, message: Message, belief: Belief) -> bool:
    """Only what a resident has written in own words, and editors may read."""
    is_question = message.author == Author.RESIDENT and message.kind == "text" and message.choice is None
    if not is_question or belief.is_personal:
        return False
    forbidden = await session.scalar(
        select(
            or_(
                exists().where(
                    Case.conversation_id == message.conversation_id, func.cardinality(Case.secrecy_classes) > 0
                ),
                exists().where(Handover.message_id == message.id, Handover.reason.in_(NEVER_COLLECTED)),
                _is_for_people(belief.topic),
            )
        )
    )
    return not forbidden


def _is_for_people(topic: str | None) -> Exists:
    """Secrecy and danger are no editors' business, even where the bot only believes in them."""
    return exists().where(Topic.id == topic, or_(Topic.touches_secrecy, Topic.handling == URGENT_HANDLING))


async def _note_choice(session: AsyncSession, message: Message) -> None:
    """What was meant by the question that the bot asked back about."""
    row = await session.scalar(
        select(AskedQuestion)
        .where(
            AskedQuestion.conversation_id == message.conversation_id,
            AskedQuestion.kind == QuestionKind.CLARIFIED,
            AskedQuestion.state == QuestionState.OPEN,
            AskedQuestion.chosen_topic.is_(None),
        )
        .order_by(AskedQuestion.asked_at.desc(), AskedQuestion.id.desc())
        .limit(1)
        .with_for_update()
    )
    if row is None:
        return
    if await session.scalar(select(_is_for_people(message.choice))):
        await session.delete(row)
    else:
        row.chosen_topic = message.choice


async def _latest_answer(session: AsyncSession, conversation: Conversation) -> Message | None:
    return await session.scalar(
        select(Message)
        .where(Message.conversation_id == conversation.id, Message.author == Author.BOT, Message.kind.in_(_ANSWERS))
        .order_by(Message.seq.desc())
        .limit(1)
    )


async def _question_of(session: AsyncSession, answer: Message) -> Message | None:
    """What the resident had written when the bot said this."""
    seq = answer.payload.get("in_reply_to")
    if seq is None:
        return None
    return await session.scalar(
        select(Message).where(
            Message.conversation_id == answer.conversation_id, Message.seq == seq, Message.author == Author.RESIDENT
        )
    )


async def _belief_about(session: AsyncSession, question: Message) -> Belief:
    """From the handover because of it, or else from the bot's reply to it."""
    evidence = await session.scalar(
        select(Handover.evidence).where(Handover.message_id == question.id).order_by(Handover.created_at).limit(1)
    )
    payload = await session.scalar(
        select(Message.payload)
        .where(
            Message.conversation_id == question.conversation_id,
            Message.author == Author.BOT,
            Message.payload["in_reply_to"].as_integer() == question.seq,
        )
        .order_by(Message.seq)
        .limit(1)
    )
    return Belief.of(evidence or payload or {})
