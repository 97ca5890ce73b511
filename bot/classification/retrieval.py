"""Which of some answers fits a question, from their words alone: nothing is learned from questions.

Four signals that fail on different questions, each standardised within the list, so that none of them outshouts the
others:

- BM25 over character 4-grams inside words (Robertson & Zaragoza 2009): inflection and compounds are seen through;
- the cosine of TF-IDF over character 2-5-grams: what an answer says besides counts against it;
- BM25 over lemmas and the parts of compounds, without stop words;
- a little of the first again, over the opening sentence only: that is where an answer says what it is about.

The measurements behind the choice: docs/benchmarks.md.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
from scipy.sparse import csr_matrix, diags

from bot.classification.arrays import Array

# BM25's customary constants: how fast repetition stops counting, and how much a long answer has to make up for.
SATURATION = 1.2
LENGTH_PENALTY = 0.75
OPENING_WEIGHT = 0.3
SHORTEST_PART = 3
LEAST_WORDS_OF_AN_OPENING = 2
# Scores that differ by less are equal but for rounding, and must not be blown up to a difference.
LEAST_SPREAD = 1e-9

WORD = re.compile(r"\w+")
END_OF_SENTENCE = re.compile(r"(?<=[.!?:])\s+|\n+")

Grams = Callable[[str], Iterable[str]]
Weighting = Callable[[csr_matrix, Array], csr_matrix]


@dataclass(frozen=True)
class Vocabulary:
    """What is known of the language: base forms, and the words that say nothing about the matter."""

    lemmas: Mapping[str, str]
    base_forms: Collection[str]
    stop_words: Collection[str]

    @classmethod
    def of(cls, lemmas: Mapping[str, str], stop_words: Collection[str]) -> Vocabulary:
        return cls(lemmas, frozenset(lemmas.values()), stop_words)

    def knows(self, word: str) -> bool:
        return word in self.base_forms or word in self.lemmas

    def lemma(self, word: str) -> str:
        return self.lemmas.get(word, word)

    def parts(self, word: str) -> tuple[str, ...]:
        """The two known words that a compound is put together from ("skolskjuts": "skola", "skjuts"), or nothing.

        Of several divisions the most even one is taken: short known words turn up by chance.
        """
        divisions = [
            (first, word[cut:])
            for cut in range(SHORTEST_PART, len(word) - SHORTEST_PART + 1)
            if self.knows(word[cut:])
            for first in (word[:cut], word[:cut].removesuffix("s"))
            if len(first) >= SHORTEST_PART and self.knows(first)
        ]
        if not divisions:
            return ()
        best = max(divisions, key=lambda division: min(map(len, division)))
        return tuple(self.lemma(part) for part in best)


class AnswerList:
    """Answers of which one is to be chosen.

    How telling a word is depends on the list: among answers about vaccination, "vaccination" tells nothing.
    """

    def __init__(self, answers: Sequence[str], vocabulary: Vocabulary) -> None:
        if not answers:
            raise ValueError("There is no answer to choose from.")

        def lemmas(text: str) -> Iterator[str]:
            return lemmas_and_parts(text, vocabulary)

        self._signals = (
            (1.0, _Signal(answers, four_letters, _bm25)),
            (1.0, _Signal(answers, two_to_five_letters, _cosine)),
            (1.0, _Signal(answers, lemmas, _bm25)),
            (OPENING_WEIGHT, _Signal([opening(answer) for answer in answers], four_letters, _bm25)),
        )

    def scores(self, question: str) -> Array:
        """One score an answer, higher is better; comparable within this list and for this question only."""
        return cast(Array, sum(weight * _standardised(signal.scores(question)) for weight, signal in self._signals))

    def ranking(self, question: str) -> list[int]:
        """The answers' places in the list, the best first."""
        return [int(place) for place in np.argsort(-self.scores(question), kind="stable")]


def words_of(text: str) -> list[str]:
    return WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def opening(text: str) -> str:
    """The first sentence that is more than a "Ja."; the whole text where there is none."""
    sentences = END_OF_SENTENCE.split(text)
    return next((part for part in sentences if len(words_of(part)) >= LEAST_WORDS_OF_AN_OPENING), text)


def four_letters(text: str) -> Iterator[str]:
    return _letters(text, (4,))


def two_to_five_letters(text: str) -> Iterator[str]:
    return _letters(text, (2, 3, 4, 5))


def lemmas_and_parts(text: str, vocabulary: Vocabulary) -> Iterator[str]:
    for word in words_of(text):
        if word not in vocabulary.stop_words:
            yield vocabulary.lemma(word)
            yield from vocabulary.parts(word)


def _letters(text: str, sizes: Iterable[int]) -> Iterator[str]:
    """N-grams inside each word with a space on both sides; a shorter word is a gram of its own."""
    for word in words_of(text):
        padded = f" {word} "
        for size in sizes:
            yield from (padded[start : start + size] for start in range(max(1, len(padded) - size + 1)))


class _Signal:
    def __init__(self, answers: Sequence[str], grams: Grams, weighting: Weighting) -> None:
        self._grams = grams
        counted = [Counter(grams(answer)) for answer in answers]
        self._columns = {gram: column for column, gram in enumerate(sorted(set().union(*counted)))}
        counts = csr_matrix(
            (
                [float(count) for row in counted for count in row.values()],
                [self._columns[gram] for row in counted for gram in row],
                np.cumsum([0, *map(len, counted)]),
            ),
            shape=(len(answers), len(self._columns)),
        )
        self._rarity = _rarity(np.bincount(counts.indices, minlength=counts.shape[1]), len(answers))
        self._weights = weighting(counts, self._rarity)

    def scores(self, question: str) -> Array:
        known = {self._columns[gram] for gram in self._grams(question) if gram in self._columns}
        asked = np.zeros(len(self._columns))
        # A question is too short for repetition to mean anything.
        asked[list(known)] = 1.0
        return cast(Array, self._weights @ (asked * self._rarity))


def _rarity(answers_with: Array, answers: int) -> Array:
    return np.log1p((answers - answers_with + 0.5) / (answers_with + 0.5))


def _bm25(counts: csr_matrix, rarity: Array) -> csr_matrix:  # noqa: ARG001 - the question's side carries it.
    length = np.asarray(counts.sum(axis=1)).ravel()
    slack = SATURATION * (1 - LENGTH_PENALTY + LENGTH_PENALTY * length / max(length.mean(), 1.0))
    per_gram = np.repeat(slack, np.diff(counts.indptr))
    return csr_matrix(
        (counts.data * (SATURATION + 1) / (counts.data + per_gram), counts.indices, counts.indptr), counts.shape
    )


def _cosine(counts: csr_matrix, rarity: Array) -> csr_matrix:
    """The question's own length is left out: it is the same for all answers."""
    weighted = csr_matrix((1 + np.log(counts.data), counts.indices, counts.indptr), counts.shape) @ diags(rarity)
    length = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    return csr_matrix(diags(1 / np.maximum(length, np.finfo(float).eps)) @ weighted)


def _standardised(scores: Array) -> Array:
    spread = float(scores.std())
    return (scores - scores.mean()) / spread if spread > LEAST_SPREAD else np.zeros_like(scores)
