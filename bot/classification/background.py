"""What the content says about its topics, besides how residents ask: titles, answers and articles teach their words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from bot.classification.catalogue import read_catalogue

STAFF_ONLY_HEADING = "## Checklista"
LOCAL_FACT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class BackgroundText:
    topic: str
    text: str


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


def resident_part(article: str) -> str:
    """The article without its front matter and its checklist for staff."""
    body = article.split("\n---", 1)[-1]
    return body.split(STAFF_ONLY_HEADING, 1)[0].strip().lstrip("-").strip()


def _fact_as_words(fact: re.Match[str]) -> str:
    return fact.group(1).replace("_", " ")
