"""Starts the bot: `python -m bot.server --model models/<name>.tar.gz`, from the root of the project."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from bot.redaction import LEVELS, install_redaction
from bot.settings import BotSettings, SettingsError, read_bot_settings


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bot.server", description="Start the bot.")
    parser.add_argument("--model", type=Path, required=True, help="the trained model, a .tar.gz archive")
    model: Path = parser.parse_args().model
    try:
        settings = read_bot_settings(os.environ)
        level = LEVELS[os.environ.get("LOG_LEVEL", "INFO").upper()]
    except SettingsError as error:
        sys.exit(str(error))
    except KeyError:
        sys.exit(f"LOG_LEVEL has to be one of {', '.join(LEVELS)}.")
    if not model.is_file():
        sys.exit(f"There is no model at {model}. Train one with `make train`.")
    install_redaction(level)
    serve(model, settings)


def serve(model: Path, settings: BotSettings) -> None:
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    # TensorFlow is loaded by Rasa but not used here; its native code writes past the loggers.
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    # Imported only now: Rasa logs while it is imported, and redaction has to be in place before that.
    from sqlalchemy.exc import OperationalError  # type: ignore[import-untyped]  # noqa: PLC0415

    from bot.application import ModelNotLoadedError, create_bot  # noqa: PLC0415

    try:
        create_bot(model, settings).run(host=settings.host, port=settings.port, access_log=False, debug=False)
    except ModelNotLoadedError:
        sys.exit(f"The model {model} cannot be loaded. Train it anew with `make train`.")
    except OperationalError:
        sys.exit("The database that DATABASE_URL points at cannot be reached.")


if __name__ == "__main__":
    main()
