"""What residents are told of how long they wait: true four times in five, or nothing."""

import heapq
import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover_api.cases.schemas import WaitingMinutes
from handover_api.rules.waiting_time import (
    COVERAGE,
    LEAST_OBSERVATIONS,
    MOST_OBSERVATIONS,
    Interval,
    Observation,
    expected,
)
from handover_api.web.wording import waiting_time

positions = st.integers(min_value=1, max_value=60)
minutes = st.floats(min_value=0, max_value=600, allow_nan=False)
histories = st.lists(st.builds(Observation, positions, minutes), max_size=MOST_OBSERVATIONS)


@dataclass
class Wait:
    """Somebody who waits, and the places where they have stood, each with the moment when they came to it."""

    began_at: float
    gives_up_at: float
    is_urgent: bool
    places: list[tuple[float, int]] = field(default_factory=list)
    ended_at: float = math.nan

    @property
    def observation(self) -> Observation:
        return Observation(self.places[0][1], self.ended_at - self.began_at)


@dataclass(frozen=True)
class Office:
    """A queue with people who answer: how many come a minute, how many answer, how long an answer takes; how long those
    who wait have patience, and how many of them go first.
    """

    arrivals: Callable[[float], float]
    agents: Callable[[float], int]
    service_minutes: Callable[[Random], float]
    patience_minutes: Callable[[Random], float] = lambda _: math.inf
    urgent: float = 0.0

    def simulate(self, chance: Random, minutes: float) -> list[Wait]:
        """Everybody who was answered, in the order in which they were: the urgent, then first come, first served."""
        queue: list[Wait] = []
        busy_until: list[float] = []
        answered: list[Wait] = []
        now = 0.0
        next_arrival = chance.expovariate(self.arrivals(now))
        while now < minutes:
            # Once a minute too, because that may be when somebody comes to work.
            now = min([next_arrival, now + 1.0, *busy_until[:1]])
            while busy_until and busy_until[0] <= now:
                heapq.heappop(busy_until)
            queue = [wait for wait in queue if wait.gives_up_at > now]
            if next_arrival <= now:
                queue.append(Wait(now, now + self.patience_minutes(chance), chance.random() < self.urgent))
                queue.sort(key=lambda wait: (not wait.is_urgent, wait.began_at))
                next_arrival = now + chance.expovariate(self.arrivals(now))
            _note_places(queue, now)
            while queue and len(busy_until) < self.agents(now):
                first = queue.pop(0)
                first.ended_at = now
                answered.append(first)
                heapq.heappush(busy_until, now + self.service_minutes(chance))
            _note_places(queue, now)
        return answered


def _note_places(queue: list[Wait], now: float) -> None:
    for place, wait in enumerate(queue, start=1):
        if not wait.places or wait.places[-1][1] != place:
            wait.places.append((now, place))


def exponential(mean: float) -> Callable[[Random], float]:
    return lambda chance: chance.expovariate(1 / mean)


def mostly_short(mean: float) -> Callable[[Random], float]:
    """Log-normal: many answers are short and some are very long."""
    return lambda chance: chance.lognormvariate(0, 0.8) * mean / math.exp(0.32)


def steady[Value](value: Value) -> Callable[[float], Value]:
    return lambda _: value


OFFICES = {
    "busy": Office(steady(0.9 * 3 / 8), steady(3), exponential(8)),
    "nearly overrun": Office(steady(0.97 * 3 / 8), steady(3), exponential(8)),
    "one agent": Office(steady(0.8 / 8), steady(1), exponential(8)),
    "answers of very different length": Office(steady(0.95 * 5 / 8), steady(5), mostly_short(8)),
    "agents come and go": Office(steady(0.4), lambda at: (2, 4, 5, 3)[int(at / 120) % 4], mostly_short(8)),
    "bursts": Office(lambda at: 0.3 if int(at / 60) % 4 else 0.8, steady(4), exponential(8)),
    "half of the agents go away": Office(
        lambda at: 0.4 if at < 1800 else 0.225, lambda at: 4 if at < 1800 else 2, exponential(8)
    ),
    "many give up": Office(steady(1.3 * 3 / 8), steady(3), exponential(8), patience_minutes=exponential(20)),
    "some go first": Office(steady(0.95 * 3 / 8), steady(3), exponential(8), urgent=0.1),
}


@pytest.mark.parametrize("name", OFFICES)
def test_four_in_five_wait_as_long_as_they_were_told_wherever_they_stand(name: str) -> None:
    """Also what is told at each place that they come to later. Who gives up has no wait to compare; who goes first is
    told nothing.
    """
    told: list[bool] = []
    told_later: list[bool] = []
    told_at: defaultdict[int, list[bool]] = defaultdict(list)
    widths: defaultdict[int, list[int]] = defaultdict(list)
    for seed in range(2):
        waits = OFFICES[name].simulate(Random(seed), minutes=3600)  # noqa: S311 - it plays a queue
        ends = [wait.ended_at for wait in waits]
        observations = [wait.observation for wait in waits]
        for wait in waits:
            for number, (at, place) in enumerate([] if wait.is_urgent else wait.places):
                answered = bisect_right(ends, at)
                interval = expected(observations[max(0, answered - MOST_OBSERVATIONS) : answered], place)
                if interval is None:
                    continue
                is_right = interval.least <= wait.ended_at - at <= interval.most
                if number:
                    told_later.append(is_right)
                else:
                    octave = place.bit_length()
                    told.append(is_right)
                    told_at[octave].append(is_right)
                    widths[octave].append(interval.most - interval.least)
    assert len(told) > 500
    assert sum(told) / len(told) >= COVERAGE
    assert sum(told_later) / len(told_later) >= COVERAGE
    for octave, each in told_at.items():
        if len(each) >= 200:
            assert sum(each) / len(each) >= COVERAGE - 0.05, octave
    # At the front of the queue, where most stand, the promise is worth reading too.
    assert median(widths[1]) <= 15


@given(histories, positions)
def test_nothing_is_said_of_a_place_that_too_few_have_stood_near(history: list[Observation], position: int) -> None:
    near = [each for each in history if position / 2 <= each.position <= position * 2]
    if len(near) < LEAST_OBSERVATIONS:
        assert expected(history, position) is None


@given(histories, positions)
def test_an_interval_is_in_steps_and_never_empty(history: list[Observation], position: int) -> None:
    interval = expected(history, position)
    if interval is not None:
        assert 0 <= interval.least < interval.most <= 240
        assert all(minutes % 5 == 0 for minutes in (interval.least, interval.most))


@given(st.integers(LEAST_OBSERVATIONS, MOST_OBSERVATIONS), positions, st.integers(0, 200))
def test_what_was_always_so_is_what_is_told(count: int, position: int, waited: int) -> None:
    interval = expected([Observation(position, float(waited))] * count, position)
    assert interval is not None
    assert interval.least <= waited <= interval.most


def test_few_are_silent_and_one_more_speaks() -> None:
    history = [Observation(2, float(minutes)) for minutes in range(LEAST_OBSERVATIONS - 1)]
    assert expected(history, 2) is None
    assert expected([*history, Observation(2, 29.0)], 2) == Interval(0, 30)


def test_a_wait_beyond_all_reason_is_not_promised() -> None:
    assert expected([Observation(1, 241.0)] * LEAST_OBSERVATIONS, 1) is None
    assert expected([Observation(1, 240.0)] * LEAST_OBSERVATIONS, 1) == Interval(180, 240)


def test_ends_that_are_exact_steps_stay_where_they_are() -> None:
    history = [Observation(1, 5.0)] * 15 + [Observation(1, 15.0)] * 15
    assert expected(history, 1) == Interval(5, 15)


def test_a_place_twice_as_far_back_waits_twice_as_long() -> None:
    history = [Observation(4, 20.0 + minutes) for minutes in range(LEAST_OBSERVATIONS)]
    near, far = expected(history, 2), expected(history, 8)
    assert near is not None
    assert far is not None
    assert near.most <= far.least


@pytest.mark.parametrize(
    ("least", "most", "sentence"),
    [
        (0, 5, "Väntetiden är högst 5 minuter."),
        (0, 60, "Väntetiden är högst en timme."),
        (5, 15, "Väntetiden är ungefär 5 till 15 minuter."),
        (45, 60, "Väntetiden är ungefär 45 minuter till en timme."),
        (30, 90, "Väntetiden är ungefär 30 minuter till en och en halv timme."),
        (60, 120, "Väntetiden är ungefär en till två timmar."),
        (90, 240, "Väntetiden är ungefär en och en halv till fyra timmar."),
    ],
)
def test_the_wait_is_said_in_plain_words(least: int, most: int, sentence: str) -> None:
    assert waiting_time(WaitingMinutes(least=least, most=most)) == sentence
