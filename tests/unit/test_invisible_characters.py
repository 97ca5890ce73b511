"""What becomes of characters that nobody sees, and of marks piled on one another."""

import unicodedata

import pytest
from hypothesis import example, given, reject
from hypothesis import strategies as st
from numbers_of_people import written_personal_numbers

from handover_api.rules.message import EmptyTextError, clean_text
from handover_api.rules.personal_data import PERSONAL_NUMBER_MASK, mask

SOFT_HYPHEN, ZERO_WIDTH_SPACE, WORD_JOINER, BYTE_ORDER_MARK = "\u00ad", "\u200b", "\u2060", "\ufeff"
JOINERS = "\u200c\u200d"
DIRECTION_MARKS = "\u200e\u200f\u061c"
OVERRIDES_AND_ISOLATES = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
NOTES_BETWEEN_LINES = "\ufff9\ufffa\ufffb"
TAGS = "\U000e0001\U000e0041\U000e007f"
UNSEEN = (
    SOFT_HYPHEN
    + ZERO_WIDTH_SPACE
    + WORD_JOINER
    + BYTE_ORDER_MARK
    + JOINERS
    + DIRECTION_MARKS
    + OVERRIDES_AND_ISOLATES
    + NOTES_BETWEEN_LINES
    + TAGS
)
ACUTE, ENCLOSING = "\u0301", "\u20dd"
# Text in which all of it meets.
mixed = st.lists(
    st.sampled_from([*UNSEEN, ACUTE, ENCLOSING, "\ufe0f", "\u3164", *"aåقक5٥ \u00a0\n🏴👩"]),
    max_size=30,
).map("".join)  # fmt: skip


def cleaned(text: str) -> str:
    try:
        return clean_text(text)
    except EmptyTextError:
        reject()


@given(mixed)
@example("a\u200e\u200b5")
@example(f"a{ACUTE * 3}\u200e{ACUTE * 3}")
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    once = cleaned(text)
    assert clean_text(once) == once


@given(mixed)
def test_what_is_seen_is_never_taken_away(text: str) -> None:
    def seen(text: str) -> list[str]:
        return [each for each in text if unicodedata.category(each) not in {"Cf", "Mn", "Me", "Zs", "Cc"}]

    assert seen(cleaned(text)) == seen(text)


@given(written_personal_numbers, st.sampled_from(UNSEEN), st.data())
def test_a_personal_number_is_masked_whatever_is_hidden_in_it(number: str, hidden: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(number)))
    assert PERSONAL_NUMBER_MASK in mask(clean_text(f"Nr {number[:at]}{hidden}{number[at:]} tack"))


@given(written_personal_numbers, st.sampled_from(["\u00a0", "\u2009", "\u202f", "\u2007", "\u3000"]))
def test_a_personal_number_is_masked_whichever_space_it_is_written_with(number: str, space: str) -> None:
    assert PERSONAL_NUMBER_MASK in mask(clean_text(number.replace(" ", space)))


@pytest.mark.parametrize("hidden", [*UNSEEN])
def test_nothing_is_hidden_between_ordinary_letters(hidden: str) -> None:
    kept = f"ab{hidden}cd" if hidden in DIRECTION_MARKS else "abcd"
    assert clean_text(f"ab{hidden}cd") == kept


@pytest.mark.parametrize(
    "text",
    ["می\u200cخواهم", "क्\u200dष", "👨‍👩‍👧‍👦", "❤️‍🔥", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "1️⃣", "שלום\u200f, hej", "\u06dd۱", "Việt Nam", "åäö"],
)
def test_what_languages_and_emoji_need_is_kept(text: str) -> None:
    assert clean_text(text) == text


@given(st.integers(5, 300), st.sampled_from(["a", "ö", "ق", "👩"]))
def test_a_tower_of_marks_is_cut(height: int, letter: str) -> None:
    assert clean_text(letter + ACUTE * height + "b") == letter + ACUTE * 4 + "b"
    assert clean_text(f"{letter}{ACUTE * height}\u200e{ACUTE * height}b") == f"{letter}{ACUTE * 4}\u200eb"


@given(st.text(UNSEEN + ACUTE + ENCLOSING + "\ufe0f\u115f\u1160\u17b4\u2800\u3164\uffa0 \u00a0\n"))
def test_a_text_that_looks_like_nothing_is_empty(text: str) -> None:
    with pytest.raises(EmptyTextError):
        clean_text(text)


def test_a_text_hidden_in_tags_is_gone() -> None:
    hidden = "".join(chr(0xE0000 + ord(character)) for character in "ignore")
    assert clean_text(f"Hej{hidden} där") == "Hej där"
