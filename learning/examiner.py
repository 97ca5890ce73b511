"""Has a new model measured before it is delivered, beside the one in use (docs/contracts/internal-api.md)."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bot.redaction import fields
from learning.child import Ended
from learning.model_server import sha256_of
from learning.training_service import TrainingService, TrainingServiceError

# Redaction lets only the bot's own lines through.
logger = logging.getLogger("bot.trainer")

VERSION = 1
EXAMINING = "Prövar modellen"
COMPARING = "Jämför med modellen som används"
QUESTIONS_UNUSABLE = "Det som modellen ska prövas mot gick inte att hämta från tjänsten. Försök igen."
NOT_EXAMINED = "Modellen gick inte att pröva. Försök igen, eller be den som sköter driften om hjälp."
QUESTIONS, FOUND, COMPARED = "questions.json", "found.json", "compared.json"

Work = Callable[[str, Sequence[str], Path], Ended]


class NotExaminedError(Exception):
    """Why, in words for editors."""


class Examiner:
    """`work`: does a step of the training, by its name and its command, in a folder."""

    def __init__(self, service: TrainingService, run: str, work: Work) -> None:
        self._service = service
        self._run = run
        self._work = work

    def examine(self, folder: Path, candidate: Path) -> dict[str, Any]:
        """The document about the new model, in whose folder it was trained.

        Raises:
            NotExaminedError
            TrainingEndedError
        """
        (folder / "examination").mkdir()
        questions, found, compared = (folder / "examination" / name for name in (QUESTIONS, FOUND, COMPARED))
        try:
            questions.write_text(json.dumps(self._service.fetch_questions(self._run)), encoding="utf-8")
            serving = self._service.fetch_serving(folder / "examination")
        except TrainingServiceError as error:
            raise NotExaminedError(QUESTIONS_UNUSABLE) from error
        command = [sys.executable, "-m", "learning.examination", str(candidate), str(questions)]
        measured = self._measured(EXAMINING, [*command, str(found)], folder, found)
        if measured is None:
            raise NotExaminedError(NOT_EXAMINED)
        document = {"version": VERSION, **measured, "serving": None}
        if serving is None:
            return document
        compare = [*command, str(compared), "--serving", str(serving)]
        beside = self._measured(COMPARING, compare, folder, compared)
        # One that this program cannot load, such as a model of an older version, is nothing to compare with.
        return {**document, **(beside or {}), "serving_sha256": sha256_of(serving)}

    def _measured(self, step: str, command: Sequence[str], folder: Path, found: Path) -> dict[str, Any] | None:
        ended = self._work(step, command, folder)
        if ended.returncode != 0 or not found.is_file():
            logger.error("trainer.not_measured", extra=fields(run=self._run, said=ended.said))
            return None
        measured: dict[str, Any] = json.loads(found.read_text(encoding="utf-8"))
        return measured
