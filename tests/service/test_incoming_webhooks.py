"""A department's case system answers by signed webhook, and nobody else does."""

import asyncio
import json
from collections.abc import AsyncIterator

import httpx
import pytest
from departments import add_departments
from environment import settings_for
from fakes import FakeBot, FakeClock
from fastapi import FastAPI
from people import Json, People, assert_problem
from sqlalchemy import func, select, update

from handover_api.application import create_application
from handover_api.database import SessionFactory, transaction
from handover_api.integrations.webhooks import new_secret, sign
from handover_api.models import Case, ReceivedWebhook
from handover_api.outgoing.outbox import delete_outdated

SECRET = new_secret()
PATH = "/api/webhooks/case-system"
EXTERNAL_ID = "b82bd8ac-1507-4d9a-958d-369261eecc15"


@pytest.fixture
async def app(database_url: str, bot: FakeBot, clock: FakeClock) -> AsyncIterator[FastAPI]:
    app = create_application(settings_for(database_url, CASE_SYSTEM_WEBHOOK_SECRET=SECRET), bot=bot, clock=clock)
    async with app.router.lifespan_context(app):
        await app.state.hub.until_listening()
        yield app


@pytest.fixture
async def reference(people: People, sessions: SessionFactory) -> str:
    """A case that lies with a department, in its case system too."""
    await add_departments(sessions)
    resident = await people.resident()
    reference = await resident.queue_up()
    await people.agent.claim(reference)
    response = await people.agent.forward(reference)
    assert response.status_code == 200, response.text
    async with transaction(sessions) as session:
        await session.execute(update(Case).where(Case.reference == reference).values(external_id=EXTERNAL_ID))
    return reference


class CaseSystem:
    def __init__(self, people: People, clock: FakeClock) -> None:
        self._client = people.connect()
        self._clock = clock

    async def tell(
        self,
        text: str = "Lovet är klart.",
        *,
        webhook_id: str = "msg_1",
        external_id: str = EXTERNAL_ID,
        body: bytes | None = None,
        secret: str = SECRET,
        **headers: str,
    ) -> httpx.Response:
        if body is None:
            body = json.dumps({"external_id": external_id, "text": text}).encode()
        return await self._client.post(
            PATH,
            content=body,
            headers={
                "content-type": "application/json",
                "webhook-id": webhook_id,
                "webhook-timestamp": str(int(self._clock().timestamp())),
                "webhook-signature": sign(secret, webhook_id, self._clock(), body),
                **headers,
            },
        )


@pytest.fixture
def case_system(people: People, clock: FakeClock) -> CaseSystem:
    return CaseSystem(people, clock)


async def answers(people: People, reference: str) -> list[Json]:
    case = await people.agent.get_case(reference)
    return [message for message in case["messages"] if message["kind"] == "department_answer"]


async def test_an_answer_comes_to_the_agent_as_a_note(people: People, case_system: CaseSystem, reference: str) -> None:
    response = await case_system.tell("Lovet är klart.")
    assert (response.status_code, response.json()) == (200, {"case_reference": reference})
    [note] = await answers(people, reference)
    assert (note["text"], note["audience"]) == ("Lovet är klart.", "staff")
    case = await people.agent.get_case(reference)
    assert (case["state"], case["owner"]) == ("assigned", "Agenten")
    last = (await people.agent.list_events(reference))[-1]
    assert (last["event"], last["actor"]["kind"]) == ("department_answered", "system")


async def test_a_replay_is_refused(people: People, case_system: CaseSystem, reference: str) -> None:
    await case_system.tell()
    assert_problem(await case_system.tell(), 409, "webhook_replayed")
    assert len(await answers(people, reference)) == 1


async def test_of_replays_at_the_same_time_one_is_taken(
    people: People, case_system: CaseSystem, reference: str
) -> None:
    responses = await asyncio.gather(*(case_system.tell() for _ in range(8)))
    assert sorted(response.status_code for response in responses) == [200] + [409] * 7
    assert len(await answers(people, reference)) == 1


async def test_a_replay_is_refused_when_its_id_has_been_forgotten(
    case_system: CaseSystem, reference: str, clock: FakeClock, sessions: SessionFactory
) -> None:
    assert reference
    stamp = str(int(clock().timestamp()))
    body = json.dumps({"external_id": EXTERNAL_ID, "text": "Ja"}).encode()
    signature = sign(SECRET, "msg_1", clock(), body)
    await case_system.tell(body=body)
    clock.advance(days=2)
    async with transaction(sessions) as session:
        await delete_outdated(session, clock())
        assert await session.scalar(select(func.count()).select_from(ReceivedWebhook)) == 0
    again = await case_system.tell(body=body, **{"webhook-timestamp": stamp, "webhook-signature": signature})
    assert_problem(again, 401, "webhook_signature_wrong")


@pytest.mark.parametrize(
    "headers",
    [
        {"webhook-signature": "v1,AAAA"},
        {"webhook-signature": ""},
        {"webhook-timestamp": "0"},
        {"webhook-timestamp": "99999999999"},
        # Beyond what a calendar of four figures holds.
        {"webhook-timestamp": "999999999999"},
        {"webhook-timestamp": "now"},
        {"webhook-id": "msg_2"},
        {"webhook-id": ""},
        {"webhook-id": "x" * 300},
    ],
)
async def test_what_is_not_signed_just_so_is_refused(
    people: People, case_system: CaseSystem, reference: str, headers: dict[str, str]
) -> None:
    assert_problem(await case_system.tell(**headers), 401, "webhook_signature_wrong")
    assert await answers(people, reference) == []


async def test_another_secret_is_refused(case_system: CaseSystem, reference: str) -> None:
    assert reference
    assert_problem(await case_system.tell(secret=new_secret()), 401, "webhook_signature_wrong")


async def test_an_answer_to_an_errand_that_we_do_not_know_may_be_sent_again(
    people: People, case_system: CaseSystem, reference: str, sessions: SessionFactory
) -> None:
    assert_problem(await case_system.tell(external_id="unknown"), 404, "case_missing")
    assert (await case_system.tell()).status_code == 200
    assert len(await answers(people, reference)) == 1
    async with sessions() as session:
        assert await session.scalar(select(func.count()).select_from(ReceivedWebhook)) == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "invalid"),
        (b"\xff", "invalid"),
        (b"[]", "invalid"),
        (b'{"external_id": "a"}', "invalid"),
        (b'{"external_id": "a\\u0000", "text": "Ja"}', "invalid"),
        (b'{"external_id": "a", "text": ""}', "invalid"),
        (json.dumps({"external_id": EXTERNAL_ID, "text": " \u200b"}).encode(), "text_empty"),
        (json.dumps({"external_id": "a", "text": "x" * 4001}).encode(), "invalid"),
    ],
)
async def test_what_cannot_be_read_is_refused(case_system: CaseSystem, reference: str, body: bytes, code: str) -> None:
    assert reference
    assert_problem(await case_system.tell(body=body), 422, code)


async def test_without_a_secret_there_is_no_such_place(database_url: str, bot: FakeBot, clock: FakeClock) -> None:
    app = create_application(settings_for(database_url), bot=bot, clock=clock)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
            assert_problem(await client.post(PATH, content=b"{}"), 404, "not_found")
