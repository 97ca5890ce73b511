"""What a page's stream sends. The poll for browsers without a stream sends the same in a list."""

import secrets
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import Depends, Header
from fastapi.sse import ServerSentEvent
from pydantic import BaseModel, Field

from handover_api.conversations.schemas import After
from handover_api.conversations.stream import seen_before


class LiveEvent(BaseModel):
    event: str
    data: str
    # The number of the message, for events that are messages.
    id: str | None = None
    # It tells something each time it comes, also in the same words: that somebody still writes.
    is_of_this_moment: bool = Field(default=False, exclude=True)


class LiveEvents(BaseModel):
    events: list[LiveEvent]


async def seen_so_far(efter: After = 0, last_event_id: Annotated[str | None, Header()] = None) -> int:
    """The last message that the page has: what the page said, or what the browser saw since then."""
    return max(efter, seen_before(last_event_id))


SeenDep = Annotated[int, Depends(seen_so_far)]


async def as_stream(events: AsyncIterator[LiveEvent | None]) -> AsyncIterator[ServerSentEvent]:
    """Every event once it is new: a state is sent again only when it has changed.

    A sign of life is a pulse, by which the page knows that the stream is not dead; the desk's page answers it with its
    own.
    """
    yield ServerSentEvent(retry=_LEAST_RETRY_MS + secrets.randbelow(_LEAST_RETRY_MS))
    latest: dict[str, str] = {}
    async for event in events:
        if event is None:
            yield _PULSE
        elif event.id is not None or event.is_of_this_moment or latest.get(event.event) != event.data:
            latest[event.event] = event.data
            yield _sent(event)


# How long a browser waits before it connects again. Browsers' own three seconds are long for a talk; each waits its own
# time, so that not everybody comes at the same moment when the service is back.
_LEAST_RETRY_MS = 700
_PULSE = ServerSentEvent(raw_data="{}", event="pulse")


def _sent(event: LiveEvent) -> ServerSentEvent:
    values: dict[str, Any] = {"raw_data": event.data, "event": event.event}
    return ServerSentEvent(**values, id=event.id) if event.id else ServerSentEvent(**values)
