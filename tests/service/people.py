"""Residents and staff, who do over HTTP what they do in life."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import UUID

import httpx
from fakes import FakeBot
from fastapi import FastAPI

from handover_api.agents.identity import COOKIE
from handover_api.live import conversation_signal
from handover_api.rules.roles import Role

PATIENCE_SECONDS = 15.0
PASSWORD = "ett långt lösenord"

Json = dict[str, Any]


@dataclass(frozen=True)
class Account:
    username: str
    display_name: str
    role: Role


AGENT = Account("agent", "Agenten", Role.AGENT)
OTHER_AGENT = Account("other-agent", "Den andra agenten", Role.AGENT)
EDITOR = Account("editor", "Redaktören", Role.EDITOR)
LEAD = Account("lead", "Teamledaren", Role.LEAD)
ADMIN = Account("admin", "Administratören", Role.ADMIN)
ACCOUNTS = (AGENT, OTHER_AGENT, EDITOR, LEAD, ADMIN)


def connect(app: FastAPI, **options: Any) -> httpx.AsyncClient:
    """A caller without a name. An error in the service reaches it as an answer, as it would over a network."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://service", **options)


class Resident:
    def __init__(self, app: FastAPI, client: httpx.AsyncClient, begun: Json) -> None:
        self._hub = app.state.hub
        self._client = client
        self._client_ids = (f"klient-{number}" for number in count(1))
        self.id: str = begun["id"]
        self.token: str = begun["token"]
        self.path = f"/api/conversations/{self.id}"
        self.headers = {"Authorization": f"Bearer {self.token}"}

    @property
    def uuid(self) -> UUID:
        return UUID(self.id)

    async def write(self, text: str = "Hej", *, client_id: str | None = None, **fields: Any) -> httpx.Response:
        body = {"client_id": client_id or next(self._client_ids), "text": text, **fields}
        return await self._client.post(f"{self.path}/messages", json=body, headers=self.headers)

    async def read(self, after: int = 0) -> list[Json]:
        response = await self._client.get(f"{self.path}/messages", params={"after": after}, headers=self.headers)
        assert response.status_code == 200, response.text
        return list(response.json())

    async def status(self) -> Json:
        response = await self._client.get(self.path, headers=self.headers)
        assert response.status_code == 200, response.text
        return dict(response.json())

    async def ask_for_person(self) -> httpx.Response:
        return await self._client.post(f"{self.path}/handover", headers=self.headers)

    async def leave_contact(self, channel: str = "email", address: str | None = None, **more: Any) -> httpx.Response:
        body = {"channel": channel, "address": address, **more}
        return await self._client.post(f"{self.path}/contact", json=body, headers=self.headers)

    async def queue_up(self) -> str:
        """Asks for a person. Returns the case's reference."""
        response = await self.ask_for_person()
        assert response.status_code == 200, response.text
        return str(response.json()["case_reference"])

    async def read_until(self, is_enough: Callable[[list[Json]], bool], after: int = 0) -> list[Json]:
        with self._hub.subscribe(conversation_signal(self.uuid)) as subscription:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not is_enough(messages := await self.read(after)):
                    await subscription.wait(PATIENCE_SECONDS)
        return messages

    async def read_until_answered(self, times: int = 1) -> list[Json]:
        """Reads until the bot has answered, or has been reported silent, so many times."""
        return await self.read_until(
            lambda messages: len([each for each in messages if each["author"] == "bot" or is_failure(each)]) >= times
        )


def a_personal_number() -> str:
    """One that nobody has, since the birth number 000 is never given out; it still looks like one."""
    return f"900101-{1:04d}"


def assert_problem(response: httpx.Response, status: int, code: str) -> Json:
    """That the answer is an error as the contracts describe it. Returns its body."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = dict(response.json())
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["type"].endswith(f":{code}")
    assert problem["title"]
    assert problem["detail"].endswith(".")
    assert problem["reference"] == response.headers["x-reference"]
    return problem


def is_failure(message: Json) -> bool:
    return message["author"] == "system" and message["kind"] == "failure"


def said_by(author: str, messages: list[Json]) -> list[str]:
    return [message["text"] for message in messages if message["author"] == author]


class Member:
    """Somebody of the staff, signed in; or nobody, who is not."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self._client_ids = (f"svar-{number}" for number in count(1))

    async def list_cases(self, state: str = "waiting") -> list[Json]:
        response = await self.client.get("/api/cases", params={"state": state})
        assert response.status_code == 200, response.text
        return list(response.json())

    async def get_case(self, reference: str) -> Json:
        """Reads the case; one that is not theirs, they say why they open."""
        response = await self._read(f"/api/cases/{reference}", reference)
        assert response.status_code == 200, response.text
        return dict(response.json())

    async def claim(self, reference: str) -> httpx.Response:
        return await self.client.post(f"/api/cases/{reference}/claim")

    async def write(
        self, reference: str, text: str = "Hej, jag hjälper dig.", *, client_id: str | None = None
    ) -> httpx.Response:
        body = {"client_id": client_id or next(self._client_ids), "text": text}
        return await self.client.post(f"/api/cases/{reference}/messages", json=body)

    async def hand_back(self, reference: str) -> httpx.Response:
        return await self.client.post(f"/api/cases/{reference}/hand-back")

    async def close(self, reference: str, resolution: str = "Löst vid första kontakten") -> httpx.Response:
        return await self.client.post(f"/api/cases/{reference}/close", json={"resolution": resolution})

    async def take_next(self) -> Json | None:
        """Takes the next case that suits. Returns it, or None when nothing does."""
        response = await self.client.post("/api/queue/next")
        assert response.status_code in {200, 204}, response.text
        return dict(response.json()) if response.status_code == 200 else None

    async def be(self, status: str | None) -> Json:
        """Says what the agent is ready for; None is only a sign of life."""
        response = await self.client.put("/api/presence", json={"status": status})
        assert response.status_code == 200, response.text
        return dict(response.json())

    async def offers(self) -> list[str]:
        """The references of the cases that the agent is asked to take."""
        response = await self.client.get("/api/offers")
        assert response.status_code == 200, response.text
        return [offer["case"]["reference"] for offer in response.json()]

    async def decline(self, reference: str) -> httpx.Response:
        return await self.client.post(f"/api/cases/{reference}/decline")

    async def transfer(self, reference: str, note: str = "Kan du ta det här?", **target: str) -> httpx.Response:
        return await self.client.post(f"/api/cases/{reference}/transfer", json={"note": note, **target})

    async def put_back(self, reference: str, note: str = "") -> httpx.Response:
        return await self.client.post(f"/api/cases/{reference}/return", json={"note": note})

    async def take_over(self, reference: str) -> httpx.Response:
        return await self.client.post(f"/api/cases/{reference}/take-over")

    async def forward(
        self, reference: str, department: str = "bygg", note: str = "Kan ni svara på frågan?", **step: object
    ) -> httpx.Response:
        body = {"department": department, "note": note, **step}
        return await self.client.post(f"/api/cases/{reference}/forward", json=body)

    async def record_department_answer(self, reference: str, note: str = "Svaret är ja.") -> httpx.Response:
        return await self.client.post(f"/api/cases/{reference}/department-answer", json={"note": note})

    async def list_events(self, reference: str, after: int = 0) -> list[Json]:
        """The steps of the protocol in the case's conversation."""
        response = await self._read(f"/api/cases/{reference}/events?after={after}", reference)
        assert response.status_code == 200, response.text
        return list(response.json())

    async def open_case(self, reference: str, reason: str = "helping_colleague", **more: str) -> httpx.Response:
        """Says why, and may then read a case that is not theirs."""
        return await self.client.post(f"/api/cases/{reference}/openings", json={"reason": reason, **more})

    async def _read(self, path: str, reference: str) -> httpx.Response:
        response = await self.client.get(path)
        if response.status_code == 403 and response.json()["code"] == "reason_needed":
            assert (await self.open_case(reference)).status_code == 204
            response = await self.client.get(path)
        return response

    async def put_profile(self, username: str, **profile: object) -> httpx.Response:
        return await self.client.put(f"/api/staff/{username}/profile", json=profile)


class People:
    """Everyone who takes part in a test, each with a connection of their own."""

    def __init__(self, app: FastAPI, sessions: dict[str, str]) -> None:
        self._app = app
        self._sessions = sessions
        self._clients: list[httpx.AsyncClient] = []
        self.agent = self._member(AGENT)
        self.other_agent = self._member(OTHER_AGENT)
        self.editor = self._member(EDITOR)
        self.lead = self._member(LEAD)
        self.admin = self._member(ADMIN)
        self.nobody = Member(self.connect())

    def connect(self, **options: Any) -> httpx.AsyncClient:
        client = connect(self._app, **options)
        self._clients.append(client)
        return client

    async def resident(self, **conversation: Any) -> Resident:
        client = self.connect()
        response = await client.post("/api/conversations", json=conversation)
        assert response.status_code == 201, response.text
        return Resident(self._app, client, response.json())

    async def comes_back(self, reference: str, code: str) -> Resident:
        """A resident in another browser, who has kept what was shown in the first."""
        client = self.connect()
        response = await client.post("/api/conversations/return", json={"reference": reference, "code": code})
        assert response.status_code == 201, response.text
        return Resident(self._app, client, response.json())

    def return_of(self, resident: Resident) -> Resident:
        """The same resident, who comes back to the service after it has been started anew."""
        return Resident(self._app, self.connect(), {"id": resident.id, "token": resident.token})

    def _member(self, account: Account) -> Member:
        return Member(self.connect(cookies={COOKIE: self._sessions[account.username]}))

    async def leave(self) -> None:
        for client in self._clients:
            await client.aclose()


async def hand_over(
    action_server: httpx.AsyncClient, resident: Resident, bot: FakeBot, **handover: object
) -> httpx.Response:
    """The bot asks for a person because of the message that it heard last."""
    body = {"conversation_id": resident.id, "message_id": str(bot.heard[-1].message_id), "reason": "unsure", **handover}
    return await action_server.post("/internal/handovers", json=body)
