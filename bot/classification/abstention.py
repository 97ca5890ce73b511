"""When to answer, when to ask, and when to leave the question to a person: thresholds from held-out questions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bot.classification.arrays import Array

# Above every calibrated confidence: nothing that was written reaches it.
NEVER = 1.0
# Certainty of a question that is never answered in the bot's own words, whatever the threshold.
UNANSWERED = -1.0
POINTS_OF_A_CURVE = 100
# A text that is read alone may differ from itself among others in the last digits.
ROUNDING = 1e-6


@dataclass(frozen=True)
class CurvePoint:
    """What happens at one threshold, as shares of all questions."""

    threshold: float
    right: float
    wrong: float


@dataclass(frozen=True)
class Promise:
    """What the calibration questions say about the answers to come, as shares of all questions.

    `curve` is the risk-coverage curve: what other thresholds would have done, from the strictest on.
    """

    max_wrong_share: float
    right: float
    wrong: float
    curve: tuple[CurvePoint, ...]


def conformal_threshold(certainty: Array, is_wrong: Array, weights: Array, max_wrong_share: float) -> float:
    """The lowest threshold whose wrong answers stay within `max_wrong_share` of all questions, those to come included.

    Conformal risk control (Angelopoulos et al. 2024, "Conformal Risk Control", theorem 1): the share of wrong answers
    rises as the threshold falls, so it is enough that it would stay within the limit if one more question, of the
    heaviest kind, were answered wrongly. That holds in expectation, without assuming anything about the scores, for
    questions like those given; `weights` say how much of what comes each of them stands for.
    """
    if len(certainty) == 0:
        return NEVER
    heaviest = float(weights.max())
    falling, wrong = _from_the_top(certainty, np.where(is_wrong, weights, 0.0))
    bound = (wrong + heaviest) / (float(weights.sum()) + heaviest)
    return _last_safe(falling, (bound <= max_wrong_share) & (falling > UNANSWERED))


def lowest_safe_threshold(certainty: Array, is_right: Array, weights: Array, max_wrong_share: float) -> float:
    """The lowest threshold at or above which at most `max_wrong_share` of the predictions are wrong.

    NEVER when not even the surest predictions are good enough.
    """
    is_counted = weights > 0
    if not is_counted.any():
        return NEVER
    certainty, is_right, weights = certainty[is_counted], is_right[is_counted], weights[is_counted]
    falling, wrong = _from_the_top(certainty, np.where(is_right, 0.0, weights))
    _, total = _from_the_top(certainty, weights)
    return _last_safe(falling, wrong <= max_wrong_share * total)


def alarm_threshold(score: Array, is_real: Array, weights: Array, max_false_share: float) -> float:
    """The lowest threshold at which at most `max_false_share` of what is no real alarm rings: recall comes first."""
    false_weights = np.where(is_real, 0.0, weights)
    if len(score) == 0 or not false_weights.any():
        return NEVER
    falling, false = _from_the_top(score, false_weights)
    return _last_safe(falling, false <= max_false_share * float(false_weights.sum()))


def promise(certainty: Array, is_right: Array, weights: Array, threshold: float, max_wrong_share: float) -> Promise:
    """`is_right`: whether the answer would be right; what reaches the threshold and is not right, is wrong."""
    total = float(weights.sum()) or 1.0

    def point(at: float) -> CurvePoint:
        is_answered = (certainty >= at) & (certainty > UNANSWERED)
        return CurvePoint(
            round(float(at), 4),
            round(float(weights[is_answered & is_right].sum()) / total, 4),
            round(float(weights[is_answered & ~is_right].sum()) / total, 4),
        )

    answerable = np.sort(certainty[certainty > UNANSWERED])[::-1]
    places = np.unique(np.linspace(0, max(len(answerable) - 1, 0), POINTS_OF_A_CURVE).astype(int))
    curve = tuple(point(answerable[place]) for place in places) if len(answerable) else ()
    here = point(threshold)
    return Promise(max_wrong_share, here.right, here.wrong, curve)


def _from_the_top(certainty: Array, weights: Array) -> tuple[Array, Array]:
    """The certainties, falling, and the weight of everything that is at least as certain."""
    order = np.argsort(-certainty, kind="stable")
    return certainty[order], np.cumsum(weights[order])


def _last_safe(falling: Array, is_safe: Array) -> float:
    # Predictions that are equally certain are answered together or not at all.
    is_last_of_its_kind = np.append(falling[1:] != falling[:-1], True)
    safe = np.flatnonzero(is_last_of_its_kind & is_safe)
    if not len(safe):
        return NEVER
    least, below = falling[safe[-1]], falling[safe[-1] + 1 :]
    lowered = float(least) - ROUNDING
    return max(lowered, float(np.nextafter(below[0], least))) if len(below) else lowered
