"""A conversation with one action after the other, through rasa-sdk's own classes."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.answer_topic import AnswerTopic
from actions.clients.handover_api import HandoverService
from actions.resolve_doubt import ResolveDoubt

CANARY = "KANARIE-7f3a"


class Conversation:
    def __init__(self, service: HandoverService) -> None:
        self.slots: dict[str, Any] = {"doubts": None, "answered": None}
        self._actions = {"topic": AnswerTopic(service), "unsure": ResolveDoubt(service)}
        self._messages = 0

    async def says(
        self,
        certainty: str,
        *topics: str,
        message_id: str | None = None,
        has_words: bool = True,
        confidence: float = 0.9,
        is_personal: bool = False,
        language: str = "sv",
    ) -> dict[str, Any]:
        """The one reply to a message that was understood like this; the slots are kept as Rasa keeps them."""
        self._messages += 1
        message = {
            "message_id": message_id or f"meddelande-{self._messages}",
            "has_words": has_words,
            "text": CANARY,
            "understanding": {
                "certainty": certainty,
                "candidates": [{"topic": topic, "confidence": confidence} for topic in topics],
                "threshold": 0.8,
                "model_version": "provmodell",
                "language": language,
                "is_personal": is_personal,
                "urgent": None,
            },
        }
        return await self.receives(message, "topic" if certainty in {"sure", "chosen"} else "unsure")

    async def receives(self, message: dict[str, Any], intent: str) -> dict[str, Any]:
        tracker = Tracker.from_dict({"sender_id": "samtal-1", "slots": self.slots, "latest_message": message})
        dispatcher = CollectingDispatcher()
        for event in await self._actions[intent].run(dispatcher, tracker, {}):
            assert event["event"] == "slot"
            self.slots[event["name"]] = event["value"]
        (reply,) = dispatcher.messages
        return reply["custom"]
