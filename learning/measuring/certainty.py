"""What a topic model answers when its threshold does not hold it back, and how sure it is."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from bot.classification.catalogue import GENERAL, URGENT
from bot.classification.features import Word
from bot.classification.topic_model import SURE, TopicModel


@dataclasses.dataclass(frozen=True)
class WouldAnswer:
    """`kind`: of the answer, which is the topic's handling."""

    kind: str
    topic: str
    certainty: float


def would_answer(model: TopicModel, words: Sequence[Word]) -> WouldAnswer | None:
    """None where something else than the threshold keeps it from answering."""
    anything = dataclasses.replace(model.thresholds, answer=0.0, answer_by_area={})
    reading = dataclasses.replace(model, thresholds=anything).read(words)
    if reading.certainty != SURE or reading.urgent is not None:
        return None
    best = reading.candidates[0]
    entry = model.catalogue[best.topic]
    if entry.is_left_to_a_person or entry.handling == URGENT or (reading.is_personal and entry.handling in GENERAL):
        return None
    return WouldAnswer(entry.handling, best.topic, best.confidence)
