"""Personal numbers and card numbers, computed when needed: none that could be somebody's stands in the repository."""

from dataclasses import dataclass
from datetime import date
from itertools import islice

from hypothesis import strategies as st

CO_ORDINATION_OFFSET = 60


def check_digit(digits: str) -> str:
    """The digit that makes the whole number agree with Luhn's formula."""
    doubled = (int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return str(-sum(sum(divmod(value, 10)) for value in doubled) % 10)


@dataclass(frozen=True)
class PersonalNumber:
    century: str
    year: str
    month: str
    day: str
    last: str

    @property
    def ten_digits(self) -> str:
        return f"{self.year}{self.month}{self.day}{self.last}"

    def written(self, *, with_century: bool, between_parts: str, separator: str) -> str:
        century = self.century if with_century else ""
        return f"{century}{self.year}{between_parts}{self.month}{between_parts}{self.day}{separator}{self.last}"


@st.composite
def personal_numbers(draw: st.DrawFn) -> PersonalNumber:
    """Every valid personnummer and samordningsnummer."""
    born = draw(st.dates(min_value=date(1890, 1, 1), max_value=date(2026, 11, 20)))
    day = born.day + draw(st.sampled_from([0, CO_ORDINATION_OFFSET]))
    first_nine = f"{born:%y%m}{day:02d}{draw(st.integers(1, 999)):03d}"
    return PersonalNumber(
        century=str(born.year // 100),
        year=first_nine[:2],
        month=first_nine[2:4],
        day=first_nine[4:6],
        last=first_nine[6:] + check_digit(first_nine),
    )


@st.composite
def ways_to_write(draw: st.DrawFn, number: PersonalNumber) -> str:
    return number.written(
        with_century=draw(st.booleans()),
        between_parts=draw(st.sampled_from(["", "", " ", "-"])),
        separator=draw(st.sampled_from(["", "-", "+", " ", " - ", "–", " + "])),
    )


written_personal_numbers = personal_numbers().flatmap(ways_to_write)


@st.composite
def card_numbers(draw: st.DrawFn) -> str:
    """Digits that agree with Luhn's formula, in the groups that stand on the card."""
    groups = draw(st.sampled_from([(4, 4, 4, 4), (4, 6, 5), (4, 6, 4)]))
    body = draw(st.sampled_from("23456")) + draw(
        st.text("0123456789", min_size=sum(groups) - 2, max_size=sum(groups) - 2)
    )
    digits = iter(body + check_digit(body))
    separator = draw(st.sampled_from(["", " ", "-"]))
    return separator.join("".join(islice(digits, size)) for size in groups)
