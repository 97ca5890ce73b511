"""The body of a turn (docs/contracts/bot-channel.md), checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID


class InvalidTurnError(ValueError):
    """The body is not as the contract says. `field` names what is wrong, never what it contained."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


@dataclass(frozen=True)
class Turn:
    conversation_id: str
    message_id: str
    language: str
    text: str
    choice: str | None


def read_turn(body: Any) -> Turn:
    if not isinstance(body, dict):
        raise InvalidTurnError("body")
    choice = body.get("choice")
    return Turn(
        conversation_id=_uuid(body, "conversation_id"),
        message_id=_uuid(body, "message_id"),
        language=_non_empty(body, "language") if "language" in body else "sv",
        text=_string(body, "text"),
        choice=None if choice is None else _non_empty(body, "choice"),
    )


def _string(body: dict[Any, Any], field: str) -> str:
    value = body.get(field)
    if not isinstance(value, str):
        raise InvalidTurnError(field)
    return value


def _non_empty(body: dict[Any, Any], field: str) -> str:
    value = _string(body, field)
    if not value.strip():
        raise InvalidTurnError(field)
    return value


def _uuid(body: dict[Any, Any], field: str) -> str:
    try:
        return str(UUID(_string(body, field)))
    except ValueError as error:
        raise InvalidTurnError(field) from error
