"""Residents and staff, as the service under test meets them over HTTP."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import uuid4

import httpx

from conformance.rules import NotTriedError, RuleBrokenError, require
from conformance.schemas import require_shape

Json = dict[str, Any]
POLL_SECONDS = 0.1


class Resident:
    def __init__(self, http: httpx.AsyncClient, begun: Json, patience: float) -> None:
        self._http = http
        self._patience = patience
        self.id = str(begun["id"])
        self.token = str(begun["token"])
        self.path = f"/api/conversations/{self.id}"
        self.headers = {"Authorization": f"Bearer {self.token}"}

    async def send(self, text: str = "Hej", *, client_id: str | None = None, **fields: Any) -> httpx.Response:
        body = {"client_id": client_id or str(uuid4()), "text": text, **fields}
        return await self._http.post(f"{self.path}/messages", json=body, headers=self.headers)

    async def write(self, text: str = "Hej", *, client_id: str | None = None) -> int:
        """Sends a message that the service has to accept. Returns its number."""
        response = await self.send(text, client_id=client_id)
        require_status(response, 202)
        return int(response.json()["seq"])

    async def read(self, after: int = 0) -> list[Json]:
        """All messages after a number, however the service divides them into pages."""
        messages: list[Json] = []
        while True:
            last = int(messages[-1]["seq"]) if messages else after
            response = await self._http.get(f"{self.path}/messages", params={"after": last}, headers=self.headers)
            require_status(response, 200)
            page: list[Json] = response.json()
            if not page:
                return messages
            require(page[0]["seq"] > last, f"after {last} came {page[0]['seq']}")
            messages += page

    async def read_until(self, is_enough: Callable[[list[Json]], bool], waited_for: str) -> list[Json]:
        until = time.monotonic() + self._patience
        while not is_enough(messages := await self.read()):
            if time.monotonic() > until:
                raise RuleBrokenError(f"{waited_for} did not come within {self._patience:.0f} seconds")
            await asyncio.sleep(POLL_SECONDS)
        return messages

    async def read_until_answered(self, seq: int) -> list[Json]:
        """Until something is said after this number by the bot, or by the service in its place."""
        return await self.read_until(
            lambda messages: any(each["seq"] > seq and each["author"] in {"bot", "system"} for each in messages),
            f"an answer to message {seq}",
        )

    async def status(self) -> Json:
        response = await self._http.get(self.path, headers=self.headers)
        require_status(response, 200)
        require_shape("conversation", response.json())
        return dict(response.json())

    async def ask_for_person(self) -> httpx.Response:
        return await self._http.post(f"{self.path}/handover", headers=self.headers)

    async def queue_up(self) -> str:
        """Asks for a person. Returns the case's reference."""
        response = await self.ask_for_person()
        require_status(response, 200)
        return str(response.json()["case_reference"])

    async def stream(self, last_event_id: int) -> AsyncIterator[Json]:
        """Messages from the event stream, from the one after this number."""
        headers = {**self.headers, "Last-Event-ID": str(last_event_id)}
        async with self._http.stream("GET", f"{self.path}/events", headers=headers) as response:
            require(response.status_code == httpx.codes.OK, f"the event stream answered {response.status_code}")
            fields: dict[str, str] = {}
            async for line in response.aiter_lines():
                name, _, value = line.partition(":")
                if line == "" and "data" in fields:
                    message = json.loads(fields["data"])
                    require(fields.get("id") == str(message["seq"]), "an event's id is not its message's number")
                    yield message
                    fields = {}
                elif name:
                    fields[name] = value.removeprefix(" ")


class Member:
    """Somebody at the desk, signed in."""

    def __init__(self, http: httpx.AsyncClient, display_name: str, username: str) -> None:
        self.http = http
        self.display_name = display_name
        self.username = username

    async def step(self, reference: str, action: str, key: str | None = None, **body: Any) -> httpx.Response:
        headers = {"Idempotency-Key": key} if key else {}
        return await self.http.post(f"/api/cases/{reference}/{action}", json=body, headers=headers)

    async def claim(self, reference: str) -> Json:
        response = await self.step(reference, "claim")
        require_status(response, 200)
        return dict(response.json())

    async def send(
        self, reference: str, text: str = "Hej, jag hjälper dig.", *, client_id: str | None = None
    ) -> httpx.Response:
        return await self.step(reference, "messages", client_id=client_id or str(uuid4()), text=text)

    async def be(self, status: str) -> None:
        """Says what the agent is ready for: `available` or `on_break`."""
        require_status(await self.http.put("/api/presence", json={"status": status}), 200)

    async def leave(self) -> None:
        """Is no longer at the desk."""
        require_status(await self.http.delete("/api/presence"), 204)

    async def case(self, reference: str) -> Json:
        response = await self._read(f"/api/cases/{reference}", reference)
        require_status(response, 200)
        require_shape("case", response.json())
        return dict(response.json())

    async def _read(self, path: str, reference: str) -> httpx.Response:
        """Says why, where the service asks for it before a case that another has is read."""
        response = await self.http.get(path)
        if response.status_code == httpx.codes.FORBIDDEN and response.json().get("code") == "reason_needed":
            require_status(await self.step(reference, "openings", reason="following_up"), 204)
            response = await self.http.get(path)
        return response

    async def events(self, reference: str, after: int = 0) -> list[Json]:
        query = f"?after={after}" if after else ""
        response = await self._read(f"/api/cases/{reference}/events{query}", reference)
        require_status(response, 200)
        events: list[Json] = response.json()
        for event in events:
            require_shape("event", event)
        return events


async def sign_in(url: str, username: str, password: str) -> Member:
    http = connect(url)
    response = await http.post("/api/session", json={"username": username, "password": password})
    if not response.is_success:
        await http.aclose()
        raise NotTriedError(f"{username} could not sign in ({response.status_code})")
    return Member(http, str(response.json()["display_name"]), username)


def connect(url: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=url, timeout=30, trust_env=False)


def require_status(response: httpx.Response, *allowed: int) -> None:
    found = f"{response.request.method} {response.request.url.path} answered {response.status_code}"
    if response.status_code not in allowed:
        raise RuleBrokenError(f"{found}{_code(response)} where {' or '.join(map(str, allowed))} was expected")


def require_problem(response: httpx.Response, status: int, code: str | None = None) -> Json:
    """That an error looks as the protocol says. Returns its body."""
    require_status(response, status)
    content_type = response.headers.get("content-type", "")
    require(content_type.startswith("application/problem+json"), f"an error came as {content_type or 'nothing'}")
    problem = dict(response.json())
    require_shape("problem", problem)
    require(problem["status"] == status, f"the problem says {problem['status']} and the answer {status}")
    require(code is None or problem["code"] == code, f"the code is {problem['code']}, not {code}")
    return problem


def require_conflict(response: httpx.Response, code: str | None = None) -> Json:
    """409, with the state and the version that stand instead."""
    conflict = require_problem(response, 409, code)
    require_shape("conflict", conflict)
    return conflict


def _code(response: httpx.Response) -> str:
    try:
        return f" {response.json()['code']}"
    except (ValueError, KeyError, TypeError):
        return ""
