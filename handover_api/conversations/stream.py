"""Messages as they come, for streams of server-sent events."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta

from handover_api.clock import Clock
from handover_api.live import Hub

# Proxies close silent connections; a comment now and then keeps them open. A stream ends by itself, and the browser
# takes it up again where it was, so that rights are checked anew and a deployment does not wait for ever.
KEEP_ALIVE_SECONDS = 15.0
LIFE = timedelta(minutes=10)


async def follow[Item](
    hub: Hub, signals: tuple[str, ...], load: Callable[[], Awaitable[list[Item]]], clock: Clock
) -> AsyncIterator[Item | None]:
    """Yields what `load` returns now and after each of the signals, and None when a sign of life is due.

    No database connection is held and none is used while nothing happens.
    """
    ends_at: datetime = clock() + LIFE
    with hub.subscribe(*signals) as subscription:
        while True:
            for item in await load():
                yield item
            while not await subscription.wait(KEEP_ALIVE_SECONDS):
                yield None
                if clock() >= ends_at:
                    return
            if subscription.is_closed or clock() >= ends_at:
                return
