"""Trains the bot with the very command of `make train`, under another name, and takes the time."""

from __future__ import annotations

import dataclasses
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import results
from stack.console import Console
from stack.engine import Engine
from stack.environments import only_one_builder
from stack.interruption import Interruption
from stack.layout import Layout
from stack.model import Model, remove, training

NAME = "benchmark"
TRAINING = "training"


@dataclasses.dataclass(frozen=True)
class TrainedModel:
    archive: Path
    seconds: float


@contextmanager
def train_as_the_stack_does(folder: Path) -> Iterator[TrainedModel]:
    """Always anew, so that the time is that of a whole training; the logs go to `folder`, the model away afterwards."""
    layout = Layout(results.ROOT, folder / "run")
    layout.create_run_folders()
    console, interruption = Console(sys.stdout), Interruption()
    model = Model(layout, NAME)
    engine = Engine(layout, console, interruption)
    try:
        with only_one_builder(layout, console, interruption):
            remove(model.archive, model.checksum)
            units = training(layout, console, os.environ, model)
            engine.bring_up([unit for unit in units if unit.name != TRAINING])
            began = time.perf_counter()
            # Without its seal the model does not count among those that are kept.
            engine.bring_up([dataclasses.replace(unit, after=None) for unit in units if unit.name == TRAINING])
            seconds = time.perf_counter() - began
        yield TrainedModel(model.archive, seconds)
    finally:
        engine.shut_down()
        remove(model.archive, model.checksum)
