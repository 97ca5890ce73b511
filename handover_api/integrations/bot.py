"""The bot, as the service sees it (docs/contracts/bot-channel.md)."""

from typing import Literal, Protocol
from uuid import UUID

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from handover_api.errors import BotUnavailableError
from handover_api.integrations.incoming import Incoming
from handover_api.rules.replies import ReplyKind


class Button(BaseModel):
    kind: Literal["topic", "link", "person"]
    label: str
    topic: str | None = None
    url: str | None = None


class Source(BaseModel):
    title: str
    url: str | None = None


class Candidate(BaseModel):
    topic: str
    confidence: float = Field(ge=0, le=1)


class Reply(BaseModel):
    model_config = ConfigDict(extra="ignore")

    kind: ReplyKind
    text: str | None = None
    topic: str | None = None
    article_id: str | None = None
    article_version: int | None = None
    confidence: float | None = None
    rosa_level: int | None = None
    sources: list[Source] = []
    department: str | None = None
    reviewed_on: str | None = None
    buttons: list[Button] = []
    case_reference: str | None = None


class Understanding(BaseModel):
    model_config = ConfigDict(extra="ignore")

    certainty: Literal["sure", "unclear", "unsure", "chosen"]
    candidates: list[Candidate] = []
    threshold: float | None = None
    model_version: str | None = None
    language: str | None = None
    is_personal: bool = False
    # An urgent matter that was recognised in the message.
    urgent: Candidate | None = None


class Turn(Incoming):
    model_config = ConfigDict(extra="ignore")

    message_id: UUID
    understanding: Understanding
    replies: list[Reply] = Field(min_length=1)


class Reading(Incoming):
    """What the bot makes of a message that was written to a person."""

    model_config = ConfigDict(extra="ignore")

    message_id: UUID
    understanding: Understanding


class Bot(Protocol):
    async def take_turn(
        self, *, conversation_id: UUID, message_id: UUID, language: str, text: str, choice: str | None
    ) -> Turn:
        """One resident's message and what the bot replies.

        Raises:
            BotUnavailableError: no answer in time, or one that the contract does not allow.
        """

    async def read(
        self, *, conversation_id: UUID, message_id: UUID, language: str, text: str, choice: str | None
    ) -> Reading:
        """What the bot makes of one resident's message, without saying, doing or remembering anything.

        Raises:
            BotUnavailableError: as for `take_turn`.
        """

    async def is_healthy(self) -> bool: ...

    async def close(self) -> None: ...


class RasaBot:
    def __init__(self, url: str, token: str, attempt_seconds: float) -> None:
        self._client = httpx.AsyncClient(
            base_url=url,
            headers={"Authorization": f"Bearer {token}"},
            timeout=httpx.Timeout(attempt_seconds, connect=2.0),
            trust_env=False,
        )

    async def take_turn(
        self, *, conversation_id: UUID, message_id: UUID, language: str, text: str, choice: str | None
    ) -> Turn:
        return await self._ask("turns", _body(conversation_id, message_id, language, text, choice), Turn)

    async def read(
        self, *, conversation_id: UUID, message_id: UUID, language: str, text: str, choice: str | None
    ) -> Reading:
        return await self._ask("readings", _body(conversation_id, message_id, language, text, choice), Reading)

    async def _ask[Answer: (Turn, Reading)](
        self, path: str, body: dict[str, str | None], answer_type: type[Answer]
    ) -> Answer:
        try:
            response = await self._client.post(f"/webhooks/handover/{path}", json=body)
            response.raise_for_status()
            answer = answer_type.model_validate_json(response.content)
        except httpx.HTTPStatusError as error:
            raise BotUnavailableError("bot_refused", status_code=error.response.status_code) from None
        except httpx.HTTPError as error:
            raise BotUnavailableError("bot_unreachable", error=type(error).__name__) from None
        except ValidationError as error:
            # The error quotes its input, which may hold the resident's words; only the places are kept.
            places = [".".join(str(part) for part in item["loc"]) for item in error.errors(include_input=False)]
            raise BotUnavailableError("bot_broke_contract", places=places) from None
        if str(answer.message_id) != body["message_id"]:
            raise BotUnavailableError("bot_answered_another_message")
        return answer

    async def is_healthy(self) -> bool:
        return await answers(self._client, "/webhooks/handover/health")

    async def close(self) -> None:
        await self._client.aclose()


def _body(
    conversation_id: UUID, message_id: UUID, language: str, text: str, choice: str | None
) -> dict[str, str | None]:
    return {
        "conversation_id": str(conversation_id),
        "message_id": str(message_id),
        "language": language,
        "text": text,
        "choice": choice,
    }


async def answers(client: httpx.AsyncClient, path: str) -> bool:
    """Whether a process says that it is well, within a short time."""
    try:
        response = await client.get(path, timeout=2.0)
    except httpx.HTTPError:
        return False
    return response.is_success
