"""What the content says about its topics, besides how residents ask: titles, answers and articles teach their words."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

from bot.classification.topic_model import TopicKinds

STAFF_ONLY_HEADING = "## Checklista"
PERSON_OR_CHAT = frozenset({"urgent", "handover", "chat"})
NO_TOPIC = "other"
LOCAL_FACT = re.compile(r"\{(\w+)\}")


class CatalogueError(ValueError):
    """The catalogue file is missing a column or cannot be read."""


@dataclass(frozen=True)
class BackgroundText:
    topic: str
    text: str


def read_catalogue(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t"))
    except OSError as error:
        raise CatalogueError(f"The topic catalogue {path} cannot be read: {error.strerror}.") from error
    missing = {"id", "area", "handling", "title_sv", "must_contain_sv"} - set(rows[0] if rows else {})
    if missing:
        raise CatalogueError(f"The topic catalogue {path} lacks the columns {', '.join(sorted(missing))}.")
    return rows


def topic_kinds(catalogue: Path, knowledge: Path | None = None) -> TopicKinds:
    """A topic without an article goes to a person, so a mistake about it states nothing wrong."""
    rows = read_catalogue(catalogue)
    written = {path.stem for path in knowledge.rglob("*.md")} if knowledge else {row["id"] for row in rows}
    return TopicKinds(
        urgent=frozenset(row["id"] for row in rows if row["handling"] == "urgent"),
        forgiving=frozenset(row["id"] for row in rows if row["handling"] in PERSON_OR_CHAT or row["id"] not in written),
    )


def background_texts(catalogue: Path, knowledge: Path) -> list[BackgroundText]:
    """Title, key words and article of every topic; also of topics that nobody has written phrases for.

    A question about such a topic then goes to a person as that topic, instead of being answered as its neighbour.
    """
    texts: list[BackgroundText] = []
    for row in read_catalogue(catalogue):
        topic = row["id"]
        article = knowledge / row["area"] / f"{topic}.md"
        parts = [topic.replace("-", " "), row["title_sv"], row["must_contain_sv"]]
        if article.is_file():
            parts.append(resident_part(article.read_text(encoding="utf-8")))
        texts += [BackgroundText(topic, LOCAL_FACT.sub(_fact_as_words, part)) for part in parts if part.strip()]
    return texts


def read_questions(path: Path) -> list[tuple[str, str | None]]:
    """Questions with the topic that is right, or None for what no topic answers."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    except OSError as error:
        raise CatalogueError(f"The questions {path} cannot be read: {error.strerror}.") from error
    if not rows or {"topic", "question"} - set(rows[0]):
        raise CatalogueError(f"The questions {path} lack the columns topic and question, or are empty.")
    return [(row["question"], None if row["topic"] == NO_TOPIC else row["topic"]) for row in rows]


def resident_part(article: str) -> str:
    """The article without its front matter and its checklist for staff."""
    body = article.split("\n---", 1)[-1]
    return body.split(STAFF_ONLY_HEADING, 1)[0].strip().lstrip("-").strip()


def _fact_as_words(fact: re.Match[str]) -> str:
    return fact.group(1).replace("_", " ")
