"""Phrases written as files are read again as the same phrases."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handover_api.content.files import read_topics
from handover_api.phrases.files import PhraseFileError, PhraseLine, phrases_as_files, read_phrases
from handover_api.rules.phrase import OUTSIDE, EmptyPhraseError, as_phrase

DATA = Path(__file__).parents[2] / "data"
AREA_OF = {"radon": "miljo-halsa", "buller": "miljo-halsa", "altan": "bygga-bo", OUTSIDE: OUTSIDE}

SPECIAL = st.sampled_from(["#", ": ", "- ", '"', "'", "\\", "{", "|", ">", "%", "&", "*", "é", "\ufffe", "\u2028"])


def is_phrase(text: str) -> bool:
    try:
        return as_phrase(text) == text
    except EmptyPhraseError:
        return False


PHRASES = (
    st.lists(SPECIAL | st.text(max_size=8), min_size=1, max_size=4).map("".join).map(lambda text: as_phrase(text + "a"))
)


def written(folder: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8", newline="\n")
    return folder / "nlu"


def test_the_phrases_of_the_repository_are_written_byte_for_byte() -> None:
    topics = read_topics(DATA / "topics.tsv")
    lines = read_phrases(DATA / "nlu", topics)
    assert len(lines) > 10_000
    files = phrases_as_files(
        (topics[line.topic].area if line.topic in topics else OUTSIDE, line.topic, line.text) for line in lines
    )
    assert set(files) == {f"nlu/{path.name}" for path in (DATA / "nlu").iterdir()}
    for path, text in files.items():
        assert text == (DATA / path).read_text(encoding="utf-8"), path


@settings(deadline=None)
@given(phrases=st.dictionaries(st.sampled_from(sorted(AREA_OF)), st.lists(PHRASES, min_size=1, max_size=5)))
def test_phrases_come_back_as_they_were(
    tmp_path_factory: pytest.TempPathFactory, phrases: dict[str, list[str]]
) -> None:
    assert all(is_phrase(text) for texts in phrases.values() for text in texts)
    files = phrases_as_files((AREA_OF[topic], topic, text) for topic, texts in phrases.items() for text in texts)
    lines = read_phrases(written(tmp_path_factory.mktemp("data"), files), AREA_OF)
    assert {topic: [line.text for line in lines if line.topic == topic] for topic in phrases} == phrases
    for area in {AREA_OF[topic] for topic in phrases}:
        of_area = [line.position for line in lines if AREA_OF[line.topic] == area]
        assert of_area == list(range(len(of_area)))


def test_a_folder_without_phrases_has_none(tmp_path: Path) -> None:
    assert read_phrases(tmp_path / "nlu", []) == []


def test_a_line_says_its_topic_and_its_place(tmp_path: Path) -> None:
    entries = "".join(
        f"- intent: {intent}\n  examples: |\n    - {text}\n"
        for intent, text in (("unsure", "asdf"), ("topic/radon", "gas"))
    )
    folder = written(tmp_path, {"nlu/a.yml": f"nlu:\n{entries}"})
    assert read_phrases(folder, ["radon"]) == [PhraseLine(OUTSIDE, "asdf", 0), PhraseLine("radon", "gas", 1)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("nlu: [", "cannot be read"),
        ("nlu:\n- lookup: ord\n  examples: |\n    - a\n", "must hold intents with examples"),
        ("rules: []\n", "must hold intents with examples"),
        ("nlu:\n- intent: topic/okant\n  examples: |\n    - a\n", "okant, which is not in the catalogue"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(PhraseFileError, match=told):
        read_phrases(written(tmp_path, {"nlu/a.yml": text}), ["radon"])
