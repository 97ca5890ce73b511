"""A conversation of a thousand messages costs no more a turn than a new one, and nothing of it is lost from sight."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import psycopg
import pytest
from fakes import FakeClock
from fastapi import FastAPI
from people import PATIENCE_SECONDS, Json, People, Resident
from sqlalchemy import insert
from watching import Office, asked_of_the_database, chat_cookie

from handover_api.conversations.repository import BATCH
from handover_api.database import SessionFactory, transaction
from handover_api.models import Conversation, Message
from handover_api.rules.message import Audience, Author, BotWork
from handover_api.settings import Settings
from handover_api.web.earlier import MESSAGES_SHOWN

LONG = 1200
TURNS = 12
# A turn reads some rows; a turn that reads its conversation from the beginning would read hundreds more.
FEW_ROWS_A_TURN = 60


async def make_long(sessions: SessionFactory, resident: Resident, clock: FakeClock, count: int = LONG) -> None:
    """As if so much had already been said. Every tenth message is a note to the staff."""
    async with transaction(sessions) as session:
        conversation = await session.get_one(Conversation, resident.uuid)
        first = conversation.last_seq + 1
        conversation.last_seq += count
        rows = [
            {
                "conversation_id": conversation.id,
                "seq": seq,
                "author": (Author.RESIDENT, Author.BOT)[seq % 2],
                "audience": Audience.STAFF if seq % 10 == 0 else Audience.EVERYONE,
                "kind": "text",
                "text": f"rad {seq}",
                "payload": {},
                "bot_work": None if seq % 2 else BotWork.DONE,
                "created_at": clock(),
            }
            for seq in range(first, first + count)
        ]
        await session.execute(insert(Message), rows)


class Reads:
    """How many rows of messages PostgreSQL has gone through."""

    _COUNT = (
        "SELECT sum(seq_tup_read) + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE relname = 'messages')"
        " FROM pg_stat_user_tables WHERE relname = 'messages'"
    )
    _AT_REST = (
        "SELECT coalesce(array_agg(pid), '{}') FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND query NOT LIKE 'LISTEN %' AND backend_type = 'client backend'"
    )

    def __init__(self, settings: Settings) -> None:
        self._url = settings.libpq_url

    async def learn(self) -> None:
        """Lets PostgreSQL know how much there is now, as it does by itself in time; else it goes by earlier tests."""
        async with await psycopg.AsyncConnection.connect(self._url, autocommit=True) as connection:
            await connection.execute("VACUUM ANALYZE messages, conversations")

    async def count(self) -> int:
        """What a connection has read is known at the latest when it has ended: those that are there now are ended."""
        async with await psycopg.AsyncConnection.connect(self._url, autocommit=True) as connection:
            ending = await self._pids(connection)
            async with asyncio.timeout(PATIENCE_SECONDS):
                while ending & await self._pids(connection):
                    await connection.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = ANY(%s) AND state = 'idle'",
                        [list(ending)],
                    )
            row = await (await connection.execute(self._COUNT)).fetchone()
        assert row is not None
        return int(row[0])

    async def _pids(self, connection: psycopg.AsyncConnection[tuple[Any, ...]]) -> set[int]:
        row = await (await connection.execute(self._AT_REST)).fetchone()
        assert row is not None
        return set(row[0])


@pytest.fixture
def reads(settings: Settings) -> Reads:
    return Reads(settings)


async def cost(app: FastAPI, reads: Reads, turn: Callable[[], Awaitable[object]]) -> tuple[float, float]:
    """Rows read and statements asked, a turn."""
    before = await reads.count()
    with asked_of_the_database(app) as statements:
        for _ in range(TURNS):
            await turn()
        asked = len(statements)
    return (await reads.count() - before) / TURNS, asked / TURNS


async def test_a_turn_with_the_bot_costs_as_much_after_a_thousand_messages(
    app: FastAPI, people: People, sessions: SessionFactory, clock: FakeClock, reads: Reads
) -> None:
    resident = await people.resident()

    async def turn() -> None:
        seq = (await resident.write("en fråga")).json()["seq"]
        await resident.read_until(lambda messages: any(each["author"] == "bot" for each in messages), after=seq)

    _, asked_when_short = await cost(app, reads, turn)
    await make_long(sessions, resident, clock)
    await reads.learn()
    rows, asked = await cost(app, reads, turn)
    assert rows < FEW_ROWS_A_TURN
    assert asked <= asked_when_short + 2


async def test_a_turn_between_people_costs_as_much_after_a_thousand_messages(
    app: FastAPI, people: People, sessions: SessionFactory, clock: FakeClock, reads: Reads
) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    await people.agent.claim(reference)
    chat = people.connect(cookies=chat_cookie(resident))

    async def turn() -> None:
        seq = (await resident.write("en fråga")).json()["seq"]
        news = await people.agent.client.get(f"/desk/arenden/{reference}/meddelanden", params={"efter": seq - 1})
        assert [each["event"] for each in news.json()["events"]] == ["message", "case", "read", "presence", "news_mine"]
        seq = (await people.agent.write(reference, "ett svar")).json()["seq"]
        news = await chat.get("/chatt/meddelanden", params={"efter": seq - 1})
        assert [each["event"] for each in news.json()["events"]] == ["message", "status", "notices"]

    _, asked_when_short = await cost(app, reads, turn)
    await make_long(sessions, resident, clock)
    await reads.learn()
    rows, asked = await cost(app, reads, turn)
    assert rows < FEW_ROWS_A_TURN
    assert asked <= asked_when_short + 2


async def test_a_program_reads_a_long_conversation_page_by_page_without_a_gap(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    resident = await people.resident()
    await make_long(sessions, resident, clock)
    pages: list[list[Json]] = []
    while not pages or len(pages[-1]) == BATCH:
        pages.append(await resident.read(after=pages[-1][-1]["seq"] if pages else 0))
    assert [len(page) for page in pages] == [500, 500, 80]
    assert [each["seq"] for page in pages for each in page] == [seq for seq in range(1, LONG + 1) if seq % 10]


@pytest.mark.parametrize("limit", ["0", "501", "x", ""])
async def test_a_page_of_an_impossible_size_is_refused(people: People, limit: str) -> None:
    resident = await people.resident()
    url = f"{resident.path}/messages?limit={limit}"
    assert (await people.connect().get(url, headers=resident.headers)).status_code == 422


async def test_staff_read_a_long_conversation_page_by_page_too(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    await make_long(sessions, resident, clock)
    latest = (await people.agent.get_case(reference))["messages"]
    assert [each["seq"] for each in latest] == list(range(LONG + 2 - BATCH, LONG + 2))
    url = f"/api/cases/{reference}/messages"
    first = (await people.agent.client.get(url, params={"limit": 20})).json()
    assert [each["seq"] for each in first] == list(range(1, 21))
    assert {each["audience"] for each in first} == {"everyone", "staff"}
    rest = (await people.agent.client.get(url, params={"after": LONG - 100})).json()
    assert [each["seq"] for each in rest] == list(range(LONG - 99, LONG + 2))
    assert (await people.editor.client.get(url)).status_code == 404


def numbers(page: str) -> list[int]:
    return [int(each) for each in re.findall(r'data-seq="(\d+)"', page)]


def earlier_link(page: str) -> str | None:
    found = re.search(r'<a href="([^"]+)">Visa tidigare meddelanden</a>', page)
    return found[1].replace("&amp;", "&") if found else None


async def test_the_chat_shows_the_latest_and_a_link_to_what_was_before(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    resident = await people.resident()
    await make_long(sessions, resident, clock, 500)
    visible = [seq for seq in range(1, 501) if seq % 10]
    chat = people.connect(cookies=chat_cookie(resident), headers={"Accept": "text/html"})
    page = (await chat.get("/chatt")).text
    assert numbers(page) == visible[-MESSAGES_SHOWN:]
    link = earlier_link(page)
    assert link is not None
    assert link.endswith(f"#m{visible[-MESSAGES_SHOWN]}")
    page = (await chat.get(link)).text
    assert numbers(page) == visible[-2 * MESSAGES_SHOWN :]
    page = (await chat.get(earlier_link(page) or "")).text
    assert numbers(page) == visible
    assert earlier_link(page) is None


async def test_the_desk_shows_the_latest_and_a_link_to_what_was_before(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    await make_long(sessions, resident, clock, 300)
    desk = people.agent.client
    page = (await desk.get(f"/desk/arenden/{reference}", headers={"Accept": "text/html"})).text
    assert numbers(page) == list(range(302 - MESSAGES_SHOWN, 302))
    page = (await desk.get(earlier_link(page) or "", headers={"Accept": "text/html"})).text
    assert numbers(page) == list(range(1, 302))


@pytest.mark.parametrize("count", ["-1", "x", "", "9" * 50, "²"])
async def test_a_page_that_is_asked_to_show_nonsense_shows_the_latest(people: People, count: str) -> None:
    resident = await people.resident()
    await resident.write("en fråga")
    chat = people.connect(cookies=chat_cookie(resident), headers={"Accept": "text/html"})
    response = await chat.get("/chatt", params={"visa": count})
    assert (response.status_code, numbers(response.text)[:1]) == (200, [1])


async def test_whoever_comes_back_late_is_sent_all_of_it_in_order(office: Office, clock: FakeClock) -> None:
    resident = await office.resident()
    await make_long(office.app.state.sessions, resident, clock)
    visible = [seq for seq in range(1, LONG + 1) if seq % 10]
    async with office.chat(resident) as page:
        received = [int((await page.next()).id or 0) for _ in visible]
        assert received == visible
        await page.until(lambda each: each.name == "status")
    async with httpx.AsyncClient(
        base_url=office.url, cookies=chat_cookie(resident), timeout=PATIENCE_SECONDS, trust_env=False
    ) as browser:
        polled = await browser.get("/chatt/meddelanden", params={"efter": 100})
    numbers_polled = [int(each["id"]) for each in polled.json()["events"] if each["event"] == "message"]
    assert numbers_polled == [seq for seq in visible if seq > 100][:BATCH]
