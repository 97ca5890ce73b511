"""What is put in the outbox is sent at least once, by whichever worker, and nothing is given up in silence."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from fakes import FakeClock
from fastapi import FastAPI
from leaving import outbox
from people import PATIENCE_SECONDS
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.database import SessionFactory, transaction
from handover_api.integrations.delivery import RefusedError, TryAgainError
from handover_api.models import Outgoing
from handover_api.outgoing.outbox import delete_outdated, enqueue
from handover_api.outgoing.sender import AT_ONCE_IN_A_LANE, Sender


class FakeCourier:
    """Keeps what it was given, and behaves for each key as it is told to."""

    def __init__(self) -> None:
        self.attempts: Counter[str] = Counter()
        self.delivered: list[str] = []
        self.given_up: dict[str, str] = {}
        self.problems: dict[str, Exception] = {}
        self.holding: set[str] = set()
        self.released = asyncio.Event()
        self._changed = asyncio.Condition()

    async def send(self, item: Outgoing) -> None:
        self.attempts[item.key] += 1
        async with self._changed:
            self._changed.notify_all()
        if item.key in self.holding:
            await self.released.wait()
        if item.key in self.problems:
            raise self.problems[item.key]
        self.delivered.append(item.key)
        async with self._changed:
            self._changed.notify_all()

    async def give_up(self, session: AsyncSession, item: Outgoing, problem: str, now: datetime) -> None:
        assert session.in_transaction()
        assert now
        self.given_up[item.key] = problem

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS), self._changed:
            await self._changed.wait_for(holds)


@pytest.fixture
def courier() -> FakeCourier:
    return FakeCourier()


@pytest.fixture
def sender(app: FastAPI, courier: FakeCourier, clock: FakeClock) -> Sender:
    return make_sender(app, courier, clock)


def make_sender(app: FastAPI, courier: FakeCourier, clock: FakeClock, **options: Any) -> Sender:
    return Sender(sessions=app.state.sessions, hub=app.state.hub, couriers={"letter": courier}, clock=clock, **options)


@asynccontextmanager
async def running(sender: Sender) -> AsyncIterator[None]:
    task = asyncio.create_task(sender.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def put(sessions: SessionFactory, clock: FakeClock, *keys: str, kind: str = "letter", lane: str = "") -> None:
    async with transaction(sessions) as session:
        for key in keys:
            await enqueue(session, kind, key, {}, clock(), lane=lane or None)


async def states(sessions: SessionFactory) -> dict[str, str]:
    return {item.key: item.state for item in await outbox(sessions)}


async def test_what_is_asked_for_twice_is_sent_once(
    sessions: SessionFactory, sender: Sender, courier: FakeCourier, clock: FakeClock
) -> None:
    await put(sessions, clock, "a", "a")
    await sender.send_due()
    await put(sessions, clock, "a")
    await sender.send_due()
    assert courier.delivered == ["a"]


async def test_what_never_happened_is_not_told(
    sessions: SessionFactory, sender: Sender, courier: FakeCourier, clock: FakeClock
) -> None:
    class UndoneError(Exception):
        pass

    async def undo() -> None:
        async with transaction(sessions) as session:
            await enqueue(session, "letter", "a", {}, clock())
            raise UndoneError

    with pytest.raises(UndoneError):
        await undo()
    await sender.send_due()
    assert courier.attempts == {}


async def test_what_fails_is_tried_again_later_and_not_before(
    sessions: SessionFactory, sender: Sender, courier: FakeCourier, clock: FakeClock
) -> None:
    await put(sessions, clock, "a")
    courier.problems["a"] = TryAgainError("busy")
    await sender.send_due()
    await sender.send_due()
    assert courier.attempts["a"] == 1
    [item] = await outbox(sessions)
    assert (item.state, item.problem, item.attempts) == ("pending", "busy", 1)
    del courier.problems["a"]
    clock.advance(seconds=40)
    await sender.send_due()
    [item] = await outbox(sessions)
    assert (item.state, item.problem, item.attempts, item.done_at) == ("done", None, 2, clock())
    assert courier.delivered == ["a"]


async def test_what_fails_all_day_is_given_up_and_somebody_is_told(
    sessions: SessionFactory, sender: Sender, courier: FakeCourier, clock: FakeClock
) -> None:
    await put(sessions, clock, "a")
    courier.problems["a"] = TryAgainError("busy")
    while not courier.given_up:
        await sender.send_due()
        clock.advance(minutes=30)
        assert clock() < FakeClock.START + timedelta(hours=26)
    assert courier.given_up == {"a": "busy"}
    assert await states(sessions) == {"a": "given_up"}
    clock.advance(days=2)
    await sender.send_due()
    assert courier.delivered == []


async def test_what_is_refused_is_given_up_at_once(
    sessions: SessionFactory, sender: Sender, courier: FakeCourier, clock: FakeClock
) -> None:
    await put(sessions, clock, "a")
    courier.problems["a"] = RefusedError("unknown")
    await sender.send_due()
    assert courier.given_up == {"a": "unknown"}
    assert await states(sessions) == {"a": "given_up"}


async def test_a_fault_of_our_own_is_tried_again_and_harms_nothing_else(
    sessions: SessionFactory, sender: Sender, courier: FakeCourier, clock: FakeClock
) -> None:
    await put(sessions, clock, "a", "b")
    courier.problems["a"] = ZeroDivisionError("what was written")
    await sender.send_due()
    problems = {item.key: item.problem for item in await outbox(sessions)}
    assert problems == {"a": "ZeroDivisionError", "b": None}
    assert courier.delivered == ["b"]


async def test_an_attempt_that_hangs_is_cut_off(
    app: FastAPI, sessions: SessionFactory, courier: FakeCourier, clock: FakeClock
) -> None:
    await put(sessions, clock, "a")
    courier.holding = {"a"}
    await make_sender(app, courier, clock, attempt_seconds=0.05).send_due()
    [item] = await outbox(sessions)
    assert (item.state, item.problem) == ("pending", "timed_out")


async def test_a_receiver_that_hangs_holds_up_its_own_lane_alone(
    sessions: SessionFactory, sender: Sender, courier: FakeCourier, clock: FakeClock
) -> None:
    hanging = [f"slow-{number}" for number in range(AT_ONCE_IN_A_LANE + 3)]
    courier.holding = set(hanging)
    await put(sessions, clock, *hanging, lane="slow")
    async with running(sender):
        await courier.until(lambda: len(courier.attempts) == AT_ONCE_IN_A_LANE)
        await put(sessions, clock, "quick", lane="quick")
        await courier.until(lambda: "quick" in courier.delivered)
        assert sum(courier.attempts[key] for key in hanging) == AT_ONCE_IN_A_LANE
        courier.released.set()
        await courier.until(lambda: len(courier.delivered) == len(hanging) + 1)


async def test_what_is_put_in_the_outbox_wakes_the_sender(
    app: FastAPI, sessions: SessionFactory, courier: FakeCourier, clock: FakeClock
) -> None:
    async with running(make_sender(app, courier, clock, sweep_seconds=3600)):
        for key in ("a", "b", "c"):
            await put(sessions, clock, key)
            await courier.until(lambda key=key: key in courier.delivered)


async def test_of_several_workers_one_sends_each_thing(
    app: FastAPI, sessions: SessionFactory, courier: FakeCourier, clock: FakeClock
) -> None:
    await put(sessions, clock, *(str(number) for number in range(60)))
    await asyncio.gather(*(make_sender(app, courier, clock).send_due() for _ in range(4)))
    assert sorted(courier.delivered, key=int) == [str(number) for number in range(60)]


async def test_what_a_dead_worker_had_in_hand_is_taken_up_when_its_lease_has_run_out(
    app: FastAPI, sessions: SessionFactory, courier: FakeCourier, clock: FakeClock
) -> None:
    await put(sessions, clock, "a")
    courier.holding = {"a"}
    async with running(make_sender(app, courier, clock)):
        await courier.until(lambda: courier.attempts["a"] == 1)
    courier.holding = set()
    other = make_sender(app, courier, clock)
    await other.send_due()
    assert courier.attempts["a"] == 1
    clock.advance(minutes=2)
    await other.send_due()
    assert courier.delivered == ["a"]


async def test_a_worker_that_comes_too_late_changes_nothing(
    app: FastAPI, sessions: SessionFactory, courier: FakeCourier, clock: FakeClock
) -> None:
    await put(sessions, clock, "a")
    courier.holding = {"a"}
    late = asyncio.create_task(make_sender(app, courier, clock).send_due())
    await courier.until(lambda: courier.attempts["a"] == 1)
    clock.advance(minutes=2)
    courier.holding = set()
    await make_sender(app, courier, clock).send_due()
    courier.problems["a"] = RefusedError("unknown")
    courier.released.set()
    await late
    assert await states(sessions) == {"a": "done"}


async def test_what_this_worker_does_not_know_is_left_for_a_newer_one(
    sessions: SessionFactory, sender: Sender, clock: FakeClock
) -> None:
    await put(sessions, clock, "a", kind="something new")
    await sender.send_due()
    [item] = await outbox(sessions)
    assert (item.state, item.attempts) == ("pending", 0)


async def test_only_what_was_settled_long_ago_is_deleted(sessions: SessionFactory, clock: FakeClock) -> None:
    await put(sessions, clock, "done", "given_up", "pending")
    for state in ("done", "given_up"):
        async with transaction(sessions) as session:
            await session.execute(update(Outgoing).where(Outgoing.key == state).values(state=state, done_at=clock()))
    for days, left in [(29, {"done", "given_up", "pending"}), (2, {"given_up", "pending"}), (170, {"pending"})]:
        clock.advance(days=days)
        async with transaction(sessions) as session:
            await delete_outdated(session, clock())
        assert set(await states(sessions)) == left
