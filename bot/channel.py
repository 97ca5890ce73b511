"""The only way in to the bot, for handover_api alone: a turn or a reading (docs/contracts/bot-channel.md)."""

from __future__ import annotations

import hmac
import logging
import os
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from sanic import Blueprint, response
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.redaction import fields
from bot.settings import read_bot_settings
from bot.tracker import previous_topic
from bot.turn import InvalidTurnError, Turn, read_turn
from bot.understanding import model_version, understand

logger = logging.getLogger(__name__)


class NoReplyError(Exception):
    """No action said anything. Rasa would answer 200 with an empty list, and the resident would hear nothing."""


class HandoverChannel(InputChannel):
    def __init__(self, token: str) -> None:
        self._authorization = f"Bearer {token}".encode()

    @classmethod
    def name(cls) -> str:
        return "handover"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> HandoverChannel:  # noqa: ARG003 - Rasa passes it.
        return cls(read_bot_settings(os.environ).token)

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        webhook = Blueprint("handover_channel")

        @webhook.get("/health")
        async def health(request: Request) -> HTTPResponse:
            agent: Agent | None = getattr(request.app.ctx, "agent", None)
            if agent is None or agent.processor is None:
                return response.json({"code": "no_model"}, status=503)
            return response.json({"model_version": await model_version(agent.processor)})

        @webhook.post("/turns")
        async def take_turn(request: Request) -> HTTPResponse:
            return await self._respond(request, partial(_answer, on_new_message=on_new_message))

        @webhook.post("/readings")
        async def read(request: Request) -> HTTPResponse:
            return await self._respond(request, _read)

        return webhook

    async def _respond(
        self, request: Request, work: Callable[[Agent, Turn], Awaitable[dict[str, Any]]]
    ) -> HTTPResponse:
        if not self._is_allowed(request):
            logger.warning("turn.not_allowed")
            return response.json({"code": "not_allowed"}, status=401)
        try:
            turn = read_turn(_json_of(request))
        except InvalidTurnError as error:
            logger.warning("turn.invalid", extra=fields(field=error.field))
            return response.json({"code": "invalid_turn", "field": error.field}, status=422)
        try:
            return response.json(await work(request.app.ctx.agent, turn))
        except Exception:
            # The edge: whatever went wrong becomes one answer that handover_api knows, and a line without the text.
            logger.exception(
                "turn.failed", extra=fields(conversation_id=turn.conversation_id, message_id=turn.message_id)
            )
            return response.json({"code": "turn_failed"}, status=500)

    def _is_allowed(self, request: Request) -> bool:
        given = request.headers.get("authorization", "")
        return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), self._authorization)


async def _answer(agent: Agent, turn: Turn, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> dict[str, Any]:
    parse_data = await understand(
        agent.processor,
        text=turn.text,
        language=turn.language,
        choice=turn.choice,
        previous_topic=await previous_topic(agent.tracker_store, turn.conversation_id, turn.message_id),
    )
    collected = CollectingOutputChannel()
    await on_new_message(
        UserMessage(
            text=None,
            output_channel=collected,
            sender_id=turn.conversation_id,
            parse_data=parse_data,
            input_channel=HandoverChannel.name(),
            message_id=turn.message_id,
        )
    )
    replies = [message["custom"] for message in collected.messages if "custom" in message]
    if not replies:
        raise NoReplyError
    return {"message_id": turn.message_id, "understanding": parse_data["understanding"], "replies": replies}


async def _read(agent: Agent, turn: Turn) -> dict[str, Any]:
    """What a message to a person says by its own words: it follows on nothing that the bot said, and chooses nothing.

    No tracker is read or written, and no action is run.
    """
    parse_data = await understand(agent.processor, text=turn.text, language=turn.language)
    return {"message_id": turn.message_id, "understanding": parse_data["understanding"]}


def _json_of(request: Request) -> Any:
    try:
        return request.json
    except SanicException as error:
        raise InvalidTurnError("body") from error
