"""Which messages are being answered at this moment, so that what can wait waits."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Hashable

# An answer has left by then, also when its writing is not told of.
SETTLING_SECONDS = 0.05
# Whoever breaks off a request never tells that it has ended.
LONGEST_ANSWER_SECONDS = 30.0


class Traffic:
    """`clock` is given by tests; it counts seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._begun: dict[Hashable, float] = {}
        self._ended_at = -SETTLING_SECONDS

    def begins(self, message: Hashable) -> None:
        self._begun[message] = self._clock()

    def ends(self, message: Hashable) -> None:
        self._begun.pop(message, None)
        self._ended_at = self._clock()

    @property
    def is_quiet(self) -> bool:
        now = self._clock()
        self._begun = {each: at for each, at in self._begun.items() if now - at < LONGEST_ANSWER_SECONDS}
        return not self._begun and now - self._ended_at >= SETTLING_SECONDS

    async def until_quiet(self, at_most_seconds: float) -> None:
        give_up_at = self._clock() + at_most_seconds
        while not self.is_quiet and self._clock() < give_up_at:  # noqa: ASYNC110 - it becomes quiet by the clock
            await asyncio.sleep(SETTLING_SECONDS)
