"""Who has a message in hand: as long as the bot is asked, and only seconds longer when the process has died."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

from fakes import FakeBot, FakeClock, Heard, Held, echoes
from people import PATIENCE_SECONDS, People, said_by
from sqlalchemy import select

from handover_api.database import SessionFactory
from handover_api.integrations.bot import Turn
from handover_api.models import Message

LEASE = timedelta(seconds=5)
ASKED_AT_ONCE = 16


async def lease_of(sessions: SessionFactory, conversation_id: UUID) -> datetime | None:
    async with sessions() as session:
        return await session.scalar(select(Message.bot_lease_until).where(Message.conversation_id == conversation_id))


async def test_a_message_stays_in_hand_for_as_long_as_the_bot_is_asked(
    people: People, bot: FakeBot, clock: FakeClock, sessions: SessionFactory
) -> None:
    held = Held(then=echoes)
    bot.behaviour = held
    resident = await people.resident()
    await resident.write("en svår fråga")
    await held.until_reached()
    assert await lease_of(sessions, resident.uuid) == clock() + LEASE
    clock.advance(seconds=3)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await lease_of(sessions, resident.uuid) != clock() + LEASE:  # noqa: ASYNC110 - the database tells nobody.
            await asyncio.sleep(0)
    held.release()
    assert said_by("bot", await resident.read_until_answered()) == ["Svar på: en svår fråga"]
    assert len(bot.heard) == 1
    assert await lease_of(sessions, resident.uuid) is None


async def test_a_bot_that_falls_behind_is_not_asked_ever_more_at_once(people: People, bot: FakeBot) -> None:
    asked: list[int] = []
    is_full, may_go_on = asyncio.Event(), asyncio.Event()
    being_asked = 0

    async def count_and_wait(heard: Heard) -> Turn:
        nonlocal being_asked
        being_asked += 1
        asked.append(being_asked)
        if being_asked == ASKED_AT_ONCE:
            is_full.set()
        await may_go_on.wait()
        being_asked -= 1
        return await echoes(heard)

    bot.behaviour = count_and_wait
    residents = [await people.resident() for _ in range(ASKED_AT_ONCE + 4)]
    for resident in residents:
        await resident.write("fråga")
    await asyncio.wait_for(is_full.wait(), PATIENCE_SECONDS)
    may_go_on.set()
    for resident in residents:
        assert said_by("bot", await resident.read_until_answered()) == ["Svar på: fråga"]
    assert max(asked) == ASKED_AT_ONCE
