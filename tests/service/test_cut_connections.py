"""Two hundred cut lines: whoever connects again gets everything, once and in order."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from random import Random
from urllib.parse import urlsplit

import httpx
from people import PATIENCE_SECONDS
from watching import (
    CHAT_STREAM,
    DESK_CASES,
    Office,
    PageEvent,
    chat_cookie,
    read_page_events,
    staff_cookie,
)

CUTS = 200
CUTS_WHILE_WRITING = 40


class CuttingLine:
    """Between a client and the service: passes on so many bytes of the answer, and then cuts."""

    def __init__(self, url: str, chance: Random, *, most_bytes: int, cuts: int) -> None:
        self._target = urlsplit(url)
        self._chance = chance
        self._most_bytes = most_bytes
        self.cuts_left = cuts
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None] | None] = set()

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator["CuttingLine"]:
        self._server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        try:
            yield self
        finally:
            self._server.close()
            for each in list(self._connections):
                if each is not None:
                    each.cancel()

    async def _connect(self, from_client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        self._connections.add(asyncio.current_task())
        from_service, to_service = await asyncio.open_connection(self._target.hostname, self._target.port)
        asking = asyncio.create_task(self._pass_on(from_client, to_service, None))
        allowed = self._chance.randint(1, self._most_bytes) if self.cuts_left > 0 else None
        try:
            if await self._pass_on(from_service, to_client, allowed):
                self.cuts_left -= 1
        finally:
            self._connections.discard(asyncio.current_task())
            asking.cancel()
            for each in (to_client, to_service):
                # Not closed but broken off, as by a network that is gone.
                each.transport.abort()

    @staticmethod
    async def _pass_on(source: asyncio.StreamReader, sink: asyncio.StreamWriter, allowed: int | None) -> bool:
        """Returns whether the line was cut."""
        with contextlib.suppress(ConnectionError):
            while data := await source.read(1024):
                sink.write(data if allowed is None else data[:allowed])
                await sink.drain()
                if allowed is not None and len(data) >= allowed:
                    return True
                allowed = None if allowed is None else allowed - len(data)
        return False


@dataclass
class Browser:
    """Reads a stream as an EventSource does: whole events only, and after a cut from the last one on."""

    path: str
    headers: dict[str, str]
    cookies: dict[str, str]
    seen: list[int] = field(default_factory=list)
    latest_state: str = ""

    async def read(self, line: CuttingLine, is_done: Callable[["Browser"], bool]) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS * 4):
            while not is_done(self):
                with contextlib.suppress(httpx.HTTPError):
                    await self._read_until_cut(line.url, is_done)

    async def _read_until_cut(self, url: str, is_done: Callable[["Browser"], bool]) -> None:
        headers = {**self.headers, **({"Last-Event-ID": str(self.seen[-1])} if self.seen else {})}
        async with (
            httpx.AsyncClient(base_url=url, cookies=self.cookies, timeout=PATIENCE_SECONDS, trust_env=False) as client,
            client.stream("GET", self.path, headers=headers) as response,
        ):
            async for event in read_page_events(response):
                self._receive(event)
                if is_done(self):
                    return

    def _receive(self, event: PageEvent) -> None:
        if event.id is not None:
            self.seen.append(int(event.id))
        elif event.data:
            self.latest_state = event.data


async def insist(url: str, path: str, body: dict[str, str], **client: dict[str, str]) -> int:
    """Sends until an answer comes, as a good client does. Returns the message's number."""
    while True:
        try:
            async with httpx.AsyncClient(base_url=url, timeout=PATIENCE_SECONDS, trust_env=False, **client) as sender:  # type: ignore[arg-type]
                response = await sender.post(path, json=body)
            assert response.status_code == 202, response.text
            return int(response.json()["seq"])
        except httpx.HTTPError:
            continue


async def test_every_reader_gets_every_message_once_and_in_order_over_two_hundred_cuts(office: Office) -> None:
    resident = await office.resident()
    reference = await resident.queue_up()
    await office.agent.claim(reference)
    chance = Random(11)  # noqa: S311 - it decides where the line breaks
    browsers = [
        Browser(CHAT_STREAM, {}, chat_cookie(resident)),
        Browser(f"{resident.path}/events", resident.headers, {}),
        Browser(f"{DESK_CASES}/{reference}/handelser", {}, staff_cookie(office.agent_token)),
    ]
    reading_line = CuttingLine(office.url, chance, most_bytes=1500, cuts=CUTS)
    writing_line = CuttingLine(office.url, chance, most_bytes=400, cuts=CUTS_WHILE_WRITING)
    written: list[int] = []
    is_all_written = False

    async def write_until_all_is_cut() -> None:
        nonlocal is_all_written
        while reading_line.cuts_left > 0 or writing_line.cuts_left > 0:
            number = len(written)
            body = {"client_id": f"rad-{number}", "text": f"rad {number}"}
            path, who = (
                (f"{resident.path}/messages", {"headers": resident.headers})
                if number % 2
                else (f"/api/cases/{reference}/messages", {"cookies": staff_cookie(office.agent_token)})
            )
            written.append(await insist(writing_line.url, path, body, **who))
        is_all_written = True

    def has_seen_all(browser: Browser) -> bool:
        return is_all_written and browser.seen[-1] == written[-1]

    async with reading_line.open(), writing_line.open():
        await asyncio.gather(write_until_all_is_cut(), *(each.read(reading_line, has_seen_all) for each in browsers))
    # The first two say that a person was asked for, and came.
    assert written == list(range(3, len(written) + 3))
    for browser in browsers:
        assert browser.seen == [1, 2, *written]
    stored = [each for each in await resident.read() if each["author"] in {"resident", "agent"}]
    assert [each["text"] for each in stored] == [f"rad {number}" for number in range(len(written))]


async def test_a_page_that_was_away_shows_how_things_stand_when_it_is_back(office: Office) -> None:
    resident = await office.resident()
    reference = await resident.queue_up()
    async with office.chat(resident) as page:
        await page.until_place(1)
    await office.agent.claim(reference)
    await office.agent.write(reference, "Är du kvar?")
    async with office.chat(resident, efter=1) as page:
        missed = [await page.next(), await page.next()]
        assert [each.id for each in missed] == ["2", "3"]
        status = await page.until(lambda each: each.name == "status")
        assert status.json["state"] == "with_agent"
