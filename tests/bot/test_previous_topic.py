"""The topic that a short question may follow on: from the action server's slot to the message's metadata."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from rasa.core.channels.channel import UserMessage
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SlotSet

from bot.tracker import ANSWERED_SLOT, previous_topic
from bot.understanding import understand
from tests.bot.running_bot import ROOT, RunningBot

CONVERSATION = "samtal-1"


async def store_after(*answers: tuple[str, str]) -> InMemoryTrackerStore:
    """What is remembered after these answers, each a message's id and its topic."""
    store = InMemoryTrackerStore(Domain.load(ROOT / "domain.yml"))
    tracker = await store.get_or_create_tracker(CONVERSATION)
    tracker.update(SlotSet(ANSWERED_SLOT, [{"message_id": message, "topic": topic} for message, topic in answers]))
    await store.save(tracker)
    return store


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([], None),
        ([("a", "radon")], "radon"),
        ([("a", "radon"), ("b", "bygglov-altan")], "bygglov-altan"),
        # The message itself, sent once more, does not follow on its own answer.
        ([("a", "radon"), ("nu", "bygglov-altan")], "radon"),
        ([("nu", "radon")], None),
    ],
)
async def test_the_topic_is_that_of_the_answer_before(answers: list[tuple[str, str]], expected: str | None) -> None:
    assert await previous_topic(await store_after(*answers), CONVERSATION, "nu") == expected


async def test_a_new_conversation_has_no_topic_before() -> None:
    store = InMemoryTrackerStore(Domain.load(ROOT / "domain.yml"))
    assert await previous_topic(store, CONVERSATION, "nu") is None


class RecordingProcessor:
    """Keeps the message that it is asked to understand."""

    def __init__(self) -> None:
        self.metadata: Any = None

    async def parse_message(self, message: UserMessage) -> dict[str, Any]:
        self.metadata = message.metadata
        return {"intent": {}, "entities": [], "understanding": {}, "has_words": True}


async def test_the_classifier_finds_the_topic_in_the_metadata() -> None:
    processor = RecordingProcessor()
    await understand(processor, text="vad kostar det", language="sv", previous_topic="bygglov-altan")
    assert processor.metadata == {"language": "sv", "choice": None, "previous_topic": "bygglov-altan"}


async def topic_before_the_next_message(bot: RunningBot, conversation: str) -> str | None:
    return await previous_topic(bot.tracker_store(), conversation, "nästa")


async def test_the_bot_remembers_what_it_answered_over_small_talk_until_a_person_takes_over(bot: RunningBot) -> None:
    conversation = str(uuid4())
    assert await topic_before_the_next_message(bot, conversation) is None
    assert bot.turn("mäta radon", conversation=conversation)["replies"][0]["topic"] == "radon"
    assert await topic_before_the_next_message(bot, conversation) == "radon"
    assert bot.turn("hej", conversation=conversation)["replies"][0]["kind"] == "chat"
    assert await topic_before_the_next_message(bot, conversation) == "radon"
    bot.reading("hur anmäler man en livsmedelsverksamhet", conversation=conversation)
    assert await topic_before_the_next_message(bot, conversation) == "radon"
    bot.turn("Den där knappen", choice="bygglov-altan", conversation=conversation)
    assert await topic_before_the_next_message(bot, conversation) == "bygglov-altan"
    assert bot.turn("jag orkar inte leva längre", conversation=conversation)["replies"][0]["kind"] == "urgent"
    assert await topic_before_the_next_message(bot, conversation) is None
