"""All SQL of the content."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime

from sqlalchemy import RowMapping, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.content.files import ArticleFile, TopicRow
from handover_api.models import Article, ArticleVersion, LocalFact, Topic


class ContentRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def list_topics(self) -> Sequence[RowMapping]:
        """The catalogue, by the names of `schemas.TopicRead`. Columns, not objects: every page of a case has it."""
        has_article = func.coalesce(Article.published_version.is_not(None), False)
        rows = await self._session.execute(
            select(
                Topic.id,
                Topic.title,
                Topic.area,
                Topic.rosa_level,
                Topic.handling,
                Topic.answer_group,
                has_article.label("has_article"),
            )
            .outerjoin(Article, Article.topic == Topic.id)
            .order_by(Topic.id)
        )
        return rows.mappings().all()

    async def find_topic(self, topic_id: str) -> Topic | None:
        return await self._session.get(Topic, topic_id)

    async def find_published(self, topic_id: str) -> tuple[Topic, Article, ArticleVersion] | None:
        row = await self._session.execute(
            select(Topic, Article, ArticleVersion)
            .join(Article, Article.topic == Topic.id)
            .join(
                ArticleVersion,
                (ArticleVersion.article_id == Article.id) & (ArticleVersion.version == Article.published_version),
            )
            .where(Topic.id == topic_id)
        )
        found = row.one_or_none()
        return (found[0], found[1], found[2]) if found else None

    async def find_easy_text(self, topic_id: str, version: int) -> str:
        found = await self._session.scalar(
            select(ArticleVersion.easy_text)
            .join(Article, Article.id == ArticleVersion.article_id)
            .where(Article.topic == topic_id, ArticleVersion.version == version)
        )
        return found or ""

    async def get_facts(self) -> dict[str, str]:
        rows = await self._session.execute(select(LocalFact.name, LocalFact.value))
        return dict(rows.all())

    async def count_expired(self, today: date) -> int:
        count = await self._session.scalar(
            select(func.count())
            .select_from(Article)
            .join(
                ArticleVersion,
                (ArticleVersion.article_id == Article.id) & (ArticleVersion.version == Article.published_version),
            )
            .where(ArticleVersion.review_by < today)
        )
        return count or 0

    async def put_topics(self, topics: list[TopicRow]) -> None:
        for row in topics:
            values = asdict(row)
            await self._session.execute(
                insert(Topic).values(**values).on_conflict_do_update(index_elements=[Topic.id], set_=values)
            )

    async def put_facts(self, facts: dict[str, str]) -> None:
        await self._session.execute(delete(LocalFact))
        await self._session.execute(
            insert(LocalFact), [{"name": name, "value": value} for name, value in facts.items()]
        )

    async def publish(self, file: ArticleFile, at: datetime) -> bool:
        """Publishes the article as a new version, unless the published one says the same. Returns whether it did."""
        article = await self._session.scalar(select(Article).where(Article.topic == file.topic).with_for_update())
        if article is None:
            article = Article(topic=file.topic, published_version=None)
            self._session.add(article)
            await self._session.flush()  # The version below needs the article's key.
        values = asdict(file)
        del values["topic"]
        latest = await self._session.scalar(
            select(ArticleVersion)
            .where(ArticleVersion.article_id == article.id)
            .order_by(ArticleVersion.version.desc())
            .limit(1)
        )
        if latest and all(getattr(latest, name) == value for name, value in values.items()):
            return False
        version = (latest.version if latest else 0) + 1
        self._session.add(ArticleVersion(article_id=article.id, version=version, created_at=at, **values))
        await self._session.execute(update(Article).where(Article.id == article.id).values(published_version=version))
        return True
