"""The topic model: a linear classifier on n-grams that knows how sure it may be.

It is regularised least squares in its dual form. Its quality equals a linear SVM's on our phrases, and its
leave-one-out predictions follow exactly from the one fit, so calibration and thresholds need no training of folds.
See docs/decisions/0002-topic-classifier.md for the measurements.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from scipy.linalg import lapack
from scipy.sparse import csr_matrix, load_npz, save_npz

from bot.classification.abstention import lowest_safe_threshold
from bot.classification.arrays import Array
from bot.classification.calibration import HIGHEST_CONFIDENCE, Calibration, fit_calibration
from bot.classification.features import NgramVectorizer, Word, normalise

# The name of what is no question at all: its phrases are learned, so that noise has somewhere to go.
NOISE = "unsure"
CHOICES_OFFERED = 3
NOWHERE = -1
# What is less likely than not is not acted upon, however little harm it does.
LEAST_CONFIDENCE = 0.5
MOST_CANDIDATES = 5
LEAST_TOPICS = 2
LEAST_TEXTS_WITH_A_GRAM = 2
PRIOR_WEIGHT = 2.0
BACKGROUND_WEIGHT = 2.0


class TooFewTopicsError(ValueError):
    """There is nothing to tell apart."""


@dataclass(frozen=True)
class Example:
    """A text of a topic. Background (titles, articles) teaches the topic's words, but nobody asks in that way."""

    words: Sequence[Word]
    topic: str
    is_background: bool = False


@dataclass(frozen=True)
class Question:
    """What residents typically ask, and the topic that is right, or None where none is. Never trained on."""

    words: Sequence[Word]
    topic: str | None


@dataclass(frozen=True)
class Limits:
    """How careful to be; stated in config.yml."""

    max_wrong_share: float
    max_misread_share: float
    min_choice_share: float
    min_urgent_share: float


@dataclass(frozen=True)
class TopicKinds:
    """Topics that are held to other limits than plain answers.

    `urgent` ones are preferred when in doubt. `forgiving` ones (small talk, and everything that a person takes over)
    state nothing that could be wrong when they are picked by mistake.
    """

    urgent: frozenset[str] = frozenset()
    forgiving: frozenset[str] = frozenset()


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


@dataclass(frozen=True)
class Thresholds:
    answer: float
    forgiving: float
    choice: float


@dataclass(frozen=True)
class HeldOut:
    """What the model says about texts that it has not seen; `truth` is NOWHERE where no topic is right."""

    scores: Array
    truth: Array


@dataclass(frozen=True)
class TopicModel:
    topics: tuple[str, ...]
    kinds: TopicKinds
    limits: Limits
    vectorizer: NgramVectorizer
    texts_by_gram: csr_matrix
    weights: Array
    calibration: Calibration
    thresholds: Thresholds
    version: str

    def read(self, words: Sequence[Word]) -> Reading:
        vector = self.vectorizer.vectorize([words])
        if vector.nnz == 0:
            return Reading("unsure", (), self.thresholds.answer)
        scores = (vector @ self.texts_by_gram) @ self.weights
        return self._judge(self.calibration.shares(np.asarray(scores))[0])

    def _judge(self, shares: Array) -> Reading:
        order = np.argsort(-shares, kind="stable")
        confidence = float(self.calibration.confidence(shares[order[:1]])[0])
        candidates = self._candidates(shares, order, confidence)
        best = self.topics[order[0]]
        threshold = self.thresholds.forgiving if best in self.kinds.forgiving else self.thresholds.answer
        urgent = self._urgent_candidate(shares, candidates)
        if urgent is not None:
            others = tuple(candidate for candidate in candidates if candidate.topic != urgent.topic)
            return Reading("sure", (urgent, *others)[:MOST_CANDIDATES], threshold)
        if best == NOISE:
            return Reading("unsure", candidates, threshold)
        if confidence >= threshold:
            return Reading("sure", candidates, threshold)
        is_worth_asking = _choice_share(shares[order]) >= self.thresholds.choice
        return Reading("unclear" if is_worth_asking else "unsure", candidates, threshold)

    def _candidates(self, shares: Array, order: Array, confidence: float) -> tuple[Candidate, ...]:
        """The best one keeps its calibrated confidence; the others divide what is left as their shares say."""
        best_share = float(shares[order[0]])
        left_over = (1.0 - confidence) / max(1.0 - best_share, 1.0 - HIGHEST_CONFIDENCE)
        ranked = [(str(self.topics[column]), float(shares[column])) for column in order[: MOST_CANDIDATES + 1]]
        return tuple(
            Candidate(topic, round(confidence if place == 0 else min(confidence, share * left_over), 4))
            for place, (topic, share) in enumerate(ranked)
            if topic != NOISE
        )[:MOST_CANDIDATES]

    def _urgent_candidate(self, shares: Array, candidates: tuple[Candidate, ...]) -> Candidate | None:
        """Danger is seldom told in the one right word: the urgent topics count together, and the best one wins."""
        columns = [column for column, topic in enumerate(self.topics) if topic in self.kinds.urgent]
        if not columns or float(shares[columns].sum()) < self.limits.min_urgent_share:
            return None
        best = max(columns, key=lambda column: float(shares[column]))
        topic = str(self.topics[best])
        listed = next((candidate for candidate in candidates if candidate.topic == topic), None)
        return listed or Candidate(topic, round(min(float(shares[best]), HIGHEST_CONFIDENCE), 4))

    def save(self, folder: Path) -> None:
        """Plain arrays and JSON: a model file can be opened without running anything that it contains."""
        save_npz(folder / "texts.npz", self.texts_by_gram, compressed=False)
        np.savez(folder / "arrays.npz", weights=self.weights, rarity=self.vectorizer.weights)
        description = {
            "topics": self.topics,
            "kinds": _kinds_as_lists(self.kinds),
            "limits": asdict(self.limits),
            "vocabulary": list(self.vectorizer.vocabulary),
            "unknown_weight": self.vectorizer.unknown_weight,
            "calibration": asdict(self.calibration),
            "thresholds": asdict(self.thresholds),
            "version": self.version,
        }
        (folder / "model.json").write_text(json.dumps(description, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> TopicModel:
        description = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        with np.load(folder / "arrays.npz", allow_pickle=False) as arrays:
            weights, rarity = arrays["weights"], arrays["rarity"]
        vocabulary = {gram: column for column, gram in enumerate(description["vocabulary"])}
        return cls(
            topics=tuple(description["topics"]),
            kinds=TopicKinds(**{kind: frozenset(topics) for kind, topics in description["kinds"].items()}),
            limits=Limits(**description["limits"]),
            vectorizer=NgramVectorizer(vocabulary, rarity, description["unknown_weight"]),
            texts_by_gram=load_npz(folder / "texts.npz"),
            weights=weights,
            calibration=Calibration(**description["calibration"]),
            thresholds=Thresholds(**description["thresholds"]),
            version=description["version"],
        )


def learn_topic_model(
    examples: Sequence[Example], kinds: TopicKinds, limits: Limits, questions: Sequence[Question] = ()
) -> TopicModel:
    """Learns the topics from `examples`, and how sure to be from `questions`.

    The phrases are written to be as unlike each other as possible, so leaving one out asks more of the model than
    residents do, and thresholds from that would silence it. Without questions it is the best there is.
    """
    examples = sorted(examples, key=lambda example: (example.topic, example.is_background, _text_of(example)))
    topics = tuple(sorted({example.topic for example in examples}))
    if len(topics) < LEAST_TOPICS:
        raise TooFewTopicsError("At least two topics with example phrases are needed to train the topic classifier.")
    vectorizer = NgramVectorizer.learn([example.words for example in examples], LEAST_TEXTS_WITH_A_GRAM)
    texts = vectorizer.vectorize([example.words for example in examples])
    weights, held_out = _fit(examples, topics, texts)
    questions = _without_phrases(questions, examples)
    if questions:
        held_out = _ask(questions, topics, vectorizer, texts, weights)
    calibration = fit_calibration(held_out.scores, held_out.truth)
    return TopicModel(
        topics=topics,
        kinds=kinds,
        limits=limits,
        vectorizer=vectorizer,
        texts_by_gram=texts.T.tocsr(),
        weights=weights,
        calibration=calibration,
        thresholds=_learn_thresholds(held_out, calibration, topics, kinds, limits),
        version=_version(examples, kinds, limits, questions),
    )


def _without_phrases(questions: Sequence[Question], examples: Sequence[Example]) -> list[Question]:
    """A question that is also a phrase has been learned, and would promise too much. ("Simskola" is easily both.)"""
    phrases = {_normal_text_of(example) for example in examples if not example.is_background}
    return [question for question in questions if _normal_text_of(question) not in phrases]


def _ask(
    questions: Sequence[Question],
    topics: tuple[str, ...],
    vectorizer: NgramVectorizer,
    texts: csr_matrix,
    weights: Array,
) -> HeldOut:
    column_of = {topic: column for column, topic in enumerate(topics)}
    scores = (vectorizer.vectorize([question.words for question in questions]) @ texts.T) @ weights
    truth = np.array([column_of.get(question.topic or "", NOWHERE) for question in questions])
    return HeldOut(np.asarray(scores), truth)


def _fit(examples: Sequence[Example], topics: tuple[str, ...], texts: csr_matrix) -> tuple[Array, HeldOut]:
    """Least squares in the dual: W = (K + D)^-1 Y. A model without text i scores it Y_i - W_i / ((K + D)^-1)_ii."""
    column_of = {topic: column for column, topic in enumerate(topics)}
    truth = np.array([column_of[example.topic] for example in examples])
    is_phrase = np.array([not example.is_background for example in examples])
    targets = np.zeros((len(examples), len(topics)), dtype=np.float32)
    targets[np.arange(len(examples)), truth] = 1.0
    similarity = (texts @ texts.T).toarray()
    similarity[np.diag_indices_from(similarity)] += np.where(
        is_phrase, PRIOR_WEIGHT, PRIOR_WEIGHT / BACKGROUND_WEIGHT
    ).astype(np.float32)
    inverse = _inverse_of_positive(similarity)
    weights = inverse @ targets
    held_out_scores = targets - weights / np.diag(inverse)[:, None]
    return weights, HeldOut(held_out_scores[is_phrase], truth[is_phrase])


def _inverse_of_positive(matrix: Array) -> Array:
    factor, failed = lapack.spotrf(matrix, lower=True, overwrite_a=True)
    inverse, failed_too = lapack.spotri(factor, lower=True, overwrite_c=True)
    if failed or failed_too:
        raise ArithmeticError("The similarities between the training texts could not be inverted.")
    lower = np.tril(inverse)
    return lower + np.tril(inverse, -1).T


def _learn_thresholds(
    held_out: HeldOut, calibration: Calibration, topics: tuple[str, ...], kinds: TopicKinds, limits: Limits
) -> Thresholds:
    shares = calibration.shares(held_out.scores)
    confidence = calibration.confidence(shares.max(axis=1))
    best = shares.argmax(axis=1)
    is_forgiving = np.array([topic in kinds.forgiving for topic in topics])[best]
    is_alarm = np.array([topic in kinds.urgent for topic in topics])[best]
    # Small talk, or a person, is a right enough end for what no topic answers; an alarm is not.
    is_right = (best == held_out.truth) | ((held_out.truth == NOWHERE) & is_forgiving & ~is_alarm)
    # What looks like noise is never answered, however sure.
    is_plain = ~is_forgiving & (np.array(topics)[best] != NOISE)
    answer = lowest_safe_threshold(confidence[is_plain], is_right[is_plain], limits.max_wrong_share)
    forgiving = max(
        LEAST_CONFIDENCE,
        lowest_safe_threshold(confidence[is_forgiving], is_right[is_forgiving], limits.max_misread_share),
    )
    is_doubtful = confidence < np.where(is_forgiving, forgiving, answer)
    choice_share = np.array([_choice_share(row) for row in -np.sort(-shares[is_doubtful], axis=1)])
    first_three = np.argsort(-shares, axis=1, kind="stable")[:, :CHOICES_OFFERED]
    is_among_them = (first_three == held_out.truth[:, None]).any(axis=1)[is_doubtful]
    choice = lowest_safe_threshold(choice_share, is_among_them, 1.0 - limits.min_choice_share)
    return Thresholds(answer, forgiving, choice)


def _choice_share(falling_shares: Array) -> float:
    return float(min(falling_shares[:CHOICES_OFFERED].sum(), HIGHEST_CONFIDENCE))


def _normal_text_of(text: Example | Question) -> str:
    return " ".join(word.surface for word in normalise(text.words))


def _text_of(example: Example | Question) -> str:
    return " ".join(word.surface for word in example.words)


def _kinds_as_lists(kinds: TopicKinds) -> dict[str, list[str]]:
    return {"urgent": sorted(kinds.urgent), "forgiving": sorted(kinds.forgiving)}


def _version(examples: Sequence[Example], kinds: TopicKinds, limits: Limits, questions: Sequence[Question]) -> str:
    """The same for the same phrases, background and limits, in whatever order they came; another for any change."""
    described = {
        "examples": [[example.topic, example.is_background, _text_of(example)] for example in examples],
        "kinds": _kinds_as_lists(kinds),
        "limits": asdict(limits),
        "questions": sorted([question.topic or "", _text_of(question)] for question in questions),
    }
    return hashlib.sha256(json.dumps(described, ensure_ascii=False).encode("utf-8")).hexdigest()[:12]
