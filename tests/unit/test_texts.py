"""Which language is spoken, and what is said in it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover_api import texts
from handover_api.cases.schemas import WaitingMinutes
from handover_api.errors import NotFoundError
from handover_api.rules.spoken_time import coming_moment
from handover_api.texts import _, ngettext, speaking
from handover_api.web import own_words, wording
from handover_api.web.languages import EASY_SWEDISH, LANGUAGES

FRIDAY = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
DELETED = ("%(num)s meddelande är raderat.", "%(num)s meddelanden är raderade.")


def test_swedish_is_spoken_until_something_else_is_and_afterwards_again() -> None:
    assert _("Prata med en människa") == "Prata med en människa"
    with speaking("en"):
        assert _("Prata med en människa") == "Talk to a person"
        with speaking("sv"):
            assert _("Prata med en människa") == "Prata med en människa"
        assert _("Prata med en människa") == "Talk to a person"
    assert texts.spoken() == "sv"


@given(st.text())
def test_any_language_can_be_asked_for_and_any_sentence_said(text: str) -> None:
    with speaking(text):
        assert texts.interface_language() in texts.INTERFACE_LANGUAGES
        assert _("Kod") in {"Kod", "Code"}
    with speaking("en"):
        assert isinstance(_(text), str)
        assert _("") == ""


def test_what_is_translated_already_is_left_as_it_is() -> None:
    with speaking("en"):
        assert _(_("Du behöver logga in.")) == "You need to sign in."


@pytest.mark.parametrize("number", [0, 1, 2, 21])
def test_one_and_many_are_said_differently(number: int) -> None:
    with speaking("en"):
        assert ngettext(*DELETED, number).startswith("%(num)s message has" if number == 1 else "%(num)s messages have")


def test_an_error_speaks_the_language_of_whoever_meets_it() -> None:
    with speaking("en"):
        assert NotFoundError().detail.startswith("What you are looking for")
    assert NotFoundError().detail.startswith("Det du söker")


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        (1, "today at 11:00"),
        (24, "tomorrow at 10:00"),
        (72, "on Monday at 10:00"),
        (14 * 24, "on 4 December at 10:00"),
        (400 * 24, "on 25 December 2027 at 10:00"),
    ],
)
def test_moments_in_english(hours: int, said: str) -> None:
    with speaking("en"):
        assert coming_moment(FRIDAY + timedelta(hours=hours), FRIDAY) == said


def test_times_and_waiting_in_english() -> None:
    with speaking("en"):
        assert wording.clock_time(FRIDAY, FRIDAY) == "10:00"
        assert wording.clock_time(FRIDAY, FRIDAY + timedelta(days=1)) == "20 Nov at 10:00"
        assert wording.day("2026-05-01") == "1 May 2026"
        waits = [(0, 5), (5, 15), (45, 60), (60, 120), (90, 240)]
        assert [wording.waiting_time(WaitingMinutes(least=least, most=most)) for least, most in waits] == [
            "The wait is at most 5 minutes.",
            "The wait is about 5 to 15 minutes.",
            "The wait is about 45 minutes to one hour.",
            "The wait is about one to two hours.",
            "The wait is about one and a half to four hours.",
        ]


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_ten_sentences_are_said_only_where_the_page_is_in_another_language(code: str) -> None:
    with speaking(code):
        said = own_words.own_words("welcome", "danger")
    if code in {"sv", "en"}:
        assert said == ""
    else:
        direction = "rtl" if code in {"ar", "fa"} else "ltr"
        language = "sv" if code == EASY_SWEDISH else code
        assert said.startswith(f'<div class="own-words" lang="{language}" dir="{direction}"><p>')
        assert "112" in said


def test_the_button_is_called_what_it_says_on_the_page() -> None:
    with speaking("fi"):
        assert '<bdi lang="sv">Prata med en människa</bdi>' in own_words.own_words("person")
