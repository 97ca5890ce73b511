"""How the bot calls the action server: less is sent, one connection is kept, and replies are checked against a schema
that is compiled once.

Rasa compiles and checks the schema itself anew for every reply, which took most of a turn's time; see
docs/decisions/0002-topic-classifier.md for the figures. This is the one place where we change Rasa.
"""

from __future__ import annotations

from typing import Any

import aiohttp
from jsonschema.exceptions import best_match  # type: ignore[import-untyped]
from jsonschema.validators import validator_for  # type: ignore[import-untyped]
from rasa.core.actions.action import RemoteAction
from rasa.utils.endpoints import ClientResponseError, EndpointConfig, concat_url

# Rasa would wait for five minutes. The service waits for 8 seconds; an action needs at most 6 to say that it failed.
TIMEOUT_SECONDS = 7.0
FIRST_ERROR_STATUS = 400

_REPLY_SCHEMA = RemoteAction.action_response_format_spec()
_REPLY_VALIDATOR = validator_for(_REPLY_SCHEMA)(_REPLY_SCHEMA)


class ActionEndpoint(EndpointConfig):
    """The action server, with its token."""

    def __init__(self, url: str, token: str) -> None:
        super().__init__(url=url, headers={"Authorization": f"Bearer {token}"}, enable_selective_domain=True)
        self._session: aiohttp.ClientSession | None = None

    async def request(
        self,
        method: str = "post",
        subpath: str | None = None,
        content_type: str | None = "application/json",  # noqa: ARG002 - Rasa's signature.
        compress: bool = False,  # noqa: ARG002, FBT001, FBT002
        **kwargs: Any,
    ) -> Any:
        async with self._kept_session().request(
            method, concat_url(self.url, subpath), json=what_actions_need(kwargs["json"])
        ) as response:
            if response.status >= FIRST_ERROR_STATUS:
                # The reply's body is left out: an error page may quote the request.
                raise ClientResponseError(response.status, response.reason or "", "{}")
            return await response.json()

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _kept_session(self) -> aiohttp.ClientSession:
        """Made at the first call, because it belongs to the event loop that runs then."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                headers=self.headers, timeout=aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
            )
        return self._session


def what_actions_need(call: dict[str, Any]) -> dict[str, Any]:
    """The current message and the slots. Earlier events are left out, and so is what the resident wrote."""
    tracker = call["tracker"]
    latest = tracker["latest_message"]
    return {
        "next_action": call["next_action"],
        "sender_id": call["sender_id"],
        "version": call["version"],
        "tracker": {
            "sender_id": tracker["sender_id"],
            "slots": tracker["slots"],
            "latest_message": {key: latest.get(key) for key in ("message_id", "understanding", "has_words")},
            "events": [],
        },
    }


def validate_reply(_: RemoteAction, reply: Any) -> bool:
    """Accepts and rejects exactly what `RemoteAction._validate_action_result` does: same library, same schema."""
    error = best_match(_REPLY_VALIDATOR.iter_errors(reply))
    if error is not None:
        raise error
    return True


def use_compiled_reply_schema() -> None:
    RemoteAction._validate_action_result = validate_reply  # noqa: SLF001 - Rasa has no other way in.
