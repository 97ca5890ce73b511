"""Turns scores into probabilities that keep what they promise, measured on phrases that the model had not seen."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import cast

import numpy as np
from scipy.optimize import minimize, minimize_scalar
from scipy.special import expit, logit, softmax

from bot.classification.arrays import Array

# Nothing that a person wrote is understood with complete certainty; a topic that was chosen with a button is.
HIGHEST_CONFIDENCE = 0.9999
LOWEST_SLOPE = 0.05


@dataclass(frozen=True)
class Calibration:
    """Temperature scaling for the shares between topics, then a logistic curve for the best one.

    One temperature cannot fit both ends: the shares in the middle come out right and the best ones too high.
    """

    temperature: float
    slope: float
    intercept: float

    def shares(self, scores: Array) -> Array:
        return cast(Array, softmax(scores / self.temperature, axis=1))

    def confidence(self, best_share: Array) -> Array:
        """The probability that the best topic is right. Strictly rising, so it orders texts as the shares do."""
        return np.minimum(expit(self.slope * _logit(best_share) + self.intercept), HIGHEST_CONFIDENCE)


def fit_calibration(held_out_scores: Array, truth: Array) -> Calibration:
    """`held_out_scores`: one row a text that the model had not seen; `truth`: the right column, negative if none is.

    How the shares divide can only be learned where one is right; how sure to be of the best one, from all.
    """
    answerable = truth >= 0
    rows = np.arange(int(answerable.sum()))
    answerable_scores, answerable_truth = held_out_scores[answerable], truth[answerable]

    def surprise(log_temperature: float) -> float:
        shares = softmax(answerable_scores / math.exp(log_temperature), axis=1)
        return -float(np.mean(np.log(shares[rows, answerable_truth] + 1e-12)))

    found = minimize_scalar(surprise, bounds=(-6.0, 4.0), method="bounded")
    temperature = math.exp(float(found.x))
    shares = softmax(held_out_scores / temperature, axis=1)
    slope, intercept = _fit_curve(shares.max(axis=1), shares.argmax(axis=1) == truth)
    return Calibration(temperature, slope, intercept)


def _fit_curve(best_shares: Array, is_right: Array) -> tuple[float, float]:
    """Platt's method with his smoothed targets, so that a handful of phrases never promises certainty."""
    right, wrong = int(is_right.sum()), int((~is_right).sum())
    targets = np.where(is_right, (right + 1.0) / (right + 2.0), 1.0 / (wrong + 2.0))
    inputs = _logit(best_shares)

    def surprise(curve: Array) -> float:
        probability = np.clip(expit(curve[0] * inputs + curve[1]), 1e-12, 1 - 1e-12)
        return -float(np.mean(targets * np.log(probability) + (1 - targets) * np.log(1 - probability)))

    found = minimize(surprise, x0=np.array([1.0, 0.0]), method="Nelder-Mead")
    return max(float(found.x[0]), LOWEST_SLOPE), float(found.x[1])


def _logit(shares: Array) -> Array:
    return cast(Array, logit(np.clip(shares, 1e-6, 1 - 1e-6)))
