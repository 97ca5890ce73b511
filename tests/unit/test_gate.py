from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover_api.rules.gate import Limits, Measures, percent, reasons_to_refuse

SERVING = Measures(right=0.60, wrong=0.010, most_wrong=0.02, topics=frozenset({"radon", "bygglov-altan"}))
LIMITS = Limits(less_right=0.03, more_wrong=0.005, lost_topics=0)
shares = st.floats(0, 1)
topics = st.frozensets(st.sampled_from(["radon", "bygglov-altan", "bibliotek", "hej"]))
measures = st.builds(Measures, right=shares, wrong=shares, most_wrong=shares, topics=topics)
limits = st.builds(Limits, less_right=shares, more_wrong=shares, lost_topics=st.integers(0, 4))


@given(measures, limits)
def test_a_model_that_keeps_its_own_promise_may_replace_one_that_is_just_as_good(one: Measures, given: Limits) -> None:
    promised = replace(one, most_wrong=max(one.wrong, one.most_wrong))
    assert reasons_to_refuse(promised, promised, given) == []


@given(measures, measures, limits, shares)
def test_a_better_model_is_never_refused_for_what_a_worse_one_is_let_through_with(
    candidate: Measures, serving: Measures, given: Limits, by: float
) -> None:
    better = replace(
        candidate,
        right=min(candidate.right + by, 1),
        wrong=max(candidate.wrong - by, 0),
        topics=candidate.topics | serving.topics,
    )
    if not reasons_to_refuse(candidate, serving, given):
        assert reasons_to_refuse(better, serving, given) == []


@given(measures, measures, limits, shares)
def test_wider_limits_never_refuse_more(candidate: Measures, serving: Measures, narrow: Limits, by: float) -> None:
    wide = Limits(narrow.less_right + by, narrow.more_wrong + by, narrow.lost_topics + 1)
    assert len(reasons_to_refuse(candidate, serving, wide)) <= len(reasons_to_refuse(candidate, serving, narrow))


@given(measures, limits)
def test_without_a_model_in_use_only_the_own_promise_counts(one: Measures, given: Limits) -> None:
    is_kept = one.wrong <= one.most_wrong + 1e-9
    assert (reasons_to_refuse(one, None, given) == []) is is_kept


@pytest.mark.parametrize(
    ("change", "is_refused"),
    [
        ({"right": 0.57}, False),
        ({"right": 0.5699}, True),
        ({"wrong": 0.015}, False),
        ({"wrong": 0.0151}, True),
        ({"wrong": 0.015, "most_wrong": 0.014}, True),
        ({"topics": frozenset({"radon", "bygglov-altan", "hej"})}, False),
        ({"topics": frozenset({"radon", "hej"})}, True),
    ],
)
def test_what_lies_on_a_limit_is_within_it(change: dict[str, object], *, is_refused: bool) -> None:
    candidate = replace(SERVING, **change)  # type: ignore[arg-type]
    assert bool(reasons_to_refuse(candidate, SERVING, LIMITS)) is is_refused


def test_the_reasons_say_both_figures() -> None:
    worse = Measures(right=0.482, wrong=0.021, most_wrong=0.02, topics=frozenset({"radon"}))
    assert reasons_to_refuse(worse, SERVING, LIMITS) == [
        "Boten skulle svara fel på 2,1 procent av frågorna. Gränsen är 2,0 procent.",
        "Boten skulle svara rätt själv på 48,2 procent av frågorna, mot 60,0 procent nu.",
        "Boten skulle svara fel på 2,1 procent av frågorna, mot 1,0 procent nu.",
        "Modellen känner inte igen ämnen som boten kan nu: bygglov-altan.",
    ]


@given(shares)
def test_a_share_is_written_with_a_comma_and_one_decimal(share: float) -> None:
    whole, _, rest = percent(share).partition(",")
    assert whole.isdigit()
    assert rest[1:] == " procent"
