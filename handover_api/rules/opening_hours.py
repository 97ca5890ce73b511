"""When people answer: weekly hours on the clock on the wall, days unlike the others, and public holidays.

What is said of a day, in this order: its special day, closed on a public holiday, its weekday. Without weekly hours at
all every moment is open, holidays too, and only a special day can close it.

When the clocks change: a period begins the first time that the clock shows its beginning, and ends the last time that
the clock shows its end. A time that the clock jumps over is the moment of the jump. So nobody is let in and out twice
in the hour that comes twice, and a promise of "until 2.30" holds for whoever reads the clock the second time.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LOCAL_TIME = ZoneInfo("Europe/Stockholm")
MINUTES_A_DAY = 24 * 60
# How far ahead an opening is looked for: weekly hours and a long closure fit, and a search always ends.
HORIZON_DAYS = 400
END_OF_OFFICE_HOURS = 17 * 60

_SATURDAY = 5
_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)

HolidayName = Callable[[date], str | None]


@dataclass(frozen=True, order=True)
class Period:
    """Minutes after midnight; 1440 is the midnight that ends the day."""

    opens: int
    closes: int


WHOLE_DAY = Period(0, MINUTES_A_DAY)


@dataclass(frozen=True)
class SpecialDay:
    """A day unlike the others: open in this period, or closed when there is none. `note` is what residents read."""

    period: Period | None
    note: str = ""


@dataclass(frozen=True)
class Day:
    """How one day turned out, and what is special about it: a note of the staff, or a holiday's name."""

    day: date
    periods: tuple[Period, ...]
    reason: str = ""


@dataclass(frozen=True)
class OpeningCalendar:
    """The opening hours of one answer group. `weekly` holds periods by weekday, 0 is Monday; empty means always."""

    weekly: Mapping[int, tuple[Period, ...]]
    special_days: Mapping[date, SpecialDay]
    holiday_name: HolidayName
    is_closed_on_holidays: bool = True
    zone: ZoneInfo = LOCAL_TIME

    def is_open(self, at: datetime) -> bool:
        return any(start <= at < end for start, end in self._spans(self._local_day(at)))

    def next_opening(self, at: datetime) -> datetime | None:
        """The first open moment from `at` on, which is `at` itself when it is open; None within the horizon."""
        first = self._local_day(at)
        for day in _days(first):
            for start, end in self._spans(day):
                if end > at:
                    return max(start, at)
        return None

    def closes_at(self, at: datetime) -> datetime | None:
        """When what is open at this moment closes; None when it is closed now, or stays open beyond the horizon."""
        if not self.is_open(at):
            return None
        reached = at
        for day in _days(self._local_day(at)):
            for start, end in self._spans(day):
                if start > reached:
                    return reached
                reached = max(reached, end)
            if reached < self._moment(day + _DAY, 0):
                return reached
        return None

    def day(self, day: date) -> Day:
        special = self.special_days.get(day)
        holiday = self.holiday_name(day) or ""
        if special is not None:
            periods = (special.period,) if special.period else ()
            return Day(day, periods, special.note or holiday)
        if not self.weekly:
            return Day(day, (WHOLE_DAY,), holiday)
        if holiday and self.is_closed_on_holidays:
            return Day(day, (), holiday)
        return Day(day, tuple(sorted(self.weekly.get(day.weekday(), ()))), holiday)

    def is_working_day(self, day: date) -> bool:
        """Monday to Friday, not a public holiday, not closed by the staff.

        The hours of a chat are no measure: who answers it on two days a week works on the other three as well.
        """
        special = self.special_days.get(day)
        is_closed = special is not None and special.period is None
        return day.weekday() < _SATURDAY and self.holiday_name(day) is None and not is_closed

    def closed_because(self, at: datetime) -> str:
        """What makes the day unlike the others, if it is why nobody answers now: a note or a holiday's name."""
        today = self.day(self._local_day(at))
        is_the_cause = not today.periods or today.day in self.special_days
        return today.reason if is_the_cause and not self.is_open(at) else ""

    def add_working_days(self, start: datetime, days: int) -> datetime:
        """By when something is promised that may take so many (at least one) working days after the day of `start`.

        That is when the last of those days closes. On a working day that does not close, or is not open at all, it is
        the end of office hours: "by Monday 0.00" would be read as a day more or a day less than it is.
        """
        day = self._local_day(start)
        for _ in range(days):
            day = self._next_working_day(day)
        midnight = self._moment(day + _DAY, 0)
        closes = max((end for _, end in self._spans(day)), default=midnight)
        return closes if closes < midnight else self._moment(day, END_OF_OFFICE_HOURS)

    def _next_working_day(self, day: date) -> date:
        day += _DAY
        while not self.is_working_day(day):
            day += _DAY
        return day

    def _local_day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def _spans(self, day: date) -> list[tuple[datetime, datetime]]:
        """The open spans of a day, in order; those that fall into an hour that the clock jumps over are none."""
        spans = (
            (self._moment(day, period.opens), self._moment(day, period.closes, is_last=True))
            for period in self.day(day).periods
        )
        return [(start, end) for start, end in spans if start < end]

    def _moment(self, day: date, minute: int, *, is_last: bool = False) -> datetime:
        return self._at(datetime.combine(day, time()) + timedelta(minutes=minute), is_last=is_last)

    def _at(self, wall: datetime, *, is_last: bool) -> datetime:
        """The first or the last moment at which the clock shows this time, in UTC."""
        moment = wall.replace(tzinfo=self.zone, fold=int(is_last)).astimezone(UTC)
        if self._shown(moment) == wall:
            return moment
        # The clock never shows it: the moment of the jump is the first at which it shows something later.
        moment = wall.replace(tzinfo=self.zone, fold=1).astimezone(UTC)
        while self._shown(moment) < wall:
            moment += _MINUTE
        return moment.replace(second=0, microsecond=0)

    def _shown(self, moment: datetime) -> datetime:
        return moment.astimezone(self.zone).replace(tzinfo=None)


def _days(first: date) -> Iterator[date]:
    return (first + timedelta(days=offset) for offset in range(HORIZON_DAYS))
