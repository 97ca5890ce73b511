"""The catalogue and the articles as files: what the service would serve after importing them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml

from actions.decision import ArticleState, CatalogueEntry, Handling
from bot.classification.catalogue import read_catalogue


@dataclass(frozen=True)
class Content:
    catalogue: Mapping[str, CatalogueEntry]
    articles: Mapping[str, ArticleState]

    def article_state(self, topic: str) -> ArticleState:
        return self.articles.get(topic, ArticleState.MISSING)


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
