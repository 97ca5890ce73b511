"""The topics as the catalogue describes them: how each is handled, and which lie close to it."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

REQUIRED_COLUMNS = frozenset({"id", "area", "handling", "title_sv", "must_contain_sv", "hard_negatives"})
URGENT = "urgent"
CHAT = "chat"
HANDOVER = "handover"
# What an article says in general does not answer what somebody asks about their own case.
GENERAL = frozenset({"answer", "guide"})


class CatalogueError(ValueError):
    """A content file is missing a column or cannot be read."""


@dataclass(frozen=True)
class Topic:
    id: str
    handling: str
    area: str = ""
    title: str = ""
    # The topics most easily confused with it.
    confused_with: tuple[str, ...] = ()
    has_article: bool = True

    @property
    def is_left_to_a_person(self) -> bool:
        """A mistake about it states nothing wrong."""
        return self.handling == HANDOVER or (self.handling != URGENT and not self.has_article)


@dataclass(frozen=True)
class Catalogue:
    """Unknown topics are plain answers, which are held to the strictest limit."""

    topics: dict[str, Topic] = field(default_factory=dict)

    @classmethod
    def of(cls, topics: Iterable[Topic]) -> Catalogue:
        return cls({topic.id: topic for topic in topics})

    def __getitem__(self, topic: str) -> Topic:
        return self.topics.get(topic) or Topic(topic, "answer")

    def neighbours(self, topic: str) -> frozenset[str]:
        """Those that it is confused with, either way, and those whose id begins as its own ("bygglov-…")."""
        return self._neighbours.get(topic, frozenset())

    @cached_property
    def _neighbours(self) -> dict[str, frozenset[str]]:
        found: dict[str, set[str]] = {topic: set() for topic in self.topics}
        families: dict[str, set[str]] = {}
        for topic in self.topics.values():
            families.setdefault(f"{topic.area}/{topic.id.split('-')[0]}", set()).add(topic.id)
            for other in topic.confused_with:
                if other in found:
                    found[topic.id].add(other)
                    found[other].add(topic.id)
        for family in families.values():
            for member in family:
                found[member] |= family
        return {topic: frozenset(others - {topic}) for topic, others in found.items()}

    def as_rows(self) -> list[dict[str, Any]]:
        return [
            {**topic.__dict__, "confused_with": list(topic.confused_with)} for _, topic in sorted(self.topics.items())
        ]

    @classmethod
    def from_rows(cls, rows: Iterable[dict[str, Any]]) -> Catalogue:
        return cls.of(Topic(**{**row, "confused_with": tuple(row["confused_with"])}) for row in rows)


def read_catalogue(path: Path) -> list[dict[str, str]]:
    """The rows of `topics.tsv`.

    Raises:
        CatalogueError: the file cannot be read or lacks a column.
    """
    rows = read_rows(path)
    missing = REQUIRED_COLUMNS - set(rows[0] if rows else {})
    if missing:
        raise CatalogueError(f"The topic catalogue {path} lacks the columns {', '.join(sorted(missing))}.")
    return rows


def read_topics(catalogue: Path, knowledge: Path | None = None) -> Catalogue:
    rows = read_catalogue(catalogue)
    written = {path.stem for path in knowledge.rglob("*.md")} if knowledge else {row["id"] for row in rows}
    return Catalogue.of(
        Topic(
            id=row["id"],
            handling=row["handling"],
            area=row["area"],
            title=row["title_sv"],
            confused_with=tuple(filter(None, row["hard_negatives"].split(","))),
            has_article=row["id"] in written,
        )
        for row in rows
    )


def read_rows(path: Path) -> list[dict[str, str]]:
    """A tab-separated file with a header; quotation marks are ordinary signs.

    Raises:
        CatalogueError: the file cannot be read.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    except OSError as error:
        raise CatalogueError(f"The file {path} cannot be read: {error.strerror}.") from error
