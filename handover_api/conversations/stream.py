"""What is new, as it comes, for streams of server-sent events."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime, timedelta

from handover_api.clock import Clock
from handover_api.conversations.schemas import MAX_SEQ
from handover_api.live import Hub, is_of_this_moment

# Proxies close silent connections; a comment now and then keeps them open. A stream ends by itself, and the browser
# takes it up again where it was, so that rights are checked anew and a deployment does not wait for ever.
KEEP_ALIVE_SECONDS = 15.0
LIFE = timedelta(minutes=10)


def seen_before(last_event_id: str | None) -> int:
    """The last message that a browser has, by its `Last-Event-ID`; 0 when that is no number."""
    written = last_event_id or ""
    # Python refuses to read a number of thousands of digits; one more than the longest is enough to see that it is big.
    return min(int(written[: len(str(MAX_SEQ)) + 1]), MAX_SEQ) if written.isdecimal() else 0


async def follow[Item](
    hub: Hub,
    looks: Mapping[str, Callable[[], AsyncIterator[Item]]],
    clock: Clock,
    *,
    keep_alive_seconds: float = KEEP_ALIVE_SECONDS,
) -> AsyncIterator[Item | None]:
    """Yields what is seen now and after each signal, and None when a sign of life is due.

    `looks` says for every signal where to look when it comes; for those of a moment, only then. A sign of life comes as
    often however much happens.
    Nothing is done while nothing happens: no database connection is held, and none is used.
    """
    ends_at: datetime = clock() + LIFE
    time = asyncio.get_running_loop().time
    due_at = time() + keep_alive_seconds
    with hub.subscribe(*looks) as subscription:
        heard = frozenset(signal for signal in looks if not is_of_this_moment(signal))
        while True:
            for look in dict.fromkeys(look for signal, look in looks.items() if signal in heard):
                async for item in look():
                    yield item
            while (left := due_at - time()) <= 0 or not await subscription.wait(left):
                yield None
                due_at = time() + keep_alive_seconds
                if clock() >= ends_at:
                    return
            if subscription.is_closed or clock() >= ends_at:
                return
            heard = subscription.take_heard()
