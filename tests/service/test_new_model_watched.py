"""A model that does residents worse in its first hours is given up by itself, and nothing else is."""

from datetime import timedelta

import httpx
import pytest
from fakes import FakeClock
from fastapi import FastAPI
from model_archives import OLD, model
from people import People, Resident
from studio_models import HTML, PATH, audited, events_of, id_of, serving, states_of, train
from timed_work import TimedWork

from handover_api.rules.model_watch import LIMITS, WATCHED

pytestmark = pytest.mark.usefixtures("bot_process")
NEW = "bbbb00000002"
MANY = 2 * LIMITS.least


async def promote(people: People, app: FastAPI, action_server: httpx.AsyncClient) -> None:
    await train(people.editor.client, action_server, model(NEW))
    response = await people.lead.client.post(f"{PATH}/{await id_of(app, NEW)}/anvand", headers=HTML)
    assert response.status_code == 303


async def answered(people: People, count: int) -> list[Resident]:
    residents = [await people.resident() for _ in range(count)]
    for resident in residents:
        await resident.write("en fråga")
        await resident.read_until_answered()
    return residents


async def handed_over(people: People, count: int) -> None:
    for resident in [await people.resident() for _ in range(count)]:
        await resident.queue_up()


async def test_when_many_more_need_a_person_the_model_before_is_used_again(
    people: People,
    app: FastAPI,
    action_server: httpx.AsyncClient,
    timed_work: TimedWork,
    clock: FakeClock,
) -> None:
    await answered(people, MANY)
    clock.advance(hours=1)
    await promote(people, app, action_server)
    clock.advance(hours=1)
    await handed_over(people, LIMITS.least - 1)
    await timed_work.do("keep_models")
    # So few may be chance.
    assert await serving(app) == NEW
    await handed_over(people, 1)
    clock.advance(minutes=1)
    await timed_work.do("keep_models")
    assert await states_of(app) == {OLD: "serving", NEW: "refused"}
    assert (await events_of(app))[-1] == (OLD, "rolled_back")
    (entry,) = await audited(app, "bot_model_rolled_back")
    assert entry["reason"] == "Boten lämnade över 100,0 procent av frågorna till en människa, mot 0,0 procent förut."
    page = await people.editor.client.get(PATH, headers=HTML)
    assert entry["reason"] in page.text
    # What has been brought back stays.
    clock.advance(minutes=1)
    await handed_over(people, MANY)
    await timed_work.do("keep_models")
    assert await serving(app) == OLD


async def test_after_its_first_hours_a_model_is_left_alone(
    people: People,
    app: FastAPI,
    action_server: httpx.AsyncClient,
    timed_work: TimedWork,
    clock: FakeClock,
) -> None:
    await answered(people, MANY)
    clock.advance(hours=1)
    await promote(people, app, action_server)
    clock.advance(seconds=(WATCHED + timedelta(seconds=1)).total_seconds())
    await handed_over(people, MANY)
    await timed_work.do("keep_models")
    assert await serving(app) == NEW


async def test_a_model_that_does_as_well_stays(
    people: People,
    app: FastAPI,
    action_server: httpx.AsyncClient,
    timed_work: TimedWork,
    clock: FakeClock,
) -> None:
    for _ in range(2):
        await answered(people, LIMITS.least)
        await handed_over(people, LIMITS.least)
        if await serving(app) == OLD:
            clock.advance(hours=1)
            await promote(people, app, action_server)
        clock.advance(hours=1)
    await timed_work.do("keep_models")
    assert await serving(app) == NEW
