"""What the bot is told from outside: environment variables, where each secret NAME may stand in a file, NAME_FILE."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

HIGHEST_PORT = 65535
DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 5005
DEFAULT_ACTIONS_URL = "http://127.0.0.1:5055"


class SettingsError(Exception):
    """A setting is missing or cannot be used; the message says which one and what to do."""


@dataclass(frozen=True)
class BotSettings:
    host: str
    port: int
    actions_url: str
    token: str = field(repr=False)
    actions_token: str = field(repr=False)
    # None: the tracker lives in memory and is gone when the process ends, which is enough for tests.
    database_url: str | None = field(repr=False)


def read_bot_settings(environ: Mapping[str, str]) -> BotSettings:
    return BotSettings(
        host=environ.get("BOT_HOST") or DEFAULT_HOST,
        port=_port(environ, "BOT_PORT", DEFAULT_PORT),
        actions_url=(environ.get("ACTIONS_URL") or DEFAULT_ACTIONS_URL).rstrip("/"),
        token=required_secret(environ, "BOT_TOKEN"),
        actions_token=required_secret(environ, "ACTIONS_TOKEN"),
        database_url=secret(environ, "DATABASE_URL"),
    )


def required_secret(environ: Mapping[str, str], name: str) -> str:
    value = secret(environ, name)
    if value is None:
        raise SettingsError(f"{name} is not set. Set it, or set {name}_FILE to a file that contains it.")
    return value


def secret(environ: Mapping[str, str], name: str) -> str | None:
    path = environ.get(f"{name}_FILE")
    if not path:
        return environ.get(name) or None
    try:
        value = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{name}_FILE points at {path}, which cannot be read.") from error
    if not value:
        raise SettingsError(f"{name}_FILE points at {path}, which is empty.")
    return value


def _port(environ: Mapping[str, str], name: str, default: int) -> int:
    value = environ.get(name) or str(default)
    if not value.isascii() or not value.isdigit() or not 0 < int(value) <= HIGHEST_PORT:
        raise SettingsError(f"{name} has to be a port number between 1 and {HIGHEST_PORT}.")
    return int(value)
