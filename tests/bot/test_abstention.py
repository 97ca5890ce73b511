"""The thresholds: what is promised about answers to come holds, whatever the scores are."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.classification.abstention import (
    NEVER,
    POINTS_OF_A_CURVE,
    ROUNDING,
    UNANSWERED,
    alarm_threshold,
    conformal_threshold,
    lowest_safe_threshold,
    promise,
)
from bot.classification.arrays import Array
from bot.classification.calibration import HIGHEST_CONFIDENCE

limits = st.floats(0, 0.6)


@dataclass(frozen=True)
class Asked:
    certainty: Array
    is_wrong: Array
    weights: Array

    def answered(self, threshold: float) -> Array:
        return (self.certainty >= threshold) & (self.certainty > UNANSWERED)

    def wrong_weight(self, threshold: float) -> float:
        return float(self.weights[self.answered(threshold) & self.is_wrong].sum())

    def bound(self, threshold: float) -> float:
        """The share that would be wrong if one more question, of the heaviest kind, were answered wrongly."""
        heaviest = float(self.weights.max())
        return (self.wrong_weight(threshold) + heaviest) / (float(self.weights.sum()) + heaviest)


# Coarse, so that questions are often equally certain; whole weights, so that their sums are exact.
certainties = st.one_of(st.just(UNANSWERED), st.integers(0, 20).map(lambda step: step / 20 * HIGHEST_CONFIDENCE))
some_asked = st.lists(st.tuples(certainties, st.booleans(), st.integers(1, 5)), min_size=1, max_size=60).map(
    lambda rows: Asked(
        np.array([row[0] for row in rows]),
        np.array([row[1] for row in rows], dtype=bool),
        np.array([float(row[2]) for row in rows]),
    )
)


@given(some_asked, limits)
def test_one_wrong_answer_more_would_still_be_within_the_limit(asked: Asked, limit: float) -> None:
    threshold = conformal_threshold(asked.certainty, asked.is_wrong, asked.weights, limit)
    assert threshold == NEVER or asked.bound(threshold) <= limit


@given(some_asked, limits)
def test_no_lower_threshold_would_keep_the_limit(asked: Asked, limit: float) -> None:
    threshold = conformal_threshold(asked.certainty, asked.is_wrong, asked.weights, limit)
    for lower in asked.certainty[(asked.certainty < threshold) & (asked.certainty > UNANSWERED)]:
        assert asked.bound(lower) > limit


def test_the_question_that_sets_the_threshold_reaches_it_also_when_it_is_read_alone() -> None:
    """Among others it may come out different in the last digits (of single precision)."""
    certainty, everything = np.array([0.59270483, 0.3], dtype=np.float32), np.ones(2)
    threshold = lowest_safe_threshold(certainty, np.array([True, False]), everything, 0.0)
    alone = np.nextafter(np.nextafter(certainty[0], np.float32(0)), np.float32(0))
    assert alone >= threshold > certainty[0] - 2 * ROUNDING


@given(st.floats(0, 0.9), st.floats(0, 1e-5), st.sampled_from([np.float32, np.float64]))
@example(0.9, 1.2e-16, np.float64)
def test_however_close_the_next_question_is_it_stays_below(certainty: float, gap: float, precision: type) -> None:
    asked = np.array([certainty + gap, certainty], dtype=precision)
    threshold = lowest_safe_threshold(asked, np.array([True, False]), np.ones(2), 0.0)
    if asked[0] == asked[1]:
        assert threshold == NEVER
    else:
        assert list(asked >= threshold) == [True, False]


@given(some_asked, limits, st.floats(0, 0.3))
def test_a_stricter_limit_never_lowers_the_threshold(asked: Asked, limit: float, more: float) -> None:
    strict, loose = (
        conformal_threshold(asked.certainty, asked.is_wrong, asked.weights, each) for each in (limit, limit + more)
    )
    assert strict >= loose


@given(some_asked, limits)
def test_what_is_never_answered_stays_so_however_right_it_would_be(asked: Asked, limit: float) -> None:
    never = asked.certainty == UNANSWERED
    threshold, if_right, if_wrong = (
        conformal_threshold(asked.certainty, is_wrong, asked.weights, limit)
        for is_wrong in (asked.is_wrong, asked.is_wrong & ~never, asked.is_wrong | never)
    )
    assert threshold > UNANSWERED
    assert threshold == if_right == if_wrong


@given(some_asked)
def test_too_few_questions_promise_nothing(asked: Asked) -> None:
    """Even if all are right: the next one could be wrong, and weigh more than the limit allows."""
    right = np.zeros(len(asked.certainty), dtype=bool)
    heaviest = float(asked.weights.max())
    too_strict = 0.999 * heaviest / (float(asked.weights.sum()) + heaviest)
    assert conformal_threshold(asked.certainty, right, asked.weights, too_strict) == NEVER
    assert conformal_threshold(asked.certainty, right, asked.weights, 0.0) == NEVER


def test_without_questions_nothing_is_answered() -> None:
    nothing = np.array([])
    assert conformal_threshold(nothing, nothing.astype(bool), nothing, 1.0) == NEVER
    assert lowest_safe_threshold(nothing, nothing.astype(bool), nothing, 1.0) == NEVER
    assert alarm_threshold(nothing, nothing.astype(bool), nothing, 1.0) == NEVER


@pytest.mark.parametrize("questions", [50, 200])
@pytest.mark.parametrize("limit", [0.02, 0.05, 0.15])
def test_over_many_divisions_the_wrong_share_of_the_fresh_half_is_the_limit_or_less(
    questions: int, limit: float
) -> None:
    """The theorem itself: at most the limit in the mean, and less than it by at most two questions' weight."""
    generator = np.random.default_rng(questions)
    certainty = generator.beta(2, 1, 2 * questions) * HIGHEST_CONFIDENCE
    is_wrong = generator.random(2 * questions) > certainty
    shares = []
    for _ in range(3000):
        order = generator.permutation(2 * questions)
        known, fresh = order[:questions], order[questions:]
        threshold = conformal_threshold(certainty[known], is_wrong[known], np.ones(questions), limit)
        shares.append((is_wrong[fresh] & (certainty[fresh] >= threshold)).mean())
    three_errors = 3 * np.std(shares) / np.sqrt(len(shares))
    assert np.mean(shares) <= limit + three_errors
    assert np.mean(shares) >= limit - 2 / (questions + 1) - three_errors


def test_kinds_of_question_count_as_often_as_they_come() -> None:
    """Half of what is asked is of a kind that only every tenth calibration question stands for."""
    generator = np.random.default_rng(7)
    limit, common, rare = 0.1, 180, 20
    shares = []
    for _ in range(2000):
        kinds = np.tile(np.repeat([0, 1], [common, rare]), 2)
        certainty = generator.random(2 * (common + rare)) * HIGHEST_CONFIDENCE
        is_wrong = generator.random(len(kinds)) > np.where(kinds == 1, 0.4 + 0.5 * certainty, certainty)
        weights = np.where(kinds == 1, 0.5 / rare, 0.5 / common)
        known = np.arange(len(kinds)) < common + rare
        threshold = conformal_threshold(certainty[known], is_wrong[known], weights[known], limit)
        shares.append(weights[~known & is_wrong & (certainty >= threshold)].sum())
    assert np.mean(shares) <= limit + 3 * np.std(shares) / np.sqrt(len(shares))
    assert np.mean(shares) > limit / 3


@given(some_asked, limits)
def test_above_the_lowest_safe_threshold_the_wrong_share_is_kept(asked: Asked, limit: float) -> None:
    threshold = lowest_safe_threshold(asked.certainty, ~asked.is_wrong, asked.weights, limit)

    def keeps(at: float) -> bool:
        answered = asked.weights[asked.certainty >= at]
        wrong = asked.weights[(asked.certainty >= at) & asked.is_wrong]
        return float(wrong.sum()) <= limit * float(answered.sum())

    assert threshold == NEVER or keeps(threshold)
    assert not any(keeps(lower) for lower in asked.certainty[asked.certainty < threshold])


@given(some_asked, limits)
def test_what_weighs_nothing_moves_no_threshold(asked: Asked, limit: float) -> None:
    """Those that were asked to tell danger from its look-alikes say nothing about what comes how often."""
    more = Asked(np.append(asked.certainty, 0.5), np.append(asked.is_wrong, True), np.append(asked.weights, 0.0))
    for threshold in (conformal_threshold, lowest_safe_threshold, alarm_threshold):
        without, with_it = (threshold(each.certainty, each.is_wrong, each.weights, limit) for each in (asked, more))
        assert with_it in {without, 0.5 - ROUNDING}
        counted = asked.answered(with_it)
        assert (counted == asked.answered(without)).all()


@given(some_asked, limits)
def test_the_alarm_rings_as_often_as_it_may_and_no_oftener(asked: Asked, limit: float) -> None:
    is_real = ~asked.is_wrong
    threshold = alarm_threshold(asked.certainty, is_real, asked.weights, limit)
    false = np.where(is_real, 0.0, asked.weights)

    def false_share(at: float) -> float:
        return float(false[asked.certainty >= at].sum()) / float(false.sum())

    if not false.any():
        # Nothing is known about false alarms.
        assert threshold == NEVER
        return
    assert threshold == NEVER or false_share(threshold) <= limit + 1e-12
    for lower in asked.certainty[asked.certainty < threshold]:
        assert false_share(lower) > limit - 1e-12


@given(some_asked, limits, st.integers(2, 9))
def test_how_often_real_alarms_come_does_not_move_the_threshold(asked: Asked, limit: float, times: int) -> None:
    is_real = ~asked.is_wrong
    oftener = np.where(is_real, asked.weights * times, asked.weights)
    assert alarm_threshold(asked.certainty, is_real, asked.weights, limit) == alarm_threshold(
        asked.certainty, is_real, oftener, limit
    )


@given(some_asked, limits)
def test_the_promise_says_what_the_threshold_does(asked: Asked, limit: float) -> None:
    threshold = conformal_threshold(asked.certainty, asked.is_wrong, asked.weights, limit)
    promised = promise(asked.certainty, ~asked.is_wrong, asked.weights, threshold, limit)
    total = float(asked.weights.sum())
    right = float(asked.weights[asked.answered(threshold) & ~asked.is_wrong].sum())
    assert promised.wrong == pytest.approx(asked.wrong_weight(threshold) / total, abs=1e-4)
    assert promised.right == pytest.approx(right / total, abs=1e-4)
    assert promised.wrong <= limit + 1e-4
    assert promised.max_wrong_share == limit


@given(some_asked, limits)
def test_the_curve_rises_from_the_strictest_threshold_to_the_loosest(asked: Asked, limit: float) -> None:
    promised = promise(asked.certainty, ~asked.is_wrong, asked.weights, limit, limit)
    answerable = asked.certainty[asked.certainty > UNANSWERED]
    curve = promised.curve
    assert len(curve) == min(len(answerable), POINTS_OF_A_CURVE)
    for stricter, looser in pairwise(curve):
        assert stricter.threshold >= looser.threshold
        assert stricter.right <= looser.right
        assert stricter.wrong <= looser.wrong
    if curve:
        assert curve[0].threshold == pytest.approx(answerable.max(), abs=1e-4)
        assert curve[-1].threshold == pytest.approx(answerable.min(), abs=1e-4)
        everything = float(asked.weights[asked.certainty > UNANSWERED].sum()) / float(asked.weights.sum())
        assert curve[-1].right + curve[-1].wrong == pytest.approx(everything, abs=2e-4)
        reckless = promise(asked.certainty, ~asked.is_wrong, asked.weights, UNANSWERED, limit)
        assert (reckless.right, reckless.wrong) == (curve[-1].right, curve[-1].wrong)
