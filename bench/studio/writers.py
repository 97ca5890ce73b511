"""Residents who ask one question after the other, each in a conversation of its own, and count what became of them."""

import asyncio
import contextlib
import itertools
import random
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx

PAUSE_SECONDS = (0.2, 1.0)
# Longer than the service waits for the bot; who has heard nothing by then is forgotten.
PATIENCE_SECONDS = 90.0
POLL_SECONDS = 0.25


class Writers:
    def __init__(self, client: httpx.AsyncClient, phrases: list[str], residents: int) -> None:
        self._client = client
        self._phrases = phrases
        self._residents = residents
        self._is_over = False
        self.answered = 0
        self.failed = 0
        # How long each waited for an answer, in seconds.
        self.waited: list[float] = []

    @contextlib.asynccontextmanager
    async def writing(self) -> AsyncIterator[None]:
        """Everybody writes meanwhile; at the end each hears the answer to what was asked last."""
        tasks = [asyncio.create_task(self._live(random.Random(name))) for name in range(self._residents)]  # noqa: S311 - repeatable on purpose
        try:
            yield
        finally:
            self._is_over = True
            await asyncio.gather(*tasks)

    async def _live(self, choices: random.Random) -> None:
        while not self._is_over:
            began = time.monotonic()
            if await self._ask(choices.choice(self._phrases)):
                self.answered += 1
            else:
                self.failed += 1
            self.waited.append(time.monotonic() - began)
            await asyncio.sleep(choices.uniform(*PAUSE_SECONDS))

    async def _ask(self, text: str) -> bool:
        """Whether it was answered: by the bot, or by a person having been asked for."""
        try:
            begun = (await self._client.post("/api/conversations", json={})).raise_for_status().json()
            headers = {"Authorization": f"Bearer {begun['token']}"}
            path = f"/api/conversations/{begun['id']}/messages"
            sent = await self._client.post(path, json={"client_id": "m1", "text": text}, headers=headers)
            seq = sent.raise_for_status().json()["seq"]
            return await self._is_answered(path, headers, seq)
        except httpx.HTTPError as error:
            print(f"  {type(error).__name__}", flush=True)
            return False

    async def _is_answered(self, path: str, headers: dict[str, str], seq: int) -> bool:
        for _ in itertools.repeat(None, round(PATIENCE_SECONDS / POLL_SECONDS)):
            response = await self._client.get(path, params={"after": seq}, headers=headers)
            heard: list[dict[str, Any]] = response.raise_for_status().json()
            if heard:
                return all(message["kind"] != "failure" for message in heard)
            await asyncio.sleep(POLL_SECONDS)
        return False
