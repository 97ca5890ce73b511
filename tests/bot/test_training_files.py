"""A training file that cannot be used is refused when it is read, before anything is trained, and says where."""

from __future__ import annotations

from pathlib import Path

import pytest
from rasa.shared.exceptions import YamlException

from bot.importer import TopicPhrases

RIGHT = "version: '3.1'\nnlu:\n- intent: topic/radon\n  examples: |\n    - hur mäter man radon\n"


def read(folder: Path) -> list[str]:
    importer = TopicPhrases(domain_path="domain.yml", training_data_paths=[str(folder)])
    return [str(phrase.get("text")) for phrase in importer.get_nlu_data().training_examples]


def test_a_file_of_the_right_form_is_read(tmp_path: Path) -> None:
    (tmp_path / "radon.yml").write_text(RIGHT, encoding="utf-8")
    assert read(tmp_path) == ["hur mäter man radon"]


@pytest.mark.parametrize(
    ("right", "wrong", "line"),
    [
        ("- hur mäter man radon\n", "- hur mäter man radon\n bad: [\n", 6),
        ("  examples: |", "  exempel: |", 3),
        ("  examples: |", "  examples:", 5),
        ("intent: topic/radon", "intent: [topic/radon]", 3),
        ("- intent: topic/radon\n  examples: |\n    - hur mäter man radon\n", "  hur mäter man radon\n", 1),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_the_line(tmp_path: Path, right: str, wrong: str, line: int) -> None:
    (tmp_path / "right.yml").write_text(RIGHT, encoding="utf-8")
    spoilt = tmp_path / "spoilt.yml"
    spoilt.write_text(RIGHT.replace(right, wrong), encoding="utf-8")
    with pytest.raises(YamlException) as refused:
        read(tmp_path)
    assert str(spoilt) in str(refused.value)
    assert f"spoilt.yml:{line}:" in str(refused.value) or f"(line: {line})" in str(refused.value)
