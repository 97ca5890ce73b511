"""All SQL of the topics that editors keep."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.models import (
    AnswerGroup,
    Article,
    ArticleDraft,
    ArticleVersion,
    LocalFact,
    Phrase,
    RegressionQuestion,
    Topic,
)
from handover_api.rules.case import DEFAULT_ANSWER_GROUP

# Whoever makes a topic has this lock first: its name and its place are taken from all the others'.
_MAKING = "topics"


@dataclass(frozen=True)
class Weight:
    """What hangs on a topic."""

    phrases: int
    regression_questions: int
    has_article: bool
    has_draft: bool


class TopicsRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def lock_catalogue(self) -> None:
        await self._session.execute(select(func.pg_advisory_xact_lock(func.hashtext(_MAKING))))

    async def lock(self, topic_id: str) -> Topic | None:
        statement = select(Topic).where(Topic.id == topic_id).with_for_update()
        return await self._session.scalar(statement.execution_options(populate_existing=True))

    async def find(self, topic_id: str) -> Topic | None:
        return await self._session.get(Topic, topic_id)

    async def titles_in_use(self) -> dict[str, str]:
        """By id, in the order of the alphabet."""
        rows = await self._session.execute(
            select(Topic.id, Topic.title).where(Topic.retired_at.is_(None)).order_by(Topic.title, Topic.id)
        )
        return dict(rows.all())

    async def list_ids(self) -> set[str]:
        """Also of those that have been retired, whose names are never used again."""
        return set(await self._session.scalars(select(Topic.id)))

    async def list_retired(self) -> list[Topic]:
        """The latest first."""
        statement = select(Topic).where(Topic.retired_at.is_not(None)).order_by(Topic.retired_at.desc(), Topic.id)
        return [*await self._session.scalars(statement)]

    async def next_position(self) -> int:
        last = await self._session.scalar(select(func.max(Topic.position)))
        return 0 if last is None else last + 1

    async def list_answer_groups(self) -> set[str]:
        set_up = await self._session.scalars(select(AnswerGroup.id))
        of_topics = await self._session.scalars(select(Topic.answer_group).distinct())
        return {DEFAULT_ANSWER_GROUP, *set_up, *of_topics}

    async def list_fact_names(self) -> set[str]:
        return set(await self._session.scalars(select(LocalFact.name)))

    async def list_similar_to(self, topic_id: str) -> list[Topic]:
        """The topics in use that name this one among those that they are confused with."""
        is_named = func.array_position(func.string_to_array(Topic.hard_negatives, ","), topic_id).is_not(None)
        statement = select(Topic).where(Topic.retired_at.is_(None), is_named).order_by(Topic.title, Topic.id)
        return [*await self._session.scalars(statement)]

    async def weigh(self, topic_id: str) -> Weight:
        phrases = await self._session.scalar(
            select(func.count()).select_from(Phrase).where(Phrase.topic == topic_id, Phrase.removed_at.is_(None))
        )
        questions = await self._session.scalar(
            select(func.count()).select_from(RegressionQuestion).where(RegressionQuestion.expected_topic == topic_id)
        )
        article = await self._session.scalar(
            select(ArticleVersion.id)
            .join(Article, Article.id == ArticleVersion.article_id)
            .where(Article.topic == topic_id, ArticleVersion.version == Article.published_version)
        )
        draft = await self._session.scalar(select(ArticleDraft.topic).where(ArticleDraft.topic == topic_id))
        return Weight(phrases or 0, questions or 0, article is not None, draft is not None)

    def add(self, topic: Topic) -> None:
        self._session.add(topic)
