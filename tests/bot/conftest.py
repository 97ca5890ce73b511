from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from learning.settings import ServiceSettings
from learning.trainer import Trainer
from learning.training_service import TrainingService
from tests.bot.fake_model_server import TOKEN, FakeModelServer
from tests.bot.running_bot import RunningBot
from tests.bot.small_project import write_small_project

# A busy machine is not a wrong program, and Rasa's own check of a reply takes long.
settings.register_profile("without-deadline", deadline=None)
settings.load_profile("without-deadline")

ROOT = Path(__file__).resolve().parents[2]
TRAINED_WITHIN_SECONDS = 300
# What takes long to make, and the group of tests that shares it. Of several, the first counts.
MADE_ONCE = {"bot": "bot", "decided": "bot", "trained_small": "trained_small", "good": "examined"}


# Before pytest-xdist reads the groups.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where the tests run in several processes, those that share what takes long to make stay in one of them."""
    for item in items:
        used = getattr(item, "fixturenames", ())
        group = next((group for fixture, group in MADE_ONCE.items() if fixture in used), None)
        if group is not None:
            item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture(scope="session")
def trained_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model that the whole suite shares, or one trained here from the project's own content."""
    shared = os.environ.get("TRAINED_MODEL")
    if shared:
        return Path(shared).resolve()
    folder = tmp_path_factory.mktemp("models")
    for command in (
        ["-m", "bot.spacy_pipeline"],
        [
            *("-m", "rasa", "train", "--domain", "domain.yml", "--data", "data/nlu", "data/rules"),
            *("--config", "config.yml", "--out", str(folder), "--fixed-model-name", "for-tests"),
        ],
    ):
        environment = {**os.environ, "PYTHONWARNINGS": "ignore", "RASA_TELEMETRY_ENABLED": "false"}
        subprocess.run([sys.executable, *command], cwd=ROOT, env=environment, check=True, capture_output=True)
    return folder / "for-tests.tar.gz"


@pytest.fixture(scope="session")
def small_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_project(tmp_path_factory.mktemp("small"))


@dataclass(frozen=True)
class Trained:
    archive: Path
    # What the trainer has told the editors, in order.
    steps: list[str]
    # What it has measured of the model.
    examination: dict[str, Any]


@pytest.fixture(scope="session")
def trained_small(small_project: Path, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """What the trainer makes of a handful of topics."""
    with FakeModelServer(tmp_path_factory.mktemp("stored")) as server:
        server.has_training = True
        with working_trainer(server, small_project):
            assert server.has_ended.wait(TRAINED_WITHIN_SECONDS)
        assert server.problems is None
        assert server.trained is not None
        assert server.examination is not None
        return Trained(server.trained, server.steps, server.examination)


@contextmanager
def working_trainer(server: FakeModelServer, project: Path) -> Iterator[threading.Event]:
    """A trainer at work, and what stops it."""
    service, stopping = TrainingService(ServiceSettings(server.url, TOKEN)), threading.Event()
    thread = threading.Thread(target=Trainer(service, project, os.environ, stopping).run)
    thread.start()
    try:
        yield stopping
    finally:
        stopping.set()
        thread.join()
        service.close()


@pytest.fixture(scope="session")
def bot(trained_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBot]:
    """The real bot and the real action server on a real PostgreSQL; only the service behind them is a fake."""
    with RunningBot(trained_model, tmp_path_factory.mktemp("running")) as running:
        yield running
