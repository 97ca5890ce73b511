"""Which stack runs in this clone: one at a time, and nothing left over from one that was killed.

The lock is held by the operating system for as long as the supervisor lives, so it can be neither stale nor mistaken.
Its children are remembered with the moment they were born: a process that merely has the same number is left alone.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Callable

from stack.console import Console
from stack.engine import kill_group
from stack.errors import StackError
from stack.layout import Layout
from stack.pids import born, is_gone_within

STOP_PATIENCE_SECONDS = 15.0
LEFTOVER_PATIENCE_SECONDS = 5.0
POLL_SECONDS = 0.05


def lock_path(layout: Layout) -> Path:
    return layout.run / "stack.lock"


def children_path(layout: Layout) -> Path:
    return layout.run / "processes.json"


@contextlib.contextmanager
def only_one(layout: Layout) -> Iterator[None]:
    """Holds the clone for this supervisor; says so when another one has it."""
    layout.create_run_folders()
    descriptor = os.open(lock_path(layout), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not try_lock(descriptor):
            raise StackError(
                f"It already runs (process {read_pid(descriptor)}): use it, or stop it with `make stop` first."
            )
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)


def is_held(layout: Layout) -> bool:
    return holder(layout) is not None


def holder(layout: Layout) -> int | None:
    """The living supervisor's process number."""
    if not lock_path(layout).exists():
        return None
    descriptor = os.open(lock_path(layout), os.O_RDWR)
    try:
        return None if try_lock(descriptor) else read_pid(descriptor)
    finally:
        os.close(descriptor)


def try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def read_pid(descriptor: int) -> int:
    return int(os.pread(descriptor, 32, 0) or b"0")


def remember_children(layout: Layout) -> Callable[[Mapping[str, int]], None]:
    def record(pids: Mapping[str, int]) -> None:
        children = [{"name": name, "pid": pid, "born": born(pid)} for name, pid in pids.items()]
        path = children_path(layout)
        draft = path.with_suffix(".new")
        draft.write_text(json.dumps(children, indent=1), encoding="utf-8")
        draft.replace(path)

    return record


def stop(layout: Layout, console: Console, patience_seconds: float = STOP_PATIENCE_SECONDS) -> None:
    """`make stop`."""
    pid = holder(layout)
    if pid is None:
        if not stop_leftovers(layout, console):
            console.say("Nothing is running.")
        return
    try:
        os.kill(pid, signal.SIGTERM)
    except PermissionError as error:
        raise StackError(f"Process {pid} belongs to another user: stop it as that user.") from error
    deadline = time.monotonic() + patience_seconds
    while is_held(layout):
        if time.monotonic() > deadline:
            raise StackError(f"Process {pid} has not stopped within {patience_seconds:.0f} s: look at its terminal.")
        time.sleep(POLL_SECONDS)
    console.say("Stopped.")


def stop_leftovers(layout: Layout, console: Console) -> bool:
    """Ends what a killed supervisor left running. Call it only while nobody holds the lock but you."""
    alive = [child for child in remembered(layout) if born(child[1]) == child[2]]
    if not alive:
        return False
    names = ", ".join(name for name, _pid, _born in alive)
    console.say(f"Stopping what a killed run left behind: {names}.")
    # Highest stage first, as in a clean stop; PostgreSQL takes SIGINT as "finish at once, but properly".
    for name, pid, moment in reversed(alive):
        kill_group(pid, signal.SIGINT if name == "postgres" else signal.SIGTERM)
        is_gone_within(pid, moment, LEFTOVER_PATIENCE_SECONDS)
        kill_group(pid, signal.SIGKILL)
    remember_children(layout)({})
    return True


def remembered(layout: Layout) -> list[tuple[str, int, str]]:
    path = children_path(layout)
    if not path.exists():
        return []
    try:
        children = json.loads(path.read_text(encoding="utf-8"))
        return [(child["name"], child["pid"], child["born"]) for child in children if child["born"]]
    except (ValueError, KeyError, TypeError) as error:
        raise StackError(f"{layout.shown(path)} is damaged: delete it and run the command again.") from error
