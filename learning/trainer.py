"""Trains the bot when editors ask for it: `python -m learning.trainer`, from the root of the project.

It asks the service for work every other second, and brings what comes of it. It needs no database, and whatever
becomes of it the bot goes on with the model that it has.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from types import FrameType

from bot.redaction import LEVELS, fields, install_redaction
from bot.settings import SettingsError
from learning.checks import Problem, problems_in
from learning.child import Ended, run_politely
from learning.examiner import Examiner, NotExaminedError
from learning.settings import read_service_settings
from learning.training_service import TrainingEndedError, TrainingService, TrainingServiceError
from learning.workplace import DATA, ContentArchiveError, furnish
from stack.model import fingerprint, training_command

# Redaction lets only the bot's own lines through.
logger = logging.getLogger("bot.trainer")

SECONDS_BETWEEN_LOOKS = 2.0

FETCHING = "Hämtar innehållet"
CHECKING = "Kontrollerar innehållet"
TRAINING = "Tränar boten"
DELIVERING = "Lämnar över modellen"
CONTENT_UNUSABLE = "Innehållet gick inte att hämta från tjänsten. Försök igen."
NOT_DELIVERED = "Modellen gick inte att lämna över till tjänsten. Försök igen."
SHUT_DOWN = "Programmet som tränar boten stängdes av. Träna igen."


class GivenUpError(Exception):
    """Nobody wants the training any more."""


class FailedError(Exception):
    """There is no model, for these reasons."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__()
        self.problems = list(problems)


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
        problems: list[Problem] = []
        try:
            with tempfile.TemporaryDirectory(prefix="training-") as folder:
                self._train(run, Path(folder))
        except (GivenUpError, TrainingEndedError):
            self._service.tell_stopped(run)
        except FailedError as error:
            problems = error.problems
        except Exception as error:
            # The edge: whatever it is, the editors are told that it has ended.
            logger.exception("trainer.failed", extra=fields(run=run))
            problems = [Problem(f"Det blev ett tekniskt fel: {type(error).__name__}. Försök igen.")]
        if problems:
            self._service.tell_failed(run, problems)
        logger.info("trainer.ended", extra=fields(run=run, problems=len(problems)))

    def _train(self, run: str, folder: Path) -> None:
        """
        Raises:
            GivenUpError, TrainingEndedError, FailedError
        """
        self._begin(run, FETCHING)
        try:
            furnish(folder, self._project, self._service.fetch_content(run))
        except (TrainingServiceError, ContentArchiveError) as error:
            raise FailedError(Problem(CONTENT_UNUSABLE)) from error
        self._begin(run, CHECKING)
        if problems := problems_in(folder / DATA):
            raise FailedError(*problems)
        archive = self._learn(run, folder)
        try:
            found = Examiner(self._service, run, partial(self._work, run)).examine(folder, archive)
        except NotExaminedError as error:
            raise FailedError(Problem(str(error))) from error
        self._begin(run, DELIVERING)
        try:
            self._service.send_examination(run, found)
            self._service.send_model(run, archive)
        except TrainingServiceError as error:
            raise FailedError(Problem(NOT_DELIVERED)) from error

    def _learn(self, run: str, folder: Path) -> Path:
        name = fingerprint(folder)
        ended = self._work(run, TRAINING, training_command(sys.executable, name), folder)
        archive = folder / "models" / f"{name}.tar.gz"
        if ended.returncode != 0 or not archive.is_file():
            said = ended.said or "ingenting"
            raise FailedError(Problem(f"Träningen gick inte att genomföra. Det sista som sades: {said}"))
        return archive

    def _work(self, run: str, step: str, command: Sequence[str], folder: Path) -> Ended:
        return run_politely(command, folder, self._environ, lambda: self._begin(run, step), self._stopping)

    def _begin(self, run: str, step: str) -> None:
        """Tells what is being done.

        Raises:
            GivenUpError, FailedError: it is to be ended.
        """
        if self._stopping.is_set():
            raise FailedError(Problem(SHUT_DOWN))
        if not self._service.goes_on(run, step):
            raise GivenUpError


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
