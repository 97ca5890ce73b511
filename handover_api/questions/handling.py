"""What editors do with a group: it belongs to a topic, needs a new one, or is put aside; and each can be undone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.agents.service import actor
from handover_api.audit import service as audit
from handover_api.errors import ConflictError, InvalidError, NotFoundError
from handover_api.models import AskedQuestion, Lesson, RegressionQuestion, Staff, Topic
from handover_api.phrases import service as phrases
from handover_api.questions import grouping, regression
from handover_api.rules.message import EmptyTextError, TooLongTextError, clean_text
from handover_api.rules.personal_data import mask
from handover_api.rules.phrase import PhraseSource
from handover_api.rules.question import QuestionState, clearest_first

MAX_WISH_CHARACTERS = 500


@dataclass(frozen=True)
class Assignment:
    """What the bot learns from, and what every later model must understand; the same words if the latter is empty."""

    topic: str
    phrase: str
    regression: str = ""


async def assign(session: AsyncSession, staff: Staff, key: UUID, assignment: Assignment, now: datetime) -> bool:
    """The group's questions belong to a topic: makes a phrase and a regression question of it.

    Returns whether the phrase is new; one that the topic already has is left as it is.

    Raises:
        NotFoundError: there is no such group.
        ConflictError: `group_handled`; somebody else has been faster.
        InvalidError: `topic_missing`; `phrase_empty` or `phrase_too_long`; `regression_empty`, `regression_too_long` or
            `regression_exists`, for another topic.
    """
    topic = await session.get(Topic, assignment.topic)
    if topic is None or topic.retired_at is not None:
        raise InvalidError("topic_missing", "Välj vilket ämne frågan hör till.")
    questions = await _take(session, key)
    phrase_id = await _add_phrase(session, staff, assignment, now)
    clearest = clearest_first(question.text for question in questions)[0]
    await regression.add(
        session,
        staff,
        assignment.regression.strip() or assignment.phrase,
        assignment.topic,
        now,
        from_question=next(question.id for question in questions if question.text == clearest),
        from_group=key,
        phrase_id=phrase_id,
    )
    _put(questions, staff, QuestionState.ASSIGNED, now, assigned_topic=assignment.topic)
    await _see_to_lessons(session, staff, questions, now)
    _record(session, staff, "questions_assigned", key, now, topic=assignment.topic, questions=len(questions))
    return phrase_id is not None


async def wish_for_topic(session: AsyncSession, staff: Staff, key: UUID, wish: str, now: datetime) -> None:
    """The group needs a topic that there is not; `wish` is what it should be about.

    Raises:
        NotFoundError: there is no such group.
        ConflictError: `group_handled`.
        InvalidError: `wish_missing` or `wish_too_long`.
    """
    storable = _storable_wish(wish)
    questions = await _take(session, key)
    _put(questions, staff, QuestionState.TOPIC_WISHED, now, wish=storable)
    _record(session, staff, "topic_wished", key, now, questions=len(questions))


async def set_aside(session: AsyncSession, staff: Staff, key: UUID, now: datetime) -> None:
    """Nothing is to be done with the group.

    Raises:
        NotFoundError: there is no such group.
        ConflictError: `group_handled`.
    """
    questions = await _take(session, key)
    _put(questions, staff, QuestionState.SET_ASIDE, now)
    await _see_to_lessons(session, staff, questions, now)
    _record(session, staff, "questions_set_aside", key, now, questions=len(questions))


async def reopen(session: AsyncSession, staff: Staff, key: UUID, now: datetime) -> None:
    """Undoes what was done with a group, with the phrase and the regression question that came of it. Doing so again
    changes nothing.

    Raises:
        NotFoundError: there is no such group.
    """
    questions = [each for each in await _lock(session, key) if each.state != QuestionState.OPEN]
    if not questions:
        return
    made = await session.scalars(
        delete(RegressionQuestion).where(RegressionQuestion.from_group == key).returning(RegressionQuestion.phrase_id)
    )
    for phrase_id in made.all():
        if phrase_id is None:
            continue  # The topic had the phrase before.
        await phrases.remove_phrase(session, staff, phrase_id, now)
    for question in questions:
        await session.execute(
            update(Lesson)
            .where(Lesson.id == question.lesson_id, Lesson.handled_at == question.handled_at)
            .values(handled_at=None, handled_by=None)
        )
        question.state = QuestionState.OPEN
        question.handled_at = question.handled_by = question.assigned_topic = question.wish = None
    _record(session, staff, "questions_reopened", key, now, questions=len(questions))


async def _take(session: AsyncSession, key: UUID) -> list[AskedQuestion]:
    questions = [each for each in await _lock(session, key) if each.state == QuestionState.OPEN]
    if not questions:
        raise ConflictError("group_handled", "Någon annan har redan tagit hand om frågorna. Så här är det nu.")
    return questions


async def _lock(session: AsyncSession, key: UUID) -> list[AskedQuestion]:
    await grouping.lock(session)
    questions = list(
        await session.scalars(
            select(AskedQuestion)
            .where(AskedQuestion.group_key == key)
            .order_by(AskedQuestion.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )
    if not questions:
        raise NotFoundError
    return questions


async def _add_phrase(session: AsyncSession, staff: Staff, assignment: Assignment, now: datetime) -> UUID | None:
    try:
        return await phrases.add_phrase(
            session, staff, assignment.topic, assignment.phrase, now, source=PhraseSource.QUESTION
        )
    except InvalidError as error:
        if error.code != "phrase_exists":
            raise
        return None


def _put(
    questions: Iterable[AskedQuestion],
    staff: Staff,
    state: QuestionState,
    now: datetime,
    *,
    assigned_topic: str | None = None,
    wish: str | None = None,
) -> None:
    for question in questions:
        question.state = state
        question.assigned_topic = assigned_topic
        question.wish = wish
        question.handled_by = staff.id
        question.handled_at = now


async def _see_to_lessons(
    session: AsyncSession, staff: Staff, questions: Iterable[AskedQuestion], now: datetime
) -> None:
    """What colleagues have told of the questions need not be seen to once more in the editors' inbox."""
    told = [question.lesson_id for question in questions if question.lesson_id]
    await session.execute(
        update(Lesson)
        .where(Lesson.id.in_(told), Lesson.handled_at.is_(None))
        .values(handled_at=now, handled_by=staff.id)
    )


def _storable_wish(wish: str) -> str:
    too_long = InvalidError("wish_too_long", f"Skriv högst {MAX_WISH_CHARACTERS} tecken.")
    try:
        storable = mask(clean_text(wish))
    except EmptyTextError:
        raise InvalidError("wish_missing", "Skriv vad det nya ämnet ska handla om.") from None
    except TooLongTextError:
        raise too_long from None
    if len(storable) > MAX_WISH_CHARACTERS:
        raise too_long
    return storable


def _record(session: AsyncSession, staff: Staff, action: str, key: UUID, now: datetime, **details: str | int) -> None:
    audit.record(session, actor(staff), action, subject_kind="question_group", subject_id=str(key), at=now, **details)
