"""What becomes of the bot's answers: stored while the bot may still speak, and said in other words when there is none.

A resident who waits for a person may ask the bot meanwhile. That changes nothing about the wait: the place is kept, no
second case is made, and what the bot cannot answer lies in the case for whoever comes.
"""

from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api import live
from handover_api.content import service as content
from handover_api.conversations.repository import ConversationRepository
from handover_api.conversations.service import TO_BOT, lock_with_message, note_language
from handover_api.conversations.spoken_with import speaking_with
from handover_api.integrations.bot import Reply, Turn
from handover_api.models import Conversation, Message
from handover_api.questions import collecting
from handover_api.rules.conversation import State, may_bot_answer
from handover_api.rules.message import Author, BotWork
from handover_api.rules.replies import ALREADY_TOLD, ReplyKind, may_be_said
from handover_api.texts import _

log = structlog.get_logger()

# Said to a resident who asked the bot while waiting, about what the bot leaves to a person.
KEPT_FOR_PERSON = "kept_for_person"


async def store_turn(session: AsyncSession, conversation_id: UUID, message_id: UUID, turn: Turn, now: datetime) -> None:
    """Stores the bot's replies to a message, unless a person has taken over meanwhile or they are already stored."""
    work = await find_answerable(session, conversation_id, message_id)
    if work is None:
        return
    conversation, message = work
    note_language(conversation, turn.understanding.language)
    for reply in turn.replies:
        if reply.kind in ALREADY_TOLD:
            await _refer_to_case(session, conversation, message, reply, now)
        elif not may_be_said(reply.kind, reply.rosa_level) or not (reply.text or "").strip():
            await _say_that_bot_is_silent(session, conversation, message, now, problem="reply_not_allowed")
        elif await _is_outdated(session, reply, now):
            await _say_that_bot_is_silent(session, conversation, message, now, problem="article_expired")
        else:
            await _append_reply(session, conversation, message, reply, turn, now)
    await collecting.note_turn(session, message, turn)
    be_done_with(session, conversation, message)


async def store_bot_failure(session: AsyncSession, conversation_id: UUID, message_id: UUID, now: datetime) -> None:
    """The bot gave up on a message: the resident is told so, and offered a person."""
    work = await find_answerable(session, conversation_id, message_id)
    if work is None:
        return
    conversation, message = work
    await _say_that_bot_is_silent(session, conversation, message, now, problem="bot_unavailable")
    be_done_with(session, conversation, message)


async def find_answerable(
    session: AsyncSession, conversation_id: UUID, message_id: UUID
) -> tuple[Conversation, Message] | None:
    """The locked conversation and the message, if the bot may still speak in the one and still owes the other an
    answer.
    """
    conversation, message = await lock_with_message(session, conversation_id, message_id)
    if message is None:
        return None
    is_asked = message.payload.get("to") == TO_BOT
    if message.bot_work != BotWork.PENDING or not may_bot_answer(State(conversation.state), is_asked=is_asked):
        log.info("bot.reply_dropped", conversation_id=str(conversation_id), message_id=str(message_id))
        return None
    return conversation, message


def be_done_with(session: AsyncSession, conversation: Conversation, message: Message) -> None:
    """What was written while a person is waited for is also read for danger, as everything else in the queue."""
    is_waiting = conversation.state == State.WAITING
    message.bot_work = BotWork.UNREAD if is_waiting else BotWork.DONE
    message.bot_lease_until = None
    if is_waiting:
        live.publish(session, live.BOT_READING)


async def _is_outdated(session: AsyncSession, reply: Reply, now: datetime) -> bool:
    """Whether the article expired while the answer made of it was on its way."""
    if reply.topic is None or reply.article_version is None:
        return False
    return await content.is_outdated(session, reply.topic, reply.article_version, now)


async def _append_reply(
    session: AsyncSession, conversation: Conversation, message: Message, reply: Reply, turn: Turn, now: datetime
) -> None:
    understanding = turn.understanding
    payload = {
        **reply.model_dump(mode="json", exclude={"kind", "text"}),
        "in_reply_to": message.seq,
        "candidates": [candidate.model_dump() for candidate in understanding.candidates],
        "certainty": understanding.certainty,
        "threshold": understanding.threshold,
        "model_version": understanding.model_version,
        "is_personal": understanding.is_personal,
    }
    if conversation.state == State.WAITING:
        # Whoever waits for a person need not be offered one.
        payload["buttons"] = [button for button in payload["buttons"] if button["kind"] != "person"]
    if reply.topic is not None and reply.article_version is not None:
        # Not the bot's business: the resident may choose to read it.
        payload |= await content.find_other_words(session, reply.topic, reply.article_version)
    await ConversationRepository(session).append(
        conversation, author=Author.BOT, kind=reply.kind, text=reply.text, payload=payload, created_at=now
    )


async def _refer_to_case(
    session: AsyncSession, conversation: Conversation, message: Message, reply: Reply, now: datetime
) -> None:
    """The bot leaves the message to a person. While one is waited for, that is the case's already."""
    if conversation.state != State.WAITING:
        # A case would have closed the work on this message; none came, so the promise in the reply is empty.
        await _say_that_bot_is_silent(session, conversation, message, now, problem="handover_without_case")
    elif reply.kind is not ReplyKind.URGENT:  # What to do in danger is said as soon as the message has been read.
        with speaking_with(conversation):
            await ConversationRepository(session).append(
                conversation,
                author=Author.SYSTEM,
                kind=KEPT_FOR_PERSON,
                text=_(
                    "Det behöver en människa svara på. Det du skrev ligger i ditt ärende, och den som svarar ser det. "
                    "Du har kvar din plats i kön."
                ),
                payload={"in_reply_to": message.seq},
                created_at=now,
            )


async def _say_that_bot_is_silent(
    session: AsyncSession, conversation: Conversation, message: Message, now: datetime, *, problem: str
) -> None:
    log.error("bot.failed", problem=problem, conversation_id=str(conversation.id), message_id=str(message.id))
    is_waiting = conversation.state == State.WAITING
    with speaking_with(conversation):
        text = (
            _(
                "Chattboten kan inte svara just nu. Det du skrev ligger i ditt ärende, och den som svarar ser det. "
                "Du har kvar din plats i kön."
            )
            if is_waiting
            else _(
                "Jag kan inte svara just nu. Det du skrev är sparat. Du kan försöka igen om en stund, "
                "eller prata med en människa."
            )
        )
        buttons = [] if is_waiting else [{"kind": "person", "label": _("Prata med en människa")}]
        await ConversationRepository(session).append(
            conversation,
            author=Author.SYSTEM,
            kind="failure",
            text=text,
            payload={"buttons": buttons, "problem": problem, "in_reply_to": message.seq},
            created_at=now,
        )
