"""What a resident writes stands in the conversation and nowhere else: tried on the real process, with its real log."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
from environment import BOT_TOKEN, INTERNAL, INTERNAL_TOKEN
from fakes import ANSWER, FakeChannel
from fastapi.responses import JSONResponse, Response
from people import PASSWORD, PATIENCE_SECONDS
from serving import read_events, serve

ROOT = Path(__file__).parents[2]
CANARY = "kanariefågeln"


@dataclass
class Service:
    """The service as a process of its own."""

    process: asyncio.subprocess.Process
    client: httpx.AsyncClient
    log: Path
    errors: list[httpx.Response] = field(default_factory=list)

    async def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        response = await self.client.request(method, path, **options)
        if response.status_code >= 400:
            self.errors.append(response)
        return response

    async def stop(self, within_seconds: float = PATIENCE_SECONDS) -> None:
        self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(within_seconds):
            await self.process.wait()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@contextlib.asynccontextmanager
async def running(database_url: str, bot_url: str, log: Path) -> AsyncIterator[Service]:
    port = free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONUTF8": "1",
        "DATABASE_URL": database_url,
        "BOT_URL": bot_url,
        "BOT_TOKEN": BOT_TOKEN,
        "INTERNAL_TOKEN": INTERNAL_TOKEN,
        "PORT": str(port),
        "BOT_DEADLINE_SECONDS": "0.3",
    }
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "handover_api.main"), cwd=ROOT, env=environment, stdout=output, stderr=output
        )
    try:
        await until_listening(process, port)
        # A connection that is kept may be closed by the server in the moment that it is used again.
        client = httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}",
            timeout=PATIENCE_SECONDS,
            limits=httpx.Limits(max_keepalive_connections=0),
        )
        async with client:
            service = Service(process, client, log)
            yield service
            if process.returncode is None:
                await service.stop()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def until_listening(process: asyncio.subprocess.Process, port: int) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while process.returncode is None:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except ConnectionRefusedError:
                # Nothing but the port itself tells when a process begins to listen.
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return


async def refuse_with_canary(body: dict[str, Any]) -> Response:
    if "bryter kontraktet" in body["text"]:
        return JSONResponse({**ANSWER, "message_id": body["message_id"], "replies": [{"kind": body["text"]}]})
    if "faller" in body["text"]:
        return JSONResponse({"code": body["text"]}, 500)
    return JSONResponse({**ANSWER, "message_id": body["message_id"]})


async def write_everything(service: Service) -> tuple[str, dict[str, str]]:
    """A resident writes the canary in every way, right and wrong. Returns the conversation's address and headers."""
    begun = (await service.call("POST", "/api/conversations")).json()
    path, headers = f"/api/conversations/{begun['id']}", {"Authorization": f"Bearer {begun['token']}"}
    messages = f"{path}/messages"
    for client_id, text in [
        ("a", CANARY),
        ("a", f"{CANARY} igen"),
        ("b", f"{CANARY} bryter kontraktet"),
        ("c", f"{CANARY} faller"),
        ("d", CANARY * 1000),
        ("e", CANARY * 10_000),
        (CANARY, CANARY),
    ]:
        await service.call("POST", messages, json={"client_id": client_id, "text": text}, headers=headers)
    await service.call("POST", messages, json={"client_id": "f", "text": CANARY, "choice": CANARY}, headers=headers)
    for content_type in ("application/json", "text/plain"):
        content = f'{{"client_id": "g", "text": "{CANARY}'.encode()
        await service.call("POST", messages, content=content, headers={**headers, "content-type": content_type})
    await service.call("POST", messages, json={"client_id": "h", "text": CANARY})
    await service.call("POST", "/api/conversations", json={"language": CANARY})
    await service.call("POST", "/api/conversations", json={"continues": begun["id"], "continues_token": CANARY})
    await service.call("PUT", messages, json={"text": CANARY}, headers=headers)
    return path, headers


async def break_down(service: Service, database_url: str, path: str, headers: dict[str, str]) -> None:
    """The handler crashes with an error that, left alone, quotes the whole row."""
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        await connection.execute("ALTER TABLE messages ADD CONSTRAINT broken CHECK (false) NOT VALID")
        body = {"client_id": "z", "text": f"{CANARY} kraschar"}
        response = await service.call("POST", f"{path}/messages", json=body, headers=headers)
        assert response.status_code == 500
        assert response.json()["code"] == "internal"
        page = await service.call(
            "POST",
            "/chatt/meddelanden",
            data={"client_id": "z", "text": f"{CANARY} kraschar"},
            headers={"accept": "text/html"},
        )
        assert page.status_code == 500
        await connection.execute("ALTER TABLE messages DROP CONSTRAINT broken")


async def hand_over_and_answer(service: Service, path: str, headers: dict[str, str]) -> None:
    await service.call(
        "POST",
        "/internal/handovers",
        json={"conversation_id": str(uuid4()), "message_id": CANARY, "reason": CANARY, "text": CANARY},
        headers=INTERNAL,
    )
    reference = (await service.call("POST", f"{path}/handover", headers=headers)).json()["case_reference"]
    # To the queue: the bot reads it, and fails.
    waiting = {"client_id": "x", "text": f"{CANARY} faller"}
    await service.call("POST", f"{path}/messages", json=waiting, headers=headers)
    await service.call("POST", "/api/session", json={"username": "agent", "password": CANARY})
    await service.call("POST", "/api/session", json={"username": "agent", "password": PASSWORD})
    case = f"/api/cases/{reference}"
    assert CANARY in (await service.call("GET", case)).text
    await service.call("POST", f"{case}/messages", json={"client_id": "a", "text": CANARY})
    await service.call("POST", f"{case}/messages", json={"client_id": "a", "text": f"{CANARY} igen"})
    await service.call("POST", f"{case}/close", json={"resolution": CANARY * 100})
    assert (await service.call("POST", f"{case}/close", json={"resolution": "Löst"})).status_code == 200
    await service.call("POST", f"{path}/messages", json={"client_id": "y", "text": CANARY}, headers=headers)


@pytest.fixture
async def bot_url() -> AsyncIterator[str]:
    channel = FakeChannel()
    channel.answer = refuse_with_canary
    async with serve(channel.application()) as url:
        yield url


async def test_what_a_resident_writes_is_in_no_log_no_error_no_address_and_no_audit_entry(
    own_database_url: str, bot_url: str, tmp_path: Path
) -> None:
    async with running(own_database_url, bot_url, tmp_path / "log") as service:
        path, headers = await write_everything(service)
        async with service.client.stream("GET", f"{path}/events", headers=headers) as stream:
            # The bot gives up the two messages that it cannot answer.
            async with asyncio.timeout(PATIENCE_SECONDS):
                failures = 0
                async for event in read_events(stream):
                    failures += event.data["kind"] == "failure"
                    if failures == 2:
                        break
        await break_down(service, own_database_url, path, headers)
        await hand_over_and_answer(service, path, headers)
        stored = (await service.call("GET", f"{path}/messages", headers=headers)).text

    log = service.log.read_text(encoding="utf-8")
    async with await psycopg.AsyncConnection.connect(own_database_url) as connection:
        audit = str(await (await connection.execute("SELECT * FROM audit_entries")).fetchall())
    # That the test has looked: the canary was stored, and what should be logged was.
    assert stored.count(CANARY) >= 4
    assert "closed" in audit
    assert {"request.failed", "bot.attempt_failed", "bot.failed"} <= {
        json.loads(line)["event"] for line in log.splitlines() if line.startswith("{")
    }
    assert len(service.errors) >= 15

    assert CANARY not in log
    assert CANARY not in audit
    for error in service.errors:
        assert CANARY not in error.text, error.request.url
        assert CANARY not in str(error.headers)


async def test_an_open_stream_does_not_keep_the_process_from_stopping(
    own_database_url: str, bot_url: str, tmp_path: Path
) -> None:
    async with running(own_database_url, bot_url, tmp_path / "log") as service:
        begun = (await service.call("POST", "/api/conversations")).json()
        headers = {"Authorization": f"Bearer {begun['token']}"}
        async with service.client.stream("GET", f"/api/conversations/{begun['id']}/events", headers=headers) as stream:
            assert stream.status_code == 200
            # Without our help the server would wait five seconds for the stream, and then break it.
            await service.stop(within_seconds=4)
            assert [line async for line in stream.aiter_lines() if line.startswith("data")] == []
    assert "Traceback" not in service.log.read_text(encoding="utf-8")
