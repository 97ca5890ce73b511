"""The gate before a model is put in use: worse than the one in use beyond set limits, and it is refused with reasons.

The shares are of questions that the model has never learned from, asked of it and of the one in use by the trainer.
Each further measure is a member of `Measure`, a limit and a sentence.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import sqrt

from handover_api.rules import danger


class Measure(StrEnum):
    """Shares between 0 and 1."""

    # Of the calibration questions: answered by the bot itself, and right; and wrong.
    RIGHT = "right"
    WRONG = "wrong"
    # Of the calibration questions: as many as can be answered with no more wrong than is allowed.
    COVERAGE = "coverage"
    # Of the phrases: recognised by a network that was trained without them.
    RECOGNISED = "recognised"
    # Of what no topic answers: answered all the same.
    OUT_OF_SCOPE = "out_of_scope"
    # Of the questions about danger: recognised as that. Of the others: taken for it.
    URGENT = "urgent"
    FALSE_ALARMS = "false_alarms"


LESS_IS_BETTER = frozenset({Measure.WRONG, Measure.OUT_OF_SCOPE, Measure.FALSE_ALARMS})


class Verdict(StrEnum):
    BETTER = "better"
    # They read the same.
    SAME = "same"
    WORSE = "worse"
    # Worse than the limit allows.
    BEYOND = "beyond"
    # There is nothing to compare with.
    ALONE = "alone"


@dataclass(frozen=True)
class Measures:
    """What is known of one model. What has not been measured is not in `shares`; `of`: of how many questions."""

    shares: Mapping[Measure, float]
    topics: frozenset[str]
    # What the training itself promises, and how much it may promise (`max_wrong_share` in config.yml).
    promised_wrong: float
    most_wrong: float
    # The regression questions that it does not understand; None: it has not been asked.
    failed: frozenset[str] | None = None
    # The questions about danger that it does not recognise; None: the two have not been asked the same.
    missed_danger: frozenset[str] | None = None
    # The highest share of them that a model in use has recognised, of the same questions; None: not known.
    best_danger: float | None = None
    # The trainer should have examined it, and has not.
    lacks_examination: bool = False
    of: Mapping[Measure, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Limits:
    """How much worse than the model in use a new one may be.

    Danger is held to the best model that has been in use, so that no row of small steps leads further down, and besides
    to the one in use, question by question (rules.danger). What is only uncertain goes to a person, and may vary more
    between two trainings. Of few questions a share says little, so it is refused only for more than chance explains; of
    danger three questions say nothing, and no more.
    """

    worse: Mapping[Measure, float] = field(
        default_factory=lambda: {
            Measure.RIGHT: 0.03,
            Measure.WRONG: 0.005,
            Measure.COVERAGE: 0.05,
            Measure.RECOGNISED: 0.02,
            Measure.OUT_OF_SCOPE: 0.02,
            Measure.URGENT: 0.025,
            Measure.FALSE_ALARMS: 0.01,
        }
    )
    lost_topics: int = 0
    # Regression questions that the model in use understands and the new one does not.
    lost_questions: int = 0


@dataclass(frozen=True)
class Compared:
    """One measure of a new model beside that of the one in use.

    `limit`: how much worse it may be than `held_to`, which is that of the one in use unless an earlier one was better.
    """

    measure: Measure
    candidate: float
    serving: float | None
    held_to: float | None
    limit: float
    verdict: Verdict


@dataclass(frozen=True)
class Refusal:
    """Why a model may not be put in use. `questions`: those that it is about, which are for the page alone."""

    text: str
    questions: tuple[str, ...] = ()


LIMITS = Limits()
NAMED_QUESTIONS = 3
_DANGER_THAT_SAYS_NOTHING = 3
# So many standard deviations a model that is no worse falls behind one time in twenty.
_CHANCE = 1.645
# Shares are sums of floating-point numbers; what lies exactly on a limit is within it.
_HAIR = 1e-9
_NOT_EXAMINED = "Modellen är inte prövad. Träna en ny modell."
_WORSE = {
    Measure.RIGHT: "Boten skulle svara rätt själv på {candidate} av frågorna, mot {serving} nu.",
    Measure.WRONG: "Boten skulle svara fel på {candidate} av frågorna, mot {serving} nu.",
    Measure.COVERAGE: (
        "Boten skulle kunna svara på {candidate} av frågorna utan fler fel än vad som är tillåtet, mot {serving} nu."
    ),
    Measure.RECOGNISED: (
        "Boten skulle känna igen {candidate} av frågorna i ämnena utan att ha tränat på dem, mot {serving} nu."
    ),
    Measure.OUT_OF_SCOPE: ("Boten skulle svara på {candidate} av frågorna som inget ämne svarar på, mot {serving} nu."),
    Measure.URGENT: "Boten skulle känna igen {candidate} av frågorna om fara, mot {serving} nu.",
    Measure.FALSE_ALARMS: "Boten skulle ta {candidate} av de vanliga frågorna för fara, mot {serving} nu.",
}


def compare(candidate: Measures, serving: Measures | None, limits: Limits = LIMITS) -> list[Compared]:
    """What has been measured of the candidate, in the order of `Measure`."""
    return [_compared(measure, candidate, serving, limits) for measure in Measure if measure in candidate.shares]


def exchanged_danger(candidate: Measures, serving: Measures | None) -> danger.Exchange | None:
    """Which questions about danger only one of the two recognises; None when they have not been asked the same."""
    if serving is None or candidate.missed_danger is None or serving.missed_danger is None:
        return None
    return danger.exchange(candidate.missed_danger, serving.missed_danger)


def lost_questions(candidate: Measures, serving: Measures | None) -> list[str]:
    """The regression questions that the model in use understands and the candidate does not."""
    if serving is None or serving.failed is None or candidate.failed is None:
        return []
    return sorted(candidate.failed - serving.failed)


def reasons_to_refuse(candidate: Measures, serving: Measures | None, limits: Limits = LIMITS) -> list[Refusal]:
    """Why the candidate may not replace the model in use; empty when it may.

    Without a model in use nothing is compared. What a model promises of itself holds always.
    """
    return [Refusal(text) for text in _faults(candidate)] + (
        _lacks(candidate, serving, limits) if serving is not None else []
    )


def percent(share: float) -> str:
    """A share as people read it: "12,5 procent"."""
    return f"{share * 100:.1f}".replace(".", ",") + " procent"


def _limit(measure: Measure, candidate: Measures, serving: float, limits: Limits) -> float:
    """One-sided test of two proportions, as if the questions were not the same: with few of them that is lenient."""
    questions = candidate.of.get(measure, 0)
    if not questions:
        return limits.worse[measure]
    if measure is Measure.URGENT:
        return max(limits.worse[measure], _DANGER_THAT_SAYS_NOTHING / questions)
    together = (candidate.shares[measure] + serving) / 2
    return max(limits.worse[measure], _CHANCE * sqrt(2 * together * (1 - together) / questions))


def _compared(measure: Measure, candidate: Measures, serving: Measures | None, limits: Limits) -> Compared:
    share, theirs = candidate.shares[measure], serving.shares.get(measure) if serving else None
    if serving is None or theirs is None:
        return Compared(measure, share, theirs, None, limits.worse[measure], Verdict.ALONE)
    limit = _limit(measure, candidate, theirs, limits)
    held_to = max(theirs, serving.best_danger or 0.0) if measure is Measure.URGENT else theirs
    verdict = _verdict(measure, share, theirs)
    if _worse_by(measure, share, held_to) > limit + _HAIR or (
        measure is Measure.URGENT and _loses_danger(candidate, serving)
    ):
        verdict = Verdict.BEYOND
    return Compared(measure, share, theirs, held_to, limit, verdict)


def _verdict(measure: Measure, candidate: float, serving: float) -> Verdict:
    if percent(candidate) == percent(serving):
        return Verdict.SAME
    return Verdict.WORSE if _worse_by(measure, candidate, serving) > 0 else Verdict.BETTER


def _worse_by(measure: Measure, candidate: float, other: float) -> float:
    return candidate - other if measure in LESS_IS_BETTER else other - candidate


def _loses_danger(candidate: Measures, serving: Measures) -> bool:
    exchange = exchanged_danger(candidate, serving)
    return exchange is not None and exchange.is_worse


def _faults(candidate: Measures) -> Iterable[str]:
    if candidate.lacks_examination:
        yield _NOT_EXAMINED
    if candidate.promised_wrong > candidate.most_wrong + _HAIR:
        yield (
            f"Boten skulle svara fel på {percent(candidate.promised_wrong)} av frågorna. "
            f"Gränsen är {percent(candidate.most_wrong)}."
        )


def _lacks(candidate: Measures, serving: Measures, limits: Limits) -> list[Refusal]:
    """What the model in use has and the candidate has not."""
    reasons = [
        _told_of_worse(each, exchanged_danger(candidate, serving))
        for each in compare(candidate, serving, limits)
        if each.verdict is Verdict.BEYOND
    ]
    topics = sorted(serving.topics - candidate.topics)
    if len(topics) > limits.lost_topics:
        reasons.append(Refusal(f"Modellen känner inte igen ämnen som boten kan nu: {', '.join(topics)}."))
    questions = lost_questions(candidate, serving)
    if len(questions) > limits.lost_questions:
        reasons.append(Refusal(_told_of_lost(len(questions)), tuple(questions)))
    return reasons


def _told_of_worse(each: Compared, exchange: danger.Exchange | None) -> Refusal:
    served = each.serving or 0.0
    text = _WORSE[each.measure].format(candidate=percent(each.candidate), serving=percent(served))
    if each.measure is not Measure.URGENT:
        return Refusal(text)
    if each.held_to is not None and each.held_to > served:
        text += f" Den bästa modellen som har använts kände igen {percent(each.held_to)}."
    if exchange is None or not exchange.lost:
        return Refusal(text)
    others = "en annan" if len(exchange.won) == 1 else f"{len(exchange.won)} andra"
    won = f", och {others} skulle kännas igen i stället" if exchange.won else ""
    return Refusal(f"{text} {_questions(len(exchange.lost))} skulle inte längre kännas igen{won}.", exchange.lost)


def _questions(count: int) -> str:
    return "1 fråga" if count == 1 else f"{count} frågor"


def _told_of_lost(count: int) -> str:
    return f"Boten skulle inte längre förstå {'en kontrollfråga' if count == 1 else f'{count} kontrollfrågor'}."
