"""How long a place in the queue has meant waiting: an interval that is right four times in five, or nothing.

Split conformal prediction (Vovk, Gammerman and Shafer, "Algorithmic Learning in a Random World", 2005): how long those
who stood at nearly the same place have waited, a place, is ordered; of the n values, the interval leaves out the share
(1 - COVERAGE) / 2 at each end. That needs no assumption about how waiting times are distributed, only that the next
wait is like the latest ones.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

COVERAGE = 0.8
# Fewer observations say too little about how much waiting times differ.
LEAST_OBSERVATIONS = 30
# Waits that are older, or further back in the row, may be of another queue: other opening hours, other people.
MOST_OBSERVATIONS = 200
OLDEST = timedelta(days=28)
# How much further ahead or behind an observed place may be; near the front, one place more is twice as much.
_NEARLY = 2.0
# Minutes. Promises are rounded outwards to these, so that nobody hears a precision that there is not.
_STEPS = (0, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240)


@dataclass(frozen=True)
class Observation:
    """Somebody who began to wait at a place (from 1) and was answered after so many minutes."""

    position: int
    minutes: float


@dataclass(frozen=True)
class Interval:
    """Minutes, both of them steps."""

    least: int
    most: int


def expected(observations: Sequence[Observation], position: int) -> Interval | None:
    """How long whoever stands at the place now may have to wait; None when too little is known to say.

    `observations` are the latest of the same answer group, at most MOST_OBSERVATIONS and none before OLDEST.
    """
    paces = sorted(
        observation.minutes / observation.position
        for observation in observations
        if position / _NEARLY <= observation.position <= position * _NEARLY
    )
    if len(paces) < LEAST_OBSERVATIONS:
        return None
    left_out = (1 - COVERAGE) / 2
    least = paces[max(math.floor(left_out * (len(paces) + 1)), 1) - 1]
    most = paces[min(math.ceil((1 - left_out) * (len(paces) + 1)), len(paces)) - 1]
    return _rounded_outwards(least * position, most * position)


def _rounded_outwards(least: float, most: float) -> Interval | None:
    """None when the longest wait is beyond what anybody should be told to sit through."""
    if most > _STEPS[-1]:
        return None
    lower = min(bisect_right(_STEPS, least), len(_STEPS) - 1) - 1
    upper = max(bisect_left(_STEPS, most), lower + 1)
    return Interval(_STEPS[lower], _STEPS[upper])
