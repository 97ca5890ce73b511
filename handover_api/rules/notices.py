"""What an agent can choose to be told by a sound, or by a notification outside the page."""

from enum import StrEnum


class ToldOf(StrEnum):
    """`cases`: a case that waits or is offered. `all`: also what residents write in the agent's own cases."""

    NOTHING = "off"
    CASES = "cases"
    ALL = "all"
