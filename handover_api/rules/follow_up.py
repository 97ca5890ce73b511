"""When a case is looked after again, because an answer was promised or waited for."""

from datetime import UTC, datetime, time, timedelta

from handover_api.rules.opening_hours import OpeningCalendar

# A promised answer goes before the ordinary ones so long before its time: enough for the case that an agent has in hand
# and for the answer itself. Any earlier, and at the end of a day everything would be in a hurry.
DUE_SOON_HOURS = 2
LEVEL_OF_LEADS = 2
# No municipality is closed for so long; whatever the calendar says, the search ends.
_MOST_DAYS_OFF = 60
_DAY = timedelta(days=1)


def next_level(level: int) -> int:
    """Where a case goes that has come back unanswered: first to its owner, then to the leads too."""
    return min(level + 1, LEVEL_OF_LEADS)


def after_working_hours(start: datetime, hours: int, calendar: OpeningCalendar) -> datetime:
    """The moment when so many hours of working days have passed.

    24 hours from a Friday afternoon is the same time on Monday. A working day has all its hours, whatever the opening
    hours are; a midnight ends the day before it.
    """
    left = timedelta(hours=hours)
    at = start.astimezone(UTC)
    days_off = 0
    while days_off < _MOST_DAYS_OFF:
        day = at.astimezone(calendar.zone).date()
        # Made anew for each day, which is an hour longer or shorter when the clocks change.
        midnight = datetime.combine(day + _DAY, time(), calendar.zone).astimezone(UTC)
        if not calendar.is_working_day(day):
            days_off += 1
        elif at + left <= midnight:
            return at + left
        else:
            days_off = 0
            left -= midnight - at
        at = midnight
    return at + left


def after_open_time(start: datetime, length: timedelta, calendar: OpeningCalendar) -> datetime:
    """The moment when the answer group has been open for so long; a group that never opens counts every hour."""
    left = length
    at = start.astimezone(UTC)
    while (opens_at := calendar.next_opening(at)) is not None:
        closes_at = calendar.closes_at(opens_at)
        if closes_at is None or opens_at + left <= closes_at:
            return opens_at + left
        left -= closes_at - opens_at
        at = closes_at
    return at + left
