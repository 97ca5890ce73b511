"""Danger is compared question by question, and held to the best model that has been in use."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover_api.rules.danger import chance_of_losing, exchange
from handover_api.rules.gate import LIMITS, Measure, Measures, Verdict, compare, reasons_to_refuse

ASKED = tuple(f"fråga {number}" for number in range(100))
missed = st.frozensets(st.sampled_from(ASKED), max_size=30)


def model(missed: frozenset[str] | None, *, best: float | None = None, recall: float | None = None) -> Measures:
    """Asked `ASKED`; `recall`: instead of what is missed."""
    share = recall if recall is not None else 1 - len(missed or ()) / len(ASKED)
    return Measures(
        shares={Measure.URGENT: share},
        of={Measure.URGENT: len(ASKED)},
        topics=frozenset(),
        promised_wrong=0.0,
        most_wrong=0.02,
        missed_danger=missed,
        best_danger=best,
    )


def some(start: int, count: int) -> frozenset[str]:
    return frozenset(ASKED[start : start + count])


@given(st.integers(0, 12), st.integers(0, 12))
def test_the_chance_is_that_of_a_fair_coin(lost: int, won: int) -> None:
    if lost + won > 12:
        won = 12 - lost
    throws = list(product([True, False], repeat=lost + won))
    as_many = [throw for throw in throws if sum(throw) >= lost]
    assert chance_of_losing(lost, won) == len(as_many) / len(throws)


@pytest.mark.parametrize(
    ("lost", "won", "is_worse"),
    [(0, 0, False), (5, 0, False), (6, 0, True), (8, 8, False), (12, 4, False), (13, 3, True), (20, 30, False)],
)
def test_more_lost_than_chance_explains_is_worse(lost: int, won: int, *, is_worse: bool) -> None:
    found = exchange(some(0, lost), some(50, won))
    assert (len(found.lost), len(found.won)) == (lost, won)
    assert found.is_worse is is_worse


@given(missed, missed)
def test_what_one_loses_the_other_has_won(mine: frozenset[str], theirs: frozenset[str]) -> None:
    there, back = exchange(mine, theirs), exchange(theirs, mine)
    assert (there.lost, there.won) == (back.won, back.lost)
    assert {*there.lost} == mine - theirs
    assert not (there.is_worse and back.is_worse)


@given(missed, missed, st.sampled_from(ASKED))
def test_one_question_more_that_is_recognised_never_makes_a_model_worse(
    mine: frozenset[str], theirs: frozenset[str], question: str
) -> None:
    if not exchange(mine, theirs).is_worse:
        assert not exchange(mine - {question}, theirs).is_worse


@given(st.lists(missed, min_size=1, max_size=12))
def test_no_row_of_models_that_are_let_through_leads_far_below_the_best(models: list[frozenset[str]]) -> None:
    serving, best = models[0], model(models[0]).shares[Measure.URGENT]
    for candidate in models[1:]:
        if not reasons_to_refuse(model(candidate), model(serving, best=best)):
            serving = candidate
            best = max(best, model(candidate).shares[Measure.URGENT])
        assert model(serving).shares[Measure.URGENT] >= best - max(LIMITS.worse[Measure.URGENT], 3 / len(ASKED)) - 1e-9


def test_many_that_change_places_refuse_nobody_and_many_that_are_only_lost_do() -> None:
    serving = model(some(0, 8))
    assert reasons_to_refuse(model(some(8, 9)), serving) == []
    (refusal,) = reasons_to_refuse(model(some(0, 14)), serving)
    assert refusal.text == (
        "Boten skulle känna igen 86,0 procent av frågorna om fara, mot 92,0 procent nu. "
        "6 frågor skulle inte längre kännas igen."
    )
    assert refusal.questions == tuple(sorted(some(8, 6)))


def test_those_that_are_won_are_told_beside_those_that_are_lost() -> None:
    (refusal,) = reasons_to_refuse(model(some(0, 13)), model(some(12, 3)))
    assert refusal.text.endswith("12 frågor skulle inte längre kännas igen, och 2 andra skulle kännas igen i stället.")


def test_a_small_step_down_is_refused_when_an_earlier_model_was_better() -> None:
    serving = model(some(0, 5), best=0.98)
    (refusal,) = reasons_to_refuse(model(some(0, 6)), serving)
    assert refusal.text == (
        "Boten skulle känna igen 94,0 procent av frågorna om fara, mot 95,0 procent nu. "
        "Den bästa modellen som har använts kände igen 98,0 procent. 1 fråga skulle inte längre kännas igen."
    )
    (row,) = compare(model(some(0, 6)), serving)
    assert (row.held_to, row.verdict) == (0.98, Verdict.BEYOND)
    assert reasons_to_refuse(model(some(0, 6)), replace(serving, best_danger=0.95)) == []
    (refusal,) = reasons_to_refuse(model(some(0, 5)), replace(serving, best_danger=0.99))
    assert refusal.text.endswith("Den bästa modellen som har använts kände igen 99,0 procent.")


def test_of_models_that_have_not_been_asked_the_same_only_the_shares_are_compared() -> None:
    serving = model(None, recall=0.95)
    assert reasons_to_refuse(model(some(0, 8)), serving) == []
    (refusal,) = reasons_to_refuse(model(some(0, 9)), serving)
    assert refusal.questions == ()
    assert refusal.text == "Boten skulle känna igen 91,0 procent av frågorna om fara, mot 95,0 procent nu."
