"""Cases (ärenden): a person's responsibility for a conversation."""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from handover_api.models.base import Base, Moment, PrimaryKey, one_of
from handover_api.rules.access import OpeningReason
from handover_api.rules.case import CaseChannel, CaseState, Priority, Reason
from handover_api.rules.contact import Channel
from handover_api.rules.presence import OfferOutcome


class Case(Base):
    __tablename__ = "cases"
    __table_args__ = (
        CheckConstraint(one_of("state", CaseState), name="state"),
        CheckConstraint(one_of("priority", Priority), name="priority"),
        CheckConstraint(one_of("reason", Reason), name="reason"),
        CheckConstraint(one_of("channel", CaseChannel), name="channel"),
        CheckConstraint("rosa_level BETWEEN 1 AND 8", name="rosa_level"),
        CheckConstraint("(category IS NOT NULL) <= (category_area IS NOT NULL)", name="category_has_area"),
        CheckConstraint("(channel <> 'chat') <= (state = 'closed')", name="registered_is_closed"),
        CheckConstraint("(state = 'assigned') <= (owner_id IS NOT NULL)", name="assigned_has_owner"),
        CheckConstraint("(state = 'forwarded') <= (owner_id IS NOT NULL)", name="forwarded_has_owner"),
        CheckConstraint("(state = 'forwarded') <= (department IS NOT NULL)", name="forwarded_has_department"),
        CheckConstraint("(state = 'forwarded') <= (follow_up_at IS NOT NULL)", name="forwarded_has_follow_up"),
        CheckConstraint("(state = 'waiting') <= (owner_id IS NULL)", name="waiting_has_no_owner"),
        Index("uq_cases_open_conversation", "conversation_id", unique=True, postgresql_where=text("state <> 'closed'")),
        Index(
            "ix_cases_queue",
            "answer_group",
            "priority_rank",
            "waiting_since",
            "id",
            postgresql_where=text("state = 'waiting'"),
        ),
        Index(
            "ix_cases_whole_queue", "priority_rank", "waiting_since", "id", postgresql_where=text("state = 'waiting'")
        ),
        Index("ix_cases_owner", "owner_id", postgresql_where=text("state IN ('assigned', 'forwarded')")),
        Index("ix_cases_follow_up", "follow_up_at", postgresql_where=text("state IN ('assigned', 'forwarded')")),
        Index("ix_cases_with_leads", "due_at", postgresql_where=text("follow_up_level = 2 AND state <> 'closed'")),
        # For the leads' wall, out of all cases that have ever been.
        Index("ix_cases_waiting_since", "waiting_since"),
        Index("ix_cases_due_at", "due_at", postgresql_where=text("due_at IS NOT NULL")),
        Index("ix_cases_due", "due_at", postgresql_where=text("state IN ('waiting', 'assigned')")),
        Index("ix_cases_registered", "owner_id", "created_at", postgresql_where=text("channel <> 'chat'")),
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
    # What an agent must know to be offered it.
    skills: Mapped[list[str]] = mapped_column(ARRAY(String), default=list, server_default=text("'{}'"))
    # The answer groups under whose secrecy it is; whoever is to see it must have all of them (rules/access.py).
    secrecy_classes: Mapped[list[str]] = mapped_column(ARRAY(String), default=list, server_default=text("'{}'"))
    # The department that a forwarded case lies with, and its number in that department's own system.
    department: Mapped[str | None] = mapped_column(ForeignKey("departments.id"))
    external_id: Mapped[str | None]
    related_to: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id"), index=True)
    resolution: Mapped[str | None]
    channel: Mapped[str] = mapped_column(default=CaseChannel.CHAT, server_default=text("'chat'"))
    # What it turned out to be about, as whoever closed it says; `topic` is what the bot believed. Without a topic it is
    # something else in the area.
    category_area: Mapped[str | None]
    category: Mapped[str | None] = mapped_column(ForeignKey("topics.id"))
    rosa_level: Mapped[int | None] = mapped_column(SmallInteger)
    created_at: Mapped[Moment]
    waiting_since: Mapped[Moment]
    # When it came to the answer group that it waits in now; time in an earlier group does not count for overflow.
    in_group_since: Mapped[Moment]
    # How many stood before it, and it, when it began to wait.
    started_at_position: Mapped[int | None]
    claimed_at: Mapped[Moment | None]
    # When the resident was told, while waiting, that the answer can be sent instead.
    contact_offered_at: Mapped[Moment | None]
    # When the answer is promised, for a case that nobody sits and waits for.
    due_at: Mapped[Moment | None]
    follow_up_at: Mapped[Moment | None]
    # How often a forwarded case has come back unanswered: once to its owner, the second time to the leads.
    follow_up_level: Mapped[int] = mapped_column(default=0, server_default=text("0"))
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


class ContactDetails(Base):
    """How the resident of a case wants to be answered."""

    __tablename__ = "contact_details"
    __table_args__ = (
        CheckConstraint(one_of("channel", Channel), name="channel"),
        CheckConstraint("(channel = 'anonymous') = (address IS NULL)", name="address_of_channel"),
        Index("ix_contact_details_address", "channel", "address"),
    )

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True)
    channel: Mapped[str]
    # An e-mail address, or a telephone number as in +46701234567.
    address: Mapped[str | None]
    name: Mapped[str | None]
    created_at: Mapped[Moment]


class LeftDetails(Base):
    """What the resident left in answer to an agent's question: for what the question says, and nothing else."""

    __tablename__ = "left_details"
    __table_args__ = (CheckConstraint("coalesce(email, telephone, name) IS NOT NULL", name="something_left"),)

    # The resident's answer; what was left goes with it.
    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True)
    email: Mapped[str | None]
    # As in +46701234567.
    telephone: Mapped[str | None]
    name: Mapped[str | None]
    created_at: Mapped[Moment]


class Offer(Base):
    """A waiting case that an agent has been asked to take. A case is offered to one agent at a time."""

    __tablename__ = "offers"
    __table_args__ = (
        CheckConstraint(one_of("outcome", OfferOutcome), name="outcome"),
        Index("uq_offers_open_case", "case_id", unique=True, postgresql_where=text("outcome = 'open'")),
        Index("ix_offers_open_staff", "staff_id", postgresql_where=text("outcome = 'open'")),
        Index("ix_offers_latest", "staff_id", "offered_at"),
    )

    id: Mapped[PrimaryKey]
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    outcome: Mapped[str] = mapped_column(default=OfferOutcome.OPEN)
    offered_at: Mapped[Moment]
    expires_at: Mapped[Moment]


class CaseOpening(Base):
    """That somebody has said why they read a case that is not their own."""

    __tablename__ = "case_openings"
    __table_args__ = (
        CheckConstraint(one_of("reason", OpeningReason), name="reason"),
        CheckConstraint("note IS NULL OR reason = 'other'", name="note_of_reason"),
        Index("ix_case_openings_latest", "case_id", "staff_id", "at"),
    )

    id: Mapped[PrimaryKey]
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    reason: Mapped[str]
    note: Mapped[str | None]
    at: Mapped[Moment]


class QueueWait(Base):
    """How long somebody waited, once it is known: from a place in the queue to an agent."""

    __tablename__ = "queue_waits"
    __table_args__ = (Index("ix_queue_waits_latest", "answer_group", "claimed_at"),)

    id: Mapped[PrimaryKey]
    answer_group: Mapped[str]
    position: Mapped[int]
    entered_at: Mapped[Moment]
    claimed_at: Mapped[Moment]
