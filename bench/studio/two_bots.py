"""The service with two processes of the bot behind one address, and two models that they can answer with."""

import asyncio
import contextlib
import itertools
import os
import secrets
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import httpx

from bench import results
from bench.service_alone import service_alone
from bench.studio.altered_model import with_version
from stack.layout import Layout
from stack.model import current_model
from stack.temporary_system import free_ports

PYTHON = results.ROOT / ".venv" / "rasa" / "bin" / "python"
OTHER_VERSION = "0123456789ab"
START_SECONDS = 300.0
STORING_SECONDS = 120.0
KILOBYTES = 1024
CHUNK_BYTES = 65536


@dataclass(frozen=True)
class TwoBots:
    url: str
    accounts: Path
    bots: tuple[str, ...]
    pids: tuple[int, ...]
    # The ids of the models, by the versions that they answer with.
    models: Mapping[str, UUID]

    def memory(self) -> list[int]:
        """What each process of the bot has in memory, in megabytes."""
        return [resident_megabytes(pid) for pid in self.pids]

    async def version_of(self, client: httpx.AsyncClient, bot: str) -> str:
        response = await client.get(f"{bot}/webhooks/handover/health")
        return str(response.raise_for_status().json()["model_version"])


@contextlib.contextmanager
def two_bots(folder: Path) -> Iterator[TwoBots]:
    """Runs until left. `folder` may be passed through by the database's own system user."""
    archive = current_model(Layout(results.ROOT)).archive
    ports = free_ports(4)
    (actions_port, shared_port), bot_ports = ports[:2], ports[2:]
    tokens = {name: secrets.token_urlsafe() for name in ("BOT_TOKEN", "INTERNAL_TOKEN", "ACTIONS_TOKEN")}
    with contextlib.ExitStack() as stack:
        stack.enter_context(shared_address(shared_port, bot_ports))
        service = stack.enter_context(
            service_alone(
                folder,
                **tokens,
                HANDOVER_MODE="demo",
                BOT_URL=f"http://127.0.0.1:{shared_port}",
                ACTIONS_URL=f"http://127.0.0.1:{actions_port}",
                MODELS_FOLDER=str(folder / "models"),
                # Longer than in operation: a machine that others use as well is not to be taken for a bot that fails.
                BOT_ATTEMPT_SECONDS="20",
                BOT_DEADLINE_SECONDS="60",
            )
        )
        environment = {
            **os.environ,
            **tokens,
            "DATABASE_URL": service.database_url,
            "HANDOVER_API_URL": service.url,
            "ACTIONS_PORT": str(actions_port),
            "ACTIONS_URL": f"http://127.0.0.1:{actions_port}",
            "LOG_LEVEL": "INFO",
        }
        actions = stack.enter_context(process("actions.server", environment, folder / "actions.log"))
        until_healthy(f"http://127.0.0.1:{actions_port}/health", actions)
        # Before the bots start: what they bring takes its place, and nothing changes by itself any more.
        other = store(service.url, tokens["INTERNAL_TOKEN"], with_version(archive, OTHER_VERSION))
        pids = []
        for port in bot_ports:
            of_bot = {**environment, "BOT_PORT": str(port)}
            bot = stack.enter_context(
                process("learning.server", of_bot, folder / f"bot-{port}.log", "--model", str(archive))
            )
            until_healthy(f"http://127.0.0.1:{port}/webhooks/handover/health", bot)
            pids.append(bot.pid)
        bots = tuple(f"http://127.0.0.1:{port}" for port in bot_ports)
        own = store(service.url, tokens["INTERNAL_TOKEN"], archive.read_bytes())
        health = httpx.get(f"{bots[0]}/webhooks/handover/health", trust_env=False).raise_for_status()
        models = {health.json()["model_version"]: own, OTHER_VERSION: other}
        yield TwoBots(service.url, folder / "accounts.json", bots, tuple(pids), models)


def store(url: str, token: str, content: bytes) -> UUID:
    """Brings a model to the service, as a bot does that has started with it. Returns its id."""
    response = httpx.put(
        f"{url}/internal/models/starting",
        content=content,
        headers={"Authorization": f"Bearer {token}"},
        timeout=STORING_SECONDS,
        trust_env=False,
    )
    return UUID(response.raise_for_status().json()["id"])


@contextlib.contextmanager
def process(
    module: str, environment: Mapping[str, str], log: Path, *arguments: str
) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as output:
        started = subprocess.Popen(
            [str(PYTHON), "-m", module, *arguments],
            cwd=results.ROOT,
            env=dict(environment),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield started
    finally:
        started.terminate()
        started.wait(30)


def until_healthy(url: str, process: subprocess.Popen[bytes]) -> None:
    """
    Raises:
        RuntimeError: it has ended, or is not healthy in time.
    """
    give_up_at = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < give_up_at:
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(url, trust_env=False).is_success:
                return
        time.sleep(0.2)
    raise RuntimeError(f"{url} is not healthy")


@contextlib.contextmanager
def shared_address(port: int, bots: list[int]) -> Iterator[None]:
    """Each connection to `port` goes to the next of the bots."""
    turns = itertools.cycle(bots)

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            bot_reader, bot_writer = await asyncio.open_connection("127.0.0.1", next(turns))
        except OSError:
            writer.close()
            return
        await asyncio.gather(pass_on(reader, bot_writer), pass_on(bot_reader, writer))

    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(accept, "127.0.0.1", port))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(CHUNK_BYTES):
            writer.write(data)
            await writer.drain()
    writer.close()


def resident_megabytes(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines()
    return next(int(line.split()[1]) // KILOBYTES for line in lines if line.startswith("VmRSS:"))
