"""Real HTTP on the loopback interface, for what an in-process call cannot show."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import uvicorn
from fastapi import FastAPI
from people import Json

from handover_api import main


@contextlib.asynccontextmanager
async def serve(app: FastAPI) -> AsyncIterator[str]:
    """Serves as `handover_api.main` does, on a port that the system chooses. Yields the address."""
    listening = socket.create_server(("127.0.0.1", 0))
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    config = uvicorn.Config(app, access_log=False, log_level="warning", timeout_graceful_shutdown=5)
    server = main.Server(config, app)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        # Whoever connects before the server accepts waits in the socket's queue.
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        if hasattr(app.state, "hub"):
            app.state.hub.close()
        server.should_exit = True
        await serving


@dataclass(frozen=True)
class Event:
    """A server-sent event that carries a message."""

    id: str
    data: Json


async def read_events(response: httpx.Response) -> AsyncIterator[Event]:
    fields: dict[str, str] = {}
    async for line in response.aiter_lines():
        name, _, value = line.partition(":")
        if line == "" and "data" in fields:
            yield Event(fields["id"], json.loads(fields["data"]))
            fields = {}
        elif name:
            fields[name] = value.removeprefix(" ")
