"""Conversations: beginning, writing, reading, and the steps of the protocol."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from handover_api import live
from handover_api.agents.service import hash_token
from handover_api.audit import service as audit
from handover_api.audit.service import Actor
from handover_api.conversations.repository import ConversationRepository
from handover_api.conversations.return_code import code_for, hash_code
from handover_api.conversations.schemas import MessageCreate
from handover_api.errors import ConflictError, InvalidError, NotFoundError
from handover_api.models import Conversation, ConversationEvent, Message
from handover_api.models import ConversationKey as FurtherKey
from handover_api.outgoing import webhooks
from handover_api.rules.conversation import (
    Event,
    State,
    TransitionNotAllowedError,
    may_bot_answer,
    next_state,
    stops_the_bot,
)
from handover_api.rules.message import MAX_CHARACTERS, Author, BotWork, EmptyTextError, TooLongTextError, clean_text
from handover_api.rules.personal_data import mask
from handover_api.rules.protocol import require_may_cause
from handover_api.texts import _

# Whom a message is written to, when it is the bot although a person is waited for.
TO_BOT = "bot"


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
    session: AsyncSession,
    key: ConversationKey,
    *,
    language: str,
    now: datetime,
    continues: Conversation | None,
    chosen_language: str | None = None,
    site: str | None = None,
    came_from: str | None = None,
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
        chosen_language=chosen_language,
        site=site,
        came_from=came_from,
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
        raise NotFoundError("conversation_missing", _("Konversationen finns inte."))
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
        raise InvalidError("text_empty", _("Skriv något först, sedan kan du skicka.")) from None
    except TooLongTextError:
        raise InvalidError(
            "text_too_long",
            _("Meddelandet är för långt. Det får vara högst {count} tecken. Dela upp det i flera meddelanden.").format(
                count=MAX_CHARACTERS
            ),
            max_characters=MAX_CHARACTERS,
        ) from None


async def write_as_resident(session: AsyncSession, conversation_id: UUID, message: MessageCreate, now: datetime) -> int:
    """Stores what the resident wrote. Returns its number.

    If the bot owns the conversation, or is asked by a resident who waits, it shall answer; else it only reads the
    message, for danger.

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
        raise ConflictError(
            "conversation_closed", _("Samtalet är avslutat. Börja ett nytt samtal."), state=State.CLOSED
        )
    state, is_asked = State(conversation.state), message.to == TO_BOT
    is_for_bot = may_bot_answer(state, is_asked=is_asked)
    stored = await repository.append(
        conversation,
        author=Author.RESIDENT,
        kind="text",
        text=text,
        client_id=message.client_id,
        choice=message.choice,
        payload={"to": TO_BOT} if is_for_bot and state is State.WAITING else {},
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
        raise ConflictError(
            "client_id_reused", _("Meddelandets id har redan använts för en annan text."), seq=earlier.seq
        )
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
            "state_forbids", _("Det går inte, eftersom läget har ändrats."), state=before, version=conversation.version
        ) from None
    conversation.state = after
    conversation.version += 1
    if after is State.CLOSED and before is not State.CLOSED:
        conversation.closed_at = now
    if stops_the_bot(before, after):
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


def note_language(conversation: Conversation, language: str | None) -> None:
    """The conversation has the language of its latest message that shows one; of others the bot says the same again."""
    if language:
        conversation.language = language


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
