"""Brings up a graph of steps and servers, keeps the servers alive, and takes them down in order.

One thread does everything, so there is exactly one place where a child is started, seen to end, and stopped.
Every child has a session of its own: the terminal's Ctrl-C reaches only this process, which decides the order.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

from stack.console import Console
from stack.errors import FULL_DISK, InterruptedStartError, StackError, sentence_for_os_error
from stack.interruption import Interruption
from stack.layout import Layout

POLL_SECONDS = 0.05
WATCH_SECONDS = 0.2
START_TIMEOUT_SECONDS = 120.0
SHOWN_LOG_LINES = 20
LEAST_FREE_BYTES = 20_000_000
MARKS_OF_A_FULL_DISK = ("No space left on device", "os error 28", "Disk quota exceeded")


@dataclass(frozen=True)
class Unit:
    """Something to run: a step that must succeed, or (with a health check) a server that must answer and stay."""

    name: str
    doing: str
    command: Sequence[str]
    environment: Mapping[str, str]
    needs: frozenset[str] = frozenset()
    # Answers what is still missing, or None when the server is healthy.
    health: Callable[[], str | None] | None = None
    # Without these it cannot be healthy, so it is asked, and its time runs, only when they are up.
    healthy_after: frozenset[str] = frozenset()
    before: Callable[[], None] | None = None
    after: Callable[[], None] | None = None
    # Turns the end of the log into a sentence about the cause, where the cause is known.
    explain: Callable[[str], str | None] | None = None
    # Servers with a higher stage are stopped, and gone, before those with a lower one.
    stage: int = 0
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 3.0
    user: str | None = None


@dataclass
class Running:
    unit: Unit
    process: subprocess.Popen[bytes]
    asked_since: float | None = None
    healthy_since: float | None = None


@dataclass
class Restart:
    """When to start a dead server again; the wait doubles each time until it has been healthy for a while."""

    unit: Unit
    due_at: float


@dataclass(frozen=True)
class Backoff:
    first_seconds: float = 1.0
    longest_seconds: float = 30.0
    # A server that cannot live dies sooner; one that was killed now and then is wanted back at once.
    forgotten_after_healthy_seconds: float = 10.0

    def wait(self, earlier_restarts: int) -> float:
        return min(self.longest_seconds, self.first_seconds * 2.0 ** min(earlier_restarts, 16))


@dataclass
class Engine:
    layout: Layout
    console: Console
    interruption: Interruption
    # Told the children, lowest stage first, whenever they change: a killed supervisor's can then be found and stopped.
    record: Callable[[Mapping[str, int]], None] = lambda _pids: None
    backoff: Backoff = field(default_factory=Backoff)
    start_timeout_seconds: float = START_TIMEOUT_SECONDS
    clock: Callable[[], float] = time.monotonic
    _running: dict[str, Running] = field(default_factory=dict)
    _restarts: dict[str, Restart] = field(default_factory=dict)
    _restart_counts: dict[str, int] = field(default_factory=dict)

    def bring_up(self, units: Sequence[Unit]) -> None:
        """Returns when every step has succeeded and every server is healthy; a need outside `units` counts as met."""
        names = {unit.name for unit in units}
        waiting = list(units)
        unfinished = set(names)
        while unfinished:
            if self.interruption.requested:
                raise InterruptedStartError
            for unit in [unit for unit in waiting if not unit.needs & unfinished]:
                waiting.remove(unit)
                self._launch_first_time(unit)
            for name in [name for name in self._running if name in names]:
                if self._advance(self._running[name], unfinished):
                    unfinished.discard(name)
            self.console.tick()
            time.sleep(POLL_SECONDS)

    def watch(self) -> None:
        """Returns when asked to stop. A server that ends meanwhile is started again, with a growing wait."""
        while not self.interruption.requested:
            for running in list(self._running.values()):
                self._look_after(running)
            for restart in [restart for restart in self._restarts.values() if restart.due_at <= self.clock()]:
                self._start_again(restart)
            time.sleep(WATCH_SECONDS)

    def shut_down(self) -> None:
        self.console.forget()
        for stage in sorted({running.unit.stage for running in self._running.values()}, reverse=True):
            members = [running for running in self._running.values() if running.unit.stage == stage]
            self._stop_together(members)
            for running in members:
                del self._running[running.unit.name]
            self._tell()

    def _launch_first_time(self, unit: Unit) -> None:
        keep_previous(self.layout.log(unit.name))
        self.console.begin(unit.doing)
        try:
            self._launch(unit)
        except OSError as error:
            raise StackError(f"{unit.doing} could not start: {sentence_for_os_error(error)}") from error

    def _launch(self, unit: Unit) -> None:
        if unit.before:
            unit.before()
        with self.layout.log(unit.name).open("ab") as log:
            process = subprocess.Popen(
                list(unit.command),
                cwd=self.layout.root,
                env=dict(unit.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=unit.user,
                group=unit.user,
                extra_groups=[] if unit.user else None,
            )
        self._running[unit.name] = Running(unit, process)
        self._tell()

    def _advance(self, running: Running, unfinished: AbstractSet[str]) -> bool:
        """One look at something that is coming up; True when it is done or healthy."""
        unit = running.unit
        code = running.process.poll()
        if unit.health is None:
            return code is not None and self._finish_step(running, code)
        if code is not None:
            raise self._failure(running, f"{unit.name} ended during start ({described_exit(code)}).")
        if running.healthy_since is not None:
            return True
        if unit.healthy_after & unfinished:
            return False
        running.asked_since = running.asked_since or self.clock()
        missing = unit.health()
        if missing is not None:
            if self.clock() - running.asked_since > self.start_timeout_seconds:
                waited = f"{self.start_timeout_seconds:.0f} s"
                raise self._failure(running, f"{unit.name} is not healthy after {waited}: {missing}.")
            return False
        running.healthy_since = self.clock()
        self.console.end(unit.doing)
        return True

    def _finish_step(self, running: Running, code: int) -> bool:
        unit = running.unit
        if code != 0:
            raise self._failure(running, f"{unit.doing}: failed ({described_exit(code)}).")
        del self._running[unit.name]
        self._tell()
        if unit.after:
            unit.after()
        self.console.end(unit.doing)
        return True

    def _failure(self, running: Running, what: str) -> StackError:
        log = self.layout.log(running.unit.name)
        lines = last_lines(log)
        text = "\n".join(lines)
        # On a full disk the log may be empty: its lines had no room either.
        if any(mark in text for mark in MARKS_OF_A_FULL_DISK) or self.free_bytes() < LEAST_FREE_BYTES:
            return StackError(FULL_DISK)
        known = running.unit.explain(text) if running.unit.explain else None
        if known is not None:
            return StackError(known)
        self.console.forget()
        self.console.say(f"--- the last lines of {self.layout.shown(log)} ---")
        for line in lines:
            self.console.say(f"    {line}")
        return StackError(f"{what} The whole log: {self.layout.shown(log)}")

    def _look_after(self, running: Running) -> None:
        unit = running.unit
        code = running.process.poll()
        if code is None:
            if running.healthy_since is None and is_healthy(unit):
                running.healthy_since = self.clock()
                self.console.say(f"{unit.name} is running again.")
            return
        kill_group(running.process.pid, signal.SIGKILL)
        if (
            running.healthy_since is not None
            and self.clock() - running.healthy_since >= self.backoff.forgotten_after_healthy_seconds
        ):
            self._restart_counts.pop(unit.name, None)
        del self._running[unit.name]
        self._tell()
        self._plan_restart(unit, f"{unit.name} ended unexpectedly ({described_exit(code)}).")

    def _plan_restart(self, unit: Unit, reason: str) -> None:
        count = self._restart_counts.get(unit.name, 0)
        wait = self.backoff.wait(count)
        self._restart_counts[unit.name] = count + 1
        self._restarts[unit.name] = Restart(unit, self.clock() + wait)
        log = self.layout.shown(self.layout.log(unit.name))
        self.console.say(f"{reason} Starting it again in {wait:.0f} s; its log: {log}")

    def _start_again(self, restart: Restart) -> None:
        del self._restarts[restart.unit.name]
        try:
            self._launch(restart.unit)
        except (OSError, StackError) as error:
            sentence = sentence_for_os_error(error) if isinstance(error, OSError) else str(error)
            self._plan_restart(restart.unit, f"{restart.unit.name} could not be started. {sentence}")

    def _stop_together(self, members: Sequence[Running]) -> None:
        for running in members:
            if running.process.poll() is None:
                kill_group(running.process.pid, running.unit.stop_signal)
        deadlines = {running.unit.name: self.clock() + running.unit.stop_seconds for running in members}
        while any(running.process.poll() is None for running in members):
            for running in members:
                if self.clock() > deadlines[running.unit.name] or self.interruption.is_impatient:
                    kill_group(running.process.pid, signal.SIGKILL)
            time.sleep(POLL_SECONDS)
        for running in members:
            # What the leader left behind in its group.
            kill_group(running.process.pid, signal.SIGKILL)

    def free_bytes(self) -> int:
        return shutil.disk_usage(self.layout.root).free

    def _tell(self) -> None:
        lowest_stage_first = sorted(self._running.values(), key=lambda running: running.unit.stage)
        try:
            self.record({running.unit.name: running.process.pid for running in lowest_stage_first})
        except OSError as error:
            # Going on, and above all stopping the rest, matters more than the list.
            self.console.say(f"The list of running processes could not be written. {sentence_for_os_error(error)}")


def is_healthy(unit: Unit) -> bool:
    """Of a server that was started again: whatever hinders it now must not end the others."""
    try:
        return unit.health is not None and unit.health() is None
    except StackError:
        return False


def kill_group(leader: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, number)


def described_exit(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"


def keep_previous(log: Path) -> None:
    """Each start has a log of its own; the one before is kept beside it."""
    if log.exists():
        log.replace(log.with_name(f"{log.name}.1"))


def last_lines(log: Path) -> list[str]:
    return log.read_text(encoding="utf-8", errors="replace").splitlines()[-SHOWN_LOG_LINES:] if log.exists() else []
