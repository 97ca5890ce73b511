"""What an action is told about the message, read from Rasa's tracker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rasa_sdk import Tracker

from actions.decision import Candidate, Certainty, Understanding

DOUBTS_SLOT = "doubts"
ANSWERED_SLOT = "answered"


@dataclass(frozen=True)
class Answered:
    message_id: str
    topic: str


@dataclass(frozen=True)
class Turn:
    conversation_id: str
    message_id: str
    understanding: Understanding
    # The ids of the messages that ended in a question back since the bot last understood something.
    doubts: tuple[str, ...]
    # The latest answers in the bot's own words, the newest last.
    answered: tuple[Answered, ...]

    @property
    def earlier_doubts(self) -> int:
        """A message that is sent once more is not a doubt of its own."""
        return len(set(self.doubts) - {self.message_id})

    def answered_with(self, topic: str) -> tuple[Answered, ...]:
        """What to remember once this message has been answered: that, and the answer before it."""
        earlier = [answer for answer in self.answered if answer.message_id != self.message_id]
        return (*earlier[-1:], Answered(self.message_id, topic))


def read_turn(tracker: Tracker) -> Turn:
    message = tracker.latest_message
    return Turn(
        conversation_id=tracker.sender_id,
        message_id=message["message_id"],
        understanding=read_understanding(message),
        doubts=tuple(tracker.slots.get(DOUBTS_SLOT) or ()),
        answered=tuple(Answered(**answer) for answer in tracker.slots.get(ANSWERED_SLOT) or ()),
    )


def read_understanding(message: dict[str, Any]) -> Understanding:
    understanding = message["understanding"]
    return Understanding(
        certainty=Certainty(understanding["certainty"]),
        candidates=tuple(
            Candidate(candidate["topic"], float(candidate["confidence"])) for candidate in understanding["candidates"]
        ),
        threshold=float(understanding["threshold"]),
        model_version=understanding["model_version"],
        language=understanding["language"],
        has_words=bool(message["has_words"]),
        is_personal=bool(understanding["is_personal"]),
    )
