"""Puts the bot together: Rasa's agent behind our channel, and nothing of Rasa's own HTTP interface."""

from __future__ import annotations

import logging
import os
from asyncio import AbstractEventLoop
from pathlib import Path

from rasa.core.agent import load_agent
from rasa.core.channels.channel import register
from rasa.core.run import create_http_input_channels
from rasa.core.utils import AvailableEndpoints
from sanic import Sanic

from bot.action_endpoint import ActionEndpoint, use_compiled_reply_schema
from bot.redaction import fields
from bot.settings import BotSettings
from bot.tracker import sql_tracker_store
from bot.understanding import model_version

logger = logging.getLogger(__name__)

ENDPOINTS = "endpoints.yml"
CREDENTIALS = "credentials.yml"
# Ten times the longest message that handover_api lets through.
LARGEST_REQUEST_BYTES = 400_000
# Longer than those who call keep an idle connection (15 seconds), or it closes while a request is on its way.
IDLE_CONNECTION_SECONDS = 30


class ModelNotLoadedError(Exception):
    """The archive exists, but Rasa cannot load a model from it."""


def create_bot(model: Path, settings: BotSettings) -> Sanic:
    use_compiled_reply_schema()
    app = Sanic("bot", configure_logging=False)
    app.config.MOTD = False
    app.config.REQUEST_MAX_SIZE = LARGEST_REQUEST_BYTES
    app.config.KEEP_ALIVE_TIMEOUT = IDLE_CONNECTION_SECONDS
    register(create_http_input_channels(None, CREDENTIALS), app, route="/webhooks/")
    endpoints = _endpoints(settings)

    @app.listener("before_server_start")
    async def load_model(app: Sanic, loop: AbstractEventLoop) -> None:
        agent = await load_agent(model_path=str(model), endpoints=endpoints, loop=loop)
        if agent.processor is None:
            raise ModelNotLoadedError
        app.ctx.agent = agent
        logger.info("bot.ready", extra=fields(model_version=await model_version(agent.processor)))

    @app.listener("after_server_stop")
    async def close_connections(_: Sanic, __: AbstractEventLoop) -> None:
        if isinstance(endpoints.action, ActionEndpoint):
            await endpoints.action.close()

    return app


def _endpoints(settings: BotSettings) -> AvailableEndpoints:
    """endpoints.yml, with what may only stand in the environment."""
    # Rasa fills in ${ACTIONS_URL} when it reads the file.
    os.environ["ACTIONS_URL"] = settings.actions_url
    endpoints = AvailableEndpoints.read_endpoints(ENDPOINTS)
    endpoints.action = ActionEndpoint(endpoints.action.url, settings.actions_token)
    if settings.database_url is not None:
        endpoints.tracker_store = sql_tracker_store(settings.database_url)
    return endpoints
