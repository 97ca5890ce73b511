"""What would make a training useless, found in seconds before it starts, in words for editors."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

LEAST_PHRASES = 5
# Rasa's own marks within a phrase.
_MARKS = re.compile(r'[\[\]{}"]')
_TOPIC_INTENT = "topic/"
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True)
class Problem:
    """A sentence, and the topic that it is about, if it is about one."""

    text: str
    topic: str | None = None


@dataclass(frozen=True)
class Phrase:
    topic: str
    text: str


def problems_in(data: Path) -> list[Problem]:
    """Of the folder `data`; none when a model can be trained from it."""
    titles, problems = _titles(data / "topics.tsv")
    phrases: list[Phrase] = []
    for path in sorted((data / "nlu").glob("*.yml")):
        problems += _read(path, phrases)
    if problems:
        # What follows would only be consequences.
        return problems
    return [*_thin_topics(titles, phrases), *_strangers(titles, phrases), *_doubles(titles, phrases), *_marked(phrases)]


def _titles(path: Path) -> tuple[dict[str, str], list[Problem]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            titles = {row["id"]: row["title_sv"] for row in rows}
    except (OSError, KeyError, ValueError):
        return {}, [Problem("Listan över ämnen går inte att läsa.")]
    return titles, [] if titles else [Problem("Det finns inga ämnen.")]


def _read(path: Path, phrases: list[Phrase]) -> list[Problem]:
    """Adds the phrases of a file. Returns what hinders that."""
    where = ""
    try:
        phrases.extend(_phrases(yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)))
    except yaml.MarkedYAMLError as error:
        where = f", på rad {error.problem_mark.line + 1}" if error.problem_mark else ""
    except (OSError, ValueError, yaml.YAMLError, KeyError, TypeError, AttributeError):
        pass
    else:
        return []
    return [Problem(f"Filen {path.name} med frågor går inte att läsa{where}.")]


def _phrases(read: Any) -> Iterator[Phrase]:
    for entry in read["nlu"]:
        intent = str(entry["intent"])
        if not intent.startswith(_TOPIC_INTENT):
            continue
        for line in entry["examples"].splitlines():
            if text := line.strip().removeprefix("-").strip():
                yield Phrase(intent.removeprefix(_TOPIC_INTENT), text)


def _thin_topics(titles: dict[str, str], phrases: list[Phrase]) -> Iterator[Problem]:
    counts = dict.fromkeys(titles, 0)
    for phrase in phrases:
        if phrase.topic in counts:
            counts[phrase.topic] += 1
    for topic, count in counts.items():
        if count < LEAST_PHRASES:
            has = "inga frågor" if not count else "bara en fråga" if count == 1 else f"bara {count} frågor"
            yield Problem(
                f"Ämnet ”{titles[topic]}” har {has} att lära sig av. Det behövs minst {LEAST_PHRASES}.", topic
            )


def _strangers(titles: dict[str, str], phrases: list[Phrase]) -> Iterator[Problem]:
    for topic in dict.fromkeys(phrase.topic for phrase in phrases):
        if topic not in titles:
            yield Problem(f"Det finns frågor till ämnet {topic}, men inget sådant ämne.", topic)


def _doubles(titles: dict[str, str], phrases: list[Phrase]) -> Iterator[Problem]:
    topics_of: dict[str, dict[str, str]] = defaultdict(dict)
    for phrase in phrases:
        topics_of[_SPACES.sub(" ", phrase.text.lower())].setdefault(phrase.topic, phrase.text)
    for topics in topics_of.values():
        if len(topics) > 1:
            names = " och ".join(f"”{titles.get(topic, topic)}”" for topic in topics)
            topic, text = next(iter(topics.items()))
            yield Problem(f"Frågan ”{text}” står under flera ämnen: {names}. Behåll den under ett av dem.", topic)


def _marked(phrases: list[Phrase]) -> Iterator[Problem]:
    for phrase in phrases:
        if _MARKS.search(phrase.text):
            yield Problem(
                f"Frågan ”{phrase.text}” innehåller tecken som inte får stå där: [ ] {{ }} eller raka citattecken.",
                phrase.topic,
            )
