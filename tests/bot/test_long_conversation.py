"""A long conversation costs the bot no more a turn than a new one: its working memory does not grow."""

from __future__ import annotations

from uuid import uuid4

from rasa.core.tracker_store import SQLTrackerStore

from tests.bot.running_bot import RunningBot

TURNS = 30


def events_kept(store: SQLTrackerStore, conversation: str) -> int:
    with store.session_scope() as session:
        return int(session.query(store.SQLEvent).filter(store.SQLEvent.sender_id == conversation).count())


async def test_working_memory_is_as_large_after_many_turns_as_after_two(bot: RunningBot) -> None:
    conversation = str(uuid4())
    store = bot.tracker_store()
    kept, loaded = [], []
    for _ in range(TURNS):
        bot.turn("Behöver jag bygglov för en altan?", conversation=conversation)
        kept.append(events_kept(store, conversation))
        tracker = await store.retrieve(conversation)
        assert tracker is not None
        loaded.append(len(tracker.events))
    assert max(kept) == max(kept[:2])
    assert max(loaded) == max(loaded[:2])


async def test_what_the_next_turn_needs_is_carried_on(bot: RunningBot) -> None:
    conversation = str(uuid4())
    for _ in range(3):
        bot.turn("Behöver jag bygglov för en altan?", conversation=conversation)
    tracker = await bot.tracker_store().retrieve(conversation)
    assert tracker is not None
    assert len(tracker.get_slot("answered")) == 2
