"""The course of a training, and what can be said about how long it takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import median


class TrainingState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    # Somebody has asked for the end; the trainer has not stopped yet.
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"
    FAILED = "failed"
    DONE = "done"


class TrainingEvent(StrEnum):
    TAKEN = "taken"
    CANCEL_ASKED = "cancel_asked"
    # What the trainer tells.
    STOPPED = "stopped"
    FAILED = "failed"
    DONE = "done"
    # The trainer has not been heard of for longer than SILENCE.
    VANISHED = "vanished"


UNFINISHED = frozenset({TrainingState.QUEUED, TrainingState.RUNNING, TrainingState.CANCELLING})
WITH_THE_TRAINER = frozenset({TrainingState.RUNNING, TrainingState.CANCELLING})

# The trainer gives a sign of life every other second.
SILENCE = timedelta(seconds=30)
# Nothing is known before the first training has come to its end.
FIRST_GUESS = timedelta(minutes=4)
# Beyond this, the training takes longer than expected, and nobody knows how much.
MOST_SHARE = 0.95

_COURSE: dict[tuple[TrainingState, TrainingEvent], TrainingState] = {
    (TrainingState.QUEUED, TrainingEvent.TAKEN): TrainingState.RUNNING,
    (TrainingState.QUEUED, TrainingEvent.CANCEL_ASKED): TrainingState.CANCELLED,
    (TrainingState.RUNNING, TrainingEvent.CANCEL_ASKED): TrainingState.CANCELLING,
    (TrainingState.RUNNING, TrainingEvent.STOPPED): TrainingState.CANCELLED,
    (TrainingState.RUNNING, TrainingEvent.FAILED): TrainingState.FAILED,
    (TrainingState.RUNNING, TrainingEvent.DONE): TrainingState.DONE,
    (TrainingState.RUNNING, TrainingEvent.VANISHED): TrainingState.FAILED,
    (TrainingState.CANCELLING, TrainingEvent.STOPPED): TrainingState.CANCELLED,
    # Whoever asked for the end gets it, whatever else ended it.
    (TrainingState.CANCELLING, TrainingEvent.FAILED): TrainingState.CANCELLED,
    (TrainingState.CANCELLING, TrainingEvent.DONE): TrainingState.CANCELLED,
    (TrainingState.CANCELLING, TrainingEvent.VANISHED): TrainingState.CANCELLED,
}


def after(state: TrainingState, event: TrainingEvent) -> TrainingState | None:
    """The state that the event leads to; None when it does not happen in this state."""
    return _COURSE.get((state, event))


@dataclass(frozen=True)
class Progress:
    """`share` is between 0 and 1. `left` is None when the training takes longer than the earlier ones."""

    share: float
    left: timedelta | None


def expected_duration(earlier: Sequence[timedelta]) -> timedelta:
    """How long a training takes, by those before it."""
    return timedelta(seconds=median(each.total_seconds() for each in earlier)) if earlier else FIRST_GUESS


def progress(started_at: datetime, expected: timedelta, now: datetime) -> Progress:
    """How far a training has come, by the clock: what it does the longest has no steps that could be counted."""
    passed = max(now - started_at, timedelta())
    share = passed / expected if expected > timedelta() else 1.0
    return Progress(min(share, MOST_SHARE), expected - passed if share < MOST_SHARE else None)
