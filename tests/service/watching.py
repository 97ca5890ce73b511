"""Open pages: browsers that hold a stream, and what the database is asked meanwhile."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass

import httpx
from fastapi import FastAPI
from people import PATIENCE_SECONDS, Json, Member, Resident
from sqlalchemy import event

from handover_api.agents.identity import COOKIE as STAFF_COOKIE
from handover_api.web.visits import COOKIE as CHAT_COOKIE

CHAT_STREAM = "/chatt/handelser"
DESK_STREAM = "/desk/handelser"
DESK_CASES = "/desk/arenden"
KEEP_ALIVE = "keep-alive"
# How often the streams of an Office give signs of life.
KEEP_ALIVE_SECONDS = 0.02
# The desk's sign of life, which its page answers; the chat's is a comment.
PULSE = "pulse"


@dataclass(frozen=True)
class PageEvent:
    """What a page's stream sends; a sign of life has the name KEEP_ALIVE and nothing else."""

    name: str
    data: str = ""
    id: str | None = None

    @property
    def json(self) -> Json:
        return dict(json.loads(self.data))


async def read_page_events(response: httpx.Response) -> AsyncIterator[PageEvent]:
    """As a browser does: an event counts when the empty line after it has come."""
    name, id_, data = "message", None, []
    async for line in response.aiter_lines():
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if line == "":
            if name == PULSE:
                yield PageEvent(KEEP_ALIVE)
            elif data:
                yield PageEvent(name, "\n".join(data), id_)
            name, id_, data = "message", None, []
        elif field == "":
            yield PageEvent(KEEP_ALIVE)
        elif field == "event":
            name = value
        elif field == "id":
            id_ = value
        elif field == "data":
            data.append(value)


class Page:
    """A page with an open stream. Whoever looks at it waits until it shows what is expected."""

    def __init__(self, events: AsyncIterator[PageEvent]) -> None:
        self._events = events
        self.latest: dict[str, PageEvent] = {}

    async def next(self) -> PageEvent:
        async with asyncio.timeout(PATIENCE_SECONDS):
            received = await anext(self._events)
        self.latest[received.name] = received
        return received

    async def until(self, is_shown: Callable[[PageEvent], bool]) -> PageEvent:
        """The first event from now on that is the wanted one."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not is_shown(received := await self.next()):
                pass
        return received

    async def until_alive(self, times: int) -> list[PageEvent]:
        """Waits for as long as so many signs of life take from now on, and until they have come: those that nobody had
        looked at yet say nothing of now. Returns whatever else has come.
        """
        others: list[PageEvent] = []
        time = asyncio.get_running_loop().time
        ends_at = time() + times * KEEP_ALIVE_SECONDS
        async with asyncio.timeout(PATIENCE_SECONDS):
            while times > 0 or time() < ends_at:
                received = await self.next()
                if received.name == KEEP_ALIVE:
                    times -= 1
                else:
                    others.append(received)
        return others

    async def until_place(self, position: int) -> Json:
        return (await self.until(lambda each: each.name == "status" and each.json["queue_position"] == position)).json


def chat_cookie(resident: Resident) -> dict[str, str]:
    return {CHAT_COOKIE: f"{resident.id}.{resident.token}"}


def staff_cookie(token: str) -> dict[str, str]:
    return {STAFF_COOKIE: token}


@contextlib.asynccontextmanager
async def open_page(url: str, path: str, cookies: dict[str, str], **params: int | str) -> AsyncIterator[Page]:
    async with (
        httpx.AsyncClient(base_url=url, cookies=cookies, timeout=PATIENCE_SECONDS, trust_env=False) as client,
        client.stream("GET", path, params=params) as response,
    ):
        assert response.status_code == 200, response.status_code
        yield Page(read_page_events(response))


@contextlib.contextmanager
def asked_of_the_database(app: FastAPI) -> Iterator[list[str]]:
    """The statements of this process, but for the dispatchers' regular look for work, which has nothing to do with who
    looks at a page.
    """
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "GROUP BY messages.conversation_id" not in statement:
            statements.append(statement)

    engine = app.state.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


@dataclass(frozen=True)
class Office:
    """The service behind real HTTP, with pages that give signs of life all the time."""

    app: FastAPI
    url: str
    client: httpx.AsyncClient
    agent: Member
    agent_token: str

    async def resident(self) -> Resident:
        return Resident(self.app, self.client, (await self.client.post("/api/conversations")).json())

    def chat(self, resident: Resident, **params: int) -> contextlib.AbstractAsyncContextManager[Page]:
        return open_page(self.url, CHAT_STREAM, chat_cookie(resident), **params)

    def desk(self) -> contextlib.AbstractAsyncContextManager[Page]:
        return open_page(self.url, DESK_STREAM, staff_cookie(self.agent_token))
