"""What is to be done about what residents ask and the bot is to understand."""

from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.bot_models import examinations
from handover_api.bot_models.examination import Examination
from handover_api.bot_models.repository import BotModelRepository
from handover_api.content.service import LOCAL_TIME
from handover_api.models import AskedQuestion, Lesson, RegressionQuestion
from handover_api.phrases.repository import PhraseRepository
from handover_api.questions.reading import list_asked_often
from handover_api.rules.phrase import least_phrases
from handover_api.rules.question import QuestionState
from handover_api.rules.task import Task, TaskKind

MOST_WISHES = 200


async def list_of_groups(session: AsyncSession, owners: Mapping[str, str]) -> list[Task]:
    """What many have asked; it is whoever answers for the suggested topic that it is told to."""
    return [
        Task(
            TaskKind.UNANSWERED,
            group.texts[0],
            owners.get(group.suggestion.topic, "") if group.suggestion else "",
            group=group.key,
            count=group.count,
        )
        for group in await list_asked_often(session)
    ]


async def list_of_wishes(session: AsyncSession) -> list[Task]:
    """The topics that somebody has found to be needed."""
    rows = await session.execute(
        select(AskedQuestion.group_key, AskedQuestion.wish, func.count())
        .where(AskedQuestion.state == QuestionState.TOPIC_WISHED)
        .group_by(AskedQuestion.group_key, AskedQuestion.wish)
        .order_by(func.count().desc(), AskedQuestion.group_key)
        .limit(MOST_WISHES)
    )
    return [Task(TaskKind.TOPIC_WISHED, wish or "", group=key, count=count) for key, wish, count in rows]


async def list_of_lessons(session: AsyncSession, titles: Mapping[str, str], owners: Mapping[str, str]) -> list[Task]:
    """What colleagues have told and nobody has seen to, a task for each topic; without a topic, one for all."""
    rows = await session.execute(
        select(Lesson.topic, func.count(), func.min(Lesson.created_at))
        .where(Lesson.handled_at.is_(None))
        .group_by(Lesson.topic)
    )
    return [
        Task(
            TaskKind.LESSON,
            titles.get(topic, "") if topic else "",
            owners.get(topic, "") if topic else "",
            topic or "",
            count=count,
            day=first_at.astimezone(LOCAL_TIME).date(),
        )
        for topic, count, first_at in rows
    ]


async def list_misread(session: AsyncSession, owners: Mapping[str, str]) -> list[Task]:
    """The regression questions that the model in use did not understand when it was measured."""
    serving = await BotModelRepository(session).find_serving()
    measured = await examinations.find(session, serving.id) if serving else None
    if measured is None:
        return []
    failed = {each.id for each in Examination.model_validate(measured.found).candidate.regression.failed}
    questions = await session.scalars(select(RegressionQuestion).where(RegressionQuestion.id.in_(failed)))
    return [
        Task(TaskKind.MISREAD, question.text, owners.get(question.expected_topic, ""), question.expected_topic)
        for question in questions
    ]


async def list_thin(session: AsyncSession, titles: Mapping[str, str], owners: Mapping[str, str]) -> list[Task]:
    """The topics that the bot can hardly tell from others."""
    repository = PhraseRepository(session)
    counts = await repository.count_by_topic()
    tasks = []
    for topic in await repository.list_topics():
        count, least = counts.get(topic.id, 0), least_phrases(topic.handling)
        if count < least and topic.id in titles:
            tasks.append(Task(TaskKind.THIN, topic.title, owners.get(topic.id, ""), topic.id, count=count, of=least))
    return tasks
