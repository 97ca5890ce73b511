"""Regression questions: what every new model must understand, in editors' own words."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.agents.service import actor
from handover_api.audit import service as audit
from handover_api.errors import InvalidError, NotFoundError
from handover_api.models import RegressionQuestion, Staff, Topic
from handover_api.phrases.service import storable_phrase


@dataclass(frozen=True)
class ListedRegression:
    question: RegressionQuestion
    topic_title: str
    added_by: str


async def add(
    session: AsyncSession,
    staff: Staff,
    text: str,
    topic: str,
    now: datetime,
    *,
    from_question: UUID,
    from_group: UUID,
    phrase_id: UUID | None,
) -> None:
    """What is expected already is not expected twice. The topic exists.

    Raises:
        InvalidError: `regression_empty` or `regression_too_long`; `regression_exists`, for another topic.
    """
    try:
        stored = storable_phrase(text)
    except InvalidError as error:
        raise InvalidError(error.code.replace("phrase", "regression"), error.detail) from None
    added = await session.scalar(
        insert(RegressionQuestion)
        .values(
            text=stored,
            expected_topic=topic,
            added_by=staff.id,
            added_at=now,
            from_question=from_question,
            from_group=from_group,
            phrase_id=phrase_id,
        )
        .on_conflict_do_nothing(index_elements=[RegressionQuestion.text])
        .returning(RegressionQuestion.id)
    )
    if added is not None:
        return
    expected = await session.scalar(
        select(Topic.title)
        .join(RegressionQuestion, RegressionQuestion.expected_topic == Topic.id)
        .where(RegressionQuestion.text == stored, RegressionQuestion.expected_topic != topic)
    )
    if expected is not None:
        raise InvalidError("regression_exists", f"Kontrollfrågan finns redan, men för ämnet ”{expected}”.")


async def list_all(session: AsyncSession) -> list[ListedRegression]:
    """The latest first. Those of a topic that has been retired wait until it is taken back."""
    rows = await session.execute(
        select(RegressionQuestion, Topic.title, Staff.display_name)
        .join(Topic, Topic.id == RegressionQuestion.expected_topic)
        .where(Topic.retired_at.is_(None))
        .join(Staff, Staff.id == RegressionQuestion.added_by)
        .order_by(RegressionQuestion.added_at.desc(), RegressionQuestion.id.desc())
    )
    return [ListedRegression(*row) for row in rows]


async def remove(session: AsyncSession, staff: Staff, question_id: UUID, now: datetime) -> None:
    """
    Raises:
        NotFoundError: there is no such question; perhaps somebody else has just removed it.
    """
    question = await session.get(RegressionQuestion, question_id, with_for_update=True)
    if question is None:
        raise NotFoundError
    await session.delete(question)
    audit.record(
        session,
        actor(staff),
        "regression_removed",
        subject_kind="regression_question",
        subject_id=str(question.id),
        at=now,
        topic=question.expected_topic,
    )
