"""A project's texts, read as when the bot is trained (bot/components/topic_classifier.py)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import spacy
from scipy.sparse import csr_matrix

from bot.classification.arrays import Array
from bot.classification.features import NgramVectorizer, Word, normalise
from bot.classification.lessons import ContentFolders
from bot.classification.network import Names, NgramNetwork, Training
from bot.classification.topic_learning import BACKGROUND_WEIGHT, LEAST_TEXTS_WITH_A_GRAM, Example, Question
from bot.classification.topic_model import CALM, NOISE
from bot.importer import TOPIC, TopicPhrases
from learning.workplace import LANGUAGE_PIPELINE

Tokens = Callable[[str], Sequence[Word]]


@dataclass(frozen=True)
class Phrase:
    """What residents may write; what no topic answers has the topic NOISE."""

    text: str
    words: Sequence[Word]
    topic: str

    @property
    def example(self) -> Example:
        return Example(self.words, self.topic)


@dataclass(frozen=True)
class AskedQuestion:
    """A calibration question, and its words as they were written."""

    text: str
    question: Question

    @property
    def is_typical(self) -> bool:
        """Whether residents write such things; the others only tell danger from what looks like it."""
        return not self.question.is_about_alarm


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

    def learned_network(self, training: Training | None = None) -> NgramNetwork:
        """With the bot's own settings, unless others are given."""
        names = Names(list(self.vectorizer.vocabulary), [*self.topics, CALM])
        return NgramNetwork.learn(self.texts, self.classes, names, self.weights, training)


def topics_of(examples: Sequence[Example]) -> list[str]:
    return sorted({example.topic for example in examples} - {CALM})


def content_folders(data: Path) -> ContentFolders:
    """As in config.yml."""
    return ContentFolders(
        catalogue=data / "topics.tsv",
        knowledge=data / "knowledge",
        calibration=data / "calibration",
        detectors=data / "detectors",
    )


def swedish_tokens(project: Path) -> Tokens:
    """Needs the folder that `python -m bot.spacy_pipeline` makes, as the training does."""
    pipeline = spacy.load(project / LANGUAGE_PIPELINE)

    def tokens(text: str) -> Sequence[Word]:
        return [Word(token.text, token.lemma_) for token in pipeline(text.lower())]

    return tokens


def read_phrases(project: Path, tokens: Tokens) -> list[Phrase]:
    importer = TopicPhrases(
        str(project / "config.yml"),
        str(project / "domain.yml"),
        [str(project / "data" / "nlu"), str(project / "data" / "rules")],
    )
    return [
        Phrase(text, tokens(text), message.get(TOPIC) or NOISE)
        for message in importer.get_nlu_data("sv").intent_examples
        if (message.get(TOPIC) or message.get("intent") == NOISE) and (text := message.get("text"))
    ]


def read_questions(folders: ContentFolders, tokens: Tokens, learned: Sequence[Phrase]) -> Iterator[AskedQuestion]:
    """Without those that are phrases: what has been learned shows nothing of what is understood.

    What is asked about a topic that is out of use, no topic answers.
    """
    in_use = folders.topics().topics
    known = {normal_text(phrase.words) for phrase in learned}
    texts: list[str] = []

    def remembering(text: str) -> Sequence[Word]:
        texts.append(text)
        return tokens(text)

    for question in folders.questions(remembering):
        text = texts.pop()
        if normal_text(question.words) not in known:
            yield AskedQuestion(text, question if question.topic in in_use else replace(question, topic=None))


def normal_text(words: Sequence[Word]) -> str:
    return " ".join(word.surface for word in normalise(words))
