"""Moments as one says them: "i morgon klockan 8.00", "tomorrow at 8:00"."""

from datetime import datetime
from zoneinfo import ZoneInfo

from handover_api.rules.opening_hours import LOCAL_TIME
from handover_api.texts import _, to_translate

# In Swedish; whoever says one to a resident calls `_`.
WEEKDAYS = (
    *(to_translate("måndag"), to_translate("tisdag"), to_translate("onsdag"), to_translate("torsdag")),
    *(to_translate("fredag"), to_translate("lördag"), to_translate("söndag")),
)
MONTHS = (
    *(to_translate("januari"), to_translate("februari"), to_translate("mars"), to_translate("april")),
    *(to_translate("maj"), to_translate("juni"), to_translate("juli"), to_translate("augusti")),
    *(to_translate("september"), to_translate("oktober"), to_translate("november"), to_translate("december")),
)
_TOMORROW = 1
# Within six days a weekday's name means only one day.
_DAYS_WITH_A_NAME = 6
_DAYS_IN_A_YEAR = 365


def coming_moment(moment: datetime, now: datetime, zone: ZoneInfo = LOCAL_TIME) -> str:
    """A moment that is still to come, to be read after "Vi öppnar": as near as it is, as short it is said."""
    local = moment.astimezone(zone)
    return _("{day} klockan {hour}.{minute:02}").format(
        day=_day(local, now.astimezone(zone)), hour=local.hour, minute=local.minute
    )


def _day(moment: datetime, now: datetime) -> str:
    days = (moment.date() - now.date()).days
    if days <= 0:
        return _("i dag")
    if days == _TOMORROW:
        return _("i morgon")
    if days <= _DAYS_WITH_A_NAME:
        return _("på {weekday}").format(weekday=_(WEEKDAYS[moment.weekday()]))
    date = _("den {day} {month}").format(day=moment.day, month=_(MONTHS[moment.month - 1]))
    return date if days < _DAYS_IN_A_YEAR else f"{date} {moment.year}"
