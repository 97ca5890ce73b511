"""The gate before a model is put in use: worse than the one in use beyond set limits, and it is refused with reasons.

What is measured so far is what the training itself writes into the model, on calibration questions that it has never
learned from. Each further measure is a field of `Measures`, a limit and a line of `reasons_to_refuse`.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Measures:
    """Shares of all questions, between 0 and 1."""

    # Answered by the bot itself, and right.
    right: float
    # Answered by the bot itself, and wrong.
    wrong: float
    # How much of the latter was allowed when the model was trained (`max_wrong_share` in config.yml).
    most_wrong: float
    topics: frozenset[str]


@dataclass(frozen=True)
class Limits:
    """How much worse than the model in use a new one may be."""

    less_right: float = 0.03
    more_wrong: float = 0.005
    lost_topics: int = 0


LIMITS = Limits()
# Shares are sums of floating-point numbers; what lies exactly on a limit is within it.
_HAIR = 1e-9


def reasons_to_refuse(candidate: Measures, serving: Measures | None, limits: Limits = LIMITS) -> list[str]:
    """Why the candidate may not replace the model in use, in words; empty when it may.

    Without a model in use nothing is compared. What a model promises of itself holds always.
    """
    reasons = []
    if candidate.wrong > candidate.most_wrong + _HAIR:
        reasons.append(
            f"Boten skulle svara fel på {percent(candidate.wrong)} av frågorna. "
            f"Gränsen är {percent(candidate.most_wrong)}."
        )
    if serving is None:
        return reasons
    if serving.right - candidate.right > limits.less_right + _HAIR:
        reasons.append(
            f"Boten skulle svara rätt själv på {percent(candidate.right)} av frågorna, mot {percent(serving.right)} nu."
        )
    if candidate.wrong - serving.wrong > limits.more_wrong + _HAIR:
        reasons.append(
            f"Boten skulle svara fel på {percent(candidate.wrong)} av frågorna, mot {percent(serving.wrong)} nu."
        )
    lost = sorted(serving.topics - candidate.topics)
    if len(lost) > limits.lost_topics:
        reasons.append(f"Modellen känner inte igen ämnen som boten kan nu: {', '.join(lost)}.")
    return reasons


def percent(share: float) -> str:
    """A share as people read it: "12,5 procent"."""
    return f"{share * 100:.1f}".replace(".", ",") + " procent"
