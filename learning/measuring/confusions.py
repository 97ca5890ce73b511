"""Which topics are taken for which others, and the phrases that show it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from bot.classification.features import NgramVectorizer
from bot.classification.topic_model import NOISE
from learning.measuring.cross_validation import Guess
from learning.measuring.texts import Phrase

MOST_PAIRS = 30
MOST_PHRASES = 5


@dataclass(frozen=True)
class ConfusingPhrase:
    """`nearest`: the phrase of the other topic that is most like it."""

    text: str
    nearest: str


@dataclass(frozen=True)
class Confusion:
    topic: str
    taken_for: str
    count: int
    phrases: tuple[ConfusingPhrase, ...]


def most_frequent(guesses: Sequence[Guess], phrases: Sequence[Phrase]) -> list[Confusion]:
    """The pairs that are mistaken most often. What is taken for no topic at all is taken for no other one."""
    mistaken: dict[tuple[str, str], list[Phrase]] = defaultdict(list)
    for guess in guesses:
        if not guess.is_right and guess.taken != NOISE:
            mistaken[guess.phrase.topic, guess.taken].append(guess.phrase)
    # Sorted, so that the same guesses in another order give the same list.
    ranked = sorted(mistaken.items(), key=lambda pair: (-len(pair[1]), pair[0]))[:MOST_PAIRS]
    return [
        Confusion(topic, taken, len(own), _most_alike(own, [each for each in phrases if each.topic == taken]))
        for (topic, taken), own in ranked
    ]


def _most_alike(own: Sequence[Phrase], others: Sequence[Phrase]) -> tuple[ConfusingPhrase, ...]:
    """Those first that are most like a phrase of the other topic. A topic may be taken for one without phrases."""
    if not others:
        return tuple(ConfusingPhrase(phrase.text, "") for phrase in own[:MOST_PHRASES])
    vectorizer = NgramVectorizer.learn([phrase.words for phrase in (*own, *others)], 1)
    alike = (
        vectorizer.vectorize([phrase.words for phrase in own])
        @ vectorizer.vectorize([phrase.words for phrase in others]).T
    ).toarray()
    ranked = sorted(range(len(own)), key=lambda row: -float(alike[row].max()))
    return tuple(ConfusingPhrase(own[row].text, others[int(alike[row].argmax())].text) for row in ranked[:MOST_PHRASES])
