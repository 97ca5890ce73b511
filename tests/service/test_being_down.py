"""What people read when something of ours does not answer: how to reach the municipality, and to try again."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import psycopg
import pytest
from environment import DatabaseServer, settings_for
from fakes import FakeBot, FakeClock
from fastapi import FastAPI
from people import assert_problem, connect

from handover_api.application import create_application
from handover_api.cli import write_down_page
from handover_api.database import transaction
from handover_api.models import LocalFact
from handover_api.settings import Settings

FACTS = {"telefon_kontaktcenter": "0980-319 200", "oppettider_kontaktcenter": "vardagar klockan 8–16"}
BROWSER = {"Accept": "text/html"}


@pytest.fixture
def settings(own_database_url: str) -> Settings:
    return settings_for(own_database_url)


@pytest.fixture
async def app(settings: Settings, bot: FakeBot, clock: FakeClock) -> AsyncIterator[FastAPI]:
    app = create_application(settings, bot=bot, clock=clock)
    async with app.router.lifespan_context(app):
        await app.state.hub.until_listening()
        async with transaction(app.state.sessions) as session:
            session.add_all(LocalFact(name=name, value=value) for name, value in FACTS.items())
        yield app


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with connect(app) as client:
        yield client


def take_away(server: DatabaseServer) -> None:
    server.administration.execute("ALTER DATABASE own ALLOW_CONNECTIONS false")
    server.administration.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'own'")


def give_back(server: DatabaseServer) -> None:
    server.administration.execute("ALTER DATABASE own ALLOW_CONNECTIONS true")


async def test_without_the_database_the_chat_shows_telephone_and_hours(
    client: httpx.AsyncClient, database_server: DatabaseServer
) -> None:
    assert (await client.get("/chatt", headers=BROWSER)).status_code == 200
    await asyncio.to_thread(take_away, database_server)
    page = await client.get("/chatt", headers=BROWSER)
    assert page.status_code == 503
    assert int(page.headers["retry-after"]) > 0
    assert page.headers["cache-control"] == "no-store"
    for said in ("Försök igen", *FACTS.values(), "112", 'href="tel:0980319200"', "gå tillbaka i webbläsaren"):
        assert (said in page.text) is (said != "gå tillbaka i webbläsaren"), said
    sent = await client.post("/chatt/meddelanden", data={"text": "Hej", "client_id": "a"}, headers=BROWSER)
    assert sent.status_code == 503
    assert "gå tillbaka i webbläsaren" in sent.text
    assert "Hej" not in sent.text
    problem = assert_problem(await client.post("/api/conversations", json={}), 503, "unavailable")
    assert problem["retry_after"] == int(page.headers["retry-after"])
    # The desk is for those who know the telephone.
    assert FACTS["telefon_kontaktcenter"] not in (await client.get("/logga-in", headers=BROWSER)).text
    await asyncio.to_thread(give_back, database_server)
    assert (await client.get("/chatt", headers=BROWSER)).status_code == 200


async def test_telephone_and_hours_are_known_before_anybody_has_opened_the_chat(
    settings: Settings, client: httpx.AsyncClient, bot: FakeBot, clock: FakeClock, database_server: DatabaseServer
) -> None:
    assert client
    restarted = create_application(settings, bot=bot, clock=clock)
    async with restarted.router.lifespan_context(restarted), connect(restarted) as visitor:
        await restarted.state.facts.read_at_start(restarted.state.sessions)
        await asyncio.to_thread(take_away, database_server)
        page = await visitor.get("/chatt", headers=BROWSER)
        await asyncio.to_thread(give_back, database_server)
    assert page.status_code == 503
    assert FACTS["oppettider_kontaktcenter"] in page.text


async def test_a_fault_of_ours_shows_telephone_and_hours_too(client: httpx.AsyncClient, own_database_url: str) -> None:
    assert (await client.get("/chatt", headers=BROWSER)).status_code == 200
    async with await psycopg.AsyncConnection.connect(own_database_url, autocommit=True) as connection:
        await connection.execute("ALTER TABLE messages ADD CONSTRAINT broken CHECK (false) NOT VALID")
    page = await client.post("/chatt/meddelanden", data={"text": "Hej", "client_id": "a"}, headers=BROWSER)
    assert page.status_code == 500
    for said in FACTS.values():
        assert said in page.text


async def test_other_errors_do_not_send_people_to_the_telephone(client: httpx.AsyncClient) -> None:
    assert (await client.get("/chatt", headers=BROWSER)).status_code == 200
    page = await client.get("/chatt/finns-inte", headers=BROWSER)
    assert page.status_code == 404
    assert FACTS["telefon_kontaktcenter"] not in page.text


async def test_the_page_for_when_nothing_answers_stands_by_itself(
    client: httpx.AsyncClient, settings: Settings, tmp_path: Path
) -> None:
    assert client
    path = tmp_path / "down.html"
    await write_down_page(settings, path)
    text = path.read_text(encoding="utf-8")
    for said in (*FACTS.values(), "Chatten fungerar inte just nu", "112", "--paper:"):
        assert said in text, said
    # Nothing of ours answers, so nothing of ours can be fetched.
    for loaded in ("src=", "<script", "/static/", "url(", "@import"):
        assert loaded not in text, loaded
