"""The action server: `python -m actions.server`. For the bot alone, which proves itself with ACTIONS_TOKEN.

rasa-sdk's own server listens on every address, lists its actions to anyone and quotes a failed request in its answer
and its log; so its executor runs here behind a server of our own.
"""

from __future__ import annotations

import hmac
import logging
import os
import sys
from asyncio import AbstractEventLoop

from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionNotFoundException
from sanic import Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from actions.answer_topic import AnswerTopic
from actions.base import log_failure
from actions.clients.handover_api import HandoverService, create_handover_api
from actions.languages import LanguagesError, read_sentences
from actions.resolve_doubt import ResolveDoubt
from actions.settings import SettingsError, read_action_settings

logger = logging.getLogger(__name__)

LARGEST_REQUEST_BYTES = 1_000_000
# Longer than those who call keep an idle connection (15 seconds), or it closes while a request is on its way.
IDLE_CONNECTION_SECONDS = 30


def create_action_server(service: HandoverService, token: str) -> Sanic:
    app = Sanic("actions", configure_logging=False)
    app.config.MOTD = False
    app.config.REQUEST_MAX_SIZE = LARGEST_REQUEST_BYTES
    app.config.KEEP_ALIVE_TIMEOUT = IDLE_CONNECTION_SECONDS
    authorization = f"Bearer {token}".encode()
    executor = ActionExecutor()
    for action in (AnswerTopic(service), ResolveDoubt(service)):
        executor.register_action(action)

    @app.get("/health")
    async def health(_: Request) -> HTTPResponse:
        return response.json({"status": "ok"})

    @app.post("/webhook")
    async def run_action(request: Request) -> HTTPResponse:
        given = request.headers.get("authorization", "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, authorization):
            return response.json({"code": "not_allowed"}, status=401)
        try:
            result = await executor.run(request.json)
        except ActionNotFoundException:
            return response.json({"code": "no_such_action"}, status=404)
        except Exception as error:  # noqa: BLE001 - what is not a call of an action is answered without being quoted.
            log_failure("unknown", "unknown", error)
            result = None
        if result is None:
            return response.json({"code": "not_an_action_call"}, status=400)
        return response.json(result)

    return app


def main() -> None:
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s %(message)s", level=logging.INFO, stream=sys.stdout)
    # httpx writes a line for each request, and Sanic greets at length.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.getLogger("sanic.root").setLevel(logging.WARNING)
    try:
        settings = read_action_settings(os.environ)
        # Read now, so that a broken file is told at the start and not to a resident.
        read_sentences()
    except (LanguagesError, SettingsError) as error:
        sys.exit(str(error))
    service = create_handover_api(settings.handover_api_url, settings.internal_token)
    app = create_action_server(service, settings.token)

    @app.listener("after_server_stop")
    async def close_connections(_: Sanic, __: AbstractEventLoop) -> None:
        await service.close()

    logger.info("actions.ready address=%s port=%s", settings.host, settings.port)
    app.run(host=settings.host, port=settings.port, access_log=False, debug=False)


if __name__ == "__main__":
    main()
