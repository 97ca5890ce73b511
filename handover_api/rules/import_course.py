"""The course of an import: the files are read and held against the catalogue, a person decides, the drafts are made."""

from datetime import timedelta
from enum import StrEnum

# So long the report of what was found can be used; then it is deleted with what was read.
KEPT_DAYS = 7
# A file that makes its reader fall over is not read for ever.
MOST_ATTEMPTS = 3
# The worker begins within seconds, unless it has another import in hand or is not there.
SOON = timedelta(seconds=30)
MOST_FILES = 200
MOST_BYTES = 10_000_000


class ImportState(StrEnum):
    READING = "reading"
    READY = "ready"
    WRITING = "writing"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


class ImportStep(StrEnum):
    READ = "read"
    CHOOSE = "choose"
    CREATE = "create"
    WRITTEN = "written"
    CANCEL = "cancel"
    GIVE_UP = "give_up"


class Verdict(StrEnum):
    """What becomes of one row or one file."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    # An editor chooses the topic.
    TO_CHOOSE = "to_choose"
    REFUSED = "refused"


USABLE = frozenset({Verdict.NEW, Verdict.CHANGED})
# Somebody works on these, and can be told to stop.
AT_WORK = frozenset({ImportState.READING, ImportState.WRITING})

_STEPS: dict[ImportStep, tuple[frozenset[ImportState], ImportState]] = {
    ImportStep.READ: (frozenset({ImportState.READING}), ImportState.READY),
    ImportStep.CHOOSE: (frozenset({ImportState.READY}), ImportState.READY),
    ImportStep.CREATE: (frozenset({ImportState.READY}), ImportState.WRITING),
    ImportStep.WRITTEN: (frozenset({ImportState.WRITING}), ImportState.DONE),
    ImportStep.CANCEL: (AT_WORK | {ImportState.READY}, ImportState.CANCELLED),
    ImportStep.GIVE_UP: (AT_WORK, ImportState.FAILED),
}


class ImportStepNotPossibleError(ValueError):
    """The import is not where this can be done with it."""


def is_possible(state: ImportState, step: ImportStep) -> bool:
    return state in _STEPS[step][0]


def after(state: ImportState, step: ImportStep) -> ImportState:
    """
    Raises:
        ImportStepNotPossibleError
    """
    if not is_possible(state, step):
        raise ImportStepNotPossibleError(f"{step} is not possible in {state}")
    return _STEPS[step][1]
