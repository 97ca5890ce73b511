"""When nothing is being answered, so that what can wait may go on."""

from __future__ import annotations

import pytest

from learning.traffic import LONGEST_ANSWER_SECONDS, SETTLING_SECONDS, Traffic


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def traffic(clock: Clock) -> Traffic:
    return Traffic(clock)


def test_it_is_quiet_when_every_answer_has_left(traffic: Traffic, clock: Clock) -> None:
    assert traffic.is_quiet
    for message in ("first", "second"):
        traffic.begins(message)
    traffic.ends("first")
    clock.now += 2 * SETTLING_SECONDS
    assert not traffic.is_quiet
    traffic.ends("second")
    assert not traffic.is_quiet
    clock.now += 2 * SETTLING_SECONDS
    assert traffic.is_quiet


def test_who_breaks_off_is_not_waited_for_for_ever(traffic: Traffic, clock: Clock) -> None:
    traffic.begins("broken off")
    clock.now += LONGEST_ANSWER_SECONDS
    assert traffic.is_quiet


async def test_whoever_waits_goes_on_when_it_is_quiet_or_the_time_is_up(traffic: Traffic, clock: Clock) -> None:
    await traffic.until_quiet(60)
    traffic.begins("long")
    await traffic.until_quiet(0)
    assert not traffic.is_quiet
    clock.now += LONGEST_ANSWER_SECONDS
    await traffic.until_quiet(60)
    assert traffic.is_quiet
