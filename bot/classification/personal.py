"""Recognises a question about the resident's own case, money, decision or file: a person has to answer it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from bot.classification.arrays import Array

# Chosen on calibration questions: looser fits learn single phrases by heart.
INVERSE_PENALTY = 10.0
# A phrase of a topic was not written to show the difference, an example of the detector was.
EXAMPLE_WEIGHT = 2.0


@dataclass(frozen=True)
class PersonalMatters:
    """A linear detector on what the topic model sees of a text. `weights`: one a column."""

    weights: Array
    bias: float

    def probability(self, texts: csr_matrix) -> Array:
        return np.asarray(expit(texts @ self.weights + self.bias))

    @classmethod
    def learn(cls, texts: csr_matrix, is_personal: Array, weights: Array) -> PersonalMatters:
        model = LogisticRegression(C=INVERSE_PENALTY, solver="liblinear", class_weight="balanced", random_state=0)
        model.fit(texts, is_personal, sample_weight=weights)
        return cls(model.coef_[0].astype(np.float32), float(model.intercept_[0]))

    @classmethod
    def unknowing(cls, columns: int) -> PersonalMatters:
        """Without examples nothing is called personal."""
        return cls(np.zeros(columns, dtype=np.float32), -np.inf)
