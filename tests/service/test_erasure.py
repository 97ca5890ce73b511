"""Lesson of others: the transcript is deleted, and the bot's memory or the evidence is forgotten."""

import json

import httpx
import psycopg
import pytest
from fakes import FakeBot, FakeClock
from people import People, Resident, hand_over
from sqlalchemy import select

from handover_api.cases.erasure import erase
from handover_api.database import SessionFactory, transaction
from handover_api.errors import ConflictError, NotFoundError
from handover_api.models import Case, ContactDetails
from handover_api.rules.contact import Channel

MARK = "blåbärspaj"
DECISION = "gallringsbeslut 12"


def whole_database(url: str) -> str:
    """Everything that every table holds, as text."""
    with psycopg.connect(url) as connection:
        tables = connection.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        rows = []
        for schema, table in tables:
            query = psycopg.sql.SQL("SELECT to_jsonb(t) FROM {} AS t").format(psycopg.sql.Identifier(schema, table))
            rows += [row for (row,) in connection.execute(query).fetchall()]
    return json.dumps(rows, ensure_ascii=False)


@pytest.fixture
def tracker(database_url: str) -> str:
    """The bot's working memory, as Rasa makes it (bot/tracker.py)."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA IF NOT EXISTS tracker")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS tracker.events (id serial PRIMARY KEY, sender_id text NOT NULL, data text)"
        )
        connection.execute("TRUNCATE tracker.events")
    return database_url


async def closed_case(
    people: People, bot: FakeBot, action_server: httpx.AsyncClient, sessions: SessionFactory, database_url: str
) -> tuple[Resident, str]:
    """One in which the mark stands wherever something of a resident may stand."""
    resident = await people.resident()
    await resident.write(f"Jag undrar om {MARK}")
    await resident.read_until_answered()
    answer = await hand_over(action_server, resident, bot, evidence={"candidates": [{"topic": "radon", "word": MARK}]})
    reference = answer.json()["case_reference"]
    await people.agent.claim(reference)
    await people.agent.write(reference, f"Om {MARK} vet jag allt.")
    async with transaction(sessions) as session:
        case = await session.scalar(select(Case).where(Case.reference == reference))
        assert case is not None
        session.add(
            ContactDetails(
                case_id=case.id,
                channel=Channel.EMAIL,
                address=f"{MARK}@example.org",
                name=MARK,
                created_at=FakeClock.START,
            )
        )
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("INSERT INTO tracker.events (sender_id, data) VALUES (%s, %s)", (resident.id, MARK))
        connection.execute("INSERT INTO tracker.events (sender_id, data) VALUES ('another', 'kept')")
    await people.agent.close(reference)
    return resident, reference


async def test_nothing_of_an_erased_conversation_is_left_in_the_whole_database(
    people: People, bot: FakeBot, action_server: httpx.AsyncClient, sessions: SessionFactory, tracker: str
) -> None:
    _, reference = await closed_case(people, bot, action_server, sessions, tracker)
    assert whole_database(tracker).count(MARK) >= 6
    async with transaction(sessions) as session:
        receipt = await erase(session, reference, DECISION, FakeClock.START)
    assert MARK not in whole_database(tracker)
    assert receipt.messages >= 5
    assert (receipt.handovers, receipt.contact_details, receipt.tracker_events) == (1, 1, 1)
    # What statistics and the audit trail need is left, and another's conversation too.
    assert reference in whole_database(tracker)
    assert DECISION in whole_database(tracker)
    assert "kept" in whole_database(tracker)


async def test_the_resident_and_staff_find_nothing_any_longer(
    people: People, bot: FakeBot, action_server: httpx.AsyncClient, sessions: SessionFactory, tracker: str
) -> None:
    resident, reference = await closed_case(people, bot, action_server, sessions, tracker)
    async with transaction(sessions) as session:
        await erase(session, reference, DECISION, FakeClock.START)
        again = await erase(session, reference, DECISION, FakeClock.START)
    assert (again.messages, again.contact_details, again.tracker_events) == (0, 0, 0)
    client = people.connect(headers=resident.headers)
    assert (await client.get(f"{resident.path}/messages")).status_code == 404
    assert (await people.agent.get_case(reference))["messages"] == []


async def test_an_open_case_is_not_erased(people: People, sessions: SessionFactory) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    with pytest.raises(ConflictError, match="not_closed"):
        async with transaction(sessions) as session:
            await erase(session, reference, DECISION, FakeClock.START)
    assert await resident.read()


async def test_what_does_not_exist_cannot_be_erased(sessions: SessionFactory) -> None:
    with pytest.raises(NotFoundError):
        async with transaction(sessions) as session:
            await erase(session, "2026-999999", DECISION, FakeClock.START)
