"""What a lead switches for everybody at once: the crisis message, and the bot off. Rows stay, to tell what was when."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from handover_api.models.base import Base, Moment, PrimaryKey


class CrisisMessage(Base):
    """What every resident reads above the chat (krismeddelande) until it is ended. One at a time."""

    __tablename__ = "crisis_messages"
    __table_args__ = (
        Index(
            "uq_crisis_messages_shown",
            "ended_at",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
            postgresql_nulls_not_distinct=True,
        ),
    )

    id: Mapped[PrimaryKey]
    text: Mapped[str]
    # The same in English; empty when there is none.
    text_en: Mapped[str] = mapped_column(default="", server_default="")
    shown_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    shown_at: Mapped[Moment]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    ended_at: Mapped[Moment | None]


class BotSwitch(Base):
    """The bot is off, for one answer group or for all (no group), until somebody switches it on again."""

    __tablename__ = "bot_switches"
    __table_args__ = (
        Index(
            "uq_bot_switches_off",
            "answer_group",
            unique=True,
            postgresql_where=text("on_at IS NULL"),
            postgresql_nulls_not_distinct=True,
        ),
    )

    id: Mapped[PrimaryKey]
    answer_group: Mapped[str | None] = mapped_column(ForeignKey("answer_groups.id"))
    reason: Mapped[str]
    off_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    off_at: Mapped[Moment]
    on_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    on_at: Mapped[Moment | None]
