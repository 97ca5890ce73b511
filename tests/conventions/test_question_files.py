"""Rules of the questions and examples that teach certainty, danger and personal matters, and of those held out.

What they are for: docs/contracts/content.md and docs/benchmarks.md.
"""

import csv
import re
import unicodedata
from collections import Counter, defaultdict
from pathlib import Path

import pytest
import yaml
from repository import ROOT

from handover_api.content.files import TopicRow, read_topics

DATA = ROOT / "data"
HELD_OUT = ROOT / "bench" / "questions" / "heldout.tsv"
CALM, NOWHERE, GENERAL, GENERAL_PREFIX = "calm", "-", "general", "general:"
COLUMNS = {
    DATA / "calibration" / "questions.tsv": ["topic", "question"],
    DATA / "calibration" / "out_of_scope.tsv": ["kind", "question"],
    DATA / "calibration" / "personal.tsv": ["topic", "question"],
    DATA / "calibration" / "danger.tsv": ["topic", "question"],
    DATA / "detectors" / "danger.tsv": ["label", "text"],
    DATA / "detectors" / "personal.tsv": ["label", "text"],
    HELD_OUT: ["expected", "topic", "question"],
}
# The kinds of held-out question that name a topic, and the handlings that the topic may have.
HANDLINGS_EXPECTED = {
    "answer": {"answer", "guide", "refer"},
    "personal": {"answer", "guide", "refer"},
    "handover": {"handover"},
    "urgent": {"urgent"},
    "chat": {"chat"},
}
# Anybody may ask a shorter one in just the same words ("simskola").
FEWEST_WORDS_OF_A_COPY = 3
IDENTITY_NUMBER = re.compile(r"\b(?:19|20)?\d{6}[-+ ]?\d{4}\b")


def plain(text: str) -> str:
    """Without capitals, signs and differences of Unicode spelling; what is nothing but signs stays."""
    words = re.sub(r"[^\w\s]|_", " ", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(words.split()) or text


def rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]


def longer_texts(path: Path) -> set[str]:
    texts = {plain(row[-1]) for row in rows(path)}
    return {text for text in texts if len(text.split()) >= FEWEST_WORDS_OF_A_COPY}


@pytest.fixture(scope="module")
def topics() -> dict[str, TopicRow]:
    return read_topics(DATA / "topics.tsv")


@pytest.fixture(scope="module")
def phrases() -> set[str]:
    """All that the bot is trained on, in the dialogue's rules too."""
    found = {
        plain(line.strip().removeprefix("- "))
        for path in (*DATA.glob("nlu/*.yml"), *DATA.glob("rules/*.yml"))
        for entry in yaml.safe_load(path.read_text(encoding="utf-8")).get("nlu", [])
        for line in entry["examples"].splitlines()
    }
    assert found
    return found


@pytest.mark.parametrize("path", COLUMNS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_row_is_whole_and_stands_once(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").split("\n")
    assert lines[0].split("\t") == COLUMNS[path]
    assert lines[-1] == ""
    assert "" not in lines[:-1]
    for row in rows(path):
        assert len(row) == len(COLUMNS[path]), row
        assert all(cell and cell == cell.strip() for cell in row), row
        assert not IDENTITY_NUMBER.search(row[-1]), row
    counted = Counter(plain(row[-1]) for row in rows(path))
    assert [text for text, count in counted.items() if count > 1] == []


@pytest.mark.parametrize("folder", ["calibration", "detectors"])
def test_there_is_danger_of_every_urgent_topic_and_what_looks_like_it(topics: dict[str, TopicRow], folder: str) -> None:
    labels = {label for label, _ in rows(DATA / folder / "danger.tsv")}
    assert labels == {id_ for id_, topic in topics.items() if topic.handling == "urgent"} | {CALM}


def test_personal_matters_are_measured_on_known_topics_and_beside_general_questions(
    topics: dict[str, TopicRow],
) -> None:
    asked = [topic for topic, _ in rows(DATA / "calibration" / "personal.tsv")]
    assert {topic.removeprefix(GENERAL_PREFIX) for topic in asked} - set(topics) == set()
    assert {topic.startswith(GENERAL_PREFIX) for topic in asked} == {True, False}
    assert {label for label, _ in rows(DATA / "detectors" / "personal.tsv")} == {"personal", GENERAL}


def test_no_text_is_taught_as_one_thing_and_measured_as_the_other() -> None:
    said: dict[str, set[str]] = defaultdict(set)
    for folder in ("calibration", "detectors"):
        for label, text in rows(DATA / folder / "danger.tsv"):
            said[plain(text)].add("calm" if label == CALM else "danger")
        for label, text in rows(DATA / folder / "personal.tsv"):
            is_general = label == GENERAL or label.startswith(GENERAL_PREFIX)
            said[plain(text)].add("general" if is_general else "personal")
    contradictions = ({"calm", "danger"}, {"general", "personal"})
    assert [text for text, labels in said.items() if any(pair <= labels for pair in contradictions)] == []


def test_held_out_questions_are_about_topics_of_the_right_handling(topics: dict[str, TopicRow]) -> None:
    kinds = set()
    for expected, topic, question in rows(HELD_OUT):
        kinds.add(expected)
        if expected in HANDLINGS_EXPECTED:
            assert topics[topic].handling in HANDLINGS_EXPECTED[expected], question
        else:
            assert topic == NOWHERE or (expected == CALM and topic in topics), question
    assert kinds == {*HANDLINGS_EXPECTED, "other", CALM}


@pytest.mark.parametrize(
    "path", [path for path in COLUMNS if path != HELD_OUT], ids=lambda path: str(path.relative_to(ROOT))
)
def test_nothing_is_learned_from_a_held_out_question(path: Path) -> None:
    assert longer_texts(HELD_OUT) & longer_texts(path) == set()


def test_no_held_out_question_is_a_training_phrase(phrases: set[str]) -> None:
    assert longer_texts(HELD_OUT) & phrases == set()
