"""Cases (ärenden): a person's responsibility for a conversation."""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from handover_api.models.base import Base, Moment, PrimaryKey, one_of
from handover_api.rules.case import CaseState, Priority, Reason


class Case(Base):
    __tablename__ = "cases"
    __table_args__ = (
        CheckConstraint(one_of("state", CaseState), name="state"),
        CheckConstraint(one_of("priority", Priority), name="priority"),
        CheckConstraint(one_of("reason", Reason), name="reason"),
        CheckConstraint("(state = 'assigned') <= (owner_id IS NOT NULL)", name="assigned_has_owner"),
        CheckConstraint("(state = 'waiting') <= (owner_id IS NULL)", name="waiting_has_no_owner"),
        Index("uq_cases_open_conversation", "conversation_id", unique=True, postgresql_where=text("state <> 'closed'")),
        Index(
            "ix_cases_queue",
            "answer_group",
            "priority_rank",
            "waiting_since",
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_cases_owner", "owner_id", postgresql_where=text("state = 'assigned'")),
    )

    id: Mapped[PrimaryKey]
    reference: Mapped[str] = mapped_column(unique=True)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id"))
    state: Mapped[str] = mapped_column(default=CaseState.WAITING)
    priority: Mapped[str]
    priority_rank: Mapped[int]
    answer_group: Mapped[str]
    topic: Mapped[str | None]
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    reason: Mapped[str]
    resolution: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Moment]
    waiting_since: Mapped[Moment]
    claimed_at: Mapped[Moment | None]
    closed_at: Mapped[Moment | None]


class Handover(Base):
    """Each time a person was asked for, with what the bot knew then. One message can ask only once."""

    __tablename__ = "handovers"
    __table_args__ = (UniqueConstraint("message_id"), CheckConstraint(one_of("reason", Reason), name="reason"))

    id: Mapped[PrimaryKey]
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    message_id: Mapped[UUID | None] = mapped_column(ForeignKey("messages.id"))
    reason: Mapped[str]
    evidence: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[Moment]


class CaseNumber(Base):
    """The last number given out each year."""

    __tablename__ = "case_numbers"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]
