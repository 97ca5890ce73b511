"""Conversations and their messages."""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, SmallInteger, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from handover_api.models.base import Base, Moment, PrimaryKey, one_of
from handover_api.rules.conversation import Event, State
from handover_api.rules.message import Audience, Author, BotWork


class Conversation(Base):
    __tablename__ = "conversations"
    __table_args__ = (
        CheckConstraint(one_of("state", State), name="state"),
        # For the watchdog: those that people have in hand, out of all that have ever been.
        Index(
            "ix_conversations_in_hand",
            "state",
            postgresql_where=text("state IN ('waiting', 'with_agent', 'asynchronous')"),
        ),
    )

    id: Mapped[PrimaryKey]
    # Only the hash is kept: whoever reads the database cannot speak as the resident.
    token_hash: Mapped[bytes] = mapped_column(LargeBinary)
    # By which whoever knows the case's reference may come back to the conversation from another browser.
    code_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    # That of the resident's latest message that showed one.
    language: Mapped[str]
    # In which the resident has chosen to read the chat; nothing until something is chosen.
    chosen_language: Mapped[str | None]
    state: Mapped[str] = mapped_column(default=State.WITH_BOT)
    version: Mapped[int] = mapped_column(default=1)
    last_seq: Mapped[int] = mapped_column(default=0)
    continues: Mapped[UUID | None] = mapped_column(ForeignKey("conversations.id"))
    # The web site that the chat was opened on (data/sites.yml), and its page, without what follows a "?".
    site: Mapped[str | None]
    came_from: Mapped[str | None]
    # The last message that the resident's page has shown to somebody looking at it, and the last that staff have read.
    read_by_resident: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    read_by_staff: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    created_at: Mapped[Moment]
    closed_at: Mapped[Moment | None]


class ConversationKey(Base):
    """A further token of a conversation, for the resident who came back with the reference and the code."""

    __tablename__ = "conversation_keys"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[Moment]


class ConversationEvent(Base):
    """One step of the handover protocol: who caused what, and what the state was before and after.

    `version` counts from 2 without gaps within the conversation, which begins with version 1. Holds nothing of what was
    said.
    """

    __tablename__ = "conversation_events"
    __table_args__ = (
        UniqueConstraint("conversation_id", "version"),
        CheckConstraint(one_of("event", Event), name="event"),
        CheckConstraint(one_of("before", State), name="before"),
        CheckConstraint(one_of("after", State), name="after"),
    )

    id: Mapped[PrimaryKey]
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    version: Mapped[int]
    # The number of the conversation's last message at that moment.
    seq: Mapped[int]
    event: Mapped[str]
    before: Mapped[str]
    after: Mapped[str]
    actor_kind: Mapped[str]
    actor_id: Mapped[UUID | None]
    reason: Mapped[str | None]
    case_reference: Mapped[str | None] = mapped_column(index=True)
    evidence: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    at: Mapped[Moment]


class Message(Base):
    """`seq` counts from 1 without gaps within the conversation, whoever writes and whoever may read."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("conversation_id", "seq"),
        UniqueConstraint("conversation_id", "author", "client_id"),
        CheckConstraint(one_of("author", Author), name="author"),
        CheckConstraint(one_of("audience", Audience), name="audience"),
        CheckConstraint(f"bot_work IS NULL OR {one_of('bot_work', BotWork)}", name="bot_work"),
        Index("ix_messages_pending", "conversation_id", "seq", postgresql_where=text("bot_work = 'pending'")),
        Index("ix_messages_unread", "conversation_id", "seq", postgresql_where=text("bot_work = 'unread'")),
    )

    id: Mapped[PrimaryKey]
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    seq: Mapped[int]
    author: Mapped[str]
    audience: Mapped[str] = mapped_column(default=Audience.EVERYONE)
    kind: Mapped[str]
    text: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    client_id: Mapped[str | None]
    choice: Mapped[str | None]
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    bot_work: Mapped[str | None]
    # Until this moment one process has the message in hand; after it, another may take it up.
    bot_lease_until: Mapped[Moment | None]
    created_at: Mapped[Moment]


class AnswerFeedback(Base):
    """What the resident said of one of the bot's answers: whether it helped, and what was missing."""

    __tablename__ = "answer_feedback"

    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True)
    has_helped: Mapped[bool]
    missing: Mapped[str | None]
    created_at: Mapped[Moment]


class TranscriptRequest(Base):
    """That the resident asked for the conversation by e-mail, up to a message. Once it is sent the address goes."""

    __tablename__ = "transcript_requests"

    id: Mapped[PrimaryKey]
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    address: Mapped[str | None]
    last_seq: Mapped[int]
    created_at: Mapped[Moment]


class Survey(Base):
    """What the resident said of the whole conversation when it had ended. Every question may be passed over."""

    __tablename__ = "surveys"
    __table_args__ = (
        CheckConstraint("got_help IN ('yes', 'partly', 'no')", name="got_help"),
        CheckConstraint("ease BETWEEN 1 AND 5", name="ease"),
    )

    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True)
    # It opens the questions and nothing of the conversation; none for whoever still has the conversation's own.
    token_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    got_help: Mapped[str | None]
    # From 1, very hard, to 5, very easy.
    ease: Mapped[int | None] = mapped_column(SmallInteger)
    comment: Mapped[str | None]
    asked_at: Mapped[Moment]
    answered_at: Mapped[Moment | None]
