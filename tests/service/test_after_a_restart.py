"""The service, or the bot, is started anew in the middle of things, or after weeks: everything goes on where it was."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from fakes import FakeBot, FakeClock, Heard, echoes, fails
from people import PATIENCE_SECONDS, People, Resident, is_failure, said_by

from handover_api.application import create_application
from handover_api.integrations.bot import Turn
from handover_api.settings import Settings

MESSAGES = 100
YIELDS = 200


class Restarting:
    """A service that can be stopped and started while its database stays."""

    def __init__(self, settings: Settings, bot: FakeBot, clock: FakeClock, staff_sessions: dict[str, str]) -> None:
        self._settings = settings
        self._bot = bot
        self._clock = clock
        self._staff_sessions = staff_sessions

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[People]:
        app = create_application(self._settings, bot=self._bot, clock=self._clock)
        async with app.router.lifespan_context(app):
            await app.state.hub.until_listening()
            people = People(app, self._staff_sessions)
            yield people
            await people.leave()


async def test_the_queue_keeps_its_order_over_restarts(
    settings: Settings, bot: FakeBot, clock: FakeClock, staff_sessions: dict[str, str]
) -> None:
    service = Restarting(settings, bot, clock, staff_sessions)
    waiting: list[tuple[Resident, str]] = []
    for _ in range(4):
        async with service.running() as people:
            resident = await people.resident()
            waiting.append((resident, await resident.queue_up()))
        clock.advance(seconds=30)
    while waiting:
        async with service.running() as people:
            places = [(await people.return_of(resident).status())["queue_position"] for resident, _ in waiting]
            assert places == list(range(1, len(waiting) + 1))
            _, reference = waiting.pop(0)
            taken = await people.agent.take_next()
            assert taken is not None
            assert taken["reference"] == reference
            await people.agent.close(reference)


async def test_a_conversation_that_was_handed_back_is_answered_by_the_bot_weeks_later(
    settings: Settings, bot: FakeBot, clock: FakeClock, staff_sessions: dict[str, str]
) -> None:
    service = Restarting(settings, bot, clock, staff_sessions)
    async with service.running() as people:
        resident = await people.resident()
        reference = await resident.queue_up()
        await people.agent.claim(reference)
        await people.agent.hand_back(reference)
    clock.advance(weeks=5)
    async with service.running() as people:
        resident = people.return_of(resident)
        await resident.write("en fråga till")
        assert said_by("bot", await resident.read_until_answered()) == ["Svar på: en fråga till"]
        # And a person can be had again, in the same case.
        assert await resident.queue_up() == reference


async def test_a_bot_that_is_restarted_while_messages_come_loses_none(people: People, bot: FakeBot) -> None:
    is_up = True
    turned_away = asyncio.Event()

    async def answer_when_up(heard: Heard) -> Turn:
        if is_up:
            return await echoes(heard)
        turned_away.set()
        return await fails(heard)

    bot.behaviour = answer_when_up
    residents = [await people.resident() for _ in range(4)]
    texts = [f"fråga {number}" for number in range(6)]
    for number, text in enumerate(texts):
        # Down for every second message, and up again once somebody has been turned away.
        is_up = number % 2 == 0
        turned_away.clear()
        await asyncio.gather(*(resident.write(text) for resident in residents))
        if not is_up:
            await asyncio.wait_for(turned_away.wait(), PATIENCE_SECONDS)
            is_up = True
    for resident in residents:
        messages = await resident.read_until_answered(times=len(texts))
        assert said_by("bot", messages) == [f"Svar på: {text}" for text in texts]
        assert not any(is_failure(message) for message in messages)


async def test_two_processes_give_the_bot_one_message_of_a_conversation_at_a_time(
    settings: Settings, people: People, bot: FakeBot, clock: FakeClock, staff_sessions: dict[str, str]
) -> None:
    async def think_and_answer(heard: Heard) -> Turn:
        # Long enough for everybody else to come in between, if they could.
        for _ in range(YIELDS):
            await asyncio.sleep(0)
        return await echoes(heard)

    bot.behaviour = think_and_answer
    async with Restarting(settings, bot, clock, staff_sessions).running() as others:
        resident = await people.resident()
        elsewhere = others.return_of(resident)
        await asyncio.gather(
            *(
                (resident, elsewhere)[number % 2].write(f"rad {number}", client_id=f"rad-{number}")
                for number in range(MESSAGES)
            )
        )
        messages = await resident.read_until_answered(times=MESSAGES)
    assert bot.most_at_once == {resident.uuid: 1}
    assert bot.texts == said_by("resident", messages)
    assert said_by("bot", messages) == [f"Svar på: {text}" for text in bot.texts]
    assert len(bot.heard) == MESSAGES
