"""Tells of each turn that the bot answers, beside the channel, which knows nothing of it."""

from __future__ import annotations

import json
import logging

from sanic import Sanic
from sanic.request import Request
from sanic.response import BaseHTTPResponse

from bot.turn import read_turn
from learning.traffic import Traffic

# Redaction lets only the bot's own lines through.
logger = logging.getLogger("bot.shadow")

TURNS, READINGS = "/webhooks/handover/turns", "/webhooks/handover/readings"
OK = 200


def listen(bot: Sanic, traffic: Traffic) -> None:
    """`bot.ctx.shadow` hears every turn that has been answered."""

    @bot.middleware("request")
    async def note_begun(request: Request) -> None:
        if request.path in (TURNS, READINGS):
            traffic.begins(id(request))

    @bot.middleware("response")
    async def note_answered(request: Request, response: BaseHTTPResponse) -> None:
        traffic.ends(id(request))
        if request.path != TURNS or response.status != OK:
            return
        try:
            request.app.ctx.shadow.hear(read_turn(request.json), json.loads(response.body or b"")["understanding"])
        except Exception:
            # The edge: the resident's answer leaves, whatever becomes of what reads beside.
            logger.exception("bot.shadow_failed")
