"""The project's own texts, read as when the bot is trained (bot/components/topic_classifier.py)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import spacy
from scipy.sparse import csr_matrix

from bench import results
from bot.classification.arrays import Array
from bot.classification.features import NgramVectorizer, Word, normalise
from bot.classification.lessons import ContentFolders
from bot.classification.network import NgramNetwork
from bot.classification.topic_learning import BACKGROUND_WEIGHT, LEAST_TEXTS_WITH_A_GRAM, Example, Question
from bot.classification.topic_model import CALM, NOISE
from bot.importer import TOPIC, TopicPhrases

DATA = results.ROOT / "data"
FOLDERS = ContentFolders(
    catalogue=DATA / "topics.tsv",
    knowledge=DATA / "knowledge",
    calibration=DATA / "calibration",
    detectors=DATA / "detectors",
)

Tokens = Callable[[str], Sequence[Word]]


@dataclass(frozen=True)
class TrainingTexts:
    """Examples as n-grams. `classes`: the column of each; `weights`: how much each counts.

    The columns are those of `topics` and, after them, one for what only looks like danger.
    """

    topics: tuple[str, ...]
    vectorizer: NgramVectorizer
    texts: csr_matrix
    classes: Array
    weights: Array

    @classmethod
    def of(cls, examples: Sequence[Example], topics: Sequence[str]) -> TrainingTexts:
        column_of = {topic: column for column, topic in enumerate([*topics, CALM])}
        words = [example.words for example in examples]
        vectorizer = NgramVectorizer.learn(words, LEAST_TEXTS_WITH_A_GRAM)
        return cls(
            topics=tuple(topics),
            vectorizer=vectorizer,
            texts=vectorizer.vectorize(words),
            classes=np.array([column_of[example.topic] for example in examples]),
            weights=np.array([BACKGROUND_WEIGHT if each.is_background else 1.0 for each in examples], np.float32),
        )

    @property
    def class_count(self) -> int:
        return len(self.topics) + 1


def topics_of(examples: Sequence[Example]) -> list[str]:
    return sorted({example.topic for example in examples} - {CALM})


def learned_network(training: TrainingTexts) -> NgramNetwork:
    """With the bot's own settings."""
    return NgramNetwork.learn(training.texts, training.classes, training.class_count, training.weights)


def swedish_tokens() -> Tokens:
    """Needs the folder that `python -m bot.spacy_pipeline` makes, as the training does."""
    pipeline = spacy.load(results.ROOT / "models" / "spacy_sv")

    def tokens(text: str) -> Sequence[Word]:
        return [Word(token.text, token.lemma_) for token in pipeline(text.lower())]

    return tokens


def phrases(tokens: Tokens) -> list[Example]:
    """What residents may write, by topic; those that no topic answers have the topic NOISE."""
    root = results.ROOT
    importer = TopicPhrases(
        str(root / "config.yml"), str(root / "domain.yml"), [str(DATA / "nlu"), str(DATA / "rules")]
    )
    return [
        Example(tokens(message.get("text")), message.get(TOPIC) or NOISE)
        for message in importer.get_nlu_data("sv").intent_examples
        if message.get(TOPIC) or message.get("intent") == NOISE
    ]


def typical_questions(tokens: Tokens, examples: Sequence[Example]) -> list[Question]:
    """The calibration questions that a topic answers in general, or that none does, without those that are phrases."""
    learned = {normal_text(example.words) for example in examples if example.is_phrase}
    return [
        question
        for question in FOLDERS.questions(tokens)
        if not question.is_personal and not question.is_about_alarm and normal_text(question.words) not in learned
    ]


def normal_text(words: Sequence[Word]) -> str:
    return " ".join(word.surface for word in normalise(words))
