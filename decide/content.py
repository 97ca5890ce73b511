"""The catalogue and the articles: as files, or as the service tells of them (docs/contracts/internal-api.md)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from actions.decision import ArticleState, CatalogueEntry, Handling
from bot.classification.catalogue import read_catalogue


@dataclass(frozen=True)
class Content:
    catalogue: Mapping[str, CatalogueEntry]
    articles: Mapping[str, ArticleState]

    def article_state(self, topic: str) -> ArticleState:
        return self.articles.get(topic, ArticleState.MISSING)


def content_of(topics: Iterable[Mapping[str, Any]]) -> Content:
    """From `GET /internal/topics`, which does not say which articles have expired.

    Raises:
        ValueError: a topic is not as the contract says.
        KeyError: it lacks something.
    """
    catalogue = {
        row["id"]: CatalogueEntry(
            topic=row["id"],
            title=row["title"],
            handling=Handling(row["handling"]),
            rosa_level=row["rosa_level"],
            has_article=row["has_article"],
        )
        for row in topics
    }
    return Content(
        catalogue, {topic: ArticleState.PUBLISHED for topic, entry in catalogue.items() if entry.has_article}
    )


def read_content(data: Path, today: date) -> Content:
    rows = read_catalogue(data / "topics.tsv")
    articles = {
        row["id"]: _state(article, today)
        for row in rows
        if (article := data / "knowledge" / row["area"] / f"{row['id']}.md").is_file()
    }
    catalogue = {
        row["id"]: CatalogueEntry(
            topic=row["id"],
            title=row["title_sv"],
            handling=Handling(row["handling"]),
            rosa_level=int(row["rosa_level"]) if row["rosa_level"] else None,
            has_article=row["id"] in articles,
        )
        for row in rows
    }
    return Content(catalogue, articles)


def _state(article: Path, today: date) -> ArticleState:
    """An article is good through the day of its review date."""
    front_matter = yaml.safe_load(article.read_text(encoding="utf-8").split("---", 2)[1])
    review_by: date = front_matter["review_by"]
    return ArticleState.PUBLISHED if today <= review_by else ArticleState.EXPIRED
