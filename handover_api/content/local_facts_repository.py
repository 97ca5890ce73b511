"""All SQL of the local facts that editors keep, and of the texts that use them."""

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.models import (
    Article,
    ArticleDraft,
    ArticleVersion,
    LocalFact,
    LocalFactChange,
    ReadyAnswer,
    Staff,
    Topic,
)


class LocalFactsRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find(self, name: str) -> LocalFact | None:
        return await self._session.get(LocalFact, name, populate_existing=True)

    async def lock(self, name: str) -> LocalFact | None:
        """Until the transaction ends nobody else adds, changes or removes this one or one with any other name: which
        comes after which is read as well.
        """
        await self._session.execute(select(func.pg_advisory_xact_lock(func.hashtext(LocalFact.__tablename__))))
        return await self.find(name)

    async def set_value(self, name: str, value: str) -> None:
        await self._session.execute(update(LocalFact).where(LocalFact.name == name).values(value=value))

    async def add(self, name: str, value: str) -> None:
        """At the end of the file."""
        last = await self._session.scalar(select(func.max(LocalFact.position)))
        await self._session.execute(
            insert(LocalFact).values(name=name, value=value, position=0 if last is None else last + 1)
        )

    async def remove(self, fact: LocalFact) -> None:
        """The heading of a group goes to whatever is first in it now."""
        following = await self._session.scalar(
            select(LocalFact)
            .where(LocalFact.position > fact.position)
            .order_by(LocalFact.position, LocalFact.name)
            .limit(1)
        )
        if fact.heading and following is not None:
            following.heading = fact.heading + following.heading
        await self._session.execute(delete(LocalFact).where(LocalFact.name == fact.name))

    async def list_changes(self, name: str) -> list[tuple[LocalFactChange, str]]:
        """The latest first, each with the name of whoever made it."""
        rows = await self._session.execute(
            select(LocalFactChange, Staff.display_name)
            .join(Staff, Staff.id == LocalFactChange.changed_by)
            .where(LocalFactChange.name == name)
            .order_by(LocalFactChange.changed_at.desc(), LocalFactChange.id.desc())
        )
        return [(change, who) for change, who in rows]

    async def list_removed(self) -> list[LocalFactChange]:
        """The latest deed with each fact that was removed by it, by name."""
        latest = select(LocalFactChange.id).ext(distinct_on(LocalFactChange.name))
        latest = latest.order_by(LocalFactChange.name, LocalFactChange.changed_at.desc(), LocalFactChange.id.desc())
        statement = (
            select(LocalFactChange)
            .where(LocalFactChange.id.in_(latest), LocalFactChange.after.is_(None))
            .order_by(LocalFactChange.name)
        )
        return [*await self._session.scalars(statement)]

    def add_change(self, change: LocalFactChange) -> None:
        self._session.add(change)

    async def list_published(self) -> list[tuple[Topic, ArticleVersion]]:
        rows = await self._session.execute(
            select(Topic, ArticleVersion)
            .join(Article, Article.topic == Topic.id)
            .join(
                ArticleVersion,
                (ArticleVersion.article_id == Article.id) & (ArticleVersion.version == Article.published_version),
            )
            .order_by(Topic.title, Topic.id)
        )
        return [(topic, version) for topic, version in rows]

    async def list_drafts(self) -> list[tuple[Topic, ArticleDraft]]:
        rows = await self._session.execute(
            select(Topic, ArticleDraft)
            .join(ArticleDraft, ArticleDraft.topic == Topic.id)
            .order_by(Topic.title, Topic.id)
        )
        return [(topic, draft) for topic, draft in rows]

    async def list_ready_answers(self) -> list[ReadyAnswer]:
        return [*await self._session.scalars(select(ReadyAnswer).order_by(ReadyAnswer.title, ReadyAnswer.id))]

    async def list_topics(self) -> list[Topic]:
        statement = select(Topic).where(Topic.must_contain != "").order_by(Topic.title, Topic.id)
        return [*await self._session.scalars(statement)]
