"""A project with a handful of topics, which the real command trains in seconds."""

from __future__ import annotations

import shutil
from pathlib import Path

from bot.classification.catalogue import Topic
from tests.bot.small_topics import ASKED, CATALOGUE, NOT_ASKED_OF_US, PHRASES

ROOT = Path(__file__).resolve().parents[2]
COLUMNS = (
    *("id", "area", "rosa_level", "handling", "answer_group", "secrecy", "title_sv", "must_contain_sv"),
    *("legal_basis", "seed_ref", "hard_negatives"),
)


def write_small_project(folder: Path) -> Path:
    for name in ("config.yml", "domain.yml", "requirements/rasa.txt"):
        copy = folder / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, copy)
    for name in ("bot", "data/rules"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "models").mkdir()
    (folder / "models" / "spacy_sv").symlink_to((ROOT / "models" / "spacy_sv").resolve())
    data = folder / "data"
    rows = [(topic.id, topic.area, "1", topic.handling, "allmant", "no", topic.title) for topic in _topics()]
    _write(data / "topics.tsv", COLUMNS, [(*row, *[""] * 4) for row in rows])
    _write_phrases(data / "nlu" / "fragor.yml", PHRASES)
    questions = [(topic, text) for topic, texts in ASKED.items() for text in texts]
    _write(data / "calibration" / "questions.tsv", ("topic", "question"), questions)
    other = [("near-miss", text) for text in NOT_ASKED_OF_US]
    _write(data / "calibration" / "out_of_scope.tsv", ("kind", "question"), other)
    personal = [("mitt-arende", "hur går det med mitt ärende"), ("general:radon", "hur mäter jag min radon")]
    _write(data / "calibration" / "personal.tsv", ("topic", "question"), personal)
    danger = [("akut-fara", "det brinner hos mig"), ("calm", "jag brinner för miljön")]
    _write(data / "calibration" / "danger.tsv", ("topic", "question"), danger)
    danger_examples = [("akut-fara", "hjälp det brinner"), ("calm", "jag brinner för böcker")]
    _write(data / "detectors" / "danger.tsv", ("label", "text"), danger_examples)
    personal_examples = [("personal", "när kommer min faktura"), ("general", "hur läser jag en faktura")]
    _write(data / "detectors" / "personal.tsv", ("label", "text"), personal_examples)
    return folder


def _topics() -> list[Topic]:
    return list(CATALOGUE.topics.values())


def _write_phrases(path: Path, phrases: dict[str, list[str]]) -> None:
    lines = ['version: "3.1"', "nlu:"]
    for topic, texts in phrases.items():
        intent = f"topic/{topic}" if topic in CATALOGUE.topics else topic
        lines += [f"  - intent: {intent}", "    examples: |", *(f"      - {text}" for text in texts)]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _write(path: Path, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join("\t".join(row) + "\n" for row in [columns, *rows]), encoding="utf-8")
