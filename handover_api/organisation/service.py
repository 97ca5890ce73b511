"""Who could answer now, when the next time is, and when an answer can be promised."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.agents.presence import count_present
from handover_api.models import AnswerGroup, OpeningException, OpeningHours
from handover_api.organisation.holidays import holiday_name
from handover_api.organisation.repository import OrganisationRepository
from handover_api.rules.case import DEFAULT_ANSWER_GROUP
from handover_api.rules.opening_hours import OpeningCalendar, Period, SpecialDay


@dataclass(frozen=True)
class Availability:
    is_open: bool
    # Agents at the desk who take the group's cases; they may all be busy, but none of them has a break.
    agents_present: int
    # The next opening of a group that is closed; None when it is open, or when no opening is in sight.
    opens_at: datetime | None
    # Why it is closed on a day when it is usually open: a holiday's name, or what the staff have written.
    note: str

    @property
    def is_staffed(self) -> bool:
        """Somebody is there who can answer while the resident waits."""
        return self.is_open and self.agents_present > 0


class Calendars:
    """The opening hours of every group."""

    def __init__(
        self, groups: list[AnswerGroup], hours: list[OpeningHours], exceptions: list[OpeningException]
    ) -> None:
        self._open_on_holidays = {group.id for group in groups if not group.is_closed_on_holidays}
        self._weekly: dict[str | None, dict[int, tuple[Period, ...]]] = defaultdict(dict)
        for row in hours:
            week = self._weekly[row.answer_group]
            week[row.weekday] = (*week.get(row.weekday, ()), Period(row.opens_minute, row.closes_minute))
        self._special: dict[str | None, dict[date, SpecialDay]] = defaultdict(dict)
        for special in exceptions:
            self._special[special.answer_group][special.day] = SpecialDay(period_of(special), special.note)

    def of(self, group: str | None) -> OpeningCalendar:
        """The calendar of a group; of None, and of a group that nobody has heard of, that which holds for all."""
        return OpeningCalendar(
            weekly=self._weekly.get(group) or self._weekly.get(None) or {},
            special_days={**self._special.get(None, {}), **self._special.get(group, {})},
            holiday_name=holiday_name,
            is_closed_on_holidays=group not in self._open_on_holidays,
        )


async def find_group(session: AsyncSession, answer_group: str) -> AnswerGroup:
    """The answer group; one that nobody has set up is an ordinary one."""
    return await OrganisationRepository(session).find_group(answer_group) or AnswerGroup(
        id=answer_group,
        name=answer_group,
        skills=[],
        is_closed_on_holidays=True,
        overflow_to=None,
        overflow_after_minutes=None,
        patience_minutes=10,
        due_working_days=2,
    )


async def read_calendars(session: AsyncSession) -> Calendars:
    repository = OrganisationRepository(session)
    return Calendars(await repository.list_groups(), await repository.list_hours(), await repository.list_exceptions())


async def calendar_of(session: AsyncSession, answer_group: str) -> OpeningCalendar:
    return (await read_calendars(session)).of(answer_group)


async def availability(session: AsyncSession, answer_group: str, now: datetime) -> Availability:
    """Whether somebody answers the group's residents now, and if not, when."""
    calendar = await calendar_of(session, answer_group)
    return await _availability(session, answer_group, calendar, now)


async def list_groups(session: AsyncSession, now: datetime) -> list[tuple[AnswerGroup, Availability]]:
    calendars = await read_calendars(session)
    groups = await OrganisationRepository(session).list_groups()
    return [(group, await _availability(session, group.id, calendars.of(group.id), now)) for group in groups]


async def group_of_topic(session: AsyncSession, topic: str | None) -> str:
    """The answer group that a case about the topic goes to."""
    found = await OrganisationRepository(session).find_group_of_topic(topic) if topic else None
    return found or DEFAULT_ANSWER_GROUP


async def _availability(
    session: AsyncSession, answer_group: str, calendar: OpeningCalendar, now: datetime
) -> Availability:
    is_open = calendar.is_open(now)
    return Availability(
        is_open=is_open,
        agents_present=await count_present(session, answer_group, now),
        opens_at=None if is_open else calendar.next_opening(now),
        note=calendar.closed_because(now),
    )


async def add_working_days(session: AsyncSession, answer_group: str, start: datetime, days: int) -> datetime:
    """By when the group promises what may take so many (at least one) working days: when the last of them closes."""
    return (await calendar_of(session, answer_group)).add_working_days(start, days)


def period_of(special: OpeningException) -> Period | None:
    """When the day is open; None when it is closed."""
    if special.opens_minute is None or special.closes_minute is None:
        return None
    return Period(special.opens_minute, special.closes_minute)
