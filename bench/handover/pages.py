"""Open pages: what they are sent, and when."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Mapping

import httpx

RECONNECT_SECONDS = 1.0
OPENING_SECONDS = 60.0
PULSE = "pulse"
END_OF_EVENT = b"\n\n"


class Page:
    """A page's stream, taken up again when it ends, as a browser does."""

    def __init__(self, client: httpx.AsyncClient, path: str, cookies: Mapping[str, str]) -> None:
        self._client = client
        self._path = path
        self._headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
        self._is_open = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.sees: Callable[[str, str], None] = lambda _name, _data: None
        self.answers_pulse = False

    async def open(self) -> None:
        """Returns when the first event has come."""
        self._is_open.clear()
        self._task = asyncio.create_task(self._follow())
        async with asyncio.timeout(OPENING_SECONDS):
            await self._is_open.wait()

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _follow(self) -> None:
        last_id = ""
        while True:
            headers = {**self._headers, **({"Last-Event-ID": last_id} if last_id else {})}
            with contextlib.suppress(httpx.TransportError):
                async for name, data, id_ in self._events(headers):
                    last_id = id_ or last_id
                    self._is_open.set()
                    self.sees(name, data)
                    if name == PULSE and self.answers_pulse:
                        await self._client.post("/desk/livstecken", headers=self._headers)
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _events(self, headers: Mapping[str, str]) -> AsyncIterator[tuple[str, str, str]]:
        """Reads as little as can be: the reader's work is on the same processors as what is measured."""
        async with self._client.stream("GET", self._path, headers=headers, timeout=None) as response:
            response.raise_for_status()
            received = bytearray()
            async for chunk in response.aiter_raw():
                received += chunk
                if not received.endswith(END_OF_EVENT):
                    continue
                events = bytes(received).decode().split("\n\n")
                received.clear()
                for event in events:
                    if not event.startswith(":") and event:
                        yield _field("event", event), event, _field("id", event)


def _field(name: str, event: str) -> str:
    return next((line.partition(": ")[2] for line in event.split("\n") if line.startswith(name)), "")


class Stopwatch:
    """From when something was sent until somebody has seen it."""

    def __init__(self) -> None:
        self._sent: dict[str, float] = {}
        self.seconds: list[float] = []

    def start(self, mark: str) -> None:
        self._sent[mark] = time.perf_counter()

    def look(self, text: str) -> None:
        """Stops for each mark that the text holds."""
        now = time.perf_counter()
        for mark in [each for each in self._sent if each in text]:
            self.seconds.append(now - self._sent.pop(mark))

    @property
    def unseen(self) -> int:
        return len(self._sent)
