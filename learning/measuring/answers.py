"""Which answers are right, and how many of them there are: plain counting, once it is known what a model decides."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bot.classification.arrays import Array
from bot.classification.catalogue import CHAT, GENERAL
from bot.classification.topic_learning import Question
from bot.classification.topic_model import Limits

# The bot's own words about the municipality, by the kind of its decision (docs/architecture.md); small talk is no such.
FACTS = frozenset({*GENERAL, "refer"})
OWN_WORDS = frozenset({*FACTS, CHAT})
ASKED_BACK = "clarify"
# Why a person is asked for although the topic was understood: it is not the model's doing.
NOT_FOR_DOUBT = frozenset(
    {None, "handover_topic", "article_missing", "article_expired", "asked_for_person", "urgent_topic"}
)
POINTS_OF_A_CURVE = 60
DIGITS = 4


@dataclass(frozen=True)
class Decided:
    """What a model would do with a question, as decide/decisions.py tells it."""

    kind: str
    topic: str | None
    reason: str | None = None


@dataclass(frozen=True)
class Judged:
    """A calibration question, what is decided, and how sure the model is where only its threshold holds it back.

    `certainty` is None where it would not answer whatever the threshold.
    """

    question: Question
    decided: Decided
    certainty: float | None = None
    # Of the answer that it would give then.
    would_be_right: bool = False


def is_right(question: Question, kind: str, topic: str | None) -> bool:
    """Whether an answer in the bot's own words is. Small talk is a right enough end for what no topic answers, and
    what an article says in general does not answer what somebody asks about their own case.
    """
    if question.topic is None:
        return kind == CHAT
    if question.is_personal and kind in GENERAL:
        return False
    return topic == question.topic


def is_understood(expected: str, decided: Decided) -> bool:
    """Whether the model was sure of the topic; what is done about it then is the catalogue's and the articles'."""
    return decided.topic == expected and decided.kind != ASKED_BACK and decided.reason in NOT_FOR_DOUBT


def shares(judged: Sequence[Judged], limits: Limits) -> dict[str, Any]:
    """What residents typically ask, as the document tells it (docs/contracts/internal-api.md)."""
    typical = [each for each in judged if not each.question.is_about_alarm]
    weights = _weights([each.question for each in typical], limits)
    answered = np.array([each.decided.kind in OWN_WORDS for each in typical], dtype=bool)
    right = np.array([is_right(each.question, each.decided.kind, each.decided.topic) for each in typical], dtype=bool)
    coverage_at_risk, curve = _risk_coverage(typical, weights, limits.max_wrong_share)
    nowhere = [each.decided.kind in FACTS for each in typical if _is_nowhere(each.question)]
    return {
        "questions": len(typical),
        "answered_right": _rounded(weights[answered & right].sum()),
        "answered_wrong": _rounded(weights[answered & ~right].sum()),
        "coverage_at_risk": coverage_at_risk,
        "risk_coverage": curve,
        "out_of_scope": {"questions": len(nowhere), "answered": share(nowhere)},
    }


def share(holds: Iterable[bool]) -> float:
    """Of none, it is 0."""
    values = list(holds)
    return _rounded(sum(values) / len(values)) if values else 0.0


def _is_nowhere(question: Question) -> bool:
    return question.topic is None and not question.is_personal


def _weights(questions: Sequence[Question], limits: Limits) -> Array:
    """How much of what residents ask each stands for: each kind comes as often as the limits say. The sum is 1."""
    personal = np.array([question.is_personal for question in questions], dtype=bool)
    nowhere = np.array([_is_nowhere(question) for question in questions], dtype=bool)
    weights = np.zeros(len(questions))
    for members, share in (
        (personal, limits.personal_share),
        (nowhere, limits.out_of_scope_share),
        (~personal & ~nowhere, 1.0 - limits.personal_share - limits.out_of_scope_share),
    ):
        if members.any():
            weights[members] = share / members.sum()
    return weights / (weights.sum() or 1.0)


def _risk_coverage(
    typical: Sequence[Judged], weights: Array, max_wrong_share: float
) -> tuple[float, list[list[float]]]:
    """The largest share that can be answered within the limit, and the curve, both as shares of all questions.

    Equally sure questions are answered together.
    """
    answerable = [place for place, each in enumerate(typical) if each.certainty is not None]
    order = sorted(answerable, key=lambda place: -(typical[place].certainty or 0.0))
    certainty = np.array([typical[place].certainty for place in order], dtype=float)
    coverage = np.cumsum(weights[order])
    risk = np.cumsum([0.0 if typical[place].would_be_right else weights[place] for place in order])
    last_of_its_kind = np.flatnonzero(np.append(certainty[1:] != certainty[:-1], True)) if order else np.array([], int)
    within = [place for place in last_of_its_kind if risk[place] <= max_wrong_share]
    every = np.linspace(0, max(len(last_of_its_kind) - 1, 0), min(POINTS_OF_A_CURVE - 1, len(last_of_its_kind)))
    kept = sorted({int(place) for place in last_of_its_kind[np.unique(every.round().astype(int))]} | set(within[-1:]))
    return (
        _rounded(coverage[within[-1]]) if within else 0.0,
        [[_rounded(coverage[place]), _rounded(risk[place])] for place in kept],
    )


def _rounded(share: float) -> float:
    return round(min(float(share), 1.0), DIGITS)
