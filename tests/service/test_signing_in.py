from datetime import timedelta

import httpx
import pytest
from environment import settings_for
from fakes import FakeBot, FakeClock
from people import AGENT, LEAD, PASSWORD, People, assert_problem, connect
from sqlalchemy import select, update

from handover_api.agents import service as agents
from handover_api.agents.identity import COOKIE
from handover_api.application import create_application
from handover_api.database import SessionFactory, transaction
from handover_api.models import FailedSignIn, Staff, StaffSession


@pytest.fixture
def database_url(own_database_url: str) -> str:
    return own_database_url


async def sign_in(client: httpx.AsyncClient, username: str = "agent", password: str = PASSWORD) -> httpx.Response:
    return await client.post("/api/session", json={"username": username, "password": password})


async def test_the_right_password_opens_a_session(people: People) -> None:
    client = people.connect()
    response = await sign_in(client)
    expected = {"username": "agent", "display_name": "Agenten", "role": "agent"}
    assert (response.status_code, response.json()) == (200, expected)
    assert (await client.get("/api/session")).json() == expected


async def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(people: People) -> None:
    cookie = (await sign_in(people.connect())).headers["set-cookie"].lower()
    assert cookie.startswith(f"{COOKIE}=")
    assert {"httponly", "samesite=lax", "path=/", "max-age=36000"} <= set(cookie.split("; "))
    assert "secure" not in cookie.split("; ")


async def test_over_https_the_cookie_is_never_sent_in_the_clear(database_url: str, bot: FakeBot) -> None:
    settings = settings_for(database_url, PUBLIC_URL="https://chatt.exempelkommunen.example")
    app = create_application(settings, bot=bot, clock=FakeClock())
    async with app.router.lifespan_context(app), connect(app) as client:
        assert "secure" in (await sign_in(client)).headers["set-cookie"].lower().split("; ")


async def test_the_user_name_may_be_written_carelessly(people: People) -> None:
    assert (await sign_in(people.connect(), "  Agent ")).status_code == 200


async def test_wrong_password_unknown_name_and_closed_account_look_the_same(
    people: People, sessions: SessionFactory
) -> None:
    async with transaction(sessions) as session:
        await session.execute(update(Staff).where(Staff.username == "other-agent").values(is_active=False))
    answers = [
        assert_problem(response, 401, "wrong_credentials")
        for response in (
            await sign_in(people.connect(), "agent", "fel lösenord"),
            await sign_in(people.connect(), "ingen", PASSWORD),
            await sign_in(people.connect(), "other-agent", PASSWORD),
        )
    ]
    for answer in answers:
        del answer["reference"]
    assert answers[0] == answers[1] == answers[2]


@pytest.mark.parametrize("body", [{"username": "agent"}, {"username": "", "password": "x"}, {"password": ["hemligt"]}])
async def test_an_incomplete_sign_in_is_refused_and_not_repeated(people: People, body: dict[str, object]) -> None:
    response = await people.connect().post("/api/session", json=body)
    assert_problem(response, 422, "invalid")
    assert "hemligt" not in response.text


async def test_after_ten_wrong_passwords_the_right_one_has_to_wait(people: People, clock: FakeClock) -> None:
    client = people.connect()
    for _ in range(agents.MAX_FAILURES):
        assert_problem(await sign_in(client, "Agent", "fel lösenord"), 401, "wrong_credentials")
    response = await sign_in(client)
    assert assert_problem(response, 429, "too_many_attempts")["retry_after"] == 300
    assert response.headers["retry-after"] == "300"
    assert (await sign_in(client, LEAD.username)).status_code == 200
    clock.advance(seconds=300)
    assert (await sign_in(client)).status_code == 200


async def test_a_session_ends_after_ten_hours(people: People, clock: FakeClock) -> None:
    client = people.connect()
    await sign_in(client)
    clock.advance(hours=10, seconds=-1)
    assert (await client.get("/api/session")).status_code == 200
    clock.advance(seconds=1)
    assert_problem(await client.get("/api/session"), 401, "not_signed_in")


async def test_signing_out_ends_the_session_and_not_only_the_cookie(people: People) -> None:
    client = people.connect()
    token = (await sign_in(client)).cookies[COOKIE]
    assert (await client.delete("/api/session")).status_code == 204
    assert COOKIE not in client.cookies
    stolen = people.connect(cookies={COOKIE: token})
    assert_problem(await stolen.get("/api/session"), 401, "not_signed_in")


async def test_signing_out_without_being_signed_in_is_harmless(people: People) -> None:
    assert (await people.nobody.client.delete("/api/session")).status_code == 204


async def test_a_closed_account_is_out_at_once(people: People, sessions: SessionFactory) -> None:
    assert (await people.agent.client.get("/api/session")).status_code == 200
    async with transaction(sessions) as session:
        await session.execute(update(Staff).where(Staff.username == "agent").values(is_active=False))
    assert_problem(await people.agent.client.get("/api/session"), 401, "not_signed_in")


async def test_a_new_password_ends_every_session_of_the_account(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    async with transaction(sessions) as session:
        await agents.put_account(
            session,
            username="agent",
            display_name="Agenten",
            role=AGENT.role,
            password="ett annat lösenord",
            now=clock(),
        )
    assert_problem(await people.agent.client.get("/api/session"), 401, "not_signed_in")
    assert (await people.lead.client.get("/api/session")).status_code == 200
    assert_problem(await sign_in(people.connect()), 401, "wrong_credentials")
    assert (await sign_in(people.connect(), password="ett annat lösenord")).status_code == 200


async def test_a_short_password_is_refused(sessions: SessionFactory, clock: FakeClock) -> None:
    async with sessions() as session:
        with pytest.raises(ValueError, match="at least 12 characters"):
            await agents.put_account(
                session, username="ny", display_name="Ny", role=AGENT.role, password="x" * 11, now=clock()
            )


async def test_the_database_holds_neither_passwords_nor_tokens(people: People, sessions: SessionFactory) -> None:
    token = (await sign_in(people.connect())).cookies[COOKIE]
    async with sessions() as session:
        hashes = list(await session.scalars(select(Staff.password_hash)))
        token_hashes = list(await session.scalars(select(StaffSession.token_hash)))
    assert all(each.startswith("$argon2id$") for each in hashes)
    assert len(set(hashes)) == len(hashes)
    assert token.encode() not in token_hashes
    assert agents.hash_token(token) in token_hashes


async def test_what_has_run_out_is_deleted(people: People, sessions: SessionFactory, clock: FakeClock) -> None:
    await sign_in(people.connect(), password="fel lösenord")
    async with transaction(sessions) as session:
        assert await agents.delete_outdated_sessions(session, clock() + timedelta(hours=9)) == 0
    clock.advance(hours=10)
    async with transaction(sessions) as session:
        assert await agents.delete_outdated_sessions(session, clock()) == 5
    async with sessions() as session:
        assert not list(await session.scalars(select(StaffSession)))
        assert not list(await session.scalars(select(FailedSignIn)))
