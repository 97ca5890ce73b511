"""When something is tried again, and how long a text message is."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from handover_api.cases import letters
from handover_api.rules.outgoing import FIRST_WAIT, GIVE_UP_AFTER, JITTER, LONGEST_WAIT, MOST_ATTEMPTS, next_attempt
from handover_api.rules.text_message import MOST_SEGMENTS, fit, segments

BEGAN = datetime(2026, 3, 28, 12, tzinfo=UTC)
chances = st.floats(0, 1)


@given(attempts=st.integers(1, MOST_ATTEMPTS + 5), minutes=st.integers(0, 3000), chance=chances)
def test_the_next_attempt_lies_ahead_and_within_the_time_or_there_is_none(
    attempts: int, minutes: int, chance: float
) -> None:
    now = BEGAN + timedelta(minutes=minutes)
    at = next_attempt(attempts, BEGAN, now, chance)
    if at is not None:
        assert attempts < MOST_ATTEMPTS
        assert FIRST_WAIT * (1 - JITTER) <= at - now <= LONGEST_WAIT * (1 + JITTER)
        assert at <= BEGAN + GIVE_UP_AFTER


@given(attempts=st.integers(1, 12), chance=chances)
def test_waits_grow(attempts: int, chance: float) -> None:
    at, later = (next_attempt(number, BEGAN, BEGAN, chance) for number in (attempts, attempts + 1))
    assert at is not None
    assert later is not None
    assert later >= at


@given(st.lists(chances, min_size=MOST_ATTEMPTS, max_size=MOST_ATTEMPTS))
def test_what_always_fails_is_tried_for_most_of_a_day_and_then_given_up(drawn: list[float]) -> None:
    now = BEGAN
    for attempts, chance in enumerate(drawn, start=1):
        at = next_attempt(attempts, BEGAN, now, chance)
        if at is None:
            break
        now = at
    assert BEGAN + timedelta(hours=22) < now <= BEGAN + GIVE_UP_AFTER


def test_segments_are_counted_as_a_telephone_company_does() -> None:
    assert [segments("å" * length) for length in (160, 161, 306, 307)] == [1, 2, 2, 3]
    assert [segments("€" * length) for length in (80, 81)] == [1, 2]
    assert [segments("ж" * length) for length in (70, 71, 134, 135)] == [1, 2, 2, 3]
    # An emoji is two of what is counted.
    assert [segments("😀" * length) for length in (35, 36)] == [1, 2]


@given(st.text(max_size=2000))
# A separator that is no word and no letter of a text message either.
@example("\x1f")
def test_a_text_message_is_never_longer_than_promised_and_keeps_what_must_be_said(text: str) -> None:
    message = letters.reply_by_text_message("2026-000123", text, "https://chatt.exempelkommunen.example")
    assert segments(message) <= MOST_SEGMENTS
    assert "2026-000123" in message
    assert message.endswith("https://chatt.exempelkommunen.example/chatt/arende")


def test_a_text_that_is_cut_says_so() -> None:
    assert fit("Svar: ", "ord " * 200, " Slut").endswith("ord ... Slut")
    assert fit("Svar: ", "Hej – du", "") == "Svar: Hej - du"


def test_a_text_message_without_the_answer_is_a_whole_sentence() -> None:
    message = letters.reply_by_text_message("2026-000123", None, "https://chatt.example")
    assert message.startswith("Du har fått svar i ärende 2026-000123.\nLäs i chatten")


def test_what_has_no_room_for_anything_else_ends_with_one_full_stop() -> None:
    long_url = f"https://chatt.example/{'x' * 300}"
    receipt = letters.receipt_by_text_message("2026-000123", BEGAN, long_url, BEGAN - timedelta(hours=1))
    assert "klockan 13.00. Vi skickar" in receipt
    assert "2026-000123.\nLäs" in letters.reply_by_text_message("2026-000123", "Ja.", long_url)


@pytest.mark.parametrize("minutes", [0, 1])
def test_a_receipt_that_comes_late_promises_nothing_for_a_time_that_has_been(minutes: int) -> None:
    late = BEGAN + timedelta(minutes=minutes)
    for text in (
        letters.receipt_by_email("2026-000123", BEGAN, "https://chatt.example", late).body,
        letters.receipt_by_text_message("2026-000123", BEGAN, "https://chatt.example", late),
    ):
        assert "Du får svar så snart vi kan." in text
        assert "senast" not in text


def test_only_what_is_known_not_to_be_secret_is_sent_openly() -> None:
    assert letters.may_be_sent_openly(touches_secrecy=False, is_personal=False)
    for touches_secrecy, is_personal in [(True, False), (None, False), (False, True)]:
        assert not letters.may_be_sent_openly(touches_secrecy=touches_secrecy, is_personal=is_personal)
