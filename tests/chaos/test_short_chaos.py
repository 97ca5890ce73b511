"""The short version of `make chaos`: every process is killed at least once while people talk through the system."""

from pathlib import Path

from bench.chaos.disasters import VICTIMS
from bench.chaos.flow import Extent
from bench.chaos.run import run

ROOT = Path(__file__).parents[2]
SEED = 4
EXTENT = Extent(messages=400, kills=6, cuts=24, residents=12, agents=4, minutes=5)


def test_nothing_is_lost_or_doubled_while_processes_are_killed_and_connections_cut() -> None:
    outcome = run(ROOT, EXTENT, SEED)
    assert outcome.faults == []
    assert set(outcome.kills) == set(VICTIMS)
    assert outcome.figures["messages_accepted"] >= EXTENT.messages
    assert outcome.figures["kills"] >= EXTENT.kills
    assert outcome.figures["cuts"] >= EXTENT.cuts
