"""All SQL of conversations and messages."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, bindparam, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from handover_api import live, texts
from handover_api.errors import NotFoundError
from handover_api.models import Conversation, ConversationEvent, ConversationKey, Message
from handover_api.rules.conversation import Event
from handover_api.rules.message import Audience, Author, BotWork
from handover_api.texts import _

# How many messages are read at a time, however long a conversation is.
BATCH = 500

_FOR_EVERYONE = Message.audience == Audience.EVERYONE


class Read(NamedTuple):
    """The last messages that each side has read; 0 for none."""

    by_resident: int
    by_staff: int


class ConversationRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, row: Conversation | ConversationEvent | ConversationKey) -> None:
        self._session.add(row)

    async def add_unless_exists(self, **values: Any) -> None:
        await self._session.execute(
            insert(Conversation).values(**values).on_conflict_do_nothing(index_elements=[Conversation.id])
        )

    async def find(self, conversation_id: UUID) -> Conversation | None:
        return await self._session.get(Conversation, conversation_id)

    async def get_for_update(self, conversation_id: UUID) -> Conversation:
        """The conversation, locked: whoever decides who owns it, or adds to it, goes one at a time.

        Raises:
            NotFoundError
        """
        conversation = await self._session.scalar(
            select(Conversation)
            .where(Conversation.id == conversation_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        if conversation is None:
            raise NotFoundError("conversation_missing", _("Konversationen finns inte."))
        return conversation

    async def find_free_for_update(self, conversation_id: UUID) -> Conversation | None:
        """The same, unless somebody has it in hand this moment: for work that can as well be done a little later."""
        return await self._session.scalar(
            select(Conversation)
            .where(Conversation.id == conversation_id)
            .with_for_update(skip_locked=True)
            .execution_options(populate_existing=True)
        )

    async def append(self, conversation: Conversation, **values: Any) -> Message:
        """Adds a message with the next number. The conversation must be locked (`get_for_update`).

        A resident's page marks what we say ourselves with the language that was spoken (`texts.speaking`).
        """
        if values["author"] == Author.SYSTEM and texts.interface_language() != texts.SOURCE:
            values["payload"] = {**values.get("payload", {}), "language": texts.interface_language()}
        conversation.last_seq += 1
        message = Message(conversation_id=conversation.id, seq=conversation.last_seq, **values)
        self._session.add(message)
        await self._session.flush()  # The key comes from the database, and callers link to it.
        live.publish(self._session, live.conversation_signal(conversation.id))
        return message

    async def raise_read_by_resident(self, conversation_id: UUID, seq: int) -> bool:
        """Whether the resident has read further than was known; never further than there is anything to read."""
        return await self._raise(Conversation.read_by_resident, conversation_id, seq)

    async def raise_read_by_staff(self, conversation_id: UUID, seq: int) -> bool:
        return await self._raise(Conversation.read_by_staff, conversation_id, seq)

    async def _raise(self, column: InstrumentedAttribute[int], conversation_id: UUID, seq: int) -> bool:
        raised = await self._session.execute(
            update(Conversation)
            .where(Conversation.id == conversation_id, column < func.least(seq, Conversation.last_seq))
            .values({column: func.least(seq, Conversation.last_seq)})
            .returning(Conversation.id)
            .execution_options(synchronize_session=False)
        )
        return raised.first() is not None

    async def find_read(self, conversation_id: UUID) -> Read:
        row = await self._session.execute(
            select(Conversation.read_by_resident, Conversation.read_by_staff).where(Conversation.id == conversation_id)
        )
        return Read(*row.one())

    async def find_by_client_id(self, conversation_id: UUID, author: Author, client_id: str) -> Message | None:
        return await self._session.scalar(
            select(Message).where(
                Message.conversation_id == conversation_id, Message.author == author, Message.client_id == client_id
            )
        )

    async def list_for_resident(self, conversation_id: UUID, after: int, limit: int = BATCH) -> list[Message]:
        """The first messages after a number that the resident may read.

        This and `list_latest_for_resident` are the only ways of messages to a resident, so that no note to staff slips
        out.
        """
        return await self._list(_in_order(conversation_id, after, limit).where(_FOR_EVERYONE))

    async def list_for_staff(self, conversation_id: UUID, after: int, limit: int = BATCH) -> list[Message]:
        return await self._list(_in_order(conversation_id, after, limit))

    async def list_latest_for_resident(self, conversation_id: UUID, limit: int) -> list[Message]:
        """The latest messages that the resident may read, in the order in which they were written."""
        return (await self._list(_latest(conversation_id, limit).where(_FOR_EVERYONE)))[::-1]

    async def list_latest_for_staff(self, conversation_id: UUID, limit: int) -> list[Message]:
        return (await self._list(_latest(conversation_id, limit)))[::-1]

    async def _list(self, statement: Select[Message]) -> list[Message]:
        return list(await self._session.scalars(statement))

    async def find_latest_by(
        self, conversation_id: UUID, author: Author, *, for_resident: bool = False
    ) -> Message | None:
        """The latest that somebody has written; `for_resident` leaves out what only staff read."""
        statement = _latest(conversation_id, 1).where(Message.author == author)
        return await self._session.scalar(statement.where(_FOR_EVERYONE) if for_resident else statement)

    async def find_seq_of_latest(self, conversation_id: UUID, events: Iterable[Event]) -> int:
        """The number of the conversation's last message when the latest of these events happened; 0 for none."""
        seq = await self._session.scalar(
            select(func.max(ConversationEvent.seq)).where(
                ConversationEvent.conversation_id == conversation_id, ConversationEvent.event.in_(events)
            )
        )
        return seq or 0

    async def get_message(self, message_id: UUID) -> Message | None:
        return await self._session.get(Message, message_id)

    async def stop_answering(self, conversation_id: UUID, leave: BotWork) -> None:
        """What the bot has not answered yet, it shall not answer; this is left to do instead."""
        await self._session.execute(
            update(Message)
            .where(Message.conversation_id == conversation_id, Message.bot_work == BotWork.PENDING)
            .values(bot_work=leave, bot_lease_until=None)
        )

    async def has_message_about(self, conversation_id: UUID, kind: str, topic: str) -> bool:
        """Whether the bot has said something of this kind about the topic."""
        return bool(
            await self._session.scalar(
                select(
                    exists().where(
                        Message.conversation_id == conversation_id,
                        Message.author == Author.BOT,
                        Message.kind == kind,
                        Message.payload["topic"].astext == topic,
                    )
                )
            )
        )

    async def has_kind(self, conversation_id: UUID, kind: str) -> bool:
        """Whether the service has said something of this kind in the conversation."""
        return bool(
            await self._session.scalar(
                select(
                    exists().where(
                        Message.conversation_id == conversation_id,
                        Message.author == Author.SYSTEM,
                        Message.kind == kind,
                    )
                )
            )
        )

    async def has_work(self, conversation_id: UUID, work: BotWork) -> bool:
        """Whether the bot has anything of this kind left to do in the conversation."""
        return bool(
            await self._session.scalar(
                select(
                    exists().where(
                        Message.conversation_id == conversation_id,
                        Message.bot_work == bindparam("work", work, literal_execute=True),
                    )
                )
            )
        )

    async def list_conversations_with_work(self, work: BotWork, now: datetime) -> list[UUID]:
        """Conversations whose oldest message with this work to do is in nobody's hands."""
        rows = await self._session.scalars(
            select(Message.conversation_id)
            .where(Message.bot_work == bindparam("work", work, literal_execute=True))
            .group_by(Message.conversation_id)
            .having(func.coalesce(func.max(Message.bot_lease_until), now) <= now)
        )
        return list(rows)

    async def take_next(
        self, conversation_id: UUID, work: BotWork, now: datetime, lease_until: datetime
    ) -> tuple[Message, str] | None:
        """Takes the oldest message with this work to do in hand, unless another process has it in hand.

        Returns the message and the conversation's language.
        """
        row = await self._session.execute(_OLDEST_WITH_WORK, {"conversation": conversation_id, "work": work})
        found = row.one_or_none()
        if found is None:
            return None
        message, language = found
        if message.bot_lease_until is not None and message.bot_lease_until > now:
            return None
        message.bot_lease_until = lease_until
        return message, language

    async def renew_leases(self, message_ids: Iterable[UUID], work: BotWork, until: datetime) -> None:
        """Keeps messages in hand, as far as this work with them is still to do.

        Those that somebody is deciding about are passed over: they are about to be done with.
        """
        free = (
            select(Message.id)
            .where(Message.id.in_(message_ids), Message.bot_work == work)
            .with_for_update(skip_locked=True)
        )
        await self._session.execute(
            update(Message)
            .where(Message.id.in_(free))
            .values(bot_lease_until=until)
            .execution_options(synchronize_session=False)
        )


# Put together once: building a statement costs more than running it.
_OLDEST_WITH_WORK = (
    select(Message, Conversation.language)
    .join(Conversation, Conversation.id == Message.conversation_id)
    .where(
        Message.conversation_id == bindparam("conversation"),
        # Written out, because only then PostgreSQL always sees that the index of such work will do; otherwise it may
        # read the conversation from its beginning.
        Message.bot_work == bindparam("work", literal_execute=True),
    )
    .order_by(Message.seq)
    .limit(1)
    # It waits for whoever is deciding about the message; passing it over would answer the next one first.
    .with_for_update(of=Message)
)


def _in_order(conversation_id: UUID, after: int, limit: int) -> Select[Message]:
    return (
        select(Message)
        .where(Message.conversation_id == conversation_id, Message.seq > after)
        .order_by(Message.seq)
        .limit(limit)
    )


def _latest(conversation_id: UUID, limit: int) -> Select[Message]:
    """The latest first."""
    return select(Message).where(Message.conversation_id == conversation_id).order_by(Message.seq.desc()).limit(limit)
