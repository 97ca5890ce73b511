"""What would make a training useless is found before it starts, and is said in words that editors understand."""

from __future__ import annotations

from pathlib import Path

import pytest

from learning.checks import LEAST_PHRASES, problems_in

ROOT = Path(__file__).resolve().parents[2]
PHRASES = [f"hur mäter jag radon {number}" for number in range(LEAST_PHRASES)]
OTHERS = [f"bygga altan {number}" for number in range(LEAST_PHRASES)]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "nlu").mkdir()
    rows = [("id", "title_sv"), ("radon", "Hur mäter jag radon?"), ("bygglov-altan", "Bygga altan?")]
    (tmp_path / "topics.tsv").write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")
    write(tmp_path, "topic/radon", PHRASES)
    write(tmp_path, "topic/bygglov-altan", OTHERS)
    write(tmp_path, "unsure", ["asdf"])
    return tmp_path


def write(data: Path, intent: str, phrases: list[str]) -> Path:
    lines = ['version: "3.1"', "nlu:", f"  - intent: {intent}", "    examples: |", *(f"      - {p}" for p in phrases)]
    path = data / "nlu" / f"{intent.replace('/', '-')}.yml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def told(data: Path) -> list[tuple[str | None, str]]:
    return [(problem.topic, problem.text) for problem in problems_in(data)]


def test_the_projects_own_content_has_none() -> None:
    assert problems_in(ROOT / "data") == []


def test_right_content_has_none(data: Path) -> None:
    assert told(data) == []


@pytest.mark.parametrize(("count", "has"), [(1, "bara en fråga"), (4, "bara 4 frågor")])
def test_a_topic_with_few_phrases_is_named(data: Path, count: int, has: str) -> None:
    write(data, "topic/radon", PHRASES[:count])
    assert told(data) == [("radon", f"Ämnet ”Hur mäter jag radon?” har {has} att lära sig av. Det behövs minst 5.")]


def test_a_topic_without_phrases_is_named(data: Path) -> None:
    (data / "nlu" / "topic-radon.yml").unlink()
    ((topic, text),) = told(data)
    assert topic == "radon"
    assert "har inga frågor att lära sig av" in text


def test_phrases_of_a_topic_that_is_gone_are_told(data: Path) -> None:
    write(data, "topic/nedlagt", ["en fråga"])
    assert told(data) == [("nedlagt", "Det finns frågor till ämnet nedlagt, men inget sådant ämne.")]


def test_the_same_phrase_under_two_topics_is_told_once_with_both(data: Path) -> None:
    write(data, "topic/radon", [*PHRASES, "Bygga  ALTAN 0"])
    ((topic, text),) = told(data)
    assert topic in {"radon", "bygglov-altan"}
    assert "”Bygga altan?”" in text
    assert "”Hur mäter jag radon?”" in text


@pytest.mark.parametrize("mark", ["[", "]", "{", "}", '"'])
def test_marks_that_mean_something_to_rasa_are_told(data: Path, mark: str) -> None:
    write(data, "topic/radon", [*PHRASES, f"radon {mark} hemma"])
    ((topic, text),) = told(data)
    assert topic == "radon"
    assert f"radon {mark} hemma" in text


def test_a_file_that_cannot_be_read_is_told_with_the_line_and_nothing_else_is(data: Path) -> None:
    (data / "nlu" / "trasig.yml").write_text("version: 1\nnlu:\n  - intent: [\n", encoding="utf-8")
    ((topic, text),) = told(data)
    assert topic is None
    assert text.startswith("Filen trasig.yml med frågor går inte att läsa, på rad ")


@pytest.mark.parametrize("content", ["nlu: 4", "[]", "nlu:\n  - intent: topic/radon\n"])
def test_a_file_of_another_form_is_told(data: Path, content: str) -> None:
    (data / "nlu" / "trasig.yml").write_text(content, encoding="utf-8")
    assert told(data) == [(None, "Filen trasig.yml med frågor går inte att läsa.")]


@pytest.mark.parametrize(("content", "text"), [("x\n1\n", "går inte att läsa"), ("id\ttitle_sv\n", "inga ämnen")])
def test_a_catalogue_that_cannot_be_used_is_told(data: Path, content: str, text: str) -> None:
    (data / "topics.tsv").write_text(content, encoding="utf-8")
    ((_, said),) = told(data)
    assert text in said
