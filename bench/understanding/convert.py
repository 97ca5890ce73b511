"""Turns the files as published into the folder that BENCHMARK_DATA names (docs/benchmarks.md).

`python -m bench.understanding.convert <clone of SuperLim-2> <clone of oos-eval> <target folder>`
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path


def convert_swefaq(superlim: Path, target: Path) -> None:
    answers: dict[str, list[str]] = {}
    target.mkdir(parents=True, exist_ok=True)
    for split in ("dev", "test"):
        lines = (superlim / "swefaq" / f"swefaq_{split}.jsonl").read_text(encoding="utf-8").splitlines()
        items = [json.loads(line) for line in lines if line.strip()]
        answers |= {f"c{item['category_id']}": item["candidate_answers"] for item in items}
        choices = [(item["question"], f"c{item['category_id']}_a{item['label']}") for item in items]
        _write(target / f"{split}_choices.tsv", [("question", "gold_answer_id"), *choices])
    rows = [(f"{category}_a{place}", text) for category, texts in answers.items() for place, text in enumerate(texts)]
    _write(target / "answers.tsv", [("answer_id", "answer"), *rows])


def convert_clinc(oos_eval: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for split, rows in json.loads((oos_eval / "data" / "data_full.json").read_text(encoding="utf-8")).items():
        _write(target / f"full_{split}.tsv", rows)


def _write(path: Path, rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", quoting=csv.QUOTE_NONE, quotechar=None, lineterminator="\n")
        writer.writerows([" ".join(cell.split()) for cell in row] for row in rows)


if __name__ == "__main__":
    if len(sys.argv) != 4:  # noqa: PLR2004 - the command and the three folders.
        sys.exit(__doc__)
    convert_swefaq(Path(sys.argv[1]), Path(sys.argv[3]) / "swefaq")
    convert_clinc(Path(sys.argv[2]), Path(sys.argv[3]) / "clinc150")
