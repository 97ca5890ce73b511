"""The bot under test, and the service that the kit plays for it."""

from typing import Any, Self, override
from uuid import uuid4

import httpx

from conformance.people import Json, require_status
from conformance.playing_the_service import PlayedService, Script
from conformance.rules import NotTriedError, Subject, require
from conformance.schemas import require_shape

ANSWER_SECONDS = 30.0


class Bot(Subject):
    def __init__(self, url: str, token: str, service: PlayedService, *, question: str | None, person: str) -> None:
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}"}
        self._question = question
        self.service = service
        self.person = person

    async def __aenter__(self) -> Self:
        self._http = httpx.AsyncClient(base_url=self._url, timeout=ANSWER_SECONDS, trust_env=False)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    @property
    def question(self) -> str:
        """
        Raises:
            NotTriedError
        """
        if self._question is None:
            raise NotTriedError("no question was given that the bot answers (--question)")
        return self._question

    async def post(self, path: str, *, headers: dict[str, str] | None = None, **request: Any) -> httpx.Response:
        """Anything at all, to the bot's channel."""
        return await self._http.post(
            f"/webhooks/handover/{path}", headers=self._headers if headers is None else headers, **request
        )

    async def health(self) -> httpx.Response:
        return await self._http.get("/webhooks/handover/health")

    async def turn(self, body: Json) -> Json:
        """A turn that the bot has to take, and its answer, checked for its shape and whose it is."""
        return await self._ask("turns", "turn", body)

    async def reading(self, body: Json) -> Json:
        return await self._ask("readings", "reading", body)

    async def _ask(self, path: str, shape: str, body: Json) -> Json:
        require_shape("turn-request", body)
        response = await self.post(path, json=body)
        require_status(response, 200)
        answer = dict(response.json())
        require_shape(shape, answer)
        require(answer["message_id"] == body["message_id"], "the answer is to another message")
        return answer

    @override
    async def tidy(self) -> None:
        self.service.script = Script()


def message(text: str, *, conversation_id: str | None = None, choice: str | None = None) -> Json:
    return {
        "conversation_id": conversation_id or str(uuid4()),
        "message_id": str(uuid4()),
        "language": "sv",
        "text": text,
        "choice": choice,
    }


def kinds(answer: Json) -> list[str]:
    return [str(reply["kind"]) for reply in answer["replies"]]
