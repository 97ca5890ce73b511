"""A request that is answered when there is something else to say than the caller knows, or when it has waited enough.

Asking again and again costs time or work: whoever asks every three seconds learns of a change three seconds late.
`Prefer: wait=15` (RFC 7240) says how long the caller has time.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Header

from handover_api.live import Hub

# Shorter than what proxies and clients take for silence, and than a process may be silent before it is believed gone.
LONGEST_WAIT_SECONDS = 20.0
_WAIT = re.compile(r"(?:^|[,;\s])wait=(\d{1,4})(?![\w.])")

PreferHeader = Annotated[str | None, Header()]


def preferred_wait(prefer: str | None) -> float:
    """In seconds; 0 for whoever has not asked for it."""
    found = _WAIT.search(prefer or "")
    return min(float(found[1]), LONGEST_WAIT_SECONDS) if found else 0.0


async def until_other[Seen](
    hub: Hub, signal: str, look: Callable[[], Awaitable[Seen]], known: Seen, wait_seconds: float
) -> Seen:
    """What `look` sees once it is not `known`; after so long, or when the service shuts down, whatever it sees then.

    While it waits, no database connection is held.
    """
    time = asyncio.get_running_loop().time
    until = time() + wait_seconds
    with hub.subscribe(signal) as subscription:
        while True:
            seen = await look()
            left = until - time()
            if seen != known or left <= 0 or subscription.is_closed:
                return seen
            await subscription.wait(left)
