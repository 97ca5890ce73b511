"""The real service in a thread of its own, on a free port of the loopback interface."""

import asyncio
import socket
import threading
import time

import httpx
import uvicorn
from fastapi import FastAPI
from scripted_bot import ScriptedBot

from handover_api.application import create_application
from handover_api.conversations.stream import KEEP_ALIVE_SECONDS
from handover_api.settings import Settings, read_settings

INTERNAL_TOKEN = "the-internal-token-of-the-tests"
_START_SECONDS = 60.0


def settings_for(database_url: str, **changes: str) -> Settings:
    return read_settings(
        {
            "DATABASE_URL": database_url,
            "BOT_TOKEN": "the-bot-token-of-the-tests",
            "INTERNAL_TOKEN": INTERNAL_TOKEN,
            "HANDOVER_MODE": "demo",
            **changes,
        }
    )


class RunningService:
    """Started and stopped like the real one; the bot keeps to its script."""

    def __init__(self, settings: Settings, port: int = 0, *, keep_alive_seconds: float = KEEP_ALIVE_SECONDS) -> None:
        self._socket = socket.create_server(("127.0.0.1", port))
        # As asyncio does with sockets that it opens itself; otherwise answers wait 40 ms for a receipt.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.bot = ScriptedBot(self.url, INTERNAL_TOKEN)
        self._app: FastAPI = create_application(settings, bot=self.bot, keep_alive_seconds=keep_alive_seconds)
        config = uvicorn.Config(self._app, access_log=False, log_level="warning", timeout_graceful_shutdown=2)
        self._server = uvicorn.Server(config)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._server.serve(sockets=[self._socket]))
        self._loop.close()

    def start(self) -> None:
        self._thread.start()
        until = time.monotonic() + _START_SECONDS
        # The port answers from the beginning, because the socket is bound; the request waits until the service does.
        with httpx.Client(base_url=self.url, timeout=_START_SECONDS) as client:
            while client.get("/health/live").status_code != httpx.codes.OK:
                assert time.monotonic() < until, "the service did not start"

    def stop(self) -> None:
        if self._loop.is_closed():
            return
        self._loop.call_soon_threadsafe(self._app.state.hub.close)
        self._server.should_exit = True
        self._thread.join(_START_SECONDS)
        assert not self._thread.is_alive(), "the service did not stop"
