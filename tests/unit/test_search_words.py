"""What somebody writes in a search field becomes words, whatever it was."""

from hypothesis import given
from hypothesis import strategies as st

from handover_api.rules.search_words import MOST_WORDS, words_of


def test_the_last_word_may_go_on_while_it_is_written() -> None:
    words = words_of("Bygglov alt", is_being_written=True)
    assert (words.words, words.beginning) == (("bygglov",), "alt")


def test_a_space_ends_the_last_word() -> None:
    words = words_of("bygglov altan ", is_being_written=True)
    assert (words.words, words.beginning) == (("bygglov", "altan"), None)


def test_what_has_been_said_has_whole_words() -> None:
    assert words_of("Får jag bygga?").words == ("får", "jag", "bygga")


def test_letters_with_loose_marks_are_the_same_letters() -> None:
    assert words_of("a\u030aterbruk").words == ("återbruk",)


def test_of_a_long_text_the_latest_words_are_kept() -> None:
    written = [f"ord{number}" for number in range(MOST_WORDS * 2)]
    assert words_of(" ".join(written)).words == tuple(written[MOST_WORDS:])


def test_nothing_to_search_for_is_no_words() -> None:
    assert not words_of(" ?! _ ")
    assert not words_of("", is_being_written=True)


@given(st.text(), st.booleans())
def test_words_are_letters_and_digits_alone(text: str, is_being_written: bool) -> None:  # noqa: FBT001 - drawn
    words = words_of(text, is_being_written=is_being_written)
    found = [*words.words, *([words.beginning] if words.beginning else [])]
    assert len(found) <= MOST_WORDS
    assert all(word.isalnum() for word in found)
