"""How a good client calls the service: again until the answer is definite; and streams, from where they were."""

import asyncio
import contextlib
import json
import random
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from bench.chaos.ledger import Reading, Shown, fingerprint

# Long: whoever gives up early on a busy service and asks again makes it busier.
REQUEST_SECONDS = 30.0
# Longer than the silence between two signs of life.
STREAM_SECONDS = 40.0
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 2.0
TRY_AGAIN = frozenset({408, 429, 500, 502, 503, 504})


@dataclass
class Caller:
    """One person's client, with connections of its own."""

    url: str
    choices: random.Random
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._client = httpx.AsyncClient(base_url=self.url, timeout=REQUEST_SECONDS, trust_env=False)

    async def call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """The first definite answer. The request must be one that may be repeated."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            with contextlib.suppress(httpx.TransportError):
                response = await self._client.request(
                    method, path, json=body, headers={**self.headers, **(headers or {})}
                )
                if response.status_code not in TRY_AGAIN:
                    return response
            # Everyone notices the same failure; that they do not all come back at once is part of being good.
            await asyncio.sleep(pause * self.choices.uniform(0.5, 1.5))
            pause = min(LONGEST_PAUSE_SECONDS, pause * 2)

    async def events(self, path: str, last_seen: int) -> AsyncIterator["StreamEvent"]:
        """The complete events of one connection; ends when it ends, however it does."""
        headers = {**self.headers, "Last-Event-ID": str(last_seen)} if last_seen else self.headers
        fields: dict[str, str] = {}
        with contextlib.suppress(httpx.TransportError):
            async with self._client.stream("GET", path, headers=headers, timeout=STREAM_SECONDS) as response:
                if response.status_code != httpx.codes.OK:
                    return
                async for line in response.aiter_lines():
                    if line:
                        name, _, value = line.partition(":")
                        fields[name] = value.removeprefix(" ")
                    elif "data" in fields:
                        yield StreamEvent(fields.get("event", "message"), fields["data"], fields.get("id"))
                        fields = {}

    async def close(self) -> None:
        await self._client.aclose()


@dataclass(frozen=True)
class StreamEvent:
    name: str
    data: str
    id: str | None


class Reader:
    """Follows one conversation, as a page does: after each interruption from the last message that it has."""

    def __init__(self, caller: Caller, path: str, reading: Reading) -> None:
        self._caller = caller
        self._path = path
        self._changed = asyncio.Event()
        self.reading = reading

    async def follow(self) -> None:
        """Reads until cancelled."""
        while True:
            async for event in self._caller.events(self._path, self.reading.last):
                if event.name == "message" and event.id is not None:
                    self._note(int(event.id), event.data)
            await asyncio.sleep(self._caller.choices.uniform(FIRST_PAUSE_SECONDS, 1.0))

    async def until_past(self, seq: int, seconds: float) -> bool:
        """Waits until something later than this number has been shown. Returns whether it was, in time."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self.reading.last <= seq:
                    self._changed.clear()
                    await self._changed.wait()
        return self.reading.last > seq

    def _note(self, seq: int, data: str) -> None:
        text = None if self.reading.is_staff else fingerprint(json.loads(data)["text"])
        self.reading.shown.append(Shown(seq, text))
        self._changed.set()
