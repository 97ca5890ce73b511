"""What the bot's process and the trainer are told from outside to reach the service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.settings import required_secret

DEFAULT_HANDOVER_API_URL = "http://127.0.0.1:8000"


@dataclass(frozen=True)
class ServiceSettings:
    url: str
    token: str = field(repr=False)


def read_service_settings(environ: Mapping[str, str]) -> ServiceSettings:
    """
    Raises:
        SettingsError: the token is missing.
    """
    return ServiceSettings(
        url=(environ.get("HANDOVER_API_URL") or DEFAULT_HANDOVER_API_URL).rstrip("/"),
        token=required_secret(environ, "INTERNAL_TOKEN"),
    )
