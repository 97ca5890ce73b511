"""A system with ports and a run folder of its own, for tests and benchmarks, started as a person would start it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType

from stack.console import Console
from stack.database import EmbeddedDatabase
from stack.layout import Layout

START_SECONDS = 600.0
STOP_SECONDS = 30.0
POLL_SECONDS = 0.05
SHOWN_CHARACTERS = 4000


class TemporarySystem:
    """Starts on entering, and is healthy then; stops with the signal of Ctrl-C on leaving."""

    def __init__(self, root: Path, run_folder: Path) -> None:
        self._root = root
        self._run_folder = run_folder
        port, bot_port, actions_port = free_ports(3)
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        inherited = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "VIRTUAL_ENV"}}
        self._environment = {
            **inherited,
            "RUN_FOLDER": str(run_folder),
            "PORT": str(port),
            "BOT_PORT": str(bot_port),
            "ACTIONS_PORT": str(actions_port),
            "HANDOVER_MODE": "demo",
        }
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> TemporarySystem:  # noqa: PYI034 - Self needs a newer Python than this package may ask for
        self._run_folder.mkdir(mode=0o711, parents=True, exist_ok=True)
        output = self._run_folder / "output.txt"
        with output.open("wb") as file:
            self._process = subprocess.Popen(
                ["python3", "-m", "stack", "run"],
                cwd=self._root,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        give_up_at = time.monotonic() + START_SECONDS
        while not self._is_ready():
            if self._process.poll() is not None or time.monotonic() > give_up_at:
                self.stop()
                text = output.read_text(encoding="utf-8", errors="replace")[-SHOWN_CHARACTERS:]
                raise RuntimeError(f"the system did not start:\n{text}")
            time.sleep(POLL_SECONDS)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise RuntimeError("the system did not stop when told to") from None
        finally:
            self._process = None

    def accounts(self) -> list[dict[str, str]]:
        """The demo sign-ins: username, password and role of each."""
        accounts: list[dict[str, str]] = json.loads(
            (self._run_folder / "demo-accounts.json").read_text(encoding="utf-8")
        )
        return accounts

    @property
    def database_url(self) -> str:
        return EmbeddedDatabase(Layout(self._root, self._run_folder), Console(sys.stdout), os.environ).url

    def pids(self) -> list[int]:
        """The supervisor and everything below it."""
        if self._process is None:
            return []
        parents = {int(path.name): parent_of(path) for path in Path("/proc").iterdir() if path.name.isdigit()}
        found = [self._process.pid]
        for pid in found:
            found.extend(child for child, parent in parents.items() if parent == pid)
        return found

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/health/ready", timeout=2):  # noqa: S310 - our own loopback address
                return True
        except (urllib.error.URLError, OSError):
            return False


def free_ports(count: int) -> list[int]:
    """Ports that nobody uses at the moment, all different."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in sockets]
    finally:
        for each in sockets:
            each.close()


def parent_of(process: Path) -> int:
    try:
        # The name, in parentheses, may hold anything; the parent's number is the second field after it.
        return int((process / "stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[1])
    except OSError:
        return 0
