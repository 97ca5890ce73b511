from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.bot.running_bot import RunningBot

# A busy machine is not a wrong program, and Rasa's own check of a reply takes long.
settings.register_profile("without-deadline", deadline=None)
settings.load_profile("without-deadline")

ROOT = Path(__file__).resolve().parents[2]


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
def bot(trained_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBot]:
    """The real bot and the real action server on a real PostgreSQL; only the service behind them is a fake."""
    with RunningBot(trained_model, tmp_path_factory.mktemp("running")) as running:
        yield running
