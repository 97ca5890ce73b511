"""Whether a model that has just been put in use does residents worse than the one before it.

The gate looks at what a model promises; this looks at what has become of real questions since. Shares are compared with
those of the days before, and only a difference that is hardly chance counts: a one-sided test of two proportions.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from math import sqrt

# So long a new model is watched, and so far back it is compared with.
WATCHED = timedelta(hours=6)
COMPARED_WITH = timedelta(days=7)


class Sign(StrEnum):
    HANDED_OVER = "handed_over"
    UNSURE = "unsure"
    NOT_HELPED = "not_helped"


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    count: int
    of: int

    @property
    def value(self) -> float:
        return self.count / self.of if self.of else 0.0


Signs = Mapping[Sign, Share]


@dataclass(frozen=True)
class Rise:
    sign: Sign
    before: Share
    since: Share


@dataclass(frozen=True)
class Limits:
    """`least`: fewer questions say nothing. `rise`: how much larger a share must be, of all, to matter to residents.
    `deviations`: how far beyond chance, in standard deviations; 3 is one time in 700 for a model that is no worse.
    """

    least: int = 20
    rise: float = 0.10
    deviations: float = 3.0


LIMITS = Limits()


def find_rises(before: Signs, since: Signs, limits: Limits = LIMITS) -> list[Rise]:
    """What has risen beyond the limits; empty while there is too little to tell."""
    rises = [Rise(sign, before[sign], since[sign]) for sign in Sign]
    return [rise for rise in rises if _is_beyond(rise, limits)]


def _is_beyond(rise: Rise, limits: Limits) -> bool:
    before, since = rise.before, rise.since
    if min(before.of, since.of) < limits.least or since.value - before.value <= limits.rise:
        return False
    together = (before.count + since.count) / (before.of + since.of)
    spread = sqrt(together * (1 - together) * (1 / before.of + 1 / since.of))
    return since.value - before.value > limits.deviations * spread
