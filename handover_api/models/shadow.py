"""What a new model would have done with what residents wrote, beside what the model in use did. No words are kept."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from handover_api.models.base import Base, Moment, PrimaryKey, one_of
from handover_api.rules.replies import ReplyKind
from handover_api.rules.shadow import ShadowEnding


class ShadowRun(Base):
    """One period in which a candidate reads beside the model in use."""

    __tablename__ = "shadow_runs"
    __table_args__ = (
        CheckConstraint(one_of("ending", ShadowEnding), name="ending"),
        CheckConstraint("(ending IS NULL) = (ended_at IS NULL)", name="ended"),
        # One at a time: each costs every process of the bot the memory of a model.
        Index(
            "uq_shadow_runs_unfinished",
            "ended_at",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
            postgresql_nulls_not_distinct=True,
        ),
    )

    id: Mapped[PrimaryKey]
    model_id: Mapped[UUID] = mapped_column(ForeignKey("bot_models.id"), index=True)
    # The model in use meanwhile.
    compared_with: Mapped[UUID] = mapped_column(ForeignKey("bot_models.id"))
    begun_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    begun_at: Mapped[Moment]
    ends_at: Mapped[Moment]
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ending: Mapped[str | None]
    # Messages that the bot had no time to read twice.
    dropped: Mapped[int] = mapped_column(default=0, server_default="0")


class ShadowDecision(Base):
    """One message, and what the two models make of it. It goes with the message."""

    __tablename__ = "shadow_decisions"
    __table_args__ = (
        CheckConstraint(one_of("before_kind", ReplyKind), name="before_kind"),
        CheckConstraint(one_of("now_kind", ReplyKind), name="now_kind"),
        # A message that is read anew, by another process too, counts once.
        UniqueConstraint("run_id", "message_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    run_id: Mapped[UUID] = mapped_column(ForeignKey("shadow_runs.id", ondelete="CASCADE"))
    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), index=True)
    at: Mapped[Moment]
    before_kind: Mapped[str]
    before_topic: Mapped[str | None]
    now_kind: Mapped[str]
    now_topic: Mapped[str | None]
    differs: Mapped[bool]
