"""The topic model: which topic a text is about, how sure that is, and whether it is urgent or personal.

Learned in topic_learning.py; docs/decisions/0008-network-on-ngrams.md has the measurements behind it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bot.classification.abstention import CurvePoint, Promise
from bot.classification.arrays import Array
from bot.classification.calibration import HIGHEST_CONFIDENCE, Calibration
from bot.classification.catalogue import URGENT, Catalogue
from bot.classification.features import NgramVectorizer, Word
from bot.classification.follow_up import leans_on_what_was_said
from bot.classification.network import NgramNetwork
from bot.classification.personal import PersonalMatters
from bot.classification.text_vectorizer import TextVectorizer

# The name of what no topic answers: its phrases are learned, so that noise and strangers' matters have somewhere to go.
NOISE = "unsure"
# What only looks like danger. A class of its own that competes with the urgent topics and with nothing else: which
# topic such a text belongs to is not known.
CALM = "calm"
CHOICES_OFFERED = 3
MOST_CANDIDATES = 5
SURE, UNCLEAR, UNSURE = "sure", "unclear", "unsure"


@dataclass(frozen=True)
class Limits:
    """How careful to be; stated and explained in config.yml. `max_wrong_share_by_area`: area and share."""

    max_wrong_share: float = 0.02
    max_wrong_share_by_area: tuple[tuple[str, float], ...] = ()
    out_of_scope_share: float = 0.2
    personal_share: float = 0.1
    max_misread_share: float = 0.10
    min_choice_share: float = 0.75
    max_false_alarm_share: float = 0.01
    max_false_personal_share: float = 0.02


@dataclass(frozen=True)
class Candidate:
    topic: str
    confidence: float


@dataclass(frozen=True)
class Reading:
    """What the model makes of one text. `threshold` is the one that its best candidate is held to."""

    certainty: str  # sure, unclear or unsure
    candidates: tuple[Candidate, ...]
    threshold: float
    urgent: Candidate | None = None
    is_personal: bool = False


@dataclass(frozen=True)
class Thresholds:
    """`answer_by_area` holds the areas that have a limit of their own."""

    answer: float
    answer_by_area: dict[str, float]
    misread: float
    choice: float
    urgent: float
    personal: float


@dataclass(frozen=True)
class TopicModel:
    topics: tuple[str, ...]
    catalogue: Catalogue
    limits: Limits
    vectorizer: TextVectorizer
    network: NgramNetwork
    personal: PersonalMatters
    calibration: Calibration
    thresholds: Thresholds
    promise: Promise
    common_words: frozenset[str]
    titles: dict[str, tuple[Word, ...]]
    version: str

    def read(self, words: Sequence[Word], previous_topic: str | None = None) -> Reading:
        """`previous_topic`: what the bot answered last; a question that leans on it is read beside it."""
        vector = self.vectorizer.vectorize([words])
        if vector.nnz == 0:
            return Reading(UNSURE, (), self.thresholds.answer)
        scores = self.network.scores(vector)
        shares = self.shares(scores)[0]
        is_personal = bool(self.personal.probability(vector)[0] >= self.thresholds.personal)
        urgent = self._urgent_candidate(shares, float(self.urgency(scores)[0]))
        if urgent is None and previous_topic in self.titles and leans_on_what_was_said(words, self.common_words):
            return self._read_beside(previous_topic, words, scores, is_personal=is_personal)
        return self._judge(shares, urgent, is_personal=is_personal)

    def threshold_of(self, topic: str) -> float:
        entry = self.catalogue[topic]
        if entry.is_left_to_a_person or entry.handling == URGENT:
            return self.thresholds.misread
        return self.thresholds.answer_by_area.get(entry.area, self.thresholds.answer)

    def _judge(self, shares: Array, urgent: Candidate | None, *, is_personal: bool) -> Reading:
        order = np.argsort(-shares, kind="stable")
        candidates = self._candidates(shares, order)
        best = self.topics[order[0]]
        threshold = self.threshold_of(best)
        if urgent is not None:
            others = tuple(candidate for candidate in candidates if candidate.topic != urgent.topic)
            return Reading(SURE, (urgent, *others)[:MOST_CANDIDATES], self.thresholds.urgent, urgent, is_personal)
        if best == NOISE:
            return Reading(UNSURE, candidates, threshold, is_personal=is_personal)
        if self._confidence_of_best(shares) >= threshold:
            return Reading(SURE, candidates, threshold, is_personal=is_personal)
        is_worth_asking = choice_share(shares[order]) >= self.thresholds.choice
        return Reading(UNCLEAR if is_worth_asking else UNSURE, candidates, threshold, is_personal=is_personal)

    def _candidates(self, shares: Array, order: Array) -> tuple[Candidate, ...]:
        """The best one keeps its calibrated confidence; the others divide what is left as their shares say."""
        confidence = self._confidence_of_best(shares)
        left_over = (1.0 - confidence) / max(1.0 - float(shares[order[0]]), 1.0 - HIGHEST_CONFIDENCE)
        ranked = [(str(self.topics[column]), float(shares[column])) for column in order[: MOST_CANDIDATES + 1]]
        return tuple(
            Candidate(topic, round(confidence if place == 0 else min(confidence, share * left_over), 4))
            for place, (topic, share) in enumerate(ranked)
            if topic != NOISE
        )[:MOST_CANDIDATES]

    def _confidence_of_best(self, shares: Array) -> float:
        """Not rounded: thresholds are confidences of calibration questions, and many texts may lie close to one."""
        return float(self.calibration.confidence(shares.max(keepdims=True))[0])

    def shares(self, scores: Array) -> Array:
        """Of the network's scores, one row a text: how likely each topic is."""
        return self.calibration.shares(scores[:, : len(self.topics)])

    def urgency(self, scores: Array) -> Array:
        """Danger is seldom told in the one right word: the urgent topics count together, against what looks like it."""
        columns = self._urgent_columns()
        return self.calibration.shares(scores)[:, columns].sum(axis=1) if columns else np.zeros(len(scores))

    def _urgent_candidate(self, shares: Array, urgency: float) -> Candidate | None:
        columns = self._urgent_columns()
        if not columns or urgency < self.thresholds.urgent:
            return None
        best = max(columns, key=lambda column: float(shares[column]))
        return Candidate(str(self.topics[best]), round(min(urgency, HIGHEST_CONFIDENCE), 4))

    def _urgent_columns(self) -> list[int]:
        return [column for column, topic in enumerate(self.topics) if self.catalogue[topic].handling == URGENT]

    def _read_beside(self, previous_topic: str, words: Sequence[Word], scores: Array, *, is_personal: bool) -> Reading:
        """Among the neighbours of what was just answered, which has been read already.

        The words alone and the words beside the old topic's title count alike. It is answered only when they point
        the same way; nothing is known about how often that is right, so else the resident is asked.
        """
        neighbours = self.catalogue.neighbours(previous_topic)
        columns = [column for column, topic in enumerate(self.topics) if topic in neighbours]
        if not columns:
            return self._judge(self.shares(scores)[0], None, is_personal=is_personal)
        beside = self.network.scores(self.vectorizer.vectorize([(*self.titles[previous_topic], *words)]))
        alone, together = scores[0, columns], (scores[0, columns] + beside[0, columns]) / 2
        shares = self.calibration.shares(together[None, :])[0]
        order = np.argsort(-shares, kind="stable")
        candidates = tuple(
            Candidate(str(self.topics[columns[place]]), round(min(float(shares[place]), HIGHEST_CONFIDENCE), 4))
            for place in order[:MOST_CANDIDATES]
        )
        threshold = self.threshold_of(candidates[0].topic)
        is_sure = order[0] == alone.argmax() and candidates[0].confidence >= threshold
        return Reading(SURE if is_sure else UNCLEAR, candidates, threshold, is_personal=is_personal)

    def save(self, folder: Path) -> None:
        """Plain arrays and JSON: a model file can be opened without running anything that it contains."""
        np.savez(
            folder / "arrays.npz",
            rarity=self.vectorizer.ngrams.weights,
            personal=self.personal.weights,
            **self.network.arrays(),
        )
        description = {
            "topics": self.topics,
            "catalogue": self.catalogue.as_rows(),
            "limits": asdict(self.limits),
            "vocabulary": list(self.vectorizer.ngrams.vocabulary),
            "unknown_weight": self.vectorizer.ngrams.unknown_weight,
            "embeddings": self.vectorizer.describe_embeddings(),
            "personal_bias": None if np.isinf(self.personal.bias) else self.personal.bias,
            "calibration": asdict(self.calibration),
            "thresholds": asdict(self.thresholds),
            "promise": asdict(self.promise),
            "common_words": sorted(self.common_words),
            "titles": {topic: [[word.surface, word.lemma] for word in words] for topic, words in self.titles.items()},
            "version": self.version,
        }
        (folder / "model.json").write_text(json.dumps(description, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> TopicModel:
        """
        Raises:
            EmbeddingsError: it was learned with sentence vectors, and their model is missing or another.
        """
        description = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        with np.load(folder / "arrays.npz", allow_pickle=False) as arrays:
            rarity, personal = arrays["rarity"], arrays["personal"]
            network = NgramNetwork(arrays["grams"], arrays["hidden_bias"], arrays["outputs"], arrays["bias"])
        vocabulary = {gram: column for column, gram in enumerate(description["vocabulary"])}
        bias = description["personal_bias"]
        return cls(
            topics=tuple(description["topics"]),
            catalogue=Catalogue.from_rows(description["catalogue"]),
            limits=_limits_from(description["limits"]),
            vectorizer=TextVectorizer.restore(
                NgramVectorizer(vocabulary, rarity, description["unknown_weight"]), description["embeddings"]
            ),
            network=network,
            personal=PersonalMatters(personal, -np.inf if bias is None else bias),
            calibration=Calibration(**description["calibration"]),
            thresholds=Thresholds(**description["thresholds"]),
            promise=_promise_from(description["promise"]),
            common_words=frozenset(description["common_words"]),
            titles={
                topic: tuple(Word(surface, lemma) for surface, lemma in words)
                for topic, words in description["titles"].items()
            },
            version=description["version"],
        )


def choice_share(falling_shares: Array) -> float:
    """How likely the right topic is among the choices that would be offered."""
    return float(min(falling_shares[:CHOICES_OFFERED].sum(), HIGHEST_CONFIDENCE))


def _limits_from(saved: dict[str, Any]) -> Limits:
    by_area = tuple((area, share) for area, share in saved["max_wrong_share_by_area"])
    return Limits(**{**saved, "max_wrong_share_by_area": by_area})


def _promise_from(saved: dict[str, Any]) -> Promise:
    return Promise(**{**saved, "curve": tuple(CurvePoint(**point) for point in saved["curve"])})
