"""When a new model is given up by itself."""

from hypothesis import given
from hypothesis import strategies as st

from handover_api.rules.model_watch import Limits, Rise, Share, Sign, find_rises

LIMITS = Limits(least=20, rise=0.10, deviations=3.0)


@st.composite
def shares(draw: st.DrawFn) -> Share:
    of = draw(st.integers(0, 2000))
    return Share(draw(st.integers(0, of)), of)


signs = st.fixed_dictionaries(dict.fromkeys(Sign, shares()))


def alike(share: Share) -> dict[Sign, Share]:
    return dict.fromkeys(Sign, share)


@given(signs, signs)
def test_only_what_has_risen_by_more_than_the_limit_counts(before: dict[Sign, Share], since: dict[Sign, Share]) -> None:
    for rise in find_rises(before, since, LIMITS):
        assert rise.since.value - rise.before.value > LIMITS.rise


@given(signs, shares())
def test_a_few_questions_say_nothing(before: dict[Sign, Share], one: Share) -> None:
    few = alike(Share(min(one.count, LIMITS.least - 1), LIMITS.least - 1))
    assert find_rises(before, few, LIMITS) == []
    assert find_rises(few, before, LIMITS) == []


@given(signs)
def test_what_is_as_it_was_is_no_rise(before: dict[Sign, Share]) -> None:
    assert find_rises(before, before, LIMITS) == []


@given(signs, signs, st.floats(0, 0.5), st.floats(0, 5))
def test_wider_limits_find_no_more(
    before: dict[Sign, Share], since: dict[Sign, Share], rise: float, deviations: float
) -> None:
    wide = Limits(LIMITS.least, LIMITS.rise + rise, LIMITS.deviations + deviations)
    assert set(_found(before, since, wide)) <= set(_found(before, since, LIMITS))


def test_a_clear_rise_is_found_by_its_sign() -> None:
    before = alike(Share(200, 1000))
    since = before | {Sign.UNSURE: Share(30, 60)}
    assert find_rises(before, since, LIMITS) == [Rise(Sign.UNSURE, Share(200, 1000), Share(30, 60))]


def test_what_may_be_chance_is_no_rise() -> None:
    # 8 of 20 are many more than a fifth, but so many come of themselves more often than one time in 700.
    assert find_rises(alike(Share(200, 1000)), alike(Share(8, 20)), LIMITS) == []
    assert find_rises(alike(Share(200, 1000)), alike(Share(80, 200)), LIMITS) != []


def _found(before: dict[Sign, Share], since: dict[Sign, Share], limits: Limits) -> list[Sign]:
    return [rise.sign for rise in find_rises(before, since, limits)]
