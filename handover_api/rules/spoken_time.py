"""Moments as one says them in Swedish: "i morgon klockan 8.00"."""

from datetime import datetime
from zoneinfo import ZoneInfo

from handover_api.rules.opening_hours import LOCAL_TIME

WEEKDAYS = ("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag")
MONTHS = (
    *("januari", "februari", "mars", "april", "maj", "juni"),
    *("juli", "augusti", "september", "oktober", "november", "december"),
)
_TOMORROW = 1
# Within six days a weekday's name means only one day.
_DAYS_WITH_A_NAME = 6
_DAYS_IN_A_YEAR = 365


def coming_moment(moment: datetime, now: datetime, zone: ZoneInfo = LOCAL_TIME) -> str:
    """A moment that is still to come, to be read after "Vi öppnar": as near as it is, as short it is said."""
    local = moment.astimezone(zone)
    return f"{_day(local, now.astimezone(zone))} klockan {local.hour}.{local.minute:02}"


def _day(moment: datetime, now: datetime) -> str:
    days = (moment.date() - now.date()).days
    if days <= 0:
        return "i dag"
    if days == _TOMORROW:
        return "i morgon"
    if days <= _DAYS_WITH_A_NAME:
        return f"på {WEEKDAYS[moment.weekday()]}"
    date = f"den {moment.day} {MONTHS[moment.month - 1]}"
    return date if days < _DAYS_IN_A_YEAR else f"{date} {moment.year}"
