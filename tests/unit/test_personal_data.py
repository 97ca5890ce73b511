import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from numbers_of_people import (
    PersonalNumber,
    card_numbers,
    personal_numbers,
    written_personal_numbers,
)

from handover_api.rules.personal_data import CARD_NUMBER_MASK, PERSONAL_NUMBER_MASK, mask

# What people write just before and just after a number.
BEFORE = ["", "Mitt nummer är ", "pnr:", "pnr.", "nr,", "(", "Hej!\n", "född ", "å", "/", "- ", '"']
AFTER = ["", ".", ", tack", ")", "?", "\n", " och jag undrar", "!", "/", '"', ";", "år"]
JOINTS = [" ", ", ", ",", "/", "\n", " och ", ";", ". ", ".", "-", "–", " - "]
text_full_of_numbers = st.lists(
    written_personal_numbers | card_numbers() | st.text("0123456789 -+,.–a\n", max_size=6), max_size=8
).map("".join)


@given(text_full_of_numbers | st.text())
def test_masking_twice_changes_nothing_more(text: str) -> None:
    assert mask(mask(text)) == mask(text)


@given(st.text().filter(lambda text: not re.search(r"\d", text)))
def test_a_text_without_digits_is_left_alone(text: str) -> None:
    assert mask(text) == text


@given(written_personal_numbers, st.sampled_from(BEFORE), st.sampled_from(AFTER))
def test_a_personal_number_is_masked_however_it_is_written(number: str, before: str, after: str) -> None:
    assert mask(before + number + after) == before + PERSONAL_NUMBER_MASK + after


@given(
    written_personal_numbers,
    st.sampled_from(["lgh 1203 ", "1234 ", "999 99 ", "1 ", "2026-11-20 ", "0980-319 200 "]),
    st.sampled_from(["", " 1234", " 1203", " 0980-319 200", " 2026-11-20"]),
)
def test_a_personal_number_does_not_survive_beside_other_numbers(number: str, before: str, after: str) -> None:
    assert number not in mask(before + number + after)


@given(st.lists(written_personal_numbers, min_size=2, max_size=4), st.sampled_from(JOINTS))
def test_no_personal_number_of_several_survives(numbers: list[str], joint: str) -> None:
    masked = mask(joint.join(numbers))
    assert not [number for number in numbers if number in masked]


@given(personal_numbers(), st.sampled_from(["-", "+", " "]), st.integers(1, 9))
def test_a_mistyped_personal_number_is_masked_when_it_looks_like_one(
    number: PersonalNumber, separator: str, slip: int
) -> None:
    mistyped = number.written(with_century=False, between_parts="", separator=separator)
    mistyped = mistyped[:-1] + str((int(mistyped[-1]) + slip) % 10)
    assert mask(mistyped) == PERSONAL_NUMBER_MASK


@given(personal_numbers(), st.integers(1, 9))
def test_ten_digits_with_a_wrong_check_digit_are_some_other_number(number: PersonalNumber, slip: int) -> None:
    other = number.ten_digits[:-1] + str((int(number.ten_digits[-1]) + slip) % 10)
    assert mask(other) == other


@given(
    st.integers(200, 299), st.sampled_from(["0980-319{}", "0980-319 {}", "0980319{}", "0980 31 9{}", "+46 980-319 {}"])
)
def test_the_telephone_numbers_of_the_municipality_survive(last: int, form: str) -> None:
    text = f"Ring {form.format(last)}."
    assert mask(text) == text


@given(st.integers(2026, 2099), st.integers(0, 999_999))
def test_case_references_survive(year: int, number: int) -> None:
    text = f"Det gäller ärende {year}-{number:06d}."
    assert mask(text) == text


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2099, 12, 31)))
def test_dates_survive(day: date) -> None:
    text = f"Jag flyttade in {day.isoformat()}, alltså {day:%Y%m%d}, klockan 14.30, och var borta {day}–{day}."
    assert mask(text) == text


@given(st.integers(0, 999_999))
def test_fees_survive(kronor: int) -> None:
    grouped = f"{kronor:,}".replace(",", " ")
    text = f"Fakturan är på {grouped},50 kr eller {kronor} kronor, och jag har betalat {grouped}:-."
    assert mask(text) == text


@pytest.mark.parametrize("text", ["999 99 Exempelby", "bankgiro 5050-1055", "210000-0000", "9 kap. 31 § 2010:900"])
def test_other_numbers_of_everyday_life_survive(text: str) -> None:
    assert mask(text) == text


@given(card_numbers(), st.sampled_from(BEFORE), st.sampled_from(AFTER))
def test_a_card_number_is_masked(number: str, before: str, after: str) -> None:
    assert mask(before + number + after) == before + CARD_NUMBER_MASK + after


@given(card_numbers(), st.sampled_from(["", "Kort 1 ", "2026 "]), st.sampled_from([" 12/27", " 12/27 123", " 123"]))
def test_a_card_number_does_not_survive_beside_other_numbers(number: str, before: str, after: str) -> None:
    masked = mask(before + number + after)
    assert CARD_NUMBER_MASK in masked
    assert number not in masked


@given(card_numbers(), st.integers(1, 9))
def test_as_many_digits_with_a_wrong_check_digit_are_some_other_number(number: str, slip: int) -> None:
    other = number[:-1] + str((int(number[-1]) + slip) % 10)
    assert CARD_NUMBER_MASK not in mask(other)
