"""A short question that leans on what was said before: "hur lång tid tar det?"."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from bot.classification.features import Word, normalise

# Longer messages carry their own topic.
MOST_WORDS = 8
# A word that is used in so many topics' phrases says nothing about which one is meant.
LEAST_TOPICS = 0.12


def words_of_every_topic(phrases: Iterable[tuple[str, Sequence[Word]]]) -> frozenset[str]:
    """The words that phrases of many topics share: how, long, time, cost, it."""
    topics_by_word: dict[str, set[str]] = defaultdict(set)
    topics: set[str] = set()
    for topic, words in phrases:
        topics.add(topic)
        for word in normalise(words):
            topics_by_word[word.surface].add(topic)
    return frozenset(word for word, users in topics_by_word.items() if len(users) >= LEAST_TOPICS * len(topics))


def leans_on_what_was_said(words: Sequence[Word], common_words: frozenset[str]) -> bool:
    """Whether nothing in a short message says what it is about."""
    said = normalise(words)
    return 0 < len(said) <= MOST_WORDS and all(word.surface in common_words for word in said)
