"""What the operating system knows about a process number."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

PROC = Path("/proc")
POLL_SECONDS = 0.05


def born(pid: int) -> str | None:
    """The moment a process was born, which tells it from a later one with the same number; None when it is gone."""
    if not (PROC / "self" / "stat").exists():
        return ps(pid, "lstart=") or None
    try:
        text = (PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The second field is the name in brackets and may hold anything; the rest is separated by spaces.
    fields = text.rpartition(")")[2].split()
    state, started = fields[0], fields[19]
    is_dead = state in "ZX"
    return None if is_dead else f"{boot_id()}/{started}"


def command_line(pid: int) -> str:
    """Program and arguments; empty when there is no such process."""
    if not (PROC / "self" / "cmdline").exists():
        return ps(pid, "args=")
    try:
        return (PROC / str(pid) / "cmdline").read_text(encoding="utf-8", errors="replace").replace("\0", " ").strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def is_gone_within(pid: int, moment: str, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while born(pid) == moment:
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


def boot_id() -> str:
    return (PROC / "sys" / "kernel" / "random" / "boot_id").read_text(encoding="ascii").strip()


def ps(pid: int, column: str) -> str:
    command = ["ps", "-o", column, "-p", str(pid)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={"LC_ALL": "C"}).stdout.strip()
