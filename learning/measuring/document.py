"""What is measured of a model, as the parts of the document that the service gets (docs/contracts/internal-api.md)."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from bot.classification.network import Training
from bot.classification.topic_learning import Example
from decide.content import read_content
from learning.measuring.archive import read_limits
from learning.measuring.confusions import most_frequent
from learning.measuring.cross_validation import folds_by_text, guesses_by_fold
from learning.measuring.danger import version_of_danger
from learning.measuring.model import Published, Questions, measure
from learning.measuring.texts import Phrase, content_folders, read_phrases, read_questions, swedish_tokens
from learning.workplace import DATA

FOLDS = 3
# A quarter as wide as the bot's own, the network learns in a quarter of the time and is right some two percentage
# points less often. What counts is one training beside another, and that the folds take less time than the training.
TRAINING_OF_A_FOLD = Training(hidden=128)


class Examination:
    """`project`: the folder that the new model was trained in; `given`: what the service wants asked."""

    def __init__(self, project: Path, candidate: Path, given: dict[str, Any], today: date) -> None:
        self._candidate = candidate
        self._tokens = swedish_tokens(project)
        self._folders = content_folders(project / DATA)
        self._phrases = read_phrases(project, self._tokens)
        calibration = list(read_questions(self._folders, self._tokens, self._phrases))
        self._questions = Questions(calibration, given["regression"], given["asked"])
        self._published = Published(
            content=read_content(project / DATA, today),
            catalogue=self._folders.topics(),
            # The one in use is held to what is wanted of the new one.
            limits=read_limits(candidate),
            danger_version=version_of_danger(self._folders),
        )

    def of_candidate(self) -> dict[str, Any]:
        """The new model, and what its phrases are worth.

        Raises:
            Exception: whatever Rasa says of a model that it cannot load.
        """
        background = list(self._folders.examples(self._tokens))
        return {
            "cross_validation": cross_validate(self._phrases, background),
            "candidate": self._measure(self._candidate),
        }

    def of_serving(self, serving: Path) -> dict[str, Any]:
        """The model in use, asked the very same.

        Raises:
            Exception: as above.
        """
        return {"serving": self._measure(serving)}

    def _measure(self, archive: Path) -> dict[str, Any]:
        with tempfile.TemporaryDirectory(prefix="measuring-") as folder:
            return measure(archive, Path(folder) / "model", self._questions, self._published)


def cross_validate(phrases: Sequence[Phrase], background: Sequence[Example]) -> dict[str, Any] | None:
    """None when there is nothing to leave out and ask."""
    folds = guesses_by_fold(phrases, background, folds_by_text(phrases, FOLDS), TRAINING_OF_A_FOLD)
    guesses = [guess for fold in folds for guess in fold]
    if not guesses:
        return None
    return {
        "folds": FOLDS,
        "questions": len(guesses),
        "right": round(sum(guess.is_right for guess in guesses) / len(guesses), 4),
        "right_among_three": round(sum(guess.is_among_three for guess in guesses) / len(guesses), 4),
        "confusions": [asdict(confusion) for confusion in most_frequent(guesses, phrases)],
    }
