"""Answer groups (svarsgrupper), their opening hours, departments and promised times."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from handover_api.models.base import Base, PrimaryKey

# Minutes after midnight on the clock on the wall in Stockholm; 1440 is the midnight that ends the day.
_MINUTES = "opens_minute >= 0 AND closes_minute <= 1440 AND opens_minute < closes_minute"


class AnswerGroup(Base):
    __tablename__ = "answer_groups"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    # What an agent must know to be offered its cases.
    skills: Mapped[list[str]] = mapped_column(ARRAY(String), default=list, server_default=text("'{}'"))
    is_closed_on_holidays: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    # The group that cases go to when they have waited long enough here, if any.
    overflow_to: Mapped[str | None] = mapped_column(ForeignKey("answer_groups.id"))
    overflow_after_minutes: Mapped[int | None]
    # After so long a wait the resident is offered to leave contact details.
    patience_minutes: Mapped[int] = mapped_column(default=10, server_default=text("10"))
    # When an asynchronous case is to be answered, unless its topic has a time of its own.
    due_working_days: Mapped[int] = mapped_column(default=2, server_default=text("2"))


class OpeningHours(Base):
    """One opening period of a weekday. A group without any is open by those of no group; without those too, always."""

    __tablename__ = "opening_hours"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint(_MINUTES, name="minutes"),
        UniqueConstraint("answer_group", "weekday", "opens_minute", postgresql_nulls_not_distinct=True),
    )

    id: Mapped[PrimaryKey]
    answer_group: Mapped[str | None] = mapped_column(ForeignKey("answer_groups.id"))
    # 0 is Monday.
    weekday: Mapped[int]
    opens_minute: Mapped[int]
    closes_minute: Mapped[int]


class OpeningException(Base):
    """A day unlike the others: closed (no minutes), or open at other times. For one group, or for all (no group)."""

    __tablename__ = "opening_exceptions"
    __table_args__ = (
        CheckConstraint(f"(opens_minute IS NULL AND closes_minute IS NULL) OR ({_MINUTES})", name="minutes"),
        UniqueConstraint("answer_group", "day", postgresql_nulls_not_distinct=True),
    )

    id: Mapped[PrimaryKey]
    answer_group: Mapped[str | None] = mapped_column(ForeignKey("answer_groups.id"))
    day: Mapped[date]
    opens_minute: Mapped[int | None]
    closes_minute: Mapped[int | None]
    # What the resident reads as the reason, such as "Utbildningsdag".
    note: Mapped[str] = mapped_column(default="")


class Department(Base):
    """Whom a case can be forwarded to: by e-mail, or through an external case system."""

    __tablename__ = "departments"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str | None]
    uses_case_system: Mapped[bool] = mapped_column(default=False, server_default=text("false"))


class DueTime(Base):
    """A case type (topic) with a promised time of its own."""

    __tablename__ = "due_times"
    __table_args__ = (CheckConstraint("working_days > 0", name="working_days"),)

    topic: Mapped[str] = mapped_column(ForeignKey("topics.id"), primary_key=True)
    working_days: Mapped[int]
