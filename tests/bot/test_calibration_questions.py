from __future__ import annotations

from pathlib import Path

import pytest

from bot.classification.background import CatalogueError, read_catalogue, read_questions

DATA = Path(__file__).resolve().parents[2] / "data"


def test_every_question_belongs_to_a_known_topic_or_to_none() -> None:
    topics = {row["id"] for row in read_catalogue(DATA / "topics.tsv")}
    asked = {topic for _, topic in read_questions(DATA / "calibration" / "questions.tsv")}
    assert None in asked
    assert asked - topics == {None}


@pytest.mark.parametrize("content", ["", "topic\n", "amne\tfraga\nradon\tvad är radon\n"])
def test_a_file_without_questions_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "questions.tsv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"questions\.tsv"):
        read_questions(path)
    with pytest.raises(CatalogueError, match=r"saknas\.tsv"):
        read_questions(tmp_path / "saknas.tsv")
