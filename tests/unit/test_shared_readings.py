"""Pages that look at the same thing at the same moment."""

import asyncio

import pytest

from handover_api.web.shared_readings import SharedReadings


class Desk:
    """Something that changes, and takes a while to read."""

    def __init__(self) -> None:
        self.state = 0
        self.times_read = 0
        self.may_end = asyncio.Event()
        self.has_begun = asyncio.Event()

    async def read(self) -> int:
        self.times_read += 1
        seen = self.state
        self.has_begun.set()
        await self.may_end.wait()
        return seen


async def test_those_who_ask_together_share_one_reading() -> None:
    desk, readings = Desk(), SharedReadings[str, int]()
    desk.may_end.set()
    assert await asyncio.gather(*(readings.read("anna", desk.read) for _ in range(4))) == [0] * 4
    assert desk.times_read == 1


async def test_others_have_a_reading_of_their_own() -> None:
    annas, berits, readings = Desk(), Desk(), SharedReadings[str, int]()
    annas.may_end.set()
    berits.may_end.set()
    berits.state = 7
    assert await asyncio.gather(readings.read("anna", annas.read), readings.read("berit", berits.read)) == [0, 7]


async def test_nobody_gets_what_was_read_before_they_asked() -> None:
    desk, readings = Desk(), SharedReadings[str, int]()
    first = asyncio.create_task(readings.read("anna", desk.read))
    await desk.has_begun.wait()
    desk.state = 1
    second = asyncio.create_task(readings.read("anna", desk.read))
    desk.may_end.set()
    assert await asyncio.gather(first, second) == [0, 1]


async def test_who_leaves_breaks_nothing_off_for_the_others() -> None:
    desk, readings = Desk(), SharedReadings[str, int]()
    leaving, staying = (asyncio.create_task(readings.read("anna", desk.read)) for _ in range(2))
    await desk.has_begun.wait()
    leaving.cancel()
    desk.may_end.set()
    assert await staying == 0


async def test_a_reading_that_fails_is_told_and_done_anew_for_the_next() -> None:
    desk, readings = Desk(), SharedReadings[str, int]()
    desk.may_end.set()

    async def fail() -> int:
        raise ConnectionError

    outcomes = await asyncio.gather(*(readings.read("anna", fail) for _ in range(2)), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [ConnectionError] * 2
    with pytest.raises(ConnectionError):
        await readings.read("anna", fail)
    assert await readings.read("anna", desk.read) == 0


async def test_what_nobody_waits_for_any_longer_is_broken_off_in_the_end() -> None:
    desk, readings = Desk(), SharedReadings[str, int]()
    leaving = asyncio.create_task(readings.read("anna", desk.read))
    await desk.has_begun.wait()
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    assert len(asyncio.all_tasks()) == 2, "the reading goes on"
    await readings.close()
    assert asyncio.all_tasks() == {asyncio.current_task()}
