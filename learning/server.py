"""Starts the bot so that it follows the model in use: `python -m learning.server --model models/<name>.tar.gz`.

The model that is named is the one that came with the program; it answers until another is put in use, and when the
service cannot be asked.
"""

from __future__ import annotations

import argparse
import os
import sys
from asyncio import AbstractEventLoop
from pathlib import Path

from bot.redaction import LEVELS, install_redaction
from bot.settings import BotSettings, SettingsError, read_bot_settings
from learning.settings import ServiceSettings, read_service_settings


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m learning.server", description="Start the bot.")
    parser.add_argument("--model", type=Path, required=True, help="the trained model, a .tar.gz archive")
    model: Path = parser.parse_args().model
    try:
        settings, service = read_bot_settings(os.environ), read_service_settings(os.environ)
        level = LEVELS[os.environ.get("LOG_LEVEL", "INFO").upper()]
    except SettingsError as error:
        sys.exit(str(error))
    except KeyError:
        sys.exit(f"LOG_LEVEL has to be one of {', '.join(LEVELS)}.")
    if not model.is_file():
        sys.exit(f"There is no model at {model}. Train one with `make train`.")
    install_redaction(level)
    serve(model, settings, service)


def serve(model: Path, settings: BotSettings, service: ServiceSettings) -> None:
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    # TensorFlow is loaded by Rasa but not used here; its native code writes past the loggers.
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    # Imported only now: Rasa logs while it is imported, and redaction has to be in place before that.
    from sanic import Sanic  # noqa: PLC0415
    from sqlalchemy.exc import OperationalError  # type: ignore[import-untyped]  # noqa: PLC0415

    from bot.application import ModelNotLoadedError, create_bot  # noqa: PLC0415
    from learning.following import Follower  # noqa: PLC0415
    from learning.listening import listen  # noqa: PLC0415
    from learning.model_server import ModelServer  # noqa: PLC0415
    from learning.shadow import Shadow  # noqa: PLC0415
    from learning.traffic import Traffic  # noqa: PLC0415

    bot = create_bot(model, settings)
    traffic = Traffic()

    # After the bot's own, which loads the model that it starts with.
    @bot.listener("before_server_start")
    async def use_the_model_in_use(app: Sanic, _: AbstractEventLoop) -> None:
        server = app.ctx.model_server = ModelServer(service)
        shadow = app.ctx.shadow = Shadow(app.ctx.agent, server, traffic, lambda: app.ctx.follower.has)
        app.ctx.follower = Follower(app.ctx.agent, server, model, shadow)
        await app.ctx.follower.begin()

    @bot.listener("after_server_start")
    async def follow(app: Sanic, loop: AbstractEventLoop) -> None:
        app.ctx.following = [loop.create_task(each.run()) for each in (app.ctx.follower, app.ctx.shadow)]

    @bot.listener("before_server_stop")
    async def stop_following(app: Sanic, _: AbstractEventLoop) -> None:
        for task in app.ctx.following:
            task.cancel()
        await app.ctx.model_server.close()

    listen(bot, traffic)
    try:
        bot.run(host=settings.host, port=settings.port, access_log=False, debug=False)
    except ModelNotLoadedError:
        sys.exit(f"The model {model} cannot be loaded. Train it anew with `make train`.")
    except OperationalError:
        sys.exit("The database that DATABASE_URL points at cannot be reached.")


if __name__ == "__main__":
    main()
