"""Trains the bot when editors ask for it: `python -m learning.trainer`, from the root of the project.

It asks the service for work every other second, and brings what comes of it. It needs no database, and whatever
becomes of it the bot goes on with the model that it has.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from types import FrameType

from bot.redaction import LEVELS, fields, install_redaction
from bot.settings import SettingsError
from learning.checks import Problem, problems_in
from learning.settings import read_service_settings
from learning.training_service import TrainingService, TrainingServiceError
from learning.workplace import DATA, ContentArchiveError, furnish
from stack.environments import python_variables
from stack.model import fingerprint, training_command

# Redaction lets only the bot's own lines through.
logger = logging.getLogger("bot.trainer")

SECONDS_BETWEEN_LOOKS = 2.0
STOP_SECONDS = 5.0
# Residents are answered first.
NICENESS = ("nice", "-n", "10")
SHOWN_LINES = 3

FETCHING = "Hämtar innehållet"
CHECKING = "Kontrollerar innehållet"
TRAINING = "Tränar boten"
DELIVERING = "Lämnar över modellen"
CONTENT_UNUSABLE = "Innehållet gick inte att hämta från tjänsten. Försök igen."
NOT_DELIVERED = "Modellen gick inte att lämna över till tjänsten. Försök igen."
SHUT_DOWN = "Programmet som tränar boten stängdes av. Träna igen."


class Trainer:
    """`project`: the folder whose files a training begins from. `stopping` ends it, whatever it does."""

    def __init__(
        self, service: TrainingService, project: Path, environ: Mapping[str, str], stopping: threading.Event
    ) -> None:
        self._service = service
        self._project = project
        self._environ = environ
        self._stopping = stopping

    def run(self) -> None:
        while not self._stopping.is_set():
            try:
                run = self._service.take_next()
            except TrainingServiceError:
                run = None
            if run is None:
                self._stopping.wait(SECONDS_BETWEEN_LOOKS)
            else:
                self._do(run)

    def _do(self, run: str) -> None:
        logger.info("trainer.begun", extra=fields(run=run))
        try:
            with tempfile.TemporaryDirectory(prefix="training-") as folder:
                problems = self._train(run, Path(folder))
        except Exception as error:
            # The edge: whatever it is, the editors are told that it has ended.
            logger.exception("trainer.failed", extra=fields(run=run))
            problems = [Problem(f"Det blev ett tekniskt fel: {type(error).__name__}. Försök igen.")]
        if problems:
            self._service.tell_failed(run, problems)
        logger.info("trainer.ended", extra=fields(run=run, problems=len(problems)))

    def _train(self, run: str, folder: Path) -> list[Problem]:
        """Why there is no model; none when there is one, or when it was given up."""
        if not self._service.goes_on(run, FETCHING):
            return self._given_up(run)
        try:
            furnish(folder, self._project, self._service.fetch_content(run))
        except (TrainingServiceError, ContentArchiveError):
            return [Problem(CONTENT_UNUSABLE)]
        if not self._service.goes_on(run, CHECKING):
            return self._given_up(run)
        problems = problems_in(folder / DATA)
        if problems:
            return problems
        return self._learn(run, folder)

    def _learn(self, run: str, folder: Path) -> list[Problem]:
        name = fingerprint(folder)
        said: deque[str] = deque(maxlen=SHOWN_LINES)
        process = subprocess.Popen(  # noqa: S603 - the command is our own
            [*NICENESS, *training_command(sys.executable, name)],
            cwd=folder,
            env=variables(self._environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        listener = threading.Thread(target=_listen, args=(process, said), daemon=True)
        listener.start()
        try:
            while process.poll() is None:
                if not self._service.goes_on(run, TRAINING):
                    return self._given_up(run)
                if self._stopping.wait(SECONDS_BETWEEN_LOOKS):
                    return [Problem(SHUT_DOWN)]
        finally:
            _end(process)
            listener.join()
        archive = folder / "models" / f"{name}.tar.gz"
        if process.returncode != 0 or not archive.is_file():
            return [Problem(f"Träningen gick inte att genomföra. Det sista som sades: {' '.join(said) or 'ingenting'}")]
        if not self._service.goes_on(run, DELIVERING):
            return self._given_up(run)
        try:
            self._service.send_model(run, archive)
        except TrainingServiceError:
            return [Problem(NOT_DELIVERED)]
        return []

    def _given_up(self, run: str) -> list[Problem]:
        self._service.tell_stopped(run)
        return []


def variables(environ: Mapping[str, str]) -> dict[str, str]:
    """For the training itself, which needs no secret."""
    secrets = {"INTERNAL_TOKEN", "INTERNAL_TOKEN_FILE"}
    inherited = {name: value for name, value in python_variables(environ).items() if name not in secrets}
    return {**inherited, "PYTHONWARNINGS": "ignore", "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3"}


def _listen(process: subprocess.Popen[str], said: deque[str]) -> None:
    assert process.stdout is not None  # noqa: S101 - for the type; it is a pipe
    for line in process.stdout:
        if line.strip():
            said.append(line.strip()[:200])


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def main() -> None:
    try:
        settings = read_service_settings(os.environ)
    except SettingsError as error:
        sys.exit(str(error))
    install_redaction(LEVELS["INFO"])
    stopping = threading.Event()

    def stop(_: int, __: FrameType | None) -> None:
        stopping.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    service = TrainingService(settings)
    try:
        Trainer(service, Path.cwd(), os.environ, stopping).run()
    finally:
        service.close()


if __name__ == "__main__":
    main()
