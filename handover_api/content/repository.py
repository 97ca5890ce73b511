"""All SQL of the content."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import RowMapping, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.content.files import TopicRow
from handover_api.models import Article, ArticleVersion, LocalFact, LocalFactChange, Topic


class ContentRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def list_topics(self) -> Sequence[RowMapping]:
        """The catalogue with those that have been retired, by the names of `schemas.TopicRead`. Columns, not objects:
        every page of a case has it.
        """
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
                Topic.retired_at.is_not(None).label("is_retired"),
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

    async def list_checklists(self) -> dict[str, str]:
        """What is published for the staff to do, by topic; topics without are left out."""
        rows = await self._session.execute(
            select(Article.topic, ArticleVersion.checklist)
            .join(
                ArticleVersion,
                (ArticleVersion.article_id == Article.id) & (ArticleVersion.version == Article.published_version),
            )
            .where(ArticleVersion.checklist != "")
        )
        return dict(rows.all())

    async def find_review_by(self, topic_id: str, version: int) -> date | None:
        return await self._session.scalar(
            select(ArticleVersion.review_by)
            .join(Article, Article.id == ArticleVersion.article_id)
            .where(Article.topic == topic_id, ArticleVersion.version == version)
        )

    async def find_other_words(self, topic_id: str, version: int) -> tuple[str, str]:
        """In easy Swedish and in English; empty without."""
        rows = await self._session.execute(
            select(ArticleVersion.easy_text, ArticleVersion.english_text)
            .join(Article, Article.id == ArticleVersion.article_id)
            .where(Article.topic == topic_id, ArticleVersion.version == version)
        )
        found = rows.one_or_none()
        return (found[0], found[1]) if found else ("", "")

    async def list_facts(self) -> list[LocalFact]:
        """In the order of their file."""
        return [*await self._session.scalars(select(LocalFact).order_by(LocalFact.position, LocalFact.name))]

    async def list_topics_of_file(self) -> list[Topic]:
        """In the order of their file, without those that have been retired."""
        statement = select(Topic).where(Topic.retired_at.is_(None)).order_by(Topic.position, Topic.id)
        return [*await self._session.scalars(statement)]

    async def list_published(self) -> list[tuple[Topic, ArticleVersion]]:
        rows = await self._session.execute(
            select(Topic, ArticleVersion)
            .join(Article, Article.topic == Topic.id)
            .join(
                ArticleVersion,
                (ArticleVersion.article_id == Article.id) & (ArticleVersion.version == Article.published_version),
            )
            .where(Topic.retired_at.is_(None))
            .order_by(Topic.position, Topic.id)
        )
        return [(topic, version) for topic, version in rows]

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
            .join(Topic, Topic.id == Article.topic)
            .where(ArticleVersion.review_by < today, Topic.retired_at.is_(None))
        )
        return count or 0

    async def put_topics(self, topics: list[TopicRow]) -> int:
        """Those of the files, but for what an editor has changed. Returns how many of these the files have
        otherwise.
        """
        edited = {
            topic.id: topic for topic in await self._session.scalars(select(Topic).where(Topic.edited_at.is_not(None)))
        }
        kept = 0
        for row in topics:
            values = asdict(row)
            if topic := edited.get(row.id):
                # Its place in the file is nothing that anybody has written.
                kept += any(getattr(topic, name) != value for name, value in values.items() if name != "position")
                continue
            await self._session.execute(
                insert(Topic).values(**values).on_conflict_do_update(index_elements=[Topic.id], set_=values)
            )
        return kept

    async def put_facts(self, facts: dict[str, str], headings: dict[str, str]) -> int:
        """Those of the files in the place of what came from files before. What an editor has changed, added or removed
        stays so. Returns how many of these the files have otherwise.
        """
        changed = set(await self._session.scalars(select(LocalFactChange.name).distinct()))
        known = await self.get_facts()
        await self._session.execute(delete(LocalFact).where(LocalFact.name.not_in(changed)))
        rows = [
            {"name": name, "value": value, "position": position, "heading": headings.get(name, "")}
            for position, (name, value) in enumerate(facts.items())
            if name not in changed
        ]
        if rows:
            await self._session.execute(insert(LocalFact), rows)
        return sum(known.get(name) != value for name, value in facts.items() if name in changed)

    async def lock_article(self, topic_id: str) -> Article:
        """The topic's article, which is made if there is none; until the transaction ends nobody else publishes it."""
        statement = insert(Article).values(topic=topic_id).on_conflict_do_nothing(index_elements=[Article.topic])
        await self._session.execute(statement)
        articles = await self._session.scalars(select(Article).where(Article.topic == topic_id).with_for_update())
        return articles.one()

    async def find_latest(self, article: Article) -> ArticleVersion | None:
        return await self._session.scalar(
            select(ArticleVersion)
            .where(ArticleVersion.article_id == article.id)
            .order_by(ArticleVersion.version.desc())
            .limit(1)
        )

    async def publish(self, article: Article, values: dict[str, Any], at: datetime) -> int:
        """Makes a new version of an article that is locked, and serves it. Returns its number."""
        latest = await self.find_latest(article)
        version = (latest.version if latest else 0) + 1
        self._session.add(ArticleVersion(article_id=article.id, version=version, created_at=at, **values))
        article.published_version = version
        await self._session.flush()
        return version
