"""Several pages that look at the same thing at the same moment read it once."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable


class SharedReadings[Key: Hashable, Value]:
    """A signal wakes all pages that somebody has open. Those of them that ask before the reading has begun share it, so
    nobody gets anything older than what the signal was about.
    """

    def __init__(self) -> None:
        self._not_begun: dict[Key, asyncio.Task[Value]] = {}
        # Of a task that nobody waits for any longer somebody must know, or it may vanish half-way.
        self._tasks: set[asyncio.Task[Value]] = set()

    async def read(self, key: Key, reading: Callable[[], Awaitable[Value]]) -> Value:
        """What `reading` returns, whoever of those who asked for the same `key` has begun it.

        Raises:
            Exception: what `reading` raises.
        """
        task = self._not_begun.get(key)
        if task is None:
            task = self._not_begun[key] = asyncio.create_task(self._begin(key, reading))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        # Whoever closes a page does not break off what the others wait for.
        return await asyncio.shield(task)

    async def _begin(self, key: Key, reading: Callable[[], Awaitable[Value]]) -> Value:
        del self._not_begun[key]
        return await reading()

    async def close(self) -> None:
        """Breaks off what is being read; to be called when no page is open any longer."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
