"""Progress on a terminal as one moving line, elsewhere as plain lines."""

from __future__ import annotations

import shutil
import time
from typing import Callable, TextIO

PLAIN_REMINDER_SECONDS = 20.0
SPINNER = "|/-\\"


class Console:
    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._is_terminal = stream.isatty()
        self._begun: dict[str, float] = {}
        self._reminded: dict[str, float] = {}
        self._status_shown = False

    def say(self, line: str = "") -> None:
        self._clear_status()
        self._stream.write(f"{line}\n")
        self._stream.flush()

    def begin(self, what: str) -> None:
        self._begun[what] = self._reminded[what] = self._clock()
        if not self._is_terminal:
            self.say(f"  ..  {what}")

    def end(self, what: str) -> None:
        self.say(f"  ok  {what} ({self._elapsed(what):.1f} s)")
        del self._begun[what]

    def forget(self) -> None:
        """What was under way is not any more; the reason is said by somebody else."""
        self._clear_status()
        self._begun.clear()

    def tick(self) -> None:
        if not self._begun:
            return
        if self._is_terminal:
            self._draw_status()
            return
        for what in self._begun:
            if self._clock() - self._reminded[what] >= PLAIN_REMINDER_SECONDS:
                self._reminded[what] = self._clock()
                self.say(f"  ..  {what}: {self._elapsed(what):.0f} s so far")

    def _elapsed(self, what: str) -> float:
        return self._clock() - self._begun[what]

    def _draw_status(self) -> None:
        spinner = SPINNER[int(self._clock() * 5) % len(SPINNER)]
        running = " · ".join(f"{what} {self._elapsed(what):.0f} s" for what in self._begun)
        width = shutil.get_terminal_size().columns - 1
        self._stream.write(f"\r\x1b[K  {spinner}   {running}"[: width + len("\r\x1b[K")])
        self._stream.flush()
        self._status_shown = True

    def _clear_status(self) -> None:
        if self._status_shown:
            self._stream.write("\r\x1b[K")
            self._status_shown = False
