"""A bad model that the gate has let through: residents get on worse, and every process gets the old one back."""

import asyncio
from collections.abc import Awaitable, Callable

import httpx
import pytest
from fakes import FakeBot, FakeClock, reply, says
from fastapi import FastAPI
from model_archives import OLD, Bot, checksum, model
from people import People, Resident
from studio_models import HTML, PATH, audited, events_of, id_of, serving, states_of, train
from timed_work import TimedWork

from handover_api.bot_models.held import LONGEST_WAIT_SECONDS
from handover_api.rules.model_watch import LIMITS

NEW = "bbbb00000002"
ANSWER = reply(text="Mät radon.", topic="radon", article_version=1)
ASKS_BACK = reply("clarify", "Menar du något av det här?")


async def ask(people: People, bot: FakeBot, said: dict[str, object]) -> tuple[Resident, int]:
    """Somebody asks, and the bot says this. Returns the reply's number too."""
    bot.behaviour = says(said)
    resident = await people.resident()
    await resident.write("Hur mäter jag radon?")
    return resident, (await resident.read_until_answered())[-1]["seq"]


async def get_helped(people: People, bot: FakeBot) -> None:
    await _rate(people, bot, has_helped=True)


async def get_no_help(people: People, bot: FakeBot) -> None:
    await _rate(people, bot, has_helped=False)


async def get_asked_back(people: People, bot: FakeBot) -> None:
    await ask(people, bot, ASKS_BACK)


async def _rate(people: People, bot: FakeBot, *, has_helped: bool) -> None:
    resident, seq = await ask(people, bot, ANSWER)
    address = f"{resident.path}/messages/{seq}/feedback"
    response = await people.connect().post(address, json={"has_helped": has_helped}, headers=resident.headers)
    assert response.status_code == 200, response.text


@pytest.mark.parametrize(
    ("fare", "reason"),
    [
        (get_asked_back, "Boten var osäker på 100,0 procent av frågorna, mot 0,0 procent förut."),
        (
            get_no_help,
            "Av dem som sa vad de tyckte svarade 100,0 procent att svaret inte hjälpte, mot 0,0 procent förut.",
        ),
    ],
)
async def test_when_residents_get_on_worse_every_process_gets_the_model_before(
    people: People,
    bot: FakeBot,
    app: FastAPI,
    action_server: httpx.AsyncClient,
    bot_process: Bot,
    timed_work: TimedWork,
    clock: FakeClock,
    fare: Callable[[People, FakeBot], Awaitable[None]],
    reason: str,
) -> None:
    for _ in range(LIMITS.least):
        await get_helped(people, bot)
    clock.advance(hours=1)
    # By all that is measured it is as good as the one in use; what it does to residents shows first with them.
    await train(people.editor.client, action_server, model(NEW))
    form = {"trots": "1", "anledning": "Den är mätt på samma sätt."}
    await people.lead.client.post(f"{PATH}/{await id_of(app, NEW)}/anvand", data=form, headers=HTML)
    await bot_process.pull()
    assert bot_process.has == checksum(model(NEW))
    for _ in range(LIMITS.least):
        await fare(people, bot)
    headers = {"If-None-Match": f'"{bot_process.has}"', "Prefer": f"wait={LONGEST_WAIT_SECONDS:.0f}"}
    waiting = asyncio.create_task(action_server.get("/internal/models/serving", headers=headers))
    clock.advance(minutes=1)
    await timed_work.do("keep_models")
    assert await serving(app) == OLD
    async with asyncio.timeout(LONGEST_WAIT_SECONDS / 2):
        assert checksum((await waiting).content) == checksum(model(OLD))
    assert await states_of(app) == {OLD: "serving", NEW: "refused"}
    assert (await events_of(app))[-1] == (OLD, "rolled_back")
    assert [entry["reason"] for entry in await audited(app, "bot_model_rolled_back")] == [reason]
    assert reason in (await people.editor.client.get(PATH, headers=HTML)).text
