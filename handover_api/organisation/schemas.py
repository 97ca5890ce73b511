"""The shapes of answer groups, opening hours and availability over JSON."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from handover_api.rules.opening_hours import Period

MOST_PERIODS_A_WEEK = 70
MAX_NOTE_CHARACTERS = 200

GroupId = Annotated[str, Field(pattern=r"^[a-z0-9-]+$", max_length=50)]
WallTime = Annotated[
    str,
    Field(
        pattern=r"^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$",
        description="The time on the wall in Stockholm, such as 08:00; 24:00 is the midnight that ends the day.",
        examples=["08:00"],
    ),
]


class AvailabilityRead(BaseModel):
    """`agents_present`: at the desk and not on a break. `opens_at`: of a closed group; null when nobody knows.
    `note`: why it is closed on a day when it is usually open.
    """

    is_open: bool
    agents_present: int
    opens_at: datetime | None
    note: str


class AnswerGroupRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str
    skills: list[str]
    is_closed_on_holidays: bool
    overflow_to: str | None
    overflow_after_minutes: int | None
    patience_minutes: int
    due_working_days: int
    availability: AvailabilityRead


class PromiseRead(AvailabilityRead):
    """What the action server needs to promise no more than is true. `is_staffed`: somebody can answer right away.
    `opens_in_words`: to be said after "Vi öppnar", such as "i morgon klockan 8.00"; empty when nobody knows.
    """

    answer_group: str
    is_staffed: bool
    opens_in_words: str


class OpeningPeriod(BaseModel):
    weekday: Annotated[int, Field(ge=0, le=6, description="0 is Monday")]
    opens: WallTime
    closes: WallTime

    @property
    def period(self) -> Period:
        return Period(minute_of(self.opens), minute_of(self.closes))


class OpeningWeek(BaseModel):
    """The whole week of one answer group, or of all that have none of their own (null)."""

    answer_group: GroupId | None = None
    periods: Annotated[list[OpeningPeriod], Field(max_length=MOST_PERIODS_A_WEEK)]


class OpeningExceptionCreate(BaseModel):
    """A day unlike the others: without times it is closed. For one answer group, or for all (null)."""

    answer_group: GroupId | None = None
    day: date
    opens: WallTime | None = None
    closes: WallTime | None = None
    note: Annotated[str, Field(max_length=MAX_NOTE_CHARACTERS)] = ""


class OpeningExceptionRead(OpeningExceptionCreate):
    id: UUID


def minute_of(time: str) -> int:
    """The minute after midnight of a `WallTime`."""
    hours, minutes = time.split(":")
    return int(hours) * 60 + int(minutes)


def wall_time(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
