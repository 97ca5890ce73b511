from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bot.classification.calibration import HIGHEST_CONFIDENCE, fit_calibration


@given(st.integers(0, 2**32 - 1), st.floats(0.02, 5.0))
def test_confidence_rises_with_the_share_and_promises_no_certainty(seed: int, spread: float) -> None:
    generator = np.random.default_rng(seed)
    truth = generator.integers(0, 4, size=80)
    scores = generator.normal(0, spread, size=(80, 4)) + np.eye(4)[truth]
    calibration = fit_calibration(scores, truth)
    confidence = calibration.confidence(np.linspace(0.25, 1, 50))
    assert (np.diff(confidence) >= 0).all()
    assert 0 <= confidence.min() <= confidence.max() <= HIGHEST_CONFIDENCE
    assert np.allclose(calibration.shares(scores).sum(axis=1), 1)


def test_confidence_means_what_it_says() -> None:
    generator = np.random.default_rng(1)
    truth = generator.integers(0, 5, size=4000)
    scores = generator.normal(0, 1, size=(4000, 5)) + 2 * np.eye(5)[truth]
    # Every tenth text is about none of the classes.
    truth[::10] = -1
    calibration = fit_calibration(scores[:2000], truth[:2000])
    shares = calibration.shares(scores[2000:])
    confidence = calibration.confidence(shares.max(axis=1))
    is_right = shares.argmax(axis=1) == truth[2000:]
    for low in (0.4, 0.6, 0.8):
        band = (confidence >= low) & (confidence < low + 0.2)
        assert abs(confidence[band].mean() - is_right[band].mean()) < 0.06


def test_the_scale_of_the_scores_makes_no_difference() -> None:
    generator = np.random.default_rng(2)
    truth = generator.integers(0, 4, size=300)
    scores = generator.normal(0, 1, size=(300, 4)) + 2 * np.eye(4)[truth]
    one, other = (fit_calibration(scores * scale, truth).shares(scores * scale) for scale in (1.0, 5.0))
    assert np.allclose(one, other, atol=1e-3)
