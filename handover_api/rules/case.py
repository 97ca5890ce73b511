"""The life of a case (ärende), its priority and why it exists."""

from enum import StrEnum


class CaseState(StrEnum):
    """`forwarded`: a department has it, and its agent sees to it that the department answers.
    `answered`: the agent handed the conversation back to the bot; a new handover opens the same case again.
    """

    WAITING = "waiting"
    ASSIGNED = "assigned"
    FORWARDED = "forwarded"
    ANSWERED = "answered"
    CLOSED = "closed"


class Priority(StrEnum):
    """`due_soon`: an answer that was promised for a time that is near. `can_wait`: nobody sits and waits for it."""

    URGENT = "urgent"
    DUE_SOON = "due_soon"
    NORMAL = "normal"
    CAN_WAIT = "can_wait"


class Reason(StrEnum):
    """Why a person is needed."""

    UNSURE = "unsure"
    ASKED_FOR_PERSON = "asked_for_person"
    LANGUAGE = "language"
    HANDOVER_TOPIC = "handover_topic"
    PERSONAL_MATTER = "personal_matter"
    URGENT_TOPIC = "urgent_topic"
    ARTICLE_MISSING = "article_missing"
    ARTICLE_EXPIRED = "article_expired"
    FAILURE = "failure"
    # The staff have switched the bot off.
    BOT_OFF = "bot_off"


class Resolution(StrEnum):
    """How a case ended."""

    SOLVED = "solved"
    FORWARDED = "forwarded"
    REFERRED = "referred"
    NOT_SOLVED = "not_solved"
    WITHDRAWN = "withdrawn"


class CaseChannel(StrEnum):
    """How the resident came. What is not the chat is written down by an agent afterwards."""

    CHAT = "chat"
    TELEPHONE = "telephone"
    EMAIL = "email"
    VISIT = "visit"


ROSA_LEVELS = range(1, 9)
DEFAULT_ANSWER_GROUP = "allmant"
LEAST_BELIEF = 0.3
# The reasons for which the bot's topic is only a guess.
GUESSING = frozenset({Reason.UNSURE, Reason.LANGUAGE})

RANK = {Priority.URGENT: 0, Priority.DUE_SOON: 1, Priority.NORMAL: 2, Priority.CAN_WAIT: 3}


def priority_for(reason: Reason) -> Priority:
    return Priority.URGENT if reason is Reason.URGENT_TOPIC else Priority.NORMAL


def believed_topic(reason: Reason, topic: str | None, confidence: float | None) -> str | None:
    """The topic that a case is filed under. A faint guess sends it to the wrong group, so it counts as none."""
    if reason in GUESSING and (confidence is None or confidence < LEAST_BELIEF):
        return None
    return topic


def reference(year: int, number: int) -> str:
    """A reference that can be read out on the telephone, such as 2026-000123."""
    return f"{year}-{number:06d}"
