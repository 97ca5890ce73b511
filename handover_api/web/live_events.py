"""What a page's stream sends. The poll for browsers without a stream sends the same in a list."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import Depends, Header
from fastapi.sse import ServerSentEvent
from pydantic import BaseModel

from handover_api.conversations.schemas import After
from handover_api.conversations.stream import seen_before


class LiveEvent(BaseModel):
    event: str
    data: str
    # The number of the message, for events that are messages.
    id: str | None = None


class LiveEvents(BaseModel):
    events: list[LiveEvent]


async def seen_so_far(efter: After = 0, last_event_id: Annotated[str | None, Header()] = None) -> int:
    """The last message that the page has: what the page said, or what the browser saw since then."""
    return max(efter, seen_before(last_event_id))


SeenDep = Annotated[int, Depends(seen_so_far)]


async def as_stream(
    events: AsyncIterator[LiveEvent | None], *, has_pulse: bool = False
) -> AsyncIterator[ServerSentEvent]:
    """Every event once it is new: a state is sent again only when it has changed.

    A sign of life is a comment, which the page never sees, or a pulse, which the page answers with its own.
    """
    latest: dict[str, str] = {}
    async for event in events:
        if event is None:
            yield _PULSE if has_pulse else ServerSentEvent(comment="keep-alive")
        elif event.id is not None or latest.get(event.event) != event.data:
            latest[event.event] = event.data
            yield _sent(event)


_PULSE = ServerSentEvent(raw_data="{}", event="pulse")


def _sent(event: LiveEvent) -> ServerSentEvent:
    values: dict[str, Any] = {"raw_data": event.data, "event": event.event}
    return ServerSentEvent(**values, id=event.id) if event.id else ServerSentEvent(**values)
