"""How unlike each other the models of nearly the same content are, in what they make of danger and of all else.

What two trainings differ by chance is what the gate has to look beyond (handover_api/rules/danger.py), and what an
editor reads among the decisions that a training has changed without having caused it.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.understanding import own
from bot.classification.catalogue import URGENT
from bot.classification.topic_learning import Example, Lessons, Question, learn_topic_model
from handover_api.rules.danger import exchange

MODELS = 8
# So many phrases are left out of each, others each time: an ordinary day's work of an editor.
LEFT_OUT = 20


@dataclass(frozen=True)
class Understood:
    """What one model makes of the questions: those about danger that it misses, by their places, and of each typical
    one how sure it is of what.
    """

    missed: frozenset[str]
    typical: tuple[tuple[str, str], ...]


def measure() -> dict[str, float]:
    tokens = own.swedish_tokens()
    phrases = [phrase.example for phrase in own.phrases(tokens)]
    lessons = Lessons(
        examples=[*phrases, *own.FOLDERS.examples(tokens)],
        catalogue=own.FOLDERS.topics(),
        questions=list(own.FOLDERS.questions(tokens)),
        personal=list(own.FOLDERS.personal(tokens)),
    )
    learned = {own.normal_text(example.words) for example in phrases}
    danger = [
        question
        for question in lessons.questions
        if lessons.catalogue[question.topic or ""].handling == URGENT and own.normal_text(question.words) not in learned
    ]
    typical = own.typical_questions(tokens, lessons.examples)
    return compared([understood(place, lessons, phrases, danger, typical) for place in range(MODELS)], len(danger))


def understood(
    place: int,
    lessons: Lessons,
    phrases: Sequence[Example],
    danger: Sequence[Question],
    typical: Sequence[Question],
) -> Understood:
    """By the model of one training, without some of the phrases."""
    began = time.perf_counter()
    left_out = {id(phrases[row]) for row in np.random.default_rng(place).choice(len(phrases), LEFT_OUT, replace=False)}
    examples = [example for example in lessons.examples if id(example) not in left_out]
    model = learn_topic_model(
        Lessons(examples, lessons.catalogue, questions=lessons.questions, personal=lessons.personal)
    )
    missed = frozenset(str(row) for row, question in enumerate(danger) if model.read(question.words).urgent is None)
    readings = [model.read(question.words) for question in typical]
    print(f"Model {place + 1} of {MODELS}: {time.perf_counter() - began:.0f} s", flush=True)
    return Understood(
        missed, tuple((each.certainty, each.candidates[0].topic if each.candidates else "") for each in readings)
    )


def compared(models: Sequence[Understood], questions: int) -> dict[str, float]:
    """Each model in the place of each other. `questions`: how many there are about danger."""
    recalls = [1 - len(each.missed) / questions for each in models]
    exchanges = [exchange(new.missed, old.missed) for old, new in itertools.permutations(models, 2)]
    differ = [
        np.mean([one != other for one, other in zip(old.typical, new.typical, strict=True)])
        for old, new in itertools.combinations(models, 2)
    ]
    lost = [len(each.lost) for each in exchanges]
    refused = [each.is_worse for each in exchanges]
    return {
        "danger_questions": questions,
        "danger_models": len(models),
        "danger_recall_least": round(min(recalls), 4),
        "danger_recall_mean": round(sum(recalls) / len(recalls), 4),
        "danger_recall_most": round(max(recalls), 4),
        "danger_lost_mean": round(sum(lost) / len(lost), 1),
        "danger_lost_most": max(lost),
        "danger_refused_by_chance": round(sum(refused) / len(refused), 4),
        "trainings_typical_questions": len(models[0].typical),
        "trainings_differ_mean": round(float(np.mean(differ)), 4),
        "trainings_differ_most": round(float(np.max(differ)), 4),
    }
