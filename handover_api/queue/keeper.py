"""Keeps the queue: asks agents about waiting cases, and does what the clock brings.

Runs in the worker. Each duty has a transaction of its own and is done by one process at a time, so several workers can
run, and a duty that fails, or has to wait for somebody, does not stop the others. Without a worker agents still take
cases by hand.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api import live
from handover_api.cases import asynchronous, follow_up, offers
from handover_api.clock import Clock
from handover_api.database import SessionFactory, transaction
from handover_api.live import Hub
from handover_api.queue import matching, overflow, vanished

SWEEP_SECONDS = 2.0
# Signals that come close together are one change.
_REST_SECONDS = 0.1
# The first half of the advisory locks' keys; the second is the duty's name.
_LOCK_SPACE = 4

# A duty waits no longer for what somebody else has locked: then it is undone, and the next one has its turn.
_LOCK_SECONDS = 2

Duty = Callable[[AsyncSession, datetime], Awaitable[object]]

log = structlog.get_logger()


class Keeper:
    def __init__(self, sessions: SessionFactory, hub: Hub, clock: Clock, *, follow_up_hours: int) -> None:
        async def return_unanswered(session: AsyncSession, now: datetime) -> None:
            await follow_up.return_unanswered(session, now, follow_up_hours=follow_up_hours)

        self._sessions = sessions
        self._hub = hub
        self._clock = clock
        # In this order: first what frees agents and cases, then what makes cases more or less urgent.
        self._by_the_clock: tuple[Duty, ...] = (
            vanished.remove_the_gone,
            vanished.return_abandoned,
            offers.expire,
            matching.rest_the_silent,
            overflow.overflow,
            asynchronous.stop_waiting,
            follow_up.raise_due,
            return_unanswered,
        )
        self._when_the_queue_changes: tuple[Duty, ...] = (
            offers.withdraw_from_absent,
            matching.offer_cases,
        )

    async def run(self) -> None:
        """Works until cancelled."""
        stopwatch = asyncio.get_running_loop().time
        next_sweep = stopwatch()
        with self._hub.subscribe(live.QUEUE) as subscription:
            while True:
                await subscription.wait(max(0.0, next_sweep - stopwatch()))
                # However often the queue changes, the clock's duties have their turn.
                if stopwatch() >= next_sweep:
                    await self._work(self._by_the_clock)
                    next_sweep = stopwatch() + SWEEP_SECONDS
                await self._work(self._when_the_queue_changes)
                await asyncio.sleep(_REST_SECONDS)

    async def work(self) -> None:
        """Does every duty once."""
        await self._work((*self._by_the_clock, *self._when_the_queue_changes))

    async def _work(self, duties: tuple[Duty, ...]) -> None:
        for duty in duties:
            try:
                await self._do(duty)
            except Exception:
                # It is done again within seconds; what has not been done is undone.
                log.exception("queue.duty_failed", duty=duty.__name__)

    async def _do(self, duty: Duty) -> None:
        async with transaction(self._sessions) as session:
            is_mine, _ = (
                await session.execute(
                    select(
                        func.pg_try_advisory_xact_lock(_LOCK_SPACE, func.hashtext(duty.__name__)),
                        # Until the end of the transaction.
                        func.set_config("lock_timeout", f"{_LOCK_SECONDS}s", True),  # noqa: FBT003 - a function of SQL
                    )
                )
            ).one()
            if is_mine:
                await duty(session, self._clock())
