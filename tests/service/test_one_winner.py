"""Fifty agents on two service processes want the same case: exactly one gets it, each time."""

import asyncio
import contextlib
import itertools
import os
import socket
import ssl
import sys
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from environment import BOT_TOKEN, INTERNAL_TOKEN, settings_for
from people import Json
from sqlalchemy import select

from handover_api.agents.identity import COOKIE
from handover_api.agents.service import hash_token
from handover_api.clock import now
from handover_api.database import SessionFactory, create_engine, create_session_factory, transaction
from handover_api.models import ConversationEvent, Offer, Presence, Staff, StaffSession
from handover_api.queue.matching import offer_cases

AGENTS = 50
PROCESSES = 2
ROUNDS = 200
MIXED_ROUNDS = 30
PATIENCE_SECONDS = 60.0
SECONDS_BETWEEN_LOOKS = 0.2
PROJECT = Path(__file__).parents[2]
# Nothing here is encrypted, and fifty clients need not each read the machine's certificates.
NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@dataclass(frozen=True)
class Rival:
    """An agent, or the lead, with a connection of their own to one of the two processes."""

    client: httpx.AsyncClient
    token: str

    async def post(self, path: str, body: Json | None = None) -> httpx.Response:
        return await self.client.post(path, json=body, headers={"Cookie": f"{COOKIE}={self.token}"})


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@contextlib.asynccontextmanager
async def service_process(database_url: str) -> AsyncIterator[str]:
    """The service as it is started in production. Yields its address."""
    port = free_port()
    environment = {
        **os.environ,
        "DATABASE_URL": database_url,
        "BOT_TOKEN": BOT_TOKEN,
        "INTERNAL_TOKEN": INTERNAL_TOKEN,
        "PORT": str(port),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "handover_api.main", cwd=PROJECT, env=environment
    )
    try:
        url = f"http://127.0.0.1:{port}"
        async with connection(url) as client, asyncio.timeout(PATIENCE_SECONDS):
            while not await answers(client):
                # Whoever asks without a pause takes the processor from what is being started.
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(process.wait(), SECONDS_BETWEEN_LOOKS)
                assert process.returncode is None
        yield url
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def connection(url: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=url, timeout=PATIENCE_SECONDS, trust_env=False, verify=NO_CERTIFICATES)


async def answers(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/health/live")).status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture
async def database(own_database_url: str) -> AsyncIterator[SessionFactory]:
    engine = create_engine(settings_for(own_database_url).sqlalchemy_url)
    yield create_session_factory(engine)
    await engine.dispose()


@pytest.fixture
async def rivals(own_database_url: str, database: SessionFactory) -> AsyncIterator[list[Rival]]:
    """The lead first, then the agents; every second one on the other process."""
    tokens = [f"rival-{number:02d}" for number in range(AGENTS + 1)]
    async with transaction(database) as session:
        for number, token in enumerate(tokens):
            staff = Staff(
                username=token,
                display_name=token,
                password_hash="nobody signs in with it",
                role="agent" if number else "lead",
                created_at=now(),
            )
            session.add(staff)
            await session.flush()
            session.add(
                StaffSession(
                    token_hash=hash_token(token),
                    staff_id=staff.id,
                    created_at=now(),
                    expires_at=now() + timedelta(hours=1),
                )
            )
    async with contextlib.AsyncExitStack() as running:
        async with asyncio.TaskGroup() as side_by_side:
            starting = [
                side_by_side.create_task(running.enter_async_context(service_process(own_database_url)))
                for _ in range(PROCESSES)
            ]
        urls = itertools.cycle(started.result() for started in starting)
        yield [Rival(await running.enter_async_context(connection(next(urls))), token) for token in tokens]


async def new_case(client: httpx.AsyncClient) -> str:
    begun = (await client.post("/api/conversations", json={})).json()
    response = await client.post(
        f"/api/conversations/{begun['id']}/handover", headers={"Authorization": f"Bearer {begun['token']}"}
    )
    return str(response.json()["case_reference"])


async def events_of(database: SessionFactory, reference: str) -> list[ConversationEvent]:
    async with database() as session:
        rows = await session.scalars(
            select(ConversationEvent)
            .where(ConversationEvent.case_reference == reference)
            .order_by(ConversationEvent.version)
        )
        return list(rows)


async def test_of_fifty_agents_on_two_processes_one_wins_each_time(
    rivals: list[Rival], database: SessionFactory
) -> None:
    lead, *agents = rivals
    reference = await new_case(lead.client)
    for _ in range(ROUNDS):
        responses = await asyncio.gather(*(agent.post(f"/api/cases/{reference}/claim") for agent in agents))
        outcomes = Counter("won" if response.status_code == 200 else response.json()["code"] for response in responses)
        assert outcomes == {"won": 1, "already_claimed": AGENTS - 1}
        winner = next(agent for agent, response in zip(agents, responses, strict=True) if response.status_code == 200)
        assert (await winner.post(f"/api/cases/{reference}/return")).status_code == 200
    events = await events_of(database, reference)
    assert [each.event for each in events] == ["handover_asked", *["claimed", "returned_to_queue"] * ROUNDS]
    assert [each.version for each in events] == list(range(2, len(events) + 2))


async def test_however_they_go_about_it_a_case_has_one_owner_at_a_time(
    rivals: list[Rival], database: SessionFactory
) -> None:
    """Claims, requests for the next case, accepted offers, answers and a lead who takes over, all at once."""
    lead, *agents = rivals
    for number in range(MIXED_ROUNDS):
        reference = await new_case(lead.client)
        offered_to = await offered(database, [agent.token for agent in agents[:3]])
        attempts = [
            agent.post(f"/api/cases/{reference}/claim")
            if agent.token in offered_to or index % 3 == 0
            else agent.post("/api/queue/next")
            if index % 3 == 1
            else agent.post(f"/api/cases/{reference}/messages", {"client_id": f"{number}", "text": "Hej"})
            for index, agent in enumerate(agents)
        ]
        responses = await asyncio.gather(*attempts, lead.post(f"/api/cases/{reference}/take-over"))
        assert {response.status_code for response in responses} <= {200, 202, 204, 409}
        events = await events_of(database, reference)
        kinds = Counter(each.event for each in events)
        assert kinds["claimed"] == 1
        # The lead may have come first, or have taken the case from whoever did.
        assert kinds["taken_over"] <= 1
        assert [each.version for each in events] == list(range(2, len(events) + 2))
        owner = await lead.client.get(f"/api/cases/{reference}", headers={"Cookie": f"{COOKIE}={lead.token}"})
        assert owner.json()["owner"] == lead.token
        assert (await lead.post(f"/api/cases/{reference}/close", {"resolution": "Löst"})).status_code == 200


async def offered(database: SessionFactory, usernames: list[str]) -> list[str]:
    """Lets some agents be present, and has the waiting case offered to one of them."""
    async with transaction(database) as session:
        for staff in await session.scalars(select(Staff).where(Staff.username.in_(usernames))):
            until = now() + timedelta(minutes=5)
            await session.merge(Presence(staff_id=staff.id, status="available", since=now(), lease_until=until))
        await session.flush()
        await offer_cases(session, now())
        rows = await session.scalars(
            select(Staff.username).join(Offer, Offer.staff_id == Staff.id).where(Offer.outcome == "open")
        )
        return list(rows)
