"""When somebody who has asked for it gets by e-mail what is to be done: once a week, on a weekday of their own."""

from datetime import date, datetime, time, timedelta

from handover_api.rules.opening_hours import LOCAL_TIME

# It lies there when the working day begins.
SENT_FROM = time(7)
# After a longer standstill the next week's will do.
LATEST = timedelta(days=2)
_WEEK = timedelta(days=7)


def due_day(weekday: int, chosen_at: datetime, decided_on: date | None, now: datetime) -> date | None:
    """The day whose digest is to be decided about now; None when there is none.

    `weekday`: 0 is Monday. What is chosen on the day itself begins the next week. `decided_on`: the latest day that has
    been decided about; none is decided about twice.
    """
    today = now.astimezone(LOCAL_TIME).date()
    day = today - timedelta(days=(today.weekday() - weekday) % 7)
    if now < _begins(day):
        day -= _WEEK
    begins = _begins(day)
    is_decided = decided_on is not None and decided_on >= day
    return day if not is_decided and chosen_at < begins and now - begins < LATEST else None


def _begins(day: date) -> datetime:
    return datetime.combine(day, SENT_FROM, LOCAL_TIME)
