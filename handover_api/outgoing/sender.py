"""Sends what stands in the outbox, at least once, and gives up in the end; whoever gave it up says so.

Every worker runs one. A row is taken in hand by a lease in the database; if the process dies, the lease runs out and
any sender takes the row up again. An attempt has a deadline, and a lane has only so many attempts at once, so a
receiver that hangs holds up nobody else.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol
from uuid import UUID

import structlog
from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api import live
from handover_api.clock import Clock
from handover_api.database import SessionFactory, transaction
from handover_api.integrations.delivery import DeliveryError, RefusedError, TryAgainError
from handover_api.models import Outgoing
from handover_api.rules.outgoing import OutgoingState, next_attempt

ATTEMPT_SECONDS = 30.0
AT_ONCE_IN_A_LANE = 4
AT_ONCE = 32
SWEEP_SECONDS = 2.0
_LEASE_MARGIN = timedelta(seconds=30)

log = structlog.get_logger()


class Courier(Protocol):
    """Brings things of one kind to their receiver."""

    async def send(self, item: Outgoing) -> None:
        """One attempt. The same item may come again after an attempt that went well unnoticed.

        Raises:
            RefusedError: trying again is of no use.
            TryAgainError
        """

    async def give_up(self, session: AsyncSession, item: Outgoing, problem: str, now: datetime) -> None:
        """Tells whoever is responsible that it did not arrive; in the transaction in which it is given up."""


class Sender:
    def __init__(
        self,
        *,
        sessions: SessionFactory,
        hub: live.Hub,
        couriers: Mapping[str, Courier],
        clock: Clock,
        attempt_seconds: float = ATTEMPT_SECONDS,
        sweep_seconds: float = SWEEP_SECONDS,
    ) -> None:
        self._sessions = sessions
        self._hub = hub
        self._couriers = couriers
        self._clock = clock
        self._attempt_seconds = attempt_seconds
        self._sweep_seconds = sweep_seconds
        self._in_hand: dict[UUID, asyncio.Task[None]] = {}
        self._in_lane: Counter[str] = Counter()

    async def run(self) -> None:
        """Works until cancelled."""
        with self._hub.subscribe(live.OUTGOING) as subscription:
            try:
                while True:
                    await self._begin_due(subscription)
                    await subscription.wait(self._sweep_seconds)
            finally:
                await self._let_go()

    async def send_due(self) -> None:
        """One attempt at everything that is due now."""
        with self._hub.subscribe() as subscription:
            try:
                while await self._begin_due(subscription) or self._in_hand:
                    await asyncio.gather(*self._in_hand.values())
            finally:
                await self._let_go()

    async def _let_go(self) -> None:
        """Breaks off what is in hand; when the leases have run out it is taken up again."""
        tasks = list(self._in_hand.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _begin_due(self, subscription: live.Subscription) -> int:
        """Takes in hand what there is room for. Returns how much that was."""
        begun = 0
        try:
            while len(self._in_hand) < AT_ONCE and (item := await self._take()) is not None:
                task = asyncio.create_task(self._attempt(item))
                self._in_hand[item.id] = task
                self._in_lane[item.lane] += 1
                task.add_done_callback(partial(self._ended, item, subscription))
                begun += 1
        except Exception:
            # The database is away; the sweep tries again.
            log.exception("sender.sweep_failed")
        return begun

    def _ended(self, item: Outgoing, subscription: live.Subscription, _task: asyncio.Task[None]) -> None:
        del self._in_hand[item.id]
        self._in_lane[item.lane] -= 1
        subscription.wake()

    async def _take(self) -> Outgoing | None:
        now = self._clock()
        full = [lane for lane, count in self._in_lane.items() if count >= AT_ONCE_IN_A_LANE]
        async with transaction(self._sessions) as session:
            item: Outgoing | None = await session.scalar(
                select(Outgoing)
                .where(
                    Outgoing.state == OutgoingState.PENDING,
                    Outgoing.next_attempt_at <= now,
                    or_(Outgoing.lease_until.is_(None), Outgoing.lease_until <= now),
                    Outgoing.kind.in_(self._couriers),
                    Outgoing.lane.not_in(full),
                )
                .order_by(Outgoing.next_attempt_at, Outgoing.id)
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            if item is not None:
                # Counted before it is tried: what makes the process crash must not be tried for ever.
                item.attempts += 1
                item.lease_until = now + timedelta(seconds=self._attempt_seconds) + _LEASE_MARGIN
        return item

    async def _attempt(self, item: Outgoing) -> None:
        try:
            problem = await self._send(item)
            if problem is None:
                await self._finish(item)
            else:
                await self._put_off_or_give_up(item, problem)
        except Exception:
            # The lease runs out and the item is taken up again.
            log.exception("sender.attempt_failed", outgoing_id=str(item.id), kind=item.kind)

    async def _send(self, item: Outgoing) -> DeliveryError | None:
        try:
            async with asyncio.timeout(self._attempt_seconds):
                await self._couriers[item.kind].send(item)
        except DeliveryError as error:
            return error
        except TimeoutError:
            return TryAgainError("timed_out")
        except Exception as error:
            log.exception("sender.courier_failed", outgoing_id=str(item.id), kind=item.kind)
            return TryAgainError(type(error).__name__)
        return None

    async def _finish(self, item: Outgoing) -> None:
        async with transaction(self._sessions) as session:
            await _settle(session, item, state=OutgoingState.DONE, problem=None, done_at=self._clock())
        log.info("sender.sent", outgoing_id=str(item.id), kind=item.kind, attempts=item.attempts)

    async def _put_off_or_give_up(self, item: Outgoing, problem: DeliveryError) -> None:
        now = self._clock()
        chance = random.random()  # noqa: S311 - spreads attempts in time, guards nothing
        again = None if isinstance(problem, RefusedError) else next_attempt(item.attempts, item.created_at, now, chance)
        about = {"outgoing_id": str(item.id), "kind": item.kind, "problem": problem.code, "attempts": item.attempts}
        async with transaction(self._sessions) as session:
            if again is not None:
                await _settle(session, item, next_attempt_at=again, problem=problem.code)
                log.warning("sender.put_off", **about)
                return
            # The courier locks what it must, before the row: as everyone does who puts something in the outbox.
            await self._couriers[item.kind].give_up(session, item, problem.code, now)
            if not await _settle(session, item, state=OutgoingState.GIVEN_UP, problem=problem.code, done_at=now):
                await session.rollback()
                return
        log.error("sender.given_up", **about)


async def _settle(session: AsyncSession, item: Outgoing, **values: object) -> bool:
    """Writes down what became of an attempt, unless the lease has run out and somebody else has the item."""
    settled = await session.scalar(
        update(Outgoing)
        .where(Outgoing.id == item.id, Outgoing.lease_until == item.lease_until)
        .values(lease_until=None, **values)
        .returning(Outgoing.id)
    )
    return settled is not None
