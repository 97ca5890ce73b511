"""Residents and agents with their pages."""

from typing import Any

import httpx

from bench.handover.pages import Page, Stopwatch
from handover_api.agents.identity import COOKIE as STAFF_COOKIE
from handover_api.web.visits import COOKIE as CHAT_COOKIE

Json = dict[str, Any]


class Resident:
    def __init__(self, client: httpx.AsyncClient, begun: Json) -> None:
        self._client = client
        self._headers = {"Authorization": f"Bearer {begun['token']}"}
        self._written = 0
        self.id = str(begun["id"])
        self.path = f"/api/conversations/{self.id}"
        self.page = Page(client, "/chatt/handelser", {CHAT_COOKIE: f"{self.id}.{begun['token']}"})

    @classmethod
    async def begin(cls, client: httpx.AsyncClient) -> "Resident":
        return cls(client, (await client.post("/api/conversations", json={})).raise_for_status().json())

    async def write(self, text: str) -> None:
        self._written += 1
        body = {"client_id": f"m{self._written}", "text": text}
        response = await self._client.post(f"{self.path}/messages", json=body, headers=self._headers)
        response.raise_for_status()

    async def ask_for_person(self) -> str:
        """Returns the case's reference."""
        response = await self._client.post(f"{self.path}/handover", headers=self._headers)
        return str(response.raise_for_status().json()["case_reference"])


class Agent:
    def __init__(self, client: httpx.AsyncClient, token: str) -> None:
        self._client = client
        self.token = token
        self._cookies = {STAFF_COOKIE: token}
        self._headers = {"Cookie": f"{STAFF_COOKIE}={token}"}
        self._written = 0
        self.desk = self._page("/desk/handelser")
        self.case_pages: list[Page] = []

    @classmethod
    async def sign_in(cls, client: httpx.AsyncClient, username: str, password: str) -> "Agent":
        body = {"username": username, "password": password}
        response = (await client.post("/api/session", json=body)).raise_for_status()
        client.cookies.clear()
        return cls(client, response.cookies[STAFF_COOKIE])

    async def claim(self, reference: str) -> None:
        response = await self._client.post(f"/api/cases/{reference}/claim", headers=self._headers)
        response.raise_for_status()

    async def put_back(self, reference: str) -> None:
        response = await self._client.post(f"/api/cases/{reference}/return", headers=self._headers)
        response.raise_for_status()

    async def close_case(self, reference: str) -> None:
        """As one that was about something that no topic covers, and was solved."""
        body = {"resolution": "solved", "category_area": "kommun-demokrati"}
        response = await self._client.post(f"/api/cases/{reference}/close", json=body, headers=self._headers)
        response.raise_for_status()

    async def take_next(self) -> None:
        response = await self._client.post("/api/queue/next", headers=self._headers)
        if response.status_code != httpx.codes.OK:
            raise RuntimeError(f"nothing to take: {response.status_code}")

    async def write(self, reference: str, text: str) -> None:
        self._written += 1
        body = {"client_id": f"m{self._written}", "text": text}
        response = await self._client.post(f"/api/cases/{reference}/messages", json=body, headers=self._headers)
        response.raise_for_status()

    def add_case(self, reference: str, sees: Stopwatch) -> None:
        """A page of the case, to be opened."""
        page = self._page(f"/desk/arenden/{reference}/handelser")
        page.sees = lambda name, data: sees.look(data) if name == "message" else None
        self.case_pages.append(page)

    async def close(self) -> None:
        for page in (self.desk, *self.case_pages):
            await page.close()

    def _page(self, path: str) -> Page:
        page = Page(self._client, path, self._cookies)
        page.answers_pulse = True
        return page
