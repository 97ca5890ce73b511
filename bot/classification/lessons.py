"""Reads from the content files what the topic model learns from, apart from the phrases, which Rasa reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.classification.background import background_texts
from bot.classification.catalogue import Catalogue, CatalogueError, read_rows, read_topics
from bot.classification.features import Word
from bot.classification.topic_learning import Example, PersonalExample, Question
from bot.classification.topic_model import CALM

NO_TOPIC = "other"
PERSONAL = "personal"
GENERAL_PREFIX = "general:"

Tokens = Callable[[str], Sequence[Word]]


@dataclass(frozen=True)
class ContentFolders:
    """`calibration`: questions that decide how sure to be; `detectors`: examples of danger and of personal matters."""

    catalogue: Path | None = None
    knowledge: Path | None = None
    calibration: Path | None = None
    detectors: Path | None = None

    def files(self) -> Iterator[Path]:
        if self.catalogue:
            yield self.catalogue
        if self.knowledge:
            yield from sorted(self.knowledge.rglob("*.md"))
        for folder in (self.calibration, self.detectors):
            if folder:
                yield from sorted(folder.glob("*.tsv"))

    def topics(self) -> Catalogue:
        return read_topics(self.catalogue, self.knowledge) if self.catalogue else Catalogue()

    def examples(self, tokens: Tokens) -> Iterator[Example]:
        """Background of every topic, danger as frightened people tell it, and what only looks like danger."""
        if self.catalogue and self.knowledge:
            for background in background_texts(self.catalogue, self.knowledge):
                yield Example(tokens(background.text), background.topic, is_background=True)
        if self.detectors:
            for label, text in _rows(self.detectors / "danger.tsv", "label", "text"):
                yield Example(tokens(text), label)

    def personal(self, tokens: Tokens) -> Iterator[PersonalExample]:
        if self.detectors:
            for label, text in _rows(self.detectors / "personal.tsv", "label", "text"):
                yield PersonalExample(tokens(text), label == PERSONAL)

    def questions(self, tokens: Tokens) -> Iterator[Question]:
        if not self.calibration:
            return
        for topic, text in _rows(self.calibration / "questions.tsv", "topic", "question"):
            yield Question(tokens(text), None if topic == NO_TOPIC else topic)
        for _, text in _rows(self.calibration / "out_of_scope.tsv", "kind", "question"):
            yield Question(tokens(text), None)
        for topic, text in _rows(self.calibration / "personal.tsv", "topic", "question"):
            is_general = topic.startswith(GENERAL_PREFIX)
            yield Question(tokens(text), topic.removeprefix(GENERAL_PREFIX), is_personal=not is_general)
        for topic, text in _rows(self.calibration / "danger.tsv", "topic", "question"):
            yield Question(tokens(text), None if topic == CALM else topic, is_about_alarm=True)


def _rows(path: Path, *columns: str) -> Iterator[tuple[str, ...]]:
    rows = read_rows(path)
    if not rows or set(columns) - set(rows[0]):
        raise CatalogueError(f"The file {path} lacks the columns {' and '.join(columns)}, or is empty.")
    for row in rows:
        yield tuple(row[column] or "" for column in columns)
