"""When to answer, when to ask, and when to leave the question to a person: thresholds from held-out predictions."""

from __future__ import annotations

import numpy as np

from bot.classification.arrays import Array

# Above every calibrated confidence: nothing that was written reaches it.
NEVER = 1.0


def lowest_safe_threshold(certainty: Array, is_right: Array, max_wrong_share: float) -> float:
    """The lowest threshold at or above which at most `max_wrong_share` of the predictions are wrong.

    This reads the risk-coverage curve from its sure end. NEVER when not even the surest predictions are good enough.
    """
    if len(certainty) == 0:
        return NEVER
    order = np.argsort(-certainty, kind="stable")
    falling = certainty[order]
    wrong_share = np.cumsum(~is_right[order]) / np.arange(1, len(order) + 1)
    # Predictions that are equally certain are answered together or not at all.
    is_last_of_its_kind = np.append(falling[1:] != falling[:-1], True)
    safe = np.flatnonzero(is_last_of_its_kind & (wrong_share <= max_wrong_share))
    return float(falling[safe[-1]]) if len(safe) else NEVER
