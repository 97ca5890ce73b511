"""What the action server is told from outside: environment variables, where each secret NAME may stand in NAME_FILE."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

HIGHEST_PORT = 65535
DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 5055
DEFAULT_HANDOVER_API_URL = "http://127.0.0.1:8000"


class SettingsError(Exception):
    """A setting is missing or cannot be used; the message says which one and what to do."""


@dataclass(frozen=True)
class ActionSettings:
    host: str
    port: int
    handover_api_url: str
    token: str = field(repr=False)
    internal_token: str = field(repr=False)


def read_action_settings(environ: Mapping[str, str]) -> ActionSettings:
    return ActionSettings(
        host=environ.get("ACTIONS_HOST") or DEFAULT_HOST,
        port=_port(environ, "ACTIONS_PORT", DEFAULT_PORT),
        handover_api_url=(environ.get("HANDOVER_API_URL") or DEFAULT_HANDOVER_API_URL).rstrip("/"),
        token=_secret(environ, "ACTIONS_TOKEN"),
        internal_token=_secret(environ, "INTERNAL_TOKEN"),
    )


def _secret(environ: Mapping[str, str], name: str) -> str:
    path = environ.get(f"{name}_FILE")
    if path:
        try:
            value = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"{name}_FILE points at {path}, which cannot be read.") from error
    else:
        value = environ.get(name, "")
    if not value:
        raise SettingsError(f"{name} is not set. Set it, or set {name}_FILE to a file that contains it.")
    return value


def _port(environ: Mapping[str, str], name: str, default: int) -> int:
    value = environ.get(name) or str(default)
    if not value.isascii() or not value.isdigit() or not 0 < int(value) <= HIGHEST_PORT:
        raise SettingsError(f"{name} has to be a port number between 1 and {HIGHEST_PORT}.")
    return int(value)
