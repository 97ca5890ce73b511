"""Which questions about danger a new model misses beside the one in use, asked the very same.

Two trainings on nearly the same content already miss different ones: of 504 questions, seven change places each way
(docs/benchmarks.md). A share alone cannot tell that from a model that has become worse; the questions one by one can.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from math import comb

# A model that is no worse than the one in use loses more than it wins, to this degree, one time in fifty. What less is
# lost in each of many steps is stopped by the share of the best model (rules.gate).
_MOST_LIKELY_BY_CHANCE = 0.02


@dataclass(frozen=True)
class Exchange:
    """`lost`: recognised by the model in use alone; `won`: by the new one alone."""

    lost: tuple[str, ...]
    won: tuple[str, ...]

    @property
    def is_worse(self) -> bool:
        """Whether more are lost than chance explains."""
        return chance_of_losing(len(self.lost), len(self.won)) <= _MOST_LIKELY_BY_CHANCE


def exchange(missed: AbstractSet[str], missed_by_serving: AbstractSet[str]) -> Exchange:
    return Exchange(tuple(sorted(missed - missed_by_serving)), tuple(sorted(missed_by_serving - missed)))


def chance_of_losing(lost: int, won: int) -> float:
    """How likely equally good models would lose so many or more, of all that only one of them recognises.

    McNemar's test in its exact form, one-sided: each question is as likely lost as won (McNemar 1947, "Note on the
    sampling error of the difference between correlated proportions or percentages").
    """
    changed = lost + won
    ways = sum(comb(changed, more) for more in range(lost, changed + 1))
    return ways / (1 << changed)
