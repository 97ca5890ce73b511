"""What the service is given instead of the real bot and the real time."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn
from uuid import UUID

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from handover_api.errors import BotUnavailableError
from handover_api.integrations.bot import Reading, Turn


class FakeClock:
    """Stands still until told to move."""

    START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)

    def __init__(self) -> None:
        self._now = self.START

    def __call__(self) -> datetime:
        return self._now

    def advance(self, **duration: float) -> None:
        self._now += timedelta(**duration)


@dataclass(frozen=True)
class Heard:
    """What the bot was told in one attempt."""

    conversation_id: UUID
    message_id: UUID
    language: str
    text: str
    choice: str | None


Behaviour = Callable[[Heard], Awaitable[Turn]]
ReadingBehaviour = Callable[[Heard], Awaitable[Reading]]


def reply(kind: str = "answer", text: str | None = "Svar", **fields: Any) -> dict[str, Any]:
    level = {"rosa_level": 1} if kind in {"answer", "guide", "refer"} else {}
    return {"kind": kind, "text": text, **level, **fields}


def turn(heard: Heard, *replies: dict[str, Any], **understanding: Any) -> Turn:
    return Turn.model_validate(
        {
            "message_id": heard.message_id,
            "understanding": {
                "certainty": "sure",
                "candidates": [{"topic": "radon", "confidence": 0.91}],
                "threshold": 0.71,
                "model_version": "modell-1",
                **understanding,
            },
            "replies": list(replies),
        }
    )


def says(*replies: dict[str, Any], **understanding: Any) -> Behaviour:
    async def behave(heard: Heard) -> Turn:
        return turn(heard, *replies, **understanding)

    return behave


async def echoes(heard: Heard) -> Turn:
    """Answers in a way that shows which message is answered."""
    return turn(heard, reply(text=f"Svar på: {heard.text}"))


async def fails(_: Heard) -> NoReturn:
    raise BotUnavailableError("bot_unreachable", error="ConnectError")


def reading(heard: Heard, urgent: str | None = None, language: str | None = None) -> Reading:
    """What the bot makes of a message to a person: nothing special, or the urgent topic."""
    certainty, threshold = ("sure", 0.71) if urgent else ("unsure", 0.71)
    candidate = {"topic": urgent or "radon", "confidence": 0.97 if urgent else 0.12}
    return Reading.model_validate(
        {
            "message_id": heard.message_id,
            "understanding": {
                "certainty": certainty,
                "candidates": [candidate],
                "threshold": threshold,
                "model_version": "modell-1",
                "language": language or heard.language,
                "is_personal": False,
                "urgent": candidate if urgent else None,
            },
        }
    )


async def sees_no_danger(heard: Heard) -> Reading:
    return reading(heard)


def sees(urgent: str) -> ReadingBehaviour:
    async def behave(heard: Heard) -> Reading:
        return reading(heard, urgent)

    return behave


def in_turn[Answer](*behaviours: Callable[[Heard], Awaitable[Answer]]) -> Callable[[Heard], Awaitable[Answer]]:
    """Behaves in one way after the other, and stays with the last."""
    remaining = list(behaviours)

    async def behave(heard: Heard) -> Answer:
        return await (remaining.pop(0) if len(remaining) > 1 else remaining[0])(heard)

    return behave


class Held[Answer]:
    """A behaviour that waits to be let go."""

    def __init__(self, then: Callable[[Heard], Awaitable[Answer]]) -> None:
        self._then = then
        self._reached = asyncio.Event()
        self._released = asyncio.Event()

    async def __call__(self, heard: Heard) -> Answer:
        self._reached.set()
        await self._released.wait()
        return await self._then(heard)

    async def until_reached(self) -> None:
        async with asyncio.timeout(10):
            await self._reached.wait()

    def release(self) -> None:
        self._released.set()


class FakeBot:
    """Keeps the contract of `integrations.bot.Bot`, and what it has heard."""

    def __init__(self) -> None:
        self.behaviour: Behaviour = echoes
        self.heard: list[Heard] = []
        # What it has been asked only to read.
        self.reading: ReadingBehaviour = sees_no_danger
        self.read_only: list[Heard] = []
        self.is_well = True
        self.most_at_once: Counter[UUID] = Counter()
        self._at_once: Counter[UUID] = Counter()

    @property
    def texts(self) -> list[str]:
        return [heard.text for heard in self.heard]

    async def take_turn(
        self, *, conversation_id: UUID, message_id: UUID, language: str, text: str, choice: str | None
    ) -> Turn:
        heard = Heard(conversation_id, message_id, language, text, choice)
        self.heard.append(heard)
        self._at_once[conversation_id] += 1
        self.most_at_once[conversation_id] = max(self.most_at_once[conversation_id], self._at_once[conversation_id])
        try:
            return await self.behaviour(heard)
        finally:
            self._at_once[conversation_id] -= 1

    async def read(
        self, *, conversation_id: UUID, message_id: UUID, language: str, text: str, choice: str | None
    ) -> Reading:
        heard = Heard(conversation_id, message_id, language, text, choice)
        self.read_only.append(heard)
        return await self.reading(heard)

    async def is_healthy(self) -> bool:
        return self.is_well

    async def close(self) -> None:
        """There is nothing to close."""


ANSWER: dict[str, Any] = {
    "understanding": {"certainty": "sure", "candidates": [{"topic": "radon", "confidence": 0.9}]},
    "replies": [{"kind": "answer", "text": "Svar", "rosa_level": 1}],
}
Answer = Callable[[dict[str, Any]], Awaitable[Response]]


class FakeChannel:
    """The other end of the line to the bot: what it is asked, and what it answers."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.read_only: list[dict[str, Any]] = []
        self.authorization: list[str | None] = []
        self.answer: Answer = self._well
        self.health = 200

    @staticmethod
    async def _well(body: dict[str, Any]) -> Response:
        return JSONResponse({**ANSWER, "message_id": body["message_id"]})

    def answers(self, status: int, content: object) -> None:
        async def answer(_: dict[str, Any]) -> Response:
            return JSONResponse(content, status)

        self.answer = answer

    def application(self) -> FastAPI:
        app = FastAPI()

        @app.post("/webhooks/handover/turns")
        async def turns(request: Request) -> Response:
            self.authorization.append(request.headers.get("authorization"))
            self.asked.append(await request.json())
            return await self.answer(self.asked[-1])

        @app.post("/webhooks/handover/readings")
        async def readings(request: Request) -> Response:
            self.authorization.append(request.headers.get("authorization"))
            self.read_only.append(await request.json())
            return await self.answer(self.read_only[-1])

        @app.get("/webhooks/handover/health")
        async def health() -> Response:
            return JSONResponse({"model_version": "1"}, self.health)

        return app
