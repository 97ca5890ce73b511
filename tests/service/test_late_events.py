"""What was sent before the end of a conversation and comes after it, or comes again, changes nothing any more."""

from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from fakes import FakeBot, Held, echoes, in_turn
from people import People, Resident, assert_problem, hand_over

Json = dict[str, Any]
KEY = {"Idempotency-Key": "tar-det"}


@dataclass(frozen=True)
class Ended:
    """A conversation that the bot handed over, and that an agent claimed and closed."""

    resident: Resident
    reference: str
    steps: list[Json]


@pytest.fixture
async def ended(people: People, bot: FakeBot, action_server: httpx.AsyncClient) -> Ended:
    resident = await people.resident()
    await resident.write("en fråga")
    await resident.read_until_answered()
    reference = str((await hand_over(action_server, resident, bot)).json()["case_reference"])
    claim = await people.agent.client.post(f"/api/cases/{reference}/claim", headers=KEY)
    assert claim.status_code == 200
    assert (await people.agent.close(reference)).status_code == 200
    return Ended(resident, reference, await people.agent.list_events(reference))


async def assert_nothing_has_changed(people: People, ended: Ended) -> None:
    assert await people.agent.list_events(ended.reference) == ended.steps
    assert (await ended.resident.status())["state"] == "closed"


@pytest.mark.parametrize(
    ("step", "body"),
    [
        ("claim", {}),
        ("hand-back", {}),
        ("return", {}),
        ("close", {"resolution": "Löst vid första kontakten"}),
        ("transfer", {"to_group": "allmant", "note": "Hej"}),
        ("take-over", {}),
    ],
)
async def test_a_step_that_was_decided_on_before_the_end_is_refused_with_how_it_stands(
    people: People, ended: Ended, step: str, body: Json
) -> None:
    member = people.lead if step == "take-over" else people.agent
    last = ended.steps[-1]["version"]
    for earlier in ended.steps[:-1]:
        response = await member.client.post(
            f"/api/cases/{ended.reference}/{step}", json={**body, "version": earlier["version"]}
        )
        problem = assert_problem(response, 409, "stale_version")
        assert (problem["state"], problem["version"]) == ("closed", last)
    await assert_nothing_has_changed(people, ended)


async def test_a_step_that_comes_once_more_after_the_end_is_answered_and_does_nothing(
    people: People, ended: Ended
) -> None:
    again = await people.agent.client.post(f"/api/cases/{ended.reference}/claim", headers=KEY)
    assert (again.status_code, again.json()["state"]) == (200, "closed")
    await assert_nothing_has_changed(people, ended)


async def test_a_handover_that_comes_once_more_after_the_end_makes_no_case(
    people: People, bot: FakeBot, action_server: httpx.AsyncClient, ended: Ended
) -> None:
    again = await hand_over(action_server, ended.resident, bot)
    assert (again.status_code, again.json()["case_reference"]) == (200, ended.reference)
    await assert_nothing_has_changed(people, ended)


async def test_what_the_bot_says_and_asks_for_after_the_end_is_too_late(
    people: People, bot: FakeBot, action_server: httpx.AsyncClient
) -> None:
    held = Held(then=echoes)
    bot.behaviour = in_turn(held, echoes)
    resident, other = await people.resident(), await people.resident()
    await resident.write("en svår fråga")
    await held.until_reached()
    reference = await resident.queue_up()
    await people.agent.claim(reference)
    await people.agent.close(reference)
    before = await resident.read()
    assert_problem(await hand_over(action_server, resident, bot), 409, "not_with_bot")
    held.release()
    # Another conversation's answer proves that the late one is behind us.
    await other.write("en lätt fråga")
    await other.read_until_answered()
    assert await resident.read() == before
    assert (await resident.status())["state"] == "closed"
