from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover_api.rules.gate import (
    LESS_IS_BETTER,
    LIMITS,
    Limits,
    Measure,
    Measures,
    Verdict,
    compare,
    percent,
    reasons_to_refuse,
)

ALL = {
    Measure.RIGHT: 0.6,
    Measure.WRONG: 0.01,
    Measure.COVERAGE: 0.65,
    Measure.RECOGNISED: 0.8,
    Measure.OUT_OF_SCOPE: 0.03,
    Measure.URGENT: 0.97,
    Measure.FALSE_ALARMS: 0.01,
}
SERVING = Measures(
    shares=ALL,
    topics=frozenset({"radon", "bygglov-altan"}),
    promised_wrong=0.01,
    most_wrong=0.02,
    failed=frozenset({"Är det farligt?"}),
)
shares = st.floats(0, 1)
topics = st.frozensets(st.sampled_from(["radon", "bygglov-altan", "bibliotek", "hej"]))
questions = st.frozensets(st.sampled_from(["Hur?", "När?", "Var?", "Vem?"]))
measures = st.builds(
    Measures,
    shares=st.dictionaries(st.sampled_from(Measure), shares),
    topics=topics,
    promised_wrong=shares,
    most_wrong=shares,
    failed=st.none() | questions,
    lacks_examination=st.booleans(),
    of=st.dictionaries(st.sampled_from(Measure), st.integers(0, 2000)),
    missed_danger=st.none() | st.frozensets(st.sampled_from("abcdefghij")),
)
limits = st.builds(
    Limits,
    worse=st.fixed_dictionaries(dict.fromkeys(Measure, shares)),
    lost_topics=st.integers(0, 4),
    lost_questions=st.integers(0, 4),
)


def texts(candidate: Measures, serving: Measures | None, given: Limits = LIMITS) -> list[str]:
    return [refusal.text for refusal in reasons_to_refuse(candidate, serving, given)]


def faultless(one: Measures) -> Measures:
    return replace(one, most_wrong=max(one.promised_wrong, one.most_wrong), lacks_examination=False)


@given(measures, limits)
def test_a_faultless_model_may_replace_one_that_is_just_as_good(one: Measures, given: Limits) -> None:
    assert reasons_to_refuse(faultless(one), faultless(one), given) == []


@given(measures, measures, limits, shares)
def test_a_better_model_is_never_refused_for_what_a_worse_one_is_let_through_with(
    candidate: Measures, serving: Measures, given: Limits, by: float
) -> None:
    better = replace(
        candidate,
        shares={
            measure: max(share - by, 0) if measure in LESS_IS_BETTER else min(share + by, 1)
            for measure, share in candidate.shares.items()
        },
        promised_wrong=max(candidate.promised_wrong - by, 0),
        topics=candidate.topics | serving.topics,
        failed=frozenset(),
        missed_danger=candidate.missed_danger and candidate.missed_danger & (serving.missed_danger or frozenset()),
    )
    if not reasons_to_refuse(candidate, serving, given):
        assert reasons_to_refuse(better, serving, given) == []


@given(measures, measures, limits, shares)
def test_wider_limits_never_refuse_more(candidate: Measures, serving: Measures, narrow: Limits, by: float) -> None:
    wide = Limits(
        worse={measure: limit + by for measure, limit in narrow.worse.items()},
        lost_topics=narrow.lost_topics + 1,
        lost_questions=narrow.lost_questions + 1,
    )
    assert set(texts(candidate, serving, wide)) <= set(texts(candidate, serving, narrow))


@given(measures, limits)
def test_without_a_model_in_use_only_the_own_faults_count(one: Measures, given: Limits) -> None:
    is_faultless = one.promised_wrong <= one.most_wrong + 1e-9 and not one.lacks_examination
    assert (reasons_to_refuse(one, None, given) == []) is is_faultless


@given(measures, measures, st.sampled_from(Measure), limits, shares)
def test_worse_in_one_measure_beyond_its_limit_is_refused_however_good_the_rest_is(
    candidate: Measures, serving: Measures, measure: Measure, given: Limits, beyond: float
) -> None:
    sign = 1 if measure in LESS_IS_BETTER else -1
    start = 0.2 if measure in LESS_IS_BETTER else 0.8
    worse = start + sign * (given.worse[measure] + 1e-6 + beyond)
    before = replace(serving, shares={**serving.shares, measure: start})
    after = replace(candidate, shares={**candidate.shares, measure: worse}, of={})
    assert reasons_to_refuse(after, before, given) != []
    (row,) = [each for each in compare(after, before, given) if each.measure is measure]
    assert row.verdict is Verdict.BEYOND


@given(measures, measures, limits)
def test_what_has_not_been_measured_of_both_is_not_compared(
    candidate: Measures, serving: Measures, given: Limits
) -> None:
    for row in compare(candidate, serving, given):
        assert (row.verdict is Verdict.ALONE) is (row.measure not in serving.shares)
    assert {row.measure for row in compare(candidate, serving, given)} == set(candidate.shares)


@pytest.mark.parametrize(
    ("change", "is_refused"),
    [
        ({Measure.RIGHT: 0.57}, False),
        ({Measure.RIGHT: 0.5699}, True),
        ({Measure.WRONG: 0.015}, False),
        ({Measure.WRONG: 0.0151}, True),
        ({Measure.COVERAGE: 0.60}, False),
        ({Measure.COVERAGE: 0.5999}, True),
        ({Measure.RECOGNISED: 0.78}, False),
        ({Measure.RECOGNISED: 0.7799}, True),
        ({Measure.OUT_OF_SCOPE: 0.05}, False),
        ({Measure.OUT_OF_SCOPE: 0.0501}, True),
        ({Measure.URGENT: 0.945}, False),
        ({Measure.URGENT: 0.9449}, True),
        ({Measure.FALSE_ALARMS: 0.02}, False),
        ({Measure.FALSE_ALARMS: 0.0201}, True),
    ],
)
def test_what_lies_on_a_limit_is_within_it(change: dict[Measure, float], *, is_refused: bool) -> None:
    candidate = replace(SERVING, shares={**ALL, **change})
    assert bool(reasons_to_refuse(candidate, SERVING)) is is_refused


@pytest.mark.parametrize(
    ("change", "reasons"),
    [
        ({"promised_wrong": 0.02}, []),
        ({"promised_wrong": 0.021}, ["Boten skulle svara fel på 2,1 procent av frågorna. Gränsen är 2,0 procent."]),
        ({"lacks_examination": True}, ["Modellen är inte prövad. Träna en ny modell."]),
        ({"topics": frozenset({"radon", "bygglov-altan", "hej"})}, []),
        (
            {"topics": frozenset({"radon", "hej"})},
            ["Modellen känner inte igen ämnen som boten kan nu: bygglov-altan."],
        ),
        ({"failed": None}, []),
        ({"failed": frozenset()}, []),
        ({"failed": frozenset({"Är det farligt?", "Hur?"})}, ["Boten skulle inte längre förstå en kontrollfråga."]),
        ({"failed": frozenset({"Var?", "Hur?"})}, ["Boten skulle inte längre förstå 2 kontrollfrågor."]),
    ],
)
def test_the_reasons_say_what_is_lost(change: dict[str, object], reasons: list[str]) -> None:
    assert texts(replace(SERVING, **change), SERVING) == reasons  # type: ignore[arg-type]


def test_questions_that_are_no_longer_understood_are_named_and_old_failures_are_not_held_against_a_model() -> None:
    candidate = replace(SERVING, failed=frozenset({"Är det farligt?", "Var?", "Hur?"}))
    (refusal,) = reasons_to_refuse(candidate, SERVING)
    assert refusal.questions == ("Hur?", "Var?")
    assert reasons_to_refuse(candidate, replace(SERVING, failed=None)) == []


def test_the_reasons_say_both_figures() -> None:
    worse = {
        Measure.RIGHT: 0.482,
        Measure.WRONG: 0.021,
        Measure.COVERAGE: 0.4,
        Measure.RECOGNISED: 0.7,
        Measure.OUT_OF_SCOPE: 0.1,
        Measure.URGENT: 0.9,
        Measure.FALSE_ALARMS: 0.05,
    }
    assert texts(replace(SERVING, shares=worse), SERVING) == [
        "Boten skulle svara rätt själv på 48,2 procent av frågorna, mot 60,0 procent nu.",
        "Boten skulle svara fel på 2,1 procent av frågorna, mot 1,0 procent nu.",
        (
            "Boten skulle kunna svara på 40,0 procent av frågorna utan fler fel än vad som är tillåtet, "
            "mot 65,0 procent nu."
        ),
        "Boten skulle känna igen 70,0 procent av frågorna i ämnena utan att ha tränat på dem, mot 80,0 procent nu.",
        "Boten skulle svara på 10,0 procent av frågorna som inget ämne svarar på, mot 3,0 procent nu.",
        "Boten skulle känna igen 90,0 procent av frågorna om fara, mot 97,0 procent nu.",
        "Boten skulle ta 5,0 procent av de vanliga frågorna för fara, mot 1,0 procent nu.",
    ]


@pytest.mark.parametrize(
    ("measure", "serving", "candidate", "of", "is_refused"),
    [
        # The limit for false alarms is one percentage point.
        (Measure.FALSE_ALARMS, 0.03, 0.045, 200, False),
        (Measure.FALSE_ALARMS, 0.03, 0.065, 200, True),
        (Measure.FALSE_ALARMS, 0.03, 0.045, 2000, True),
        (Measure.FALSE_ALARMS, 0.0, 0.02, 50, False),
        (Measure.RECOGNISED, 0.7, 0.6, 100, False),
        (Measure.RECOGNISED, 0.7, 0.5, 100, True),
        (Measure.RIGHT, 0.6, 0.565, 5000, True),
        # Of danger, three questions say nothing and four do.
        (Measure.URGENT, 0.9, 0.75, 20, False),
        (Measure.URGENT, 0.9, 0.7, 20, True),
    ],
)
def test_of_few_questions_only_more_than_chance_counts(
    measure: Measure, serving: float, candidate: float, of: int, *, is_refused: bool
) -> None:
    other = replace(SERVING, shares={measure: serving})
    found = reasons_to_refuse(replace(SERVING, shares={measure: candidate}, of={measure: of}), other)
    assert bool(found) is is_refused


@pytest.mark.parametrize(
    ("share", "verdict"),
    [(0.62, Verdict.BETTER), (0.60004, Verdict.SAME), (0.58, Verdict.WORSE), (0.5, Verdict.BEYOND)],
)
def test_a_measure_is_judged_in_words(share: float, verdict: Verdict) -> None:
    rows = compare(replace(SERVING, shares={Measure.RIGHT: share}), SERVING)
    assert [row.verdict for row in rows] == [verdict]


@given(shares)
def test_a_share_is_written_with_a_comma_and_one_decimal(share: float) -> None:
    whole, _, rest = percent(share).partition(",")
    assert whole.isdigit()
    assert rest[1:] == " procent"
