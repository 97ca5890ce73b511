"""The inbox as editors read it: groups of questions, and which topic each seems to belong to."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.errors import NotFoundError
from handover_api.models import AskedQuestion, Case, Lesson, Staff, Topic
from handover_api.questions.grouping import believed, put_in_groups
from handover_api.rules.question import QuestionKind, QuestionState, clearest_first
from handover_api.rules.suggestion import Ground, Suggestion, suggest
from handover_api.rules.task import ASKED_OFTEN

# So many of those that have been seen to are kept in sight.
MOST_HANDLED = 500
# So many of the open ones are read at once, the newest.
MOST_OPEN = 2000
# More groups than this are not told of as tasks.
MOST_OFTEN = 200


@dataclass(frozen=True)
class Asked:
    """One question, with what people have said of it."""

    question: AskedQuestion
    lesson: Lesson | None
    told_by: str | None
    # What the case was about, according to whoever closed it.
    category: str | None


@dataclass(frozen=True)
class Group:
    """Questions about the same, the latest first. `texts`: the different ones, the clearest first."""

    key: UUID
    asked: tuple[Asked, ...]
    texts: tuple[str, ...]
    kinds: dict[QuestionKind, int]
    # What the bot believed most often, and how surely it did at most.
    guess: tuple[str, float] | None
    suggestion: Suggestion | None

    @property
    def count(self) -> int:
        return len(self.asked)

    @property
    def latest_at(self) -> datetime:
        return self.asked[0].question.asked_at

    @property
    def state(self) -> QuestionState:
        return QuestionState(self.asked[0].question.state)

    @property
    def assigned_topic(self) -> str | None:
        return self.asked[0].question.assigned_topic

    @property
    def wish(self) -> str | None:
        return self.asked[0].question.wish

    @property
    def handled_at(self) -> datetime | None:
        return self.asked[0].question.handled_at

    @property
    def topic(self) -> str | None:
        """That by which the group is found under an area."""
        if self.assigned_topic:
            return self.assigned_topic
        return self.suggestion.topic if self.suggestion else None


@dataclass(frozen=True)
class Wanted:
    """None: every one."""

    state: QuestionState = QuestionState.OPEN
    kind: QuestionKind | None = None
    area: str | None = None


async def list_groups(session: AsyncSession, wanted: Wanted) -> list[Group]:
    """Open ones with most questions first; those that have been seen to, the latest first."""
    await put_in_groups(session)
    query = _ASKED.where(AskedQuestion.state == wanted.state).order_by(*_LATEST_FIRST)
    if wanted.state is QuestionState.OPEN:
        query = query.limit(MOST_OPEN)
    else:
        latest = select(AskedQuestion.id).where(AskedQuestion.state == wanted.state)
        query = query.where(AskedQuestion.id.in_(latest.order_by(AskedQuestion.handled_at.desc()).limit(MOST_HANDLED)))
    groups = await _read(session, query)
    areas = await _areas(session) if wanted.area else {}
    found = [
        group
        for group in groups
        if (wanted.kind is None or wanted.kind in group.kinds)
        and (wanted.area is None or areas.get(group.topic or "") == wanted.area)
    ]
    if wanted.state is QuestionState.OPEN:
        return sorted(found, key=lambda group: (-group.count, -group.latest_at.timestamp(), group.key))
    return sorted(found, key=lambda group: (group.handled_at or group.latest_at, group.key), reverse=True)


async def list_asked_often(session: AsyncSession) -> list[Group]:
    """The open groups of so many questions that somebody should see to them."""
    await put_in_groups(session)
    often = (
        select(AskedQuestion.group_key)
        .where(AskedQuestion.state == QuestionState.OPEN, AskedQuestion.group_key.is_not(None))
        .group_by(AskedQuestion.group_key)
        .having(func.count() >= ASKED_OFTEN)
        .order_by(func.count().desc(), AskedQuestion.group_key)
        .limit(MOST_OFTEN)
    )
    is_open = AskedQuestion.state == QuestionState.OPEN
    return await _read(session, _ASKED.where(is_open, AskedQuestion.group_key.in_(often)).order_by(*_LATEST_FIRST))


async def count_open(session: AsyncSession) -> int:
    """All open questions, also those beyond MOST_OPEN."""
    return await session.scalar(select(func.count()).where(AskedQuestion.state == QuestionState.OPEN)) or 0


async def find_group(session: AsyncSession, key: UUID) -> Group:
    """
    Raises:
        NotFoundError: no question has this group, or what was asked has been erased.
    """
    await put_in_groups(session)
    groups = await _read(session, _ASKED.where(AskedQuestion.group_key == key).order_by(*_LATEST_FIRST))
    if not groups:
        raise NotFoundError
    return groups[0]


async def _read(session: AsyncSession, query: Select[AskedQuestion, Lesson, str, Any]) -> list[Group]:
    by_key: defaultdict[UUID, list[Asked]] = defaultdict(list)
    for question, lesson, told_by, category in await session.execute(query):
        asked = Asked(question, lesson, told_by, category)
        # One whose group another editor's look is deciding this moment is there the next time.
        if question.group_key is not None:
            by_key[question.group_key].append(asked)
    return [_group(key, asked) for key, asked in by_key.items()]


def _group(key: UUID, asked: list[Asked]) -> Group:
    kinds = Counter(QuestionKind(each.question.kind) for each in asked)
    return Group(
        key=key,
        asked=tuple(asked),
        texts=tuple(clearest_first(each.question.text for each in asked)),
        kinds={kind: kinds[kind] for kind in reversed(QuestionKind) if kinds[kind]},
        guess=_guess(asked),
        suggestion=suggest(_signs(asked)),
    )


def _guess(asked: list[Asked]) -> tuple[str, float] | None:
    guesses = Counter(each.question.topic for each in asked if each.question.topic)
    if not guesses:
        return None
    topic, _ = min(guesses.items(), key=lambda pair: (-pair[1], pair[0]))
    return topic, max(each.question.confidence or 0.0 for each in asked if each.question.topic == topic)


def _signs(asked: list[Asked]) -> Iterator[tuple[Ground, str]]:
    for each in asked:
        found = {
            Ground.TOLD: each.lesson.topic if each.lesson else None,
            Ground.CLOSED: each.category,
            Ground.CHOSEN: each.question.chosen_topic,
            Ground.BELIEVED: believed(each.question),
        }
        yield from ((ground, topic) for ground, topic in found.items() if topic)


async def _areas(session: AsyncSession) -> dict[str, str]:
    rows = await session.execute(select(Topic.id, Topic.area))
    return dict(rows.all())


_LATEST_FIRST = (AskedQuestion.asked_at.desc(), AskedQuestion.id.desc())
_CATEGORY = (
    select(Case.category)
    .where(Case.conversation_id == AskedQuestion.conversation_id, Case.category.is_not(None))
    .order_by(Case.created_at.desc())
    .limit(1)
    .scalar_subquery()
)
_ASKED = (
    select(AskedQuestion, Lesson, Staff.display_name, _CATEGORY)
    .outerjoin(Lesson, Lesson.id == AskedQuestion.lesson_id)
    .outerjoin(Staff, Staff.id == Lesson.told_by)
)
