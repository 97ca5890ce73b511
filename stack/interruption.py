"""Ctrl-C and SIGTERM, turned into a question that the loops ask."""

from __future__ import annotations

import signal
import time
from types import FrameType
from typing import Callable

# One wish can arrive twice: who signals the whole group reaches us directly, and once more through make.
ONE_WISH_SECONDS = 1.0


class Interruption:
    """Remembers requests to stop. Nothing is raised, so no child can be lost between its start and its registration."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._first_at: float | None = None
        self._is_impatient = False

    def install(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._note)

    def request(self) -> None:
        if self._first_at is None:
            self._first_at = self._clock()
        elif self._clock() - self._first_at > ONE_WISH_SECONDS:
            self._is_impatient = True

    @property
    def requested(self) -> bool:
        return self._first_at is not None

    @property
    def is_impatient(self) -> bool:
        """Asked once more after a while: whoever asks does not want to wait for a clean stop."""
        return self._is_impatient

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self.request()
