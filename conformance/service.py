"""The service under test, with everyone who takes part."""

from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Self, override

import httpx

from conformance.people import Json, Member, Resident, connect, require_status, sign_in
from conformance.playing_the_bot import Behaviour, PlayedBot
from conformance.rules import NotTriedError, Subject
from conformance.schemas import require_shape

SETTLE_SECONDS = 2.0
PATIENCE_SECONDS = 30.0


@dataclass(frozen=True)
class Account:
    username: str
    password: str


@dataclass(frozen=True)
class Access:
    """What the operator gives the kit. What is not given leaves the rules that need it untried."""

    url: str
    agent: Account
    other_agent: Account
    lead: Account | None = None
    internal_token: str | None = None
    # How long one waits before something that must not come counts as not coming.
    settle_seconds: float = SETTLE_SECONDS
    # How long one waits for what has to come.
    patience_seconds: float = PATIENCE_SECONDS


class Service(Subject):
    def __init__(self, access: Access, bot: PlayedBot | None = None) -> None:
        self.access = access
        self.settle_seconds = access.settle_seconds
        self._bot = bot
        self._clients = AsyncExitStack()
        self._references: list[str] = []
        self._lead: Member | None = None

    async def __aenter__(self) -> Self:
        self.anyone = await self._clients.enter_async_context(connect(self.access.url))
        self.agent = await self._sign_in(self.access.agent)
        self.other_agent = await self._sign_in(self.access.other_agent)
        self._lead = await self._sign_in(self.access.lead) if self.access.lead else None
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._clients.aclose()

    @property
    def lead(self) -> Member:
        """
        Raises:
            NotTriedError
        """
        if self._lead is None:
            raise NotTriedError("no lead was given (--lead)")
        return self._lead

    @property
    def bot(self) -> PlayedBot:
        """
        Raises:
            NotTriedError
        """
        if self._bot is None:
            raise NotTriedError("the kit does not play the bot (--bot-port and --bot-token)")
        return self._bot

    async def begin(self, behaviour: Behaviour | None = None) -> Resident:
        """A resident with a new conversation, and how the bot behaves in it."""
        response = await self.anyone.post("/api/conversations", json={})
        require_status(response, 201)
        resident = Resident(self.anyone, response.json(), self.access.patience_seconds)
        if behaviour is not None:
            self.bot.behaves(resident.id, behaviour)
        return resident

    async def begin_in_queue(self) -> tuple[Resident, str]:
        resident = await self.begin()
        return resident, await self.queue_up(resident)

    async def begin_with_agent(self) -> tuple[Resident, str]:
        resident, reference = await self.begin_in_queue()
        await self.agent.claim(reference)
        return resident, reference

    async def queue_up(self, resident: Resident) -> str:
        reference = await resident.queue_up()
        self._references.append(reference)
        return reference

    async def hand_over(self, resident: Resident, message_id: str, **fields: object) -> httpx.Response:
        """What a bot asks when it cannot answer.

        Raises:
            NotTriedError
        """
        body = {
            "conversation_id": resident.id,
            "message_id": message_id,
            "reason": "unsure",
            "evidence": {"certainty": "unsure", "candidates": [], "threshold": 0.71, "model_version": "conformance"},
            **fields,
        }
        require_shape("handover-request", body)
        response = await self.anyone.post("/internal/handovers", json=body, headers=self._as_a_bot())
        if response.is_success:
            self._references.append(str(response.json()["case_reference"]))
        return response

    async def availability(self, **asked_about: str) -> Json:
        """What a bot hears when it asks whether a person can answer.

        Raises:
            NotTriedError
        """
        response = await self.anyone.get("/internal/availability", params=asked_about, headers=self._as_a_bot())
        require_status(response, 200)
        require_shape("availability", response.json())
        return dict(response.json())

    def _as_a_bot(self) -> dict[str, str]:
        """
        Raises:
            NotTriedError
        """
        if self.access.internal_token is None:
            raise NotTriedError("no internal token was given (--internal-token)")
        return {"Authorization": f"Bearer {self.access.internal_token}"}

    @override
    async def tidy(self) -> None:
        """Closes the cases that the rule has left open, so that nobody's capacity is used up by them."""
        references, self._references = set(self._references), []
        for reference in references:
            await self._close(reference)

    async def _close(self, reference: str) -> None:
        case = (await self.agent.http.get(f"/api/cases/{reference}")).json()
        if case.get("state") == "waiting":
            await self.agent.step(reference, "claim")
        for member in filter(None, (self.agent, self.other_agent, self._lead)):
            if (await member.step(reference, "close", resolution="Avslutat")).is_success:
                return

    async def _sign_in(self, account: Account) -> Member:
        member = await sign_in(self.access.url, account.username, account.password)
        self._clients.push_async_callback(member.http.aclose)
        return member


def said_by(author: str, messages: list[Json]) -> list[Json]:
    return [message for message in messages if message["author"] == author]
