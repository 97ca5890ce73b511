"""Measures of how well confidence tells right from wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import roc_auc_score

from bench.understanding.curves import Confusion, RiskCoverage

MOST_POINTS = 200


@dataclass(frozen=True)
class Outcome:
    """One text that was classified; `right` is None where no intent is."""

    right: str | None
    taken: str
    confidence: float

    @property
    def is_right(self) -> bool:
        return self.right == self.taken


def accuracy(outcomes: Sequence[Outcome]) -> float:
    """The share right of the texts that have a right intent."""
    in_scope = [outcome.is_right for outcome in outcomes if outcome.right is not None]
    return sum(in_scope) / len(in_scope)


def out_of_scope_auroc(outcomes: Sequence[Outcome]) -> float:
    """How often a text with a right intent gets more confidence than one without: 0.5 is chance, 1 is always."""
    in_scope = [outcome.right is not None for outcome in outcomes]
    return float(roc_auc_score(in_scope, [outcome.confidence for outcome in outcomes]))


def risk_coverage(outcomes: Sequence[Outcome]) -> RiskCoverage:
    """The share wrong among the surest texts, for each share of the texts that could be answered.

    Equally sure texts are answered together. A text without a right intent is wrong whatever is taken.
    """
    ordered = sorted(outcomes, key=lambda outcome: -outcome.confidence)
    confidence = np.array([outcome.confidence for outcome in ordered])
    answered = np.arange(1, len(ordered) + 1)
    risk = np.cumsum([not outcome.is_right for outcome in ordered]) / answered
    last_of_its_kind = np.flatnonzero(np.append(confidence[1:] != confidence[:-1], True))
    every = np.unique(np.linspace(0, len(last_of_its_kind) - 1, min(MOST_POINTS, len(last_of_its_kind))).round())
    kept = last_of_its_kind[every.astype(int)]
    return RiskCoverage(
        coverage=[round(float(share), 4) for share in answered[kept] / len(ordered)],
        risk=[round(float(share), 4) for share in risk[kept]],
    )


def most_frequent_confusions(outcomes: Sequence[Outcome], most: int = 20) -> list[Confusion]:
    counted = Counter((o.right, o.taken) for o in outcomes if o.right is not None and not o.is_right)
    # Sorted, so that the same outcomes in another order give the same list.
    ranked = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    return [Confusion(right, taken, count) for (right, taken), count in ranked[:most]]
