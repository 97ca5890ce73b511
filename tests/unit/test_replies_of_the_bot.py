import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover_api.rules.replies import ALREADY_TOLD, OWN_WORDS, ROSA_CEILING, ReplyKind, may_be_said


@given(st.sampled_from(sorted(OWN_WORDS)), st.none() | st.integers(-1, 6))
def test_in_its_own_words_the_bot_says_nothing_above_level_two(kind: ReplyKind, level: int | None) -> None:
    assert may_be_said(kind, level) == (level in {1, 2})


def test_the_ceiling_is_information_and_guidance() -> None:
    assert ROSA_CEILING == 2
    assert {ReplyKind.ANSWER, ReplyKind.GUIDE, ReplyKind.REFER} == OWN_WORDS


@given(st.sampled_from(sorted(set(ReplyKind) - OWN_WORDS)), st.none() | st.integers(1, 4))
def test_what_carries_no_answer_may_always_be_said(kind: ReplyKind, level: int | None) -> None:
    assert may_be_said(kind, level)


@pytest.mark.parametrize("kind", sorted(ALREADY_TOLD))
def test_what_is_told_with_the_case_is_not_the_bots_own_words(kind: ReplyKind) -> None:
    assert kind not in OWN_WORDS
