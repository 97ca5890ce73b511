"""Turns the words of a text into a sparse vector of word and character n-grams."""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_matrix

from bot.classification.arrays import Array

SHORTEST_CHARACTER_GRAM = 2
LONGEST_CHARACTER_GRAM = 5


@dataclass(frozen=True)
class Word:
    surface: str
    lemma: str


def has_words(text: str) -> bool:
    """Whether there is a single letter or digit; emoji and punctuation carry no topic."""
    return any(character.isalnum() for character in text)


def word_grams(words: Sequence[Word]) -> Iterator[str]:
    yield from (f"s {word.surface}" for word in words)
    yield from (f"l {word.lemma}" for word in words)
    yield from (f"s {first.surface} {second.surface}" for first, second in pairwise(words))


def character_grams(words: Sequence[Word]) -> Iterator[str]:
    """N-grams inside each word: they see through spelling mistakes and into compounds."""
    for word in words:
        yield from _character_grams_of(word.surface)


@lru_cache(maxsize=50_000)
def _character_grams_of(surface: str) -> tuple[str, ...]:
    """The word is padded with a space so that its beginning and end can be seen."""
    padded = f" {surface} "
    return tuple(
        f"c{padded[start : start + size]}"
        for size in range(SHORTEST_CHARACTER_GRAM, LONGEST_CHARACTER_GRAM + 1)
        for start in range(len(padded) - size + 1)
    )


GRAM_GROUPS = (word_grams, character_grams)


def normalise(words: Sequence[Word]) -> list[Word]:
    """The same word whatever its capitals and its Unicode spelling; what has no letter or digit is dropped."""
    return [
        Word(_normal_form(word.surface), _normal_form(word.lemma or word.surface))
        for word in words
        if has_words(word.surface)
    ]


def _normal_form(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


class NgramVectorizer:
    """TF-IDF over the known n-grams, where unknown ones still count in a text's length.

    Ordinary TF-IDF drops unknown n-grams before it normalises, so a foreign sentence with one known letter pair
    becomes a vector of full length pointing at some topic. Here it becomes a short vector, and hence an unsure one.
    """

    def __init__(self, vocabulary: dict[str, int], weights: Array, unknown_weight: float) -> None:
        self.vocabulary = vocabulary
        self.weights = weights
        self.unknown_weight = unknown_weight

    @classmethod
    def learn(cls, texts: Sequence[Sequence[Word]], least_texts: int) -> NgramVectorizer:
        """Keeps the n-grams that occur in at least `least_texts` of the texts."""
        frequency: Counter[str] = Counter()
        for words in texts:
            for grams in GRAM_GROUPS:
                frequency.update(set(grams(normalise(words))))
        # Sorted, so that the same texts in another order give the same model.
        known = sorted(gram for gram, count in frequency.items() if count >= least_texts)
        rarity = np.array([_rarity(len(texts), frequency[gram]) for gram in known], dtype=np.float32)
        return cls({gram: column for column, gram in enumerate(known)}, rarity, _rarity(len(texts), 1))

    def vectorize(self, texts: Sequence[Sequence[Word]]) -> csr_matrix:
        columns: list[int] = []
        values: list[float] = []
        row_ends = [0]
        for words in texts:
            for column, value in self._entries(words):
                columns.append(column)
                values.append(value)
            row_ends.append(len(columns))
        return csr_matrix(
            (np.array(values, dtype=np.float32), np.array(columns, dtype=np.int32), np.array(row_ends, dtype=np.int32)),
            shape=(len(texts), len(self.vocabulary)),
        )

    def _entries(self, words: Sequence[Word]) -> Iterator[tuple[int, float]]:
        """Each group of n-grams gets the same length, so that the many character n-grams do not drown the words."""
        normal_words = normalise(words)
        for grams in GRAM_GROUPS:
            known: list[tuple[int, float]] = []
            squares = 0.0
            for gram, count in Counter(grams(normal_words)).items():
                column = self.vocabulary.get(gram)
                rarity = self.unknown_weight if column is None else float(self.weights[column])
                value = (1.0 + math.log(count)) * rarity
                squares += value * value
                if column is not None:
                    known.append((column, value))
            length = math.sqrt(squares * len(GRAM_GROUPS))
            yield from ((column, value / length) for column, value in sorted(known))


def _rarity(texts: int, texts_with_it: int) -> float:
    return math.log((1 + texts) / (1 + texts_with_it)) + 1.0
