"""All SQL of articles that are written, reviewed and published in the studio."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.models import Article, ArticleDraft, ArticleVersion, Staff, Topic
from handover_api.rules.article import DraftState
from handover_api.rules.roles import KEEPS_ANSWERS


class DraftsRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def lock_topic(self, topic_id: str) -> Topic | None:
        """Whoever changes a topic's draft or article has the topic first, so two never do at the same time."""
        topics = await self._session.scalars(select(Topic).where(Topic.id == topic_id).with_for_update())
        return topics.one_or_none()

    async def find_topic(self, topic_id: str) -> Topic | None:
        return await self._session.get(Topic, topic_id)

    async def find_draft(self, topic_id: str) -> ArticleDraft | None:
        return await self._session.scalar(
            select(ArticleDraft).where(ArticleDraft.topic == topic_id).execution_options(populate_existing=True)
        )

    async def find_published(self, topic_id: str) -> ArticleVersion | None:
        return await self._session.scalar(
            select(ArticleVersion)
            .join(Article, Article.id == ArticleVersion.article_id)
            .where(Article.topic == topic_id, ArticleVersion.version == Article.published_version)
        )

    async def find_version(self, topic_id: str, version: int) -> ArticleVersion | None:
        return await self._session.scalar(
            select(ArticleVersion)
            .join(Article, Article.id == ArticleVersion.article_id)
            .where(Article.topic == topic_id, ArticleVersion.version == version)
        )

    async def list_versions(self, topic_id: str) -> list[ArticleVersion]:
        """The latest first."""
        versions = await self._session.scalars(
            select(ArticleVersion)
            .join(Article, Article.id == ArticleVersion.article_id)
            .where(Article.topic == topic_id)
            .order_by(ArticleVersion.version.desc())
        )
        return [*versions]

    async def list_drafted(self) -> list[str]:
        """The topics that somebody is writing about."""
        return [*await self._session.scalars(select(ArticleDraft.topic))]

    async def list_due(self, now: datetime) -> list[str]:
        """The topics whose approved drafts are to be read by residents now."""
        topics = await self._session.scalars(
            select(ArticleDraft.topic)
            .where(ArticleDraft.state == DraftState.SCHEDULED, ArticleDraft.publish_at <= now)
            .order_by(ArticleDraft.publish_at, ArticleDraft.topic)
        )
        return [*topics]

    async def list_departments(self) -> list[str]:
        """Those that answer for an article, published or not."""
        versions, drafts = select(ArticleVersion.department), select(ArticleDraft.department)
        names = await self._session.scalars(versions.union(drafts))
        return sorted(name for name in names if name)

    async def list_other_keepers(self, *ids: UUID | None) -> list[str]:
        """The names of those who may review: editors and leads, but for these."""
        names = await self._session.scalars(
            select(Staff.display_name)
            .where(Staff.role.in_(KEEPS_ANSWERS), Staff.is_active, Staff.id.not_in([each for each in ids if each]))
            .order_by(Staff.display_name)
        )
        return [*names]

    async def names_of(self, *ids: UUID | None) -> dict[UUID, str]:
        rows = await self._session.execute(
            select(Staff.id, Staff.display_name).where(Staff.id.in_({each for each in ids if each}))
        )
        return dict(rows.all())

    def add(self, draft: ArticleDraft) -> None:
        self._session.add(draft)

    async def remove(self, draft: ArticleDraft) -> None:
        await self._session.delete(draft)
        await self._session.flush()
