"""Reads the public questions from the folder that BENCHMARK_DATA names (its shape: docs/benchmarks.md)."""

from __future__ import annotations

import csv
import os
from dataclasses import dataclass
from pathlib import Path

OUT_OF_SCOPE = "oos"


class MissingDataError(RuntimeError):
    """The public questions are not there."""


@dataclass(frozen=True)
class Choice:
    """A question and the place of the right answer among those of its category."""

    question: str
    category: str
    right: int


@dataclass(frozen=True)
class Labelled:
    text: str
    intent: str


def folder(dataset: str) -> Path:
    """Raises MissingDataError, which says what to do."""
    named = os.environ.get("BENCHMARK_DATA", "")
    path = Path(named) / dataset
    if not named or not path.is_dir():
        raise MissingDataError(
            f"There is no folder {dataset} in BENCHMARK_DATA ({named or 'not set'}). "
            "docs/benchmarks.md says where to get it."
        )
    return path


def swefaq_answers() -> dict[str, list[str]]:
    """The answers of each category, in the official order."""
    answers: dict[str, list[str]] = {}
    for row in _rows(folder("swefaq") / "answers.tsv"):
        category, place = _category_and_place(row["answer_id"])
        of_category = answers.setdefault(category, [])
        if place != len(of_category):
            raise ValueError(f"answers.tsv is not in order at {row['answer_id']}")
        of_category.append(row["answer"])
    return answers


def swefaq_choices(split: str) -> list[Choice]:
    return [
        Choice(row["question"], *_category_and_place(row["gold_answer_id"]))
        for row in _rows(folder("swefaq") / f"{split}_choices.tsv")
    ]


def clinc(split: str) -> list[Labelled]:
    """The full variant; `split` is train, val or test, or one of them with "oos_" in front."""
    lines = (folder("clinc150") / f"full_{split}.tsv").read_text(encoding="utf-8").splitlines()
    return [Labelled(*line.split("\t")) for line in lines]


def _category_and_place(answer_id: str) -> tuple[str, int]:
    category, _, place = answer_id.partition("_a")
    return category, int(place)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
