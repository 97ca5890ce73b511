import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover_api.rules.case import LEAST_BELIEF, RANK, Priority, Reason, believed_topic, priority_for, reference

years = st.integers(2026, 2999)
numbers = st.integers(1, 999_999)


@given(years, numbers)
def test_a_reference_can_be_read_out_and_read_back(year: int, number: int) -> None:
    written = reference(year, number)
    assert re.fullmatch(r"\d{4}-\d{6}", written)
    assert [int(part) for part in written.split("-")] == [year, number]


@given(st.tuples(years, numbers), st.tuples(years, numbers))
def test_references_sort_in_the_order_they_were_given_out(one: tuple[int, int], other: tuple[int, int]) -> None:
    assert (reference(*one) < reference(*other)) == (one < other)


def test_the_reference_that_the_documents_show() -> None:
    assert reference(2026, 123) == "2026-000123"


@pytest.mark.parametrize("reason", Reason)
def test_only_an_urgent_topic_goes_first(reason: Reason) -> None:
    assert (priority_for(reason) is Priority.URGENT) == (reason is Reason.URGENT_TOPIC)


def test_every_priority_has_a_place_and_urgent_is_first() -> None:
    assert min(Priority, key=lambda priority: RANK[priority]) is Priority.URGENT
    assert len(set(RANK.values())) == len(Priority)


@given(st.sampled_from([Reason.UNSURE, Reason.LANGUAGE]), st.none() | st.floats(0, 1))
def test_a_faint_guess_files_a_case_under_no_topic(reason: Reason, confidence: float | None) -> None:
    is_faint = confidence is None or confidence < LEAST_BELIEF
    assert believed_topic(reason, "radon", confidence) == (None if is_faint else "radon")


@given(st.sampled_from(sorted(set(Reason) - {Reason.UNSURE, Reason.LANGUAGE})), st.none() | st.floats(0, 1))
def test_when_the_bot_was_not_unsure_its_topic_counts(reason: Reason, confidence: float | None) -> None:
    assert believed_topic(reason, "radon", confidence) == "radon"
