"""How often a phrase is recognised by a network that was trained without it.

Harder than what residents ask, since the phrases of a topic are written to be unlike each other.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bot.classification.network import Training
from bot.classification.topic_learning import Example
from bot.classification.topic_model import CHOICES_OFFERED, NOISE
from learning.measuring.texts import Phrase, TrainingTexts, topics_of


@dataclass(frozen=True)
class Guess:
    phrase: Phrase
    taken: str
    score: float
    is_among_three: bool

    @property
    def is_right(self) -> bool:
        return self.taken == self.phrase.topic


def folds_by_text(phrases: Sequence[Phrase], folds: int) -> list[int]:
    """The fold of each phrase, which it keeps whatever is added or taken away beside it: what is measured of one
    training can be held against what is measured of another.
    """
    return [zlib.crc32(phrase.text.encode("utf-8")) % folds for phrase in phrases]


def guesses_by_fold(
    phrases: Sequence[Phrase],
    always_there: Sequence[Example],
    fold_of: Sequence[int],
    training: Training | None = None,
) -> Iterator[list[Guess]]:
    """Each fold's guesses about its own phrases, as soon as its network has learned from the others.

    `fold_of`: each phrase's; `always_there`: what every network learns from besides. What no topic answers has no
    right topic to be found.
    """
    examples = [phrase.example for phrase in phrases]
    topics = topics_of([*examples, *always_there])
    for fold in sorted(set(fold_of)):
        kept = [example for example, its in zip(examples, fold_of, strict=True) if its != fold]
        asked = [phrase for phrase, its in zip(phrases, fold_of, strict=True) if its == fold and phrase.topic != NOISE]
        texts = TrainingTexts.of([*kept, *always_there], topics)
        vectors = texts.vectorizer.vectorize([phrase.words for phrase in asked])
        scores = texts.learned_network(training).scores(vectors)[:, : len(topics)]
        ranked = np.argsort(-scores, axis=1, kind="stable")[:, :CHOICES_OFFERED]
        yield [
            Guess(phrase, topics[best[0]], float(row.max()), phrase.topic in {topics[column] for column in best})
            for phrase, row, best in zip(asked, scores, ranked, strict=True)
        ]
