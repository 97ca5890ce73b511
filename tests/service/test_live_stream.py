"""Server-sent events over a real connection: nothing lost, nothing twice, whatever happens to the line."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from random import Random

import httpx
import psycopg
import pytest
from fakes import FakeBot, FakeClock
from fastapi import FastAPI
from people import PATIENCE_SECONDS, Resident
from serving import Event, read_events, serve

from handover_api import live
from handover_api.application import create_application
from handover_api.conversations.repository import ConversationRepository
from handover_api.database import SessionFactory, transaction
from handover_api.errors import ConflictError
from handover_api.rules.message import Audience, Author
from handover_api.settings import Settings


@dataclass(frozen=True)
class Line:
    """A resident's connection to the service."""

    app: FastAPI
    client: httpx.AsyncClient

    async def resident(self) -> Resident:
        return Resident(self.app, self.client, (await self.client.post("/api/conversations")).json())

    @contextlib.asynccontextmanager
    async def stream(
        self, resident: Resident, *, last_event_id: str | bytes | None = None, after: int = 0
    ) -> AsyncIterator[AsyncIterator[Event]]:
        headers = {**resident.headers, **({"Last-Event-ID": last_event_id} if last_event_id is not None else {})}
        async with (
            asyncio.timeout(PATIENCE_SECONDS),
            self.client.stream("GET", f"{resident.path}/events", params={"after": after}, headers=headers) as response,
        ):
            assert response.status_code == 200
            assert response.headers["content-type"].startswith("text/event-stream")
            assert response.headers["cache-control"].startswith("no-")
            yield read_events(response)


async def take(events: AsyncIterator[Event], count: int) -> list[Event]:
    return [await anext(events) for _ in range(count)]


@pytest.fixture
async def line(settings: Settings, bot: FakeBot, clock: FakeClock) -> AsyncIterator[Line]:
    app = create_application(settings, bot=bot, clock=clock)
    async with serve(app) as url, httpx.AsyncClient(base_url=url, timeout=PATIENCE_SECONDS, trust_env=False) as client:
        # The lifespan has begun when the first answer comes.
        assert (await client.get("/health/live")).status_code == 200
        yield Line(app, client)


async def test_the_stream_begins_with_what_is_there_and_goes_on_with_what_comes(line: Line) -> None:
    resident = await line.resident()
    await resident.write("den första frågan")
    await resident.read_until_answered()
    async with line.stream(resident) as events:
        received = await take(events, 2)
        await resident.write("den andra frågan")
        received += await take(events, 2)
    assert [event.id for event in received] == ["1", "2", "3", "4"]
    assert [event.data for event in received] == await resident.read()


async def test_a_stream_resumes_after_the_last_event(line: Line) -> None:
    resident = await line.resident()
    for number in range(3):
        await resident.write(f"fråga {number}")
    await resident.read_until_answered(times=3)
    async with line.stream(resident, last_event_id="4") as events:
        assert [event.id for event in await take(events, 2)] == ["5", "6"]
    async with line.stream(resident, after=4) as events:
        assert [event.id for event in await take(events, 2)] == ["5", "6"]
    async with line.stream(resident, last_event_id="5", after=2) as events:
        assert [event.id for event in await take(events, 1)] == ["6"]


async def test_a_last_event_that_is_none_means_from_the_beginning(line: Line) -> None:
    resident = await line.resident()
    await resident.write()
    for last_event_id in ("", "x", "-1", "1e3", "٣"):
        async with line.stream(resident, last_event_id=last_event_id.encode()) as events:
            assert (await anext(events)).id == "1"


async def test_a_last_event_far_ahead_is_harmless(line: Line) -> None:
    resident = await line.resident()
    await resident.write()
    # The longer one is more than Python reads as a number.
    for last_event_id in ("9" * 5000, "9" * 30):
        async with line.stream(resident, last_event_id=last_event_id) as events:
            line.app.state.hub.close()
            with pytest.raises(StopAsyncIteration):
                await anext(events)


async def test_nothing_is_lost_or_doubled_over_many_broken_connections(line: Line) -> None:
    chance = Random(20)  # noqa: S311 - it decides where the line breaks
    resident = await line.resident()
    total = 60
    texts = [f"fråga {number}" for number in range(total // 2)]

    async def write_all() -> None:
        for text in texts:
            assert (await resident.write(text)).status_code == 202

    writing = asyncio.create_task(write_all())
    received: list[Event] = []
    while len(received) < total:
        last = received[-1].id if received else None
        async with line.stream(resident, last_event_id=last) as events:
            received += await take(events, min(chance.randint(1, 5), total - len(received)))
    await writing
    assert [event.id for event in received] == [str(number) for number in range(1, total + 1)]
    assert [event.data["text"] for event in received if event.data["author"] == "resident"] == texts


async def test_a_note_to_the_staff_never_reaches_the_resident(line: Line) -> None:
    resident = await line.resident()
    async with line.stream(resident) as events:
        async with transaction(line.app.state.sessions) as session:
            conversations = ConversationRepository(session)
            conversation = await conversations.get_for_update(resident.uuid)
            await conversations.append(
                conversation,
                author=Author.AGENT,
                kind="note",
                text="Bara för oss",
                audience=Audience.STAFF,
                created_at=FakeClock.START,
            )
        await resident.write("Hej")
        event = await anext(events)
    assert (event.id, event.data["text"]) == ("2", "Hej")
    assert [message["seq"] for message in (await resident.read_until_answered())] == [2, 3]


async def test_a_lost_connection_to_the_database_costs_time_but_no_message(line: Line, settings: Settings) -> None:
    resident = await line.resident()
    async with line.stream(resident) as events:
        await line.app.state.hub.until_listening()
        async with await psycopg.AsyncConnection.connect(settings.libpq_url, autocommit=True) as connection:
            ended = await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND query LIKE 'LISTEN %'"
            )
            assert ended.rowcount == 1
        await resident.write("Hej")
        assert [event.data["text"] for event in await take(events, 2)] == ["Hej", "Svar på: Hej"]


async def test_a_stream_ends_after_a_while_and_is_taken_up_where_it_was(line: Line, clock: FakeClock) -> None:
    resident = await line.resident()
    await resident.write("Hej")
    await resident.read_until_answered()
    async with line.stream(resident) as events:
        await take(events, 2)
        clock.advance(minutes=10)
        await resident.write("Hallå")
        with pytest.raises(StopAsyncIteration):
            await anext(events)
    async with line.stream(resident, last_event_id="2") as events:
        assert (await anext(events)).data["text"] == "Hallå"


async def test_open_streams_end_when_the_service_stops(line: Line) -> None:
    resident = await line.resident()
    async with line.stream(resident) as events:
        await line.app.state.hub.until_listening()
        line.app.state.hub.close()
        with pytest.raises(StopAsyncIteration):
            await anext(events)


async def test_a_signal_comes_when_what_it_tells_of_is_stored_whatever_else_was_undone(
    app: FastAPI, sessions: SessionFactory
) -> None:
    with app.state.hub.subscribe("before", "after", "undone", "last") as subscription:
        with contextlib.suppress(ConflictError):
            async with transaction(sessions) as session:
                live.publish(session, "undone")
                raise ConflictError("not_assigned", "Ärendet är inte ditt.")
        async with transaction(sessions) as session:
            live.publish(session, "before")
            with contextlib.suppress(ConflictError):
                async with session.begin_nested():
                    raise ConflictError("not_assigned", "Ärendet är inte ditt.")
            live.publish(session, "after")
        async with transaction(sessions) as session:
            live.publish(session, "last")
        heard: set[str] = set()
        async with asyncio.timeout(PATIENCE_SECONDS):
            while "last" not in heard:
                await subscription.wait(PATIENCE_SECONDS)
                heard |= subscription.take_heard()
        assert heard == {"before", "after", "last"}
