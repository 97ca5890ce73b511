"""Personal numbers and card numbers are masked before anything is stored.

A personal number (personnummer) or co-ordination number (samordningsnummer) is written with ten or twelve digits, with
or without a hyphen, a plus sign (from the year one turns 100) or a space; its form is laid down by the Swedish Tax
Agency (SKV 704, SKV 707). With a separator the date alone decides, so that a mistyped number is masked too. Without
one, the check digit must agree, so that telephone and invoice numbers survive; residents are better served by one mask
too many than one too few.
"""

import re
from calendar import monthrange
from collections.abc import Callable

PERSONAL_NUMBER_MASK = "[personnummer borttaget]"
CARD_NUMBER_MASK = "[kortnummer borttaget]"

_CO_ORDINATION_OFFSET = 60
_CENTURIES = ("19", "20")

_NUMBER = (
    r"(?<!\d)(?<!\d[-–])"
    r"(?P<century>1[89]|20)?(?P<date>\d{2}[ -]?\d{2}[ -]?\d{2})(?P<separator> ?[-–—+] ?| )?(?P<last>\d{4})(?!\d)"
)
# Others of the same form, each after a bare hyphen, as people write the numbers of a couple.
_OTHERS = r"(?:[-–](?:1[89]|20)?\d{2}[ -]?\d{2}[ -]?\d{2}(?: ?[-–—+] ?| )?\d{4})+(?!\d)(?![-–]\d)"
_PERSONAL_NUMBER = re.compile(rf"{_NUMBER}(?:(?![-–]\d)|(?={_OTHERS}))")
_JOINED_NUMBER = re.compile(rf"{_NUMBER}(?={_OTHERS})")
# As one row, or in the groups that stand on the card: by four, or four-six-five (four-six-four).
_CARD_NUMBER = re.compile(r"(?<!\d)(?:\d{13,19}|\d{4}[ -]?\d{4}[ -]?\d{4}[ -]?\d{4}|\d{4}[ -]?\d{6}[ -]?\d{4,5})(?!\d)")


def mask(text: str) -> str:
    """The text with every personal number and card number replaced. Masking twice changes nothing more."""
    # Before the card numbers: the end of one and the beginning of the next may together look like a card's. So many
    # digits in a row of groups are never a card's themselves.
    text = _replace(_JOINED_NUMBER, _is_personal_number, PERSONAL_NUMBER_MASK, text)
    text = _replace(_CARD_NUMBER, _is_card_number, CARD_NUMBER_MASK, text)
    return _replace(_PERSONAL_NUMBER, _is_personal_number, PERSONAL_NUMBER_MASK, text)


def _replace(pattern: re.Pattern[str], is_right: Callable[[re.Match[str]], bool], replacement: str, text: str) -> str:
    position = 0
    while match := pattern.search(text, position):
        if is_right(match):
            text = text[: match.start()] + replacement + text[match.end() :]
        # What began here was something else, but the number may begin within it, as after "lgh 1203 ".
        position = match.start() + 1
    return text


def _is_personal_number(match: re.Match[str]) -> bool:
    date = _digits(match["date"])
    if not _is_date(match["century"], date):
        return False
    return bool(match["separator"] or match["century"]) or _luhn_agrees(date + match["last"])


def _is_card_number(match: re.Match[str]) -> bool:
    return _luhn_agrees(_digits(match[0]))


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _is_date(century: str | None, date: str) -> bool:
    year, month, day = int(date[:2]), int(date[2:4]), int(date[4:])
    if day > _CO_ORDINATION_OFFSET:
        day -= _CO_ORDINATION_OFFSET
    if not 1 <= month <= 12:  # noqa: PLR2004 - months of a year
        return False
    years = [int(each) * 100 + year for each in ((century,) if century else _CENTURIES)]
    return any(1 <= day <= monthrange(each, month)[1] for each in years)


def _luhn_agrees(digits: str) -> bool:
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if position % 2 else 1)
        total += value - 9 if value > 9 else value  # noqa: PLR2004 - the sum of a two-digit number's digits
    return total % 10 == 0
