"""The worker's duties in the queue do not stand in each other's way, whoever holds what."""

import asyncio

from fakes import FakeClock
from organising import EARLY_FRIDAY, set_hours
from people import People
from sqlalchemy import text

from handover_api.database import SessionFactory, transaction
from handover_api.queue.keeper import Keeper

# A duty that is held up for good would take longer.
PATIENCE_SECONDS = 30


async def test_a_duty_that_is_held_up_gives_way_to_the_others(
    people: People, clock: FakeClock, sessions: SessionFactory, keeper: Keeper
) -> None:
    await people.agent.be("available")
    held_up = await (await people.resident()).queue_up()
    await keeper.work()
    assert await people.agent.offers() == [held_up]
    clock.advance(seconds=31)
    other = await (await people.resident()).queue_up()
    async with transaction(sessions) as session:
        # Somebody answers the offer, and has stopped in the middle of it.
        await session.execute(text("SELECT FROM offers FOR UPDATE"))
        async with asyncio.timeout(PATIENCE_SECONDS):
            await keeper.work()
        assert await people.agent.offers() == [other]
        assert await outcomes(sessions) == ["open", "open"]
    await keeper.work()
    assert await outcomes(sessions) == ["expired", "open"]


async def test_when_a_group_closes_a_resident_who_is_writing_is_not_waited_for(
    people: People, sessions: SessionFactory, keeper: Keeper
) -> None:
    writing, other = await people.resident(), await people.resident()
    await writing.queue_up()
    await other.queue_up()
    await set_hours(people.lead, EARLY_FRIDAY)
    async with transaction(sessions) as session:
        await session.execute(text("SELECT FROM conversations WHERE id = :id FOR UPDATE"), {"id": writing.uuid})
        async with asyncio.timeout(PATIENCE_SECONDS):
            await keeper.work()
        assert (await other.status())["state"] == "asynchronous"
        assert (await writing.status())["state"] == "waiting"
    await keeper.work()
    assert (await writing.status())["state"] == "asynchronous"


async def outcomes(sessions: SessionFactory) -> list[str]:
    async with sessions() as session:
        return list(await session.scalars(text("SELECT outcome FROM offers ORDER BY offered_at")))
