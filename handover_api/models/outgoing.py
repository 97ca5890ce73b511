"""What is sent to the world outside: e-mail, text messages, webhooks, external case systems."""

from typing import Any

from sqlalchemy import CheckConstraint, Index, String, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from handover_api.models.base import Base, Moment, PrimaryKey, one_of
from handover_api.rules.outgoing import OutgoingState


class Outgoing(Base):
    """Something to send, written in the transaction of what it tells about.

    `payload` holds keys, never what was said.
    """

    __tablename__ = "outgoing"
    __table_args__ = (
        CheckConstraint(one_of("state", OutgoingState), name="state"),
        Index("ix_outgoing_pending", "next_attempt_at", postgresql_where=text("state = 'pending'")),
    )

    id: Mapped[PrimaryKey]
    kind: Mapped[str]
    # What goes the same way waits for the same receiver: one that hangs holds up its own lane alone.
    lane: Mapped[str]
    # The same thing is sent once, however often it is asked for.
    key: Mapped[str] = mapped_column(unique=True)
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(default=OutgoingState.PENDING)
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[Moment]
    # Until this moment one process has it in hand.
    lease_until: Mapped[Moment | None]
    # The code of the last failure, such as `smtp_refused`.
    problem: Mapped[str | None]
    created_at: Mapped[Moment]
    done_at: Mapped[Moment | None]


class WebhookSubscription(Base):
    """A receiver of signed webhooks on case events. Without a list of events it gets all."""

    __tablename__ = "webhook_subscriptions"

    id: Mapped[PrimaryKey]
    url: Mapped[str]
    secret: Mapped[str]
    events: Mapped[list[str]] = mapped_column(ARRAY(String), default=list, server_default=text("'{}'"))
    is_active: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    created_at: Mapped[Moment]


class ReceivedWebhook(Base):
    """The id of a webhook that was accepted; the same id again is a replay."""

    __tablename__ = "received_webhooks"

    id: Mapped[str] = mapped_column(primary_key=True)
    received_at: Mapped[Moment]
