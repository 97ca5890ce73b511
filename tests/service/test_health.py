import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import httpx
import pytest
from environment import settings_for
from fakes import FakeBot, FakeClock
from fastapi import FastAPI, Response
from people import PATIENCE_SECONDS, connect
from serving import serve

from handover_api.application import create_application
from handover_api.clock import now
from handover_api.database import SessionFactory, transaction
from handover_api.health import WORKER, WORKER_SILENCE
from handover_api.models import Heartbeat
from handover_api.worker import beat

NO_DATABASE = "postgresql://nobody@127.0.0.1:9/nothing?connect_timeout=2"


@dataclass
class ActionServer:
    status: int = 200
    url: str = field(default="", init=False)


@pytest.fixture
async def actions() -> AsyncIterator[ActionServer]:
    actions = ActionServer()
    app = FastAPI()

    @app.get("/health")
    async def health() -> Response:
        return Response(status_code=actions.status)

    async with serve(app) as url:
        actions.url = url
        yield actions


@pytest.fixture
async def app(database_url: str, bot: FakeBot, clock: FakeClock, actions: ActionServer) -> AsyncIterator[FastAPI]:
    app = create_application(settings_for(database_url, ACTIONS_URL=actions.url), bot=bot, clock=clock)
    async with app.router.lifespan_context(app):
        async with transaction(app.state.sessions) as session:
            session.add(Heartbeat(process=WORKER, at=clock()))
        yield app


@pytest.fixture
async def watcher(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with connect(app) as client:
        yield client


async def failed_parts(watcher: httpx.AsyncClient) -> set[str]:
    """The parts that are not ready; that all of them are named is checked each time."""
    response = await watcher.get("/health/ready")
    readiness = response.json()
    assert set(readiness["parts"]) == {"database", "bot", "actions", "worker", "trainer"}
    # Without a trainer residents are answered all the same.
    failed = {name for name, state in readiness["parts"].items() if state != "ok"} - {"trainer"}
    assert (response.status_code, readiness["status"]) == ((503, "failed") if failed else (200, "ok"))
    return failed


async def test_the_service_is_ready_when_every_part_is(watcher: httpx.AsyncClient) -> None:
    assert await failed_parts(watcher) == set()


async def test_a_bot_without_a_model_is_not_ready(watcher: httpx.AsyncClient, bot: FakeBot) -> None:
    bot.is_well = False
    assert await failed_parts(watcher) == {"bot"}


async def test_an_action_server_that_is_ill_is_not_ready(watcher: httpx.AsyncClient, actions: ActionServer) -> None:
    actions.status = 500
    assert await failed_parts(watcher) == {"actions"}


async def test_an_action_server_that_is_gone_is_not_ready(database_url: str, bot: FakeBot, clock: FakeClock) -> None:
    app = create_application(settings_for(database_url), bot=bot, clock=clock)
    async with app.router.lifespan_context(app), connect(app) as watcher:
        assert await failed_parts(watcher) == {"actions", "worker"}


async def test_a_worker_that_has_fallen_silent_is_not_ready(watcher: httpx.AsyncClient, clock: FakeClock) -> None:
    clock.advance(seconds=WORKER_SILENCE.total_seconds() - 1)
    assert await failed_parts(watcher) == set()
    clock.advance(seconds=1)
    assert await failed_parts(watcher) == {"worker"}


async def test_without_a_database_the_service_lives_but_is_not_ready(
    bot: FakeBot, clock: FakeClock, actions: ActionServer
) -> None:
    app = create_application(settings_for(NO_DATABASE, ACTIONS_URL=actions.url), bot=bot, clock=clock)
    async with app.router.lifespan_context(app), connect(app) as watcher:
        response = await watcher.get("/health/live")
        assert (response.status_code, response.json()) == (200, {"status": "ok"})
        assert await failed_parts(watcher) == {"database", "worker"}


async def test_the_worker_gives_a_sign_of_life(app: FastAPI) -> None:
    sessions: SessionFactory = app.state.sessions
    began = now()
    heart = asyncio.create_task(beat(sessions))
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            async with sessions() as session:
                heartbeat = await session.get_one(Heartbeat, WORKER)
            if heartbeat.at >= began:
                break
    heart.cancel()
    with pytest.raises(asyncio.CancelledError):
        await heart
