"""Conversations: beginning, writing, reading, and the bot's replies."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api import live
from handover_api.agents.service import hash_token
from handover_api.audit import service as audit
from handover_api.audit.service import Actor
from handover_api.conversations.repository import ConversationRepository
from handover_api.conversations.return_code import code_for, hash_code
from handover_api.conversations.schemas import MessageCreate
from handover_api.errors import ConflictError, InvalidError, NotFoundError
from handover_api.integrations.bot import Reply, Turn
from handover_api.models import Conversation, ConversationEvent, Message
from handover_api.models import ConversationKey as FurtherKey
from handover_api.outgoing import webhooks
from handover_api.rules.conversation import Event, State, TransitionNotAllowedError, next_state
from handover_api.rules.message import MAX_CHARACTERS, Author, BotWork, EmptyTextError, TooLongTextError, clean_text
from handover_api.rules.personal_data import mask
from handover_api.rules.protocol import require_may_cause
from handover_api.rules.replies import ALREADY_TOLD, may_be_said

log = structlog.get_logger()

PERSON_BUTTON = {"kind": "person", "label": "Prata med en människa"}
BOT_SILENT_TEXT = (
    "Jag kan inte svara just nu. Det du skrev är sparat. Du kan försöka igen om en stund, eller prata med en människa."
)


@dataclass(frozen=True)
class ConversationKey:
    """Whoever holds it is the conversation's resident."""

    id: UUID
    token: str


async def begin(
    session: AsyncSession,
    *,
    language: str,
    now: datetime,
    continues: UUID | None = None,
    continues_token: str | None = None,
) -> tuple[Conversation, str]:
    """Begins a conversation. Returns it and the token that its resident speaks with.

    Raises:
        NotFoundError: `continues` does not exist, or its token is wrong.
    """
    if continues is not None:
        await access_conversation(session, continues, continues_token or "")
    token = secrets.token_urlsafe(32)
    conversation = Conversation(
        token_hash=hash_token(token),
        code_hash=hash_code(code_for(token)),
        language=language,
        state=State.WITH_BOT,
        continues=continues,
        created_at=now,
    )
    ConversationRepository(session).add(conversation)
    await session.flush()  # The answer carries the key, which the database makes.
    return conversation, token


async def begin_with_key(
    session: AsyncSession, key: ConversationKey, *, language: str, now: datetime, continues: Conversation | None
) -> Conversation:
    """Begins the conversation of a key that the caller has made.

    Calling again with the same key returns the conversation, so a first message that is sent twice begins only one.

    Raises:
        NotFoundError: the key's conversation exists, and is another one's.
    """
    await ConversationRepository(session).add_unless_exists(
        id=key.id,
        token_hash=hash_token(key.token),
        code_hash=hash_code(code_for(key.token)),
        language=language,
        continues=continues.id if continues else None,
        created_at=now,
    )
    return await access_conversation(session, key.id, key.token)


async def access_conversation(session: AsyncSession, conversation_id: UUID, token: str) -> Conversation:
    """The conversation, for whoever holds its token.

    Raises:
        NotFoundError: it does not exist, or the token is another one's; the two look alike.
    """
    conversation = await ConversationRepository(session).find(conversation_id)
    if conversation is None or not await _opens(session, conversation, hash_token(token)):
        raise NotFoundError("conversation_missing", "Konversationen finns inte.")
    return conversation


async def _opens(session: AsyncSession, conversation: Conversation, token_hash: bytes) -> bool:
    if hmac.compare_digest(conversation.token_hash, token_hash):
        return True
    key = await session.get(FurtherKey, token_hash)
    return key is not None and key.conversation_id == conversation.id


def add_key(session: AsyncSession, conversation: Conversation, now: datetime) -> str:
    """A further token, for another browser of the same resident."""
    token = secrets.token_urlsafe(32)
    ConversationRepository(session).add(
        FurtherKey(token_hash=hash_token(token), conversation_id=conversation.id, created_at=now)
    )
    return token


def storable_text(text: str) -> str:
    """What a person wrote, as it may be stored: readable, not too long, personal numbers masked.

    Raises:
        InvalidError: `text_empty` or `text_too_long`.
    """
    try:
        return mask(clean_text(text))
    except EmptyTextError:
        raise InvalidError("text_empty", "Skriv något först, sedan kan du skicka.") from None
    except TooLongTextError:
        raise InvalidError(
            "text_too_long",
            f"Meddelandet är för långt. Det får vara högst {MAX_CHARACTERS} tecken. Dela upp det i flera meddelanden.",
            max_characters=MAX_CHARACTERS,
        ) from None


async def write_as_resident(session: AsyncSession, conversation_id: UUID, message: MessageCreate, now: datetime) -> int:
    """Stores what the resident wrote. Returns its number.

    If the bot owns the conversation, it shall answer; else it only reads the message, for danger.

    Sending the same `client_id` again changes nothing and returns the same number.

    Raises:
        InvalidError: the text cannot be stored.
        ConflictError: `client_id_reused` for another text, `conversation_closed`.
    """
    text = storable_text(message.text)
    repository = ConversationRepository(session)
    conversation = await repository.get_for_update(conversation_id)
    earlier = await find_earlier(session, conversation_id, Author.RESIDENT, message.client_id, text)
    if earlier is not None:
        return earlier.seq
    if conversation.state == State.CLOSED:
        raise ConflictError("conversation_closed", "Samtalet är avslutat. Börja ett nytt samtal.", state=State.CLOSED)
    is_for_bot = conversation.state == State.WITH_BOT
    stored = await repository.append(
        conversation,
        author=Author.RESIDENT,
        kind="text",
        text=text,
        client_id=message.client_id,
        choice=message.choice,
        bot_work=BotWork.PENDING if is_for_bot else BotWork.UNREAD,
        created_at=now,
    )
    live.publish(session, live.BOT_WORK if is_for_bot else live.BOT_READING)
    return stored.seq


async def find_earlier(
    session: AsyncSession, conversation_id: UUID, author: Author, client_id: str, text: str
) -> Message | None:
    """The message that was stored under this client id, if any.

    Raises:
        ConflictError: `client_id_reused`; it was another text.
    """
    earlier = await ConversationRepository(session).find_by_client_id(conversation_id, author, client_id)
    if earlier is not None and earlier.text != text:
        raise ConflictError("client_id_reused", "Meddelandets id har redan använts för en annan text.", seq=earlier.seq)
    return earlier


async def advance(
    session: AsyncSession,
    conversation: Conversation,
    event: Event,
    actor: Actor,
    now: datetime,
    *,
    reason: str | None = None,
    case_reference: str | None = None,
    evidence: dict[str, Any] | None = None,
) -> ConversationEvent:
    """One step of the handover protocol: moves a locked conversation on, and tells everyone who looks at it.

    `evidence` is identifiers, states and numbers; never what was said.

    Raises:
        ConflictError: `state_forbids`, with the current state and version.
        ActorNotAllowedError: a fault in our own code.
    """
    require_may_cause(actor.kind, event)
    before = State(conversation.state)
    try:
        after = next_state(before, event)
    except TransitionNotAllowedError:
        raise ConflictError(
            "state_forbids", "Det går inte, eftersom läget har ändrats.", state=before, version=conversation.version
        ) from None
    conversation.state = after
    conversation.version += 1
    if after is State.CLOSED and before is not State.CLOSED:
        conversation.closed_at = now
    if before is State.WITH_BOT and after is not State.WITH_BOT:
        await _stop_the_bot(session, conversation, after)
    live.publish(session, live.conversation_signal(conversation.id))
    step = ConversationEvent(
        conversation_id=conversation.id,
        version=conversation.version,
        seq=conversation.last_seq,
        event=event,
        before=before,
        after=after,
        actor_kind=actor.kind,
        actor_id=actor.id,
        reason=reason,
        case_reference=case_reference,
        evidence=evidence or {},
        at=now,
    )
    ConversationRepository(session).add(step)
    await webhooks.announce(session, step)
    audit.record(
        session,
        actor,
        event,
        subject_kind="conversation",
        subject_id=str(conversation.id),
        at=now,
        before=before,
        after=after,
        version=conversation.version,
    )
    return step


def require_version(conversation: Conversation, version: int | None) -> None:
    """That whoever decides has seen the present state; no version means that the caller does not care.

    Raises:
        ConflictError: `stale_version`, with the current state and version.
    """
    if version is not None and version != conversation.version:
        raise ConflictError(
            "stale_version",
            "Läget har ändrats sedan du såg det. Titta igen innan du går vidare.",
            state=conversation.state,
            version=conversation.version,
        )


async def _stop_the_bot(session: AsyncSession, conversation: Conversation, state: State) -> None:
    """What it has not answered is still read for danger, if a person is waited for: nobody else has read it yet."""
    leave = BotWork.DROPPED if state is State.CLOSED else BotWork.UNREAD
    await ConversationRepository(session).stop_answering(conversation.id, leave)
    live.publish(session, live.BOT_READING)


async def store_turn(session: AsyncSession, conversation_id: UUID, message_id: UUID, turn: Turn, now: datetime) -> None:
    """Stores the bot's replies to a message, unless a person has taken over meanwhile or they are already stored."""
    work = await _answerable(session, conversation_id, message_id)
    if work is None:
        return
    conversation, message = work
    note_language(conversation, turn.understanding.language)
    for reply in turn.replies:
        if reply.kind in ALREADY_TOLD:
            # A case would have closed the work on this message; none came, so the promise in the reply is empty.
            await _say_that_bot_is_silent(session, conversation, message, now, problem="handover_without_case")
        elif not may_be_said(reply.kind, reply.rosa_level) or not (reply.text or "").strip():
            await _say_that_bot_is_silent(session, conversation, message, now, problem="reply_not_allowed")
        else:
            await _append_reply(session, conversation, message, reply, turn, now)
    message.bot_work = BotWork.DONE
    message.bot_lease_until = None


def note_language(conversation: Conversation, language: str | None) -> None:
    """The conversation has the language of its latest message that shows one; of others the bot says the same again."""
    if language:
        conversation.language = language


async def store_bot_failure(session: AsyncSession, conversation_id: UUID, message_id: UUID, now: datetime) -> None:
    """The bot gave up on a message: the resident is told so, and offered a person."""
    work = await _answerable(session, conversation_id, message_id)
    if work is None:
        return
    conversation, message = work
    await _say_that_bot_is_silent(session, conversation, message, now, problem="bot_unavailable")
    message.bot_work = BotWork.DONE
    message.bot_lease_until = None


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
    }
    await ConversationRepository(session).append(
        conversation, author=Author.BOT, kind=reply.kind, text=reply.text, payload=payload, created_at=now
    )


async def _answerable(
    session: AsyncSession, conversation_id: UUID, message_id: UUID
) -> tuple[Conversation, Message] | None:
    """The locked conversation and the message, if the bot still owns the one and still owes an answer to the other."""
    conversation, message = await lock_with_message(session, conversation_id, message_id)
    if message is None:
        return None
    if conversation.state != State.WITH_BOT or message.bot_work != BotWork.PENDING:
        log.info("bot.reply_dropped", conversation_id=str(conversation_id), message_id=str(message_id))
        return None
    return conversation, message


async def lock_with_message(
    session: AsyncSession, conversation_id: UUID, message_id: UUID
) -> tuple[Conversation, Message | None]:
    """The locked conversation, and one of its messages as it is under the lock; None when it is gone."""
    repository = ConversationRepository(session)
    conversation = await repository.get_for_update(conversation_id)
    message = await repository.get_message(message_id)
    if message is not None:
        await session.refresh(message)
    return conversation, message


async def _say_that_bot_is_silent(
    session: AsyncSession, conversation: Conversation, message: Message, now: datetime, *, problem: str
) -> None:
    log.error("bot.failed", problem=problem, conversation_id=str(conversation.id), message_id=str(message.id))
    await ConversationRepository(session).append(
        conversation,
        author=Author.SYSTEM,
        kind="failure",
        text=BOT_SILENT_TEXT,
        payload={"buttons": [PERSON_BUTTON], "problem": problem, "in_reply_to": message.seq},
        created_at=now,
    )
