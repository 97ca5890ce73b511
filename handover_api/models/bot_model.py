"""Trained models, what has become of them, and the trainings. The archives are files (bot_models.archives)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Identity, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from handover_api.models.base import Base, Moment, PrimaryKey, one_of
from handover_api.rules.bot_model import ModelDeed, ModelOrigin, ModelState
from handover_api.rules.training import UNFINISHED, TrainingState

_UNFINISHED = f"state IN ({', '.join(f"'{state}'" for state in sorted(UNFINISHED))})"


class BotModel(Base):
    """A model that the bot can answer with. Its archive has the checksum as its name."""

    __tablename__ = "bot_models"
    __table_args__ = (
        CheckConstraint(one_of("state", ModelState), name="state"),
        CheckConstraint(one_of("origin", ModelOrigin), name="origin"),
        Index("uq_bot_models_serving", "state", unique=True, postgresql_where=text("state = 'serving'")),
    )

    id: Mapped[PrimaryKey]
    sha256: Mapped[str] = mapped_column(unique=True)
    size: Mapped[int] = mapped_column(BigInteger)
    origin: Mapped[str]
    state: Mapped[str]
    # What it was learned from, as the training names it: the same for the same phrases, articles and settings.
    content_version: Mapped[str]
    # Of the training itself: bot_models.archives.read_measures.
    measures: Mapped[dict[str, Any]] = mapped_column(JSONB)
    stored_at: Mapped[Moment]
    # Who asked for its training; None for one that came with the program.
    trained_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    # Who put it in use; None when nobody has, or when it was used because nothing else was.
    used_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class BotModelEvent(Base):
    """The history of the models. Rows are never changed."""

    __tablename__ = "bot_model_events"
    __table_args__ = (CheckConstraint(one_of("deed", ModelDeed), name="deed"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    model_id: Mapped[UUID] = mapped_column(ForeignKey("bot_models.id"), index=True)
    deed: Mapped[str]
    at: Mapped[Moment]
    # None: the system itself.
    by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    reason: Mapped[str]


class BotFollower(Base):
    """A serving process of the bot, and the model that it answers with."""

    __tablename__ = "bot_followers"

    process: Mapped[UUID] = mapped_column(primary_key=True)
    sha256: Mapped[str]
    heard_at: Mapped[Moment]


class TrainingRun(Base):
    """One training, from the button to a model or to the reason why there is none."""

    __tablename__ = "training_runs"
    __table_args__ = (
        CheckConstraint(one_of("state", TrainingState), name="state"),
        CheckConstraint(f"({_UNFINISHED}) = (ended_at IS NULL)", name="ended"),
        CheckConstraint("(state = 'done') = (model_id IS NOT NULL)", name="model"),
        # One at a time: a second would learn the same.
        Index(
            "uq_training_runs_unfinished",
            "ended_at",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
            postgresql_nulls_not_distinct=True,
        ),
    )

    id: Mapped[PrimaryKey]
    state: Mapped[str]
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    asked_at: Mapped[Moment]
    started_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    # The trainer's latest sign of life.
    heard_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    step: Mapped[str] = mapped_column(default="", server_default="")
    expected_seconds: Mapped[int | None]
    # Why it failed, in sentences, each with the topic that it is about, if it is about one.
    problems: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, server_default=text("'[]'"))
    model_id: Mapped[UUID | None] = mapped_column(ForeignKey("bot_models.id"))
