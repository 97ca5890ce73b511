"""What is to be done in the studio: its kinds in the order of what residents feel first, and when something is one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

# Fewer who ask the same may be chance.
ASKED_OFTEN = 3
# A draft that nobody has written in for so long has been forgotten.
LEFT_AFTER = timedelta(days=14)


class TaskKind(StrEnum):
    """The most pressing first.

    `expired`: residents get no answer any longer. `in_review`: a draft waits for somebody else's eyes. `sent_back`: it
    has to be mended. `unanswered`: many have asked the same, and no topic has it. `lesson`: colleagues have told the
    editors something. `misread`: a regression question that the model in use does not understand. `due`: soon to be
    reviewed. `low_score`: the answer seldom helps. `topic_wished`: a topic is needed. `unwritten`: a topic without an
    article. `thin`: a topic with too few phrases. `left`: a draft that has been forgotten.
    """

    EXPIRED = "expired"
    IN_REVIEW = "in_review"
    SENT_BACK = "sent_back"
    UNANSWERED = "unanswered"
    LESSON = "lesson"
    MISREAD = "misread"
    DUE = "due"
    LOW_SCORE = "low_score"
    TOPIC_WISHED = "topic_wished"
    UNWRITTEN = "unwritten"
    THIN = "thin"
    LEFT = "left"


@dataclass(frozen=True)
class Task:
    """One thing to do. `title` names it: a topic, or for a group of questions the residents' own words.

    `owner` is the department that answers for the topic's article; empty when none does. `group` is the key of a group
    of questions. `count`: how many have asked, told or said that it helped, or how many phrases there are; `of`: out of
    how many. `day`: since when, or by when.
    """

    kind: TaskKind
    title: str
    owner: str = ""
    topic: str = ""
    group: UUID | None = None
    count: int = 0
    of: int = 0
    day: date | None = None


# Titles that residents wrote, or that were made of what they wrote: for a page of the studio, and nowhere else.
IN_RESIDENTS_WORDS = frozenset({TaskKind.UNANSWERED, TaskKind.TOPIC_WISHED, TaskKind.MISREAD})
_MOST_COUNTED_FIRST = frozenset({TaskKind.EXPIRED, TaskKind.UNANSWERED, TaskKind.LESSON, TaskKind.TOPIC_WISHED})


def in_order(tasks: Iterable[Task]) -> list[Task]:
    """The most pressing kind first; of one kind what most residents meet, then the oldest."""
    return sorted(tasks, key=_place)


def of_owner(tasks: Iterable[Task], owner: str) -> list[Task]:
    """Those of one department; of all if it is empty."""
    return [task for task in tasks if owner in {"", task.owner}]


def is_left(written_at: datetime, now: datetime) -> bool:
    """Whether a draft has been forgotten."""
    return now - written_at >= LEFT_AFTER


_KINDS = list(TaskKind)


def _place(task: Task) -> tuple[object, ...]:
    """No two different ones have the same, so the order is the same whatever order they come in."""
    first = -task.count if task.kind in _MOST_COUNTED_FIRST else _share(task)
    pressing = _KINDS.index(task.kind), first, task.day is None, task.day or date.max
    return *pressing, task.title, task.topic, str(task.group), task.owner, task.count, task.of


def _share(task: Task) -> float:
    return task.count / task.of if task.of else 0.0
