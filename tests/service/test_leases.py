"""Who has a message in hand: as long as the bot is asked, and only seconds longer when the process has died."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

from fakes import FakeBot, FakeClock, Held, echoes
from people import PATIENCE_SECONDS, People, said_by
from sqlalchemy import select

from handover_api.database import SessionFactory
from handover_api.models import Message

LEASE = timedelta(seconds=5)


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
