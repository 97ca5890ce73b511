"""Learns a topic model: the topics from phrases, and how sure to be from questions that it is never trained on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace

import numpy as np
from scipy.sparse import csr_matrix, vstack

from bot.classification.abstention import (
    NEVER,
    UNANSWERED,
    Promise,
    alarm_threshold,
    conformal_threshold,
    lowest_safe_threshold,
    promise,
)
from bot.classification.arrays import Array
from bot.classification.calibration import Calibration, fit_calibration
from bot.classification.catalogue import CHAT, GENERAL, URGENT, Catalogue
from bot.classification.embeddings import SentenceEmbeddings
from bot.classification.features import NgramVectorizer, Word, normalise
from bot.classification.follow_up import words_of_every_topic
from bot.classification.network import Names, NgramNetwork, Training
from bot.classification.personal import EXAMPLE_WEIGHT, PersonalMatters
from bot.classification.text_vectorizer import TextVectorizer
from bot.classification.topic_model import (
    CALM,
    CHOICES_OFFERED,
    NOISE,
    Limits,
    Thresholds,
    TopicModel,
    choice_share,
)

NOWHERE = -1
# What is less likely than not is not acted upon, however little harm it does.
LEAST_CONFIDENCE = 0.5
LEAST_TOPICS = 2
LEAST_TEXTS_WITH_A_GRAM = 2
BACKGROUND_WEIGHT = 2.0
# Without questions, every fifth phrase of a topic is held out to learn from how sure to be.
HELD_OUT_EVERY = 5
# Figures of speech and other look-alikes of danger, as a share of what residents write.
LOOK_ALIKE_SHARE = 0.02


class TooFewTopicsError(ValueError):
    """There is nothing to tell apart."""


@dataclass(frozen=True)
class Example:
    """A text of a topic. Background (titles, articles) teaches the topic's words, but nobody asks in that way."""

    words: Sequence[Word]
    topic: str
    is_background: bool = False

    @property
    def is_phrase(self) -> bool:
        """Whether a resident would ask about the topic in this way."""
        return not self.is_background and self.topic != CALM


@dataclass(frozen=True)
class Question:
    """What residents typically ask, and the topic that is right, or None where none is. Never trained on.

    `is_personal`: about the resident's own case; `topic` is then the nearest one, and no answer from it is right.
    `is_about_alarm`: written to tell danger from its look-alikes, and used for nothing else.
    """

    words: Sequence[Word]
    topic: str | None
    is_personal: bool = False
    is_about_alarm: bool = False


@dataclass(frozen=True)
class PersonalExample:
    words: Sequence[Word]
    is_personal: bool


@dataclass(frozen=True)
class Lessons:
    """Everything that a model is learned from."""

    examples: Sequence[Example]
    catalogue: Catalogue = field(default_factory=Catalogue)
    limits: Limits = field(default_factory=Limits)
    questions: Sequence[Question] = ()
    personal: Sequence[PersonalExample] = ()
    training: Training = field(default_factory=Training)
    # None: n-grams alone.
    embeddings: SentenceEmbeddings | None = None
    embedding_weight: float = 1.0


def learn_topic_model(lessons: Lessons) -> TopicModel:
    """Learns the topics, and then how sure to be.

    Raises:
        TooFewTopicsError: fewer than two topics have examples.
    """
    lessons = _in_order(lessons)
    if lessons.questions:
        model = _learn(lessons)
        questions = _without_phrases(lessons.questions, lessons.examples)
        return _calibrate(model, questions, lessons)
    examples, questions = _hold_out(lessons.examples)
    calibrated = _calibrate(_learn(replace(lessons, examples=examples)), questions, lessons)
    return replace(
        _learn(lessons),
        calibration=calibrated.calibration,
        thresholds=calibrated.thresholds,
        promise=calibrated.promise,
    )


def _learn(lessons: Lessons) -> TopicModel:
    """The topics and the detectors, with thresholds that let nothing through."""
    examples = lessons.examples
    topics = tuple(sorted({example.topic for example in examples} - {CALM}))
    if len(topics) < LEAST_TOPICS:
        raise TooFewTopicsError("At least two topics with example phrases are needed to train the topic classifier.")
    ngrams = NgramVectorizer.learn([example.words for example in examples], LEAST_TEXTS_WITH_A_GRAM)
    vectorizer = TextVectorizer(ngrams, lessons.embeddings, lessons.embedding_weight)
    texts = vectorizer.vectorize([example.words for example in examples])
    classes = (*topics, CALM) if any(example.topic == CALM for example in examples) else topics
    column_of = {name: column for column, name in enumerate(classes)}
    network = NgramNetwork.learn(
        texts,
        np.array([column_of[example.topic] for example in examples]),
        Names(vectorizer.columns(texts.shape[1]), classes),
        np.array([BACKGROUND_WEIGHT if each.is_background else 1.0 for each in examples], dtype=np.float32),
        lessons.training,
    )
    return TopicModel(
        topics=topics,
        catalogue=lessons.catalogue,
        limits=lessons.limits,
        vectorizer=vectorizer,
        network=network,
        personal=_learn_personal(lessons, vectorizer, texts),
        calibration=Calibration(1.0, 1.0, 0.0),
        thresholds=Thresholds(NEVER, {}, NEVER, NEVER, NEVER, NEVER),
        promise=Promise(lessons.limits.max_wrong_share, 0.0, 0.0, ()),
        common_words=words_of_every_topic((each.topic, each.words) for each in examples if each.is_phrase),
        titles=_titles(examples),
        version=_version(lessons),
    )


def _titles(examples: Sequence[Example]) -> dict[str, tuple[Word, ...]]:
    """The shortest background text names the topic best."""
    background = sorted((each for each in examples if each.is_background), key=lambda each: -len(each.words))
    return {each.topic: tuple(each.words) for each in background}


def _learn_personal(lessons: Lessons, vectorizer: TextVectorizer, texts: csr_matrix) -> PersonalMatters:
    if not any(example.is_personal for example in lessons.personal):
        return PersonalMatters.unknowing(texts.shape[1])
    # What goes to a person anyway is often personal and often not: it would only blur the difference.
    general = [
        row
        for row, example in enumerate(lessons.examples)
        if example.is_phrase and not lessons.catalogue[example.topic].is_left_to_a_person
    ]
    own = vectorizer.vectorize([example.words for example in lessons.personal])
    together = vstack([texts[general], own]).tocsr()
    labels = np.array([False] * len(general) + [example.is_personal for example in lessons.personal])
    weights = np.array([1.0] * len(general) + [EXAMPLE_WEIGHT] * len(lessons.personal))
    return PersonalMatters.learn(together, labels, weights)


@dataclass(frozen=True)
class _Asked:
    """What the model makes of the calibration questions, one row a question."""

    shares: Array
    urgency: Array
    confidence: Array
    best: Array
    truth: Array
    personal: Array
    is_personal: Array
    weights: Array


def _calibrate(model: TopicModel, questions: Sequence[Question], lessons: Lessons) -> TopicModel:
    vectors = model.vectorizer.vectorize([question.words for question in questions])
    scores = model.network.scores(vectors)
    column_of = {topic: column for column, topic in enumerate(model.topics)}
    truth = np.array([column_of.get(question.topic or "", NOWHERE) for question in questions])
    is_personal = np.array([question.is_personal for question in questions], dtype=bool)
    is_typical = np.array([not question.is_about_alarm for question in questions], dtype=bool)
    plain = is_typical & ~is_personal
    if not (plain & (truth >= 0)).any():
        # Nothing is known about how sure to be, so nothing is let through.
        return model
    # Noise that is seen as noise is understood.
    seen = np.where(truth == NOWHERE, column_of.get(NOISE, NOWHERE), truth)
    calibration = fit_calibration(scores[plain, : len(model.topics)], seen[plain])
    model = replace(model, calibration=calibration)
    shares = model.shares(scores)
    asked = _Asked(
        shares=shares,
        urgency=model.urgency(scores),
        confidence=calibration.confidence(shares.max(axis=1)),
        best=shares.argmax(axis=1),
        truth=truth,
        personal=model.personal.probability(vectors),
        is_personal=is_personal,
        weights=_weights(truth, is_personal, is_typical, lessons.limits),
    )
    thresholds, promised = _learn_thresholds(model, asked, is_typical)
    return replace(model, thresholds=thresholds, promise=promised)


def _weights(truth: Array, is_personal: Array, is_typical: Array, limits: Limits) -> Array:
    """How much of what residents ask each question stands for. The kinds come as often as the limits say."""
    is_nowhere = (truth == NOWHERE) & ~is_personal
    in_scope = 1.0 - limits.out_of_scope_share - limits.personal_share
    weights = np.zeros(len(truth))
    for members, share in (
        (is_personal, limits.personal_share),
        (is_nowhere & is_typical, limits.out_of_scope_share),
        (~is_nowhere & ~is_personal & is_typical, in_scope),
    ):
        if members.any():
            weights[members] = share / members.sum()
    return weights


def _learn_thresholds(model: TopicModel, asked: _Asked, is_typical: Array) -> tuple[Thresholds, Promise]:
    limits = model.limits
    entries = [model.catalogue[topic] for topic in model.topics]
    has_general_answer = is_typical & ~asked.is_personal & (asked.truth >= 0)
    has_general_answer &= np.array([entry.handling in GENERAL for entry in entries])[asked.truth]
    personal = alarm_threshold(asked.personal, ~has_general_answer, asked.weights, limits.max_false_personal_share)
    is_urgent = np.array([entry.handling == URGENT for entry in entries])
    urgent = _urgent_threshold(asked.urgency, (asked.truth >= 0) & is_urgent[asked.truth], asked.weights, limits)

    is_left = np.array([entry.is_left_to_a_person for entry in entries])[asked.best]
    is_noise = (np.array(model.topics) == NOISE)[asked.best]
    is_alarm = asked.urgency >= urgent
    goes_to_a_person = is_left | is_urgent[asked.best]
    is_general = np.array([entry.handling in GENERAL for entry in entries])[asked.best]
    is_kept_personal = is_general & (asked.personal >= personal)
    answers = is_typical & ~goes_to_a_person & ~is_noise & ~is_alarm & ~is_kept_personal

    is_chat = np.array([entry.handling == CHAT for entry in entries])[asked.best]
    # Small talk is a right enough end for what no topic answers; only general articles miss a personal matter.
    is_right = (asked.best == asked.truth) & ~(asked.is_personal & is_general)
    is_right |= (asked.truth == NOWHERE) & is_chat
    certainty = np.where(answers, asked.confidence, UNANSWERED)
    answer, by_area = _answer_thresholds(model, asked, certainty, is_right)

    is_misread = goes_to_a_person & is_typical & ~is_alarm
    misread = max(
        LEAST_CONFIDENCE,
        lowest_safe_threshold(
            asked.confidence[is_misread], is_right[is_misread], asked.weights[is_misread], limits.max_misread_share
        ),
    )
    thresholds = Thresholds(answer, by_area, misread, NEVER, urgent, personal)
    held_to = np.array([replace(model, thresholds=thresholds).threshold_of(topic) for topic in model.topics])
    is_doubtful = is_typical & ~is_alarm & ~is_noise & ~is_kept_personal & (asked.confidence < held_to[asked.best])
    return (
        replace(thresholds, choice=_choice_threshold(asked, is_doubtful, limits)),
        promise(certainty, is_right, asked.weights, answer, limits.max_wrong_share),
    )


def _answer_thresholds(
    model: TopicModel, asked: _Asked, certainty: Array, is_right: Array
) -> tuple[float, dict[str, float]]:
    """One threshold for all, and one for each area that has a limit of its own."""
    area = np.array([model.catalogue[topic].area for topic in model.topics])[asked.best]
    stricter = dict(model.limits.max_wrong_share_by_area)
    others = ~np.isin(area, list(stricter))

    def within(members: Array, limit: float) -> float:
        return conformal_threshold(certainty[members], ~is_right[members], asked.weights[members], limit)

    by_area = {name: within(area == name, limit) for name, limit in stricter.items()}
    return within(others, model.limits.max_wrong_share), by_area


def _urgent_threshold(urgency: Array, is_urgent: Array, weights: Array, limits: Limits) -> float:
    """The lowest one that rings for at most `max_false_alarm_share` of what is not urgent: recall comes first."""
    if not is_urgent.any():
        return LEAST_CONFIDENCE
    is_look_alike = ~is_urgent & (weights == 0)
    counts = np.where(is_look_alike, LOOK_ALIKE_SHARE / max(int(is_look_alike.sum()), 1), weights)
    return alarm_threshold(urgency, is_urgent, counts, limits.max_false_alarm_share)


def _choice_threshold(asked: _Asked, is_doubtful: Array, limits: Limits) -> float:
    shares = asked.shares[is_doubtful]
    share = np.array([choice_share(row) for row in -np.sort(-shares, axis=1)])
    first_three = np.argsort(-shares, axis=1, kind="stable")[:, :CHOICES_OFFERED]
    is_among_them = (first_three == asked.truth[is_doubtful][:, None]).any(axis=1)
    return lowest_safe_threshold(share, is_among_them, asked.weights[is_doubtful], 1.0 - limits.min_choice_share)


def _hold_out(examples: Sequence[Example]) -> tuple[list[Example], list[Question]]:
    kept: list[Example] = []
    questions: list[Question] = []
    for place, example in enumerate(examples):
        if place % HELD_OUT_EVERY or not example.is_phrase:
            kept.append(example)
        else:
            questions.append(Question(example.words, None if example.topic == NOISE else example.topic))
    return kept, questions


def _without_phrases(questions: Sequence[Question], examples: Sequence[Example]) -> list[Question]:
    """A question that is also a phrase has been learned, and would promise too much. ("Simskola" is easily both.)"""
    phrases = {_normal_text_of(example.words) for example in examples if example.is_phrase}
    return [question for question in questions if _normal_text_of(question.words) not in phrases]


def _in_order(lessons: Lessons) -> Lessons:
    """The same lessons in another order give the same model."""
    return replace(
        lessons,
        examples=sorted(lessons.examples, key=lambda each: (each.topic, each.is_background, _text_of(each.words))),
        questions=sorted(lessons.questions, key=_described),
        personal=sorted(lessons.personal, key=lambda each: (each.is_personal, _text_of(each.words))),
    )


def _normal_text_of(words: Sequence[Word]) -> str:
    return " ".join(word.surface for word in normalise(words))


def _text_of(words: Sequence[Word]) -> str:
    return " ".join(word.surface for word in words)


def _version(lessons: Lessons) -> str:
    """The same for the same lessons, in whatever order they came; another for any change."""
    described = {
        "examples": [[each.topic, each.is_background, _text_of(each.words)] for each in lessons.examples],
        "catalogue": lessons.catalogue.as_rows(),
        "limits": asdict(lessons.limits),
        "questions": [_described(each) for each in lessons.questions],
        "personal": [[each.is_personal, _text_of(each.words)] for each in lessons.personal],
        "training": asdict(lessons.training),
        "embeddings": None
        if lessons.embeddings is None
        else [lessons.embeddings.fingerprint, lessons.embeddings.prefix, lessons.embedding_weight],
    }
    return hashlib.sha256(json.dumps(described, ensure_ascii=False).encode("utf-8")).hexdigest()[:12]


def _described(question: Question) -> list[str]:
    kind = "personal" if question.is_personal else "alarm" if question.is_about_alarm else ""
    return [question.topic or "", kind, _text_of(question.words)]
