"""How unlike each other the models of nearly the same content are, in what they make of danger.

What two trainings differ by chance is what the gate has to look beyond (handover_api/rules/danger.py).
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence

import numpy as np

from bench.understanding import own
from bot.classification.catalogue import URGENT
from bot.classification.topic_learning import Example, Lessons, Question, learn_topic_model
from handover_api.rules.danger import exchange

MODELS = 8
# So many phrases are left out of each, others each time: an ordinary day's work of an editor.
LEFT_OUT = 20


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
    return compared([missed(place, lessons, phrases, danger) for place in range(MODELS)], len(danger))


def missed(place: int, lessons: Lessons, phrases: Sequence[Example], danger: Sequence[Question]) -> frozenset[str]:
    """The questions about danger, by their places, that one training's model does not recognise."""
    began = time.perf_counter()
    left_out = {id(phrases[row]) for row in np.random.default_rng(place).choice(len(phrases), LEFT_OUT, replace=False)}
    examples = [example for example in lessons.examples if id(example) not in left_out]
    model = learn_topic_model(
        Lessons(examples, lessons.catalogue, questions=lessons.questions, personal=lessons.personal)
    )
    found = frozenset(str(row) for row, question in enumerate(danger) if model.read(question.words).urgent is None)
    print(f"Model {place + 1} of {MODELS}: {time.perf_counter() - began:.0f} s", flush=True)
    return found


def compared(missed_by: Sequence[frozenset[str]], questions: int) -> dict[str, float]:
    """Each model in the place of each other."""
    recalls = [1 - len(each) / questions for each in missed_by]
    exchanges = [exchange(new, old) for old, new in itertools.permutations(missed_by, 2)]
    lost = [len(each.lost) for each in exchanges]
    refused = [each.is_worse for each in exchanges]
    return {
        "danger_questions": questions,
        "danger_models": len(missed_by),
        "danger_recall_least": round(min(recalls), 4),
        "danger_recall_mean": round(sum(recalls) / len(recalls), 4),
        "danger_recall_most": round(max(recalls), 4),
        "danger_lost_mean": round(sum(lost) / len(lost), 1),
        "danger_lost_most": max(lost),
        "danger_refused_by_chance": round(sum(refused) / len(refused), 4),
    }
