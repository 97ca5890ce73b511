"""What an action is told about the message, read from Rasa's tracker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rasa_sdk import Tracker

from actions.decision import Candidate, Certainty, Understanding

DOUBTS_SLOT = "doubts"


@dataclass(frozen=True)
class Turn:
    conversation_id: str
    message_id: str
    understanding: Understanding
    # The ids of the messages that ended in a question back since the bot last understood something.
    doubts: tuple[str, ...]

    @property
    def earlier_doubts(self) -> int:
        """A message that is sent once more is not a doubt of its own."""
        return len(set(self.doubts) - {self.message_id})


def read_turn(tracker: Tracker) -> Turn:
    message = tracker.latest_message
    return Turn(
        conversation_id=tracker.sender_id,
        message_id=message["message_id"],
        understanding=read_understanding(message),
        doubts=tuple(tracker.slots.get(DOUBTS_SLOT) or ()),
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
    )
