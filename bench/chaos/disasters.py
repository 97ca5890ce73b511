"""Kills processes of the system under test, and cuts connections to it."""

import asyncio
import contextlib
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from bench.chaos.flow import Flow
from bench.chaos.proxy import Direction, Proxy
from stack.layout import Layout
from stack.pids import born
from stack.running import remembered

VICTIMS = ("service", "worker", "bot", "actions", "postgres")
KILLS_ANOTHER_AT_ONCE = 0.25
AT_ONCE_SECONDS = 1.5
RECOVERY_SECONDS = 180.0
POLL_SECONDS = 0.1
CUTS_ALL = 0.05
# A request is a few hundred bytes, its body included; answers and streams are longer.
LONGEST_FUSE_BYTES = {Direction.TO_SERVICE: 450, Direction.TO_CLIENT: 3000}
FUSES_AT_ONCE = 8


class NotRecoveredError(Exception):
    """The system did not become ready again after a kill."""


@dataclass
class Killer:
    """Ends only what the run folder of the system under test names, and only while it is still that process."""

    url: str
    layout: Layout
    choices: random.Random
    kills: Counter[str] = field(default_factory=Counter)
    longest_recovery_seconds: float = 0.0

    @classmethod
    def of(cls, url: str, root: Path, run_folder: Path, choices: random.Random) -> "Killer":
        return cls(url, Layout(root, run_folder), choices)

    async def work(self, flow: Flow) -> None:
        """Kills as often as the run wants, spread over its messages, and sees to it that the system comes back.

        Raises:
            NotRecoveredError
        """
        wanted = flow.extent.kills
        victims = in_rounds(self.choices)
        while self.kills.total() < wanted and not flow.is_stopped:
            await flow.until_share((self.kills.total() + 1) / (wanted + 1))
            await self._kill(next(victims))
            while self.kills.total() < wanted and self.choices.random() < KILLS_ANOTHER_AT_ONCE:
                await asyncio.sleep(self.choices.uniform(0, AT_ONCE_SECONDS))
                await self._kill(next(victims))
            await self.until_recovered()

    async def _kill(self, name: str) -> None:
        """Waits until there is such a process: it may just be down from an earlier kill."""
        give_up_at = time.monotonic() + RECOVERY_SECONDS
        while (pid := self._pid_of(name)) is None:
            if time.monotonic() > give_up_at:
                raise NotRecoveredError(f"{name} was not started again")
            await asyncio.sleep(POLL_SECONDS)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            self.kills[name] += 1

    async def until_recovered(self) -> None:
        began = time.monotonic()
        async with httpx.AsyncClient(base_url=self.url, trust_env=False) as client:
            while any(self._pid_of(name) is None for name in VICTIMS) or not await is_ready(client):
                if time.monotonic() - began > RECOVERY_SECONDS:
                    raise NotRecoveredError(f"the system is not ready {RECOVERY_SECONDS:.0f} s after a kill")
                await asyncio.sleep(POLL_SECONDS)
        self.longest_recovery_seconds = max(self.longest_recovery_seconds, time.monotonic() - began)

    def _pid_of(self, name: str) -> int | None:
        """The living process of this name."""
        for child, pid, moment in remembered(self.layout):
            if child == name and born(pid) == moment:
                return pid
        return None


async def is_ready(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/health/ready")).is_success
    except httpx.TransportError:
        return False


def in_rounds(choices: random.Random) -> Iterator[str]:
    """Every process once before any a second time, in an order that nobody can foresee."""
    while True:
        yield from choices.sample(VICTIMS, len(VICTIMS))


@dataclass
class Cutter:
    proxy: Proxy
    choices: random.Random

    async def work(self, flow: Flow) -> None:
        """Cuts as often as the run wants, spread over its messages, in both directions and at any byte."""
        wanted = flow.extent.cuts
        while self.proxy.cuts < wanted and not flow.is_stopped:
            due = wanted * flow.share
            if self.proxy.cuts < due and self.proxy.fuses_lying < FUSES_AT_ONCE:
                if self.choices.random() < CUTS_ALL:
                    self.proxy.cut_all()
                else:
                    direction = self.choices.choice(list(Direction))
                    self.proxy.lay_fuse(direction, self.choices.randint(1, LONGEST_FUSE_BYTES[direction]))
            await asyncio.sleep(POLL_SECONDS)
