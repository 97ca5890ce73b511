"""All articles as editors look for them: by words, and by what is to be done about them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, String, and_, cast, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.content.answers_repository import all_of
from handover_api.content.service import LOCAL_TIME
from handover_api.models import AnswerFeedback, Article, ArticleDraft, ArticleVersion, Message, Topic
from handover_api.rules.article import is_due_for_review, is_scored_low
from handover_api.rules.content import is_expired
from handover_api.rules.search_words import words_of

# What residents said of an answer long ago was said of other words.
OPINIONS_OF = timedelta(days=90)


class Standing(StrEnum):
    """What is to be done about an article, or is being done."""

    EXPIRED = "expired"
    DUE = "due"
    LOW_SCORE = "low_score"
    IN_REVIEW = "in_review"
    SENT_BACK = "sent_back"
    DRAFT = "draft"
    SCHEDULED = "scheduled"
    UNWRITTEN = "unwritten"


@dataclass(frozen=True)
class ListedArticle:
    """`review_by` None: nothing is published. `helped` of `opinions` said that the published version helped."""

    topic: str
    title: str
    area: str
    rosa_level: int | None
    department: str
    review_by: date | None
    draft: str | None
    publish_at: datetime | None
    helped: int
    opinions: int

    def standings(self, today: date) -> list[Standing]:
        found = {
            Standing.EXPIRED: self.review_by is not None and is_expired(self.review_by, today),
            Standing.DUE: self.review_by is not None
            and is_due_for_review(self.review_by, today)
            and not is_expired(self.review_by, today),
            Standing.LOW_SCORE: is_scored_low(self.helped, self.opinions),
            Standing.UNWRITTEN: self.review_by is None and self.draft is None,
        }
        in_hand = [Standing(self.draft)] if self.draft else []
        return [*(standing for standing, holds in found.items() if holds), *in_hand]


@dataclass(frozen=True)
class Wanted:
    """Empty: all."""

    words: str = ""
    area: str = ""
    department: str = ""
    rosa_level: int | None = None
    standing: Standing | None = None


@dataclass(frozen=True)
class Found:
    articles: list[ListedArticle]
    # Of all articles, whatever is wanted.
    counts: dict[Standing, int]


async def find_articles(session: AsyncSession, wanted: Wanted, now: datetime) -> Found:
    """By area and title."""
    every = [ListedArticle(*row) for row in await session.execute(_all(now))]
    today = now.astimezone(LOCAL_TIME).date()
    fitting = await _with_words(session, wanted.words)
    tests: list[Callable[[ListedArticle], bool]] = [
        lambda each: fitting is None or each.topic in fitting,
        lambda each: wanted.area in {"", each.area},
        lambda each: wanted.department in {"", each.department},
        lambda each: wanted.rosa_level in {None, each.rosa_level},
        lambda each: wanted.standing is None or wanted.standing in each.standings(today),
    ]
    return Found(
        articles=[each for each in every if all(test(each) for test in tests)],
        counts=_counts(every, today),
    )


def _counts(articles: Iterable[ListedArticle], today: date) -> dict[Standing, int]:
    standings = [standing for each in articles for standing in each.standings(today)]
    return {standing: standings.count(standing) for standing in Standing}


def _all(now: datetime) -> Select[*tuple[Any, ...]]:
    opinions = (
        select(
            Message.payload["topic"].astext.label("topic"),
            Message.payload["article_version"].astext.label("version"),
            func.count().label("opinions"),
            func.sum(cast(AnswerFeedback.has_helped, Integer)).label("helped"),
        )
        .join(AnswerFeedback, AnswerFeedback.message_id == Message.id)
        .where(AnswerFeedback.created_at >= now - OPINIONS_OF)
        .group_by("topic", "version")
        .subquery()
    )
    return (
        select(
            Topic.id,
            Topic.title,
            Topic.area,
            Topic.rosa_level,
            func.coalesce(ArticleVersion.department, ArticleDraft.department, ""),
            ArticleVersion.review_by,
            ArticleDraft.state,
            ArticleDraft.publish_at,
            func.coalesce(opinions.c.helped, 0),
            func.coalesce(opinions.c.opinions, 0),
        )
        .outerjoin(Article, Article.topic == Topic.id)
        .outerjoin(ArticleVersion, _is_published())
        .outerjoin(ArticleDraft, ArticleDraft.topic == Topic.id)
        .outerjoin(
            opinions,
            and_(opinions.c.topic == Topic.id, opinions.c.version == cast(ArticleVersion.version, String)),
        )
        .where(Topic.retired_at.is_(None))
        .order_by(Topic.area, Topic.title, Topic.id)
    )


async def _with_words(session: AsyncSession, text: str) -> set[str] | None:
    """The topics that have all the words in their title or article, or that are called so; None: no words are given."""
    words = words_of(text, is_being_written=True)
    if not words:
        return None
    query = all_of(words)
    searched = func.coalesce(Topic.searched.op("||")(ArticleVersion.searched), Topic.searched)
    topics = await session.scalars(
        select(Topic.id)
        .outerjoin(Article, Article.topic == Topic.id)
        .outerjoin(ArticleVersion, _is_published())
        .where(or_(searched.bool_op("@@")(query), Topic.id == text.strip().lower()))
    )
    return set(topics)


def _is_published() -> ColumnElement[bool]:
    return and_(ArticleVersion.article_id == Article.id, ArticleVersion.version == Article.published_version)
