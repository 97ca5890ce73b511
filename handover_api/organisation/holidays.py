"""Swedish public holidays (docs/decisions/0009-opening-hours.md)."""

from datetime import date

import holidays

# Midsummer Eve, Christmas Eve and New Year's Eve are no public holidays by law, but no municipality answers then.
_CATEGORIES = (holidays.PUBLIC, holidays.DE_FACTO)
_SWEDISH = holidays.country_holidays("SE", categories=_CATEGORIES, language="sv", include_sundays=False)


def holiday_name(day: date) -> str | None:
    """The Swedish name of a public holiday, or None. An ordinary Sunday is none: it is a weekday without hours."""
    name: str | None = _SWEDISH.get(day)
    return name
