"""All SQL of finding answers: articles and ready answers, by PostgreSQL's full-text search in Swedish."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, literal_column, or_, select, union, update
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.models import Article, ArticleVersion, ReadyAnswer, Staff, Topic
from handover_api.rules.search_words import SearchWords

_SWEDISH: ColumnElement[str] = literal_column("'swedish'::regconfig")
_AS_IT_STANDS: ColumnElement[str] = literal_column("'simple'::regconfig")
# Small talk has articles too, for the bot alone.
_SMALL_TALK = "chat"

_IS_PUBLISHED = and_(ArticleVersion.article_id == Article.id, ArticleVersion.version == Article.published_version)
_ARTICLE = (
    select(Topic, Article.id, ArticleVersion)
    .join(Article, Article.topic == Topic.id)
    .join(ArticleVersion, _IS_PUBLISHED)
    .where(Topic.handling != _SMALL_TALK, Topic.retired_at.is_(None))
)

ArticleRow = tuple[Topic, UUID, ArticleVersion]


@dataclass(frozen=True)
class Hit[Found]:
    """How well something fits: what has all the words first, and then by where and how often they stand in it."""

    found: Found
    has_all: bool
    rank: float


class AnswersRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def search_articles(self, words: SearchWords, today: date, limit: int) -> list[Hit[ArticleRow]]:
        some, every = some_of(words), all_of(words)
        # The title is the topic's: each index says what may fit, and only that is put together and ranked.
        fitting = union(
            select(Topic.id).where(Topic.searched.bool_op("@@")(some)),
            select(Article.topic)
            .join(ArticleVersion, _IS_PUBLISHED)
            .where(ArticleVersion.searched.bool_op("@@")(some)),
        )
        whole = Topic.searched.op("||")(ArticleVersion.searched)
        has_all, rank = whole.bool_op("@@")(every), func.ts_rank(whole, some)
        rows = await self._session.execute(
            _ARTICLE.add_columns(has_all, rank)
            .where(Topic.id.in_(fitting), ArticleVersion.review_by >= today)
            .order_by(has_all.desc(), rank.desc(), Topic.id)
            .limit(limit)
        )
        return [Hit((row[0], row[1], row[2]), row[3], row[4]) for row in rows]

    async def search_ready_answers(
        self, words: SearchWords, groups: Iterable[str] | None, limit: int
    ) -> list[Hit[ReadyAnswer]]:
        """`groups`: only theirs, and those for all groups; None: whosever they are."""
        some, every = some_of(words), all_of(words)
        has_all, rank = ReadyAnswer.searched.bool_op("@@")(every), func.ts_rank(ReadyAnswer.searched, some)
        statement = select(ReadyAnswer, has_all, rank).where(
            ReadyAnswer.is_active, ReadyAnswer.searched.bool_op("@@")(some)
        )
        if groups is not None:
            statement = statement.where(or_(ReadyAnswer.answer_group.is_(None), ReadyAnswer.answer_group.in_(groups)))
        rows = await self._session.execute(statement.order_by(has_all.desc(), rank.desc(), ReadyAnswer.id).limit(limit))
        return [Hit(row[0], row[1], row[2]) for row in rows]

    async def list_articles_about(self, topics: Iterable[str], today: date) -> list[ArticleRow]:
        rows = await self._session.execute(_ARTICLE.where(Topic.id.in_(topics), ArticleVersion.review_by >= today))
        return [(topic, article_id, version) for topic, article_id, version in rows]

    async def find_article(self, article_id: UUID, today: date) -> ArticleRow | None:
        rows = await self._session.execute(_ARTICLE.where(Article.id == article_id, ArticleVersion.review_by >= today))
        row = rows.one_or_none()
        return (row[0], row[1], row[2]) if row else None

    async def find_title_of_article(self, article_id: UUID, version: int) -> str | None:
        """Also of a version that is not served any longer."""
        return await self._session.scalar(
            select(Topic.title)
            .join(Article, Article.topic == Topic.id)
            .join(ArticleVersion, ArticleVersion.article_id == Article.id)
            .where(Article.id == article_id, ArticleVersion.version == version)
        )

    async def find_ready_answer(self, answer_id: UUID) -> ReadyAnswer | None:
        return await self._session.get(ReadyAnswer, answer_id)

    async def list_ready_answers(self) -> list[tuple[ReadyAnswer, str]]:
        """All, by title, each with the name of whoever changed it last."""
        rows = await self._session.execute(
            select(ReadyAnswer, Staff.display_name)
            .join(Staff, Staff.id == ReadyAnswer.changed_by)
            .order_by(ReadyAnswer.title, ReadyAnswer.id)
        )
        return [(answer, name) for answer, name in rows]

    def add(self, answer: ReadyAnswer) -> None:
        self._session.add(answer)

    async def change(
        self, answer_id: UUID, seen_version: int, changed_by: UUID, changed_at: datetime, **values: object
    ) -> bool:
        """Puts the values in place, unless somebody else has changed the answer since. Returns whether it did."""
        changed = await self._session.scalar(
            update(ReadyAnswer)
            .where(ReadyAnswer.id == answer_id, ReadyAnswer.version == seen_version)
            .values(version=seen_version + 1, changed_by=changed_by, changed_at=changed_at, **values)
            .returning(ReadyAnswer.id)
        )
        return changed is not None


def some_of(words: SearchWords) -> ColumnElement[Any]:
    """The query for what has any of the words."""
    return _joined(words, "||")


def all_of(words: SearchWords) -> ColumnElement[Any]:
    """The query for what has all of them."""
    return _joined(words, "&&")


def _joined(words: SearchWords, operator: str) -> ColumnElement[Any]:
    """The words' stems as a query; a word that says nothing ("och") is left out by PostgreSQL."""
    written = (" | " if operator == "||" else " & ").join(f"'{word}'" for word in words.words)
    query: ColumnElement[Any] = func.to_tsquery(_SWEDISH, written)
    if words.beginning is None:
        return query
    # The stem of half a word may not be the beginning of the whole word's; the letters as they stand are.
    beginning = f"'{words.beginning}':*"
    begun = func.to_tsquery(_SWEDISH, beginning).op("||")(func.to_tsquery(_AS_IT_STANDS, beginning))
    return query.op(operator)(begun)
