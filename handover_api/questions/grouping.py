"""Gives new questions their groups. That is done when somebody looks, so that no resident waits for it."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.models import AskedQuestion
from handover_api.rules.case import LEAST_BELIEF
from handover_api.rules.likeness import Groups
from handover_api.rules.masks import without_masks
from handover_api.rules.question import QuestionState

# A new question joins one of the groups of so many open ones, the newest.
COMPARED_WITH = 2000
_LOCK = "questions.grouping"
_IS_OPEN = AskedQuestion.state == QuestionState.OPEN
_IS_NEW = _IS_OPEN & AskedQuestion.group_key.is_(None)


async def put_in_groups(session: AsyncSession) -> None:
    """Every open question has a group afterwards: an open one of others like it, or one that it begins."""
    if not await session.scalar(select(select(AskedQuestion.id).where(_IS_NEW).exists())):
        return
    await lock(session)
    in_order = (AskedQuestion.asked_at, AskedQuestion.id)
    groups: Groups[UUID] = Groups()
    latest = select(AskedQuestion.id).where(_IS_OPEN).order_by(AskedQuestion.asked_at.desc(), AskedQuestion.id.desc())
    of_late = AskedQuestion.id.in_(latest.limit(COMPARED_WITH))
    for question in await session.scalars(select(AskedQuestion).where(of_late).order_by(*in_order)):
        if question.group_key is not None:
            groups.put(question.group_key, without_masks(question.text), believed(question))
    # One that is being changed this moment gets its group the next time.
    new = select(AskedQuestion).where(_IS_NEW).order_by(*in_order).with_for_update(skip_locked=True)
    for question in await session.scalars(new):
        question.group_key = groups.place(question.id, without_masks(question.text), believed(question))
    await session.flush()


async def lock(session: AsyncSession) -> None:
    """Until the transaction ends, nobody else puts questions in groups or sees to a group: no question joins what has
    just been seen to, and no group is begun twice.
    """
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtext(_LOCK))))


def believed(question: AskedQuestion) -> str | None:
    """The bot's guess, if it was more than a faint one."""
    is_fair = question.confidence is not None and question.confidence >= LEAST_BELIEF
    return question.topic if is_fair else None
