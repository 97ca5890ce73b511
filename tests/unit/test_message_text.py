import unicodedata

import pytest
from hypothesis import example, given, reject
from hypothesis import strategies as st

from handover_api.rules.message import MAX_CHARACTERS, EmptyTextError, TooLongTextError, clean_text

any_text = st.text(st.characters(exclude_categories=()))
INVISIBLE = "\u200b\u200d\ufeff\u2060"
TURNS_TEXT_AROUND = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def cleaned(text: str) -> str:
    try:
        return clean_text(text)
    except EmptyTextError:
        reject()


@given(any_text)
@example("a\r\x00\nb")
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    once = cleaned(text)
    assert clean_text(once) == once


@given(any_text)
@example("före\x1b[31mefter\x07")
def test_no_control_character_is_kept(text: str) -> None:
    left = {character for character in cleaned(text) if unicodedata.category(character) in {"Cc", "Cs"}}
    assert left <= {"\n", "\t"}


@given(st.text(), st.sampled_from(TURNS_TEXT_AROUND), st.text())
def test_nothing_turns_the_text_around(before: str, character: str, after: str) -> None:
    assert character not in cleaned(before + character + after)


@given(st.text("abcåäö 🏠\t.,!?<>&\"'", min_size=1).map(str.strip).filter(bool))
def test_what_people_write_is_left_as_it_is(text: str) -> None:
    assert clean_text(text) == text


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r", "\v", "\f", "\x85", "\u2028", "\u2029"])
def test_there_is_one_kind_of_line_break(line_break: str) -> None:
    assert clean_text(f"hej{line_break}där") == "hej\ndär"


@given(st.text(" \t\r\n\x00\x1f\u00a0" + INVISIBLE + TURNS_TEXT_AROUND))
def test_a_text_that_nobody_can_read_is_empty(text: str) -> None:
    with pytest.raises(EmptyTextError):
        clean_text(text)


@pytest.mark.parametrize("text", ["👍", "👨‍👩‍👧‍👦", "🇸🇪", "?", "سلام"])
def test_emoji_and_every_script_are_something_to_say(text: str) -> None:
    assert clean_text(text) == text


@given(st.integers(1, MAX_CHARACTERS))
def test_a_text_within_the_limit_is_accepted_whole(length: int) -> None:
    assert len(clean_text("å" * length)) == length


@given(st.integers(MAX_CHARACTERS + 1, 3 * MAX_CHARACTERS))
def test_a_longer_text_is_refused(length: int) -> None:
    with pytest.raises(TooLongTextError):
        clean_text("å" * length)


def test_blank_edges_and_controls_do_not_count_towards_the_limit() -> None:
    text = "å" * MAX_CHARACTERS
    assert clean_text(f"  \n{text}\x00\x00  ") == text
