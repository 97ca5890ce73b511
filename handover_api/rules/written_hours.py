"""Opening periods as staff write and read them: "8.00–12.00, 13.00–17.00"."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from handover_api.rules.opening_hours import MINUTES_A_DAY, Period

_PERIOD = re.compile(r"\s*(\d{1,2})(?:[.:](\d{2}))?\s*(?:[-–—]|till)\s*(\d{1,2})(?:[.:](\d{2}))?\s*")
_SEPARATOR = re.compile(r",|;|\boch\b")
_MINUTES_AN_HOUR = 60
MOST_PERIODS_A_DAY = 10


class HoursError(ValueError):
    """The hours cannot be kept; the message says why, in Swedish, for whoever wrote them."""


class UnreadableHoursError(HoursError):
    def __init__(self) -> None:
        super().__init__("Skriv tiderna som 8.00–17.00. Är det stängt mitt på dagen: 8.00–12.00, 13.00–17.00.")


class EndsBeforeItBeginsError(HoursError):
    def __init__(self) -> None:
        super().__init__("Tiden då ni stänger måste vara senare än tiden då ni öppnar, och senast 24.00.")


class OverlappingHoursError(HoursError):
    def __init__(self) -> None:
        super().__init__("Tiderna överlappar varandra. Skriv varje tid en gång.")


def read_periods(text: str) -> tuple[Period, ...]:
    """The periods of a day, in order. Nothing written is a day without any.

    Raises:
        HoursError: one of its kinds, by what is wrong.
    """
    if not text.strip():
        return ()
    parts = _SEPARATOR.split(text)
    if len(parts) > MOST_PERIODS_A_DAY:
        raise UnreadableHoursError
    return checked(_read_period(part) for part in parts)


def checked(periods: Iterable[Period]) -> tuple[Period, ...]:
    """The periods of a day in order, each within the day, none over another.

    Raises:
        EndsBeforeItBeginsError, OverlappingHoursError
    """
    ordered = tuple(sorted(periods))
    if any(not 0 <= period.opens < period.closes <= MINUTES_A_DAY for period in ordered):
        raise EndsBeforeItBeginsError
    if any(earlier.closes > later.opens for earlier, later in pairwise(ordered)):
        raise OverlappingHoursError
    return ordered


def write_periods(periods: Sequence[Period]) -> str:
    return ", ".join(f"{write_time(period.opens)}–{write_time(period.closes)}" for period in periods)


def write_time(minute: int) -> str:
    return f"{minute // _MINUTES_AN_HOUR}.{minute % _MINUTES_AN_HOUR:02}"


def _read_period(text: str) -> Period:
    match = _PERIOD.fullmatch(text)
    if match is None:
        raise UnreadableHoursError
    first_hour, first_minute, last_hour, last_minute = (int(number or 0) for number in match.groups())
    if max(first_minute, last_minute) >= _MINUTES_AN_HOUR:
        raise UnreadableHoursError
    return Period(first_hour * _MINUTES_AN_HOUR + first_minute, last_hour * _MINUTES_AN_HOUR + last_minute)
