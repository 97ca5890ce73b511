"""What the topic model learns from, as it is read from the content files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.classification.catalogue import CatalogueError
from bot.classification.features import Word
from bot.classification.lessons import ContentFolders
from bot.classification.topic_model import CALM
from tests.bot.running_bot import ROOT
from tests.bot.small_topics import words

CONTENT = {
    "topics.tsv": (
        "id\tarea\thandling\ttitle_sv\tmust_contain_sv\thard_negatives\n"
        "radon\tmiljo\tguide\tHur mäter jag radon?\tMät på vintern: {lank_radon}.\t\n"
        "akut-fara\takut\turgent\tDet brinner\tRing 112.\t\n"
    ),
    "knowledge/miljo/radon.md": "---\ntopic: radon\n---\nMät i två månader.\n\n## Checklista\n\n- Fråga om källaren.\n",
    "calibration/questions.tsv": "topic\tquestion\nradon\thur mäter man\nother\tvem vann\n",
    "calibration/out_of_scope.tsv": "kind\tquestion\nchatter\tär du kär\n",
    "calibration/personal.tsv": "topic\tquestion\nradon\tvar är mitt provsvar\ngeneral:radon\tnär får man provsvar\n",
    "calibration/danger.tsv": "topic\tquestion\nakut-fara\tdet ryker\ncalm\tjag brinner för musik\n",
    "detectors/danger.tsv": "label\ttext\nakut-fara\teld i köket\ncalm\teldig dans\n",
    "detectors/personal.tsv": "label\ttext\npersonal\tmin faktura\ngeneral\tvad är en faktura\n",
}


@pytest.fixture
def content(tmp_path: Path) -> Path:
    for name, text in CONTENT.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def folders_in(content: Path) -> ContentFolders:
    return ContentFolders(content / "topics.tsv", content / "knowledge", content / "calibration", content / "detectors")


def said(some_words: object) -> str:
    assert isinstance(some_words, list)
    return " ".join(word.surface for word in some_words if isinstance(word, Word))


def test_each_file_teaches_what_it_is_for(content: Path) -> None:
    folders = folders_in(content)
    assert [(each.topic, said(each.words), each.is_background) for each in folders.examples(words)] == [
        ("radon", "radon", True),
        ("radon", "Hur mäter jag radon?", True),
        ("radon", "Mät på vintern: lank radon.", True),
        ("radon", "Mät i två månader.", True),
        ("akut-fara", "akut fara", True),
        ("akut-fara", "Det brinner", True),
        ("akut-fara", "Ring 112.", True),
        ("akut-fara", "eld i köket", False),
        (CALM, "eldig dans", False),
    ]
    assert [(said(each.words), each.is_personal) for each in folders.personal(words)] == [
        ("min faktura", True),
        ("vad är en faktura", False),
    ]
    read = [(each.topic, said(each.words), each.is_personal, each.is_about_alarm) for each in folders.questions(words)]
    assert read == [
        ("radon", "hur mäter man", False, False),
        (None, "vem vann", False, False),
        (None, "är du kär", False, False),
        ("radon", "var är mitt provsvar", True, False),
        ("radon", "när får man provsvar", False, False),
        ("akut-fara", "det ryker", False, True),
        (None, "jag brinner för musik", False, True),
    ]


def test_the_checklist_of_the_staff_teaches_nothing(content: Path) -> None:
    assert not any("källaren" in said(example.words) for example in folders_in(content).examples(words))


def test_without_folders_there_is_nothing_to_learn() -> None:
    folders = ContentFolders()
    assert folders.topics().topics == {}
    assert list(folders.files()) == []
    assert not [*folders.examples(words), *folders.personal(words), *folders.questions(words)]


def test_every_file_that_is_read_is_among_the_files_that_a_model_depends_on(content: Path) -> None:
    assert {path.relative_to(content).as_posix() for path in folders_in(content).files()} == set(CONTENT)


def questions_of(folders: ContentFolders) -> object:
    return list(folders.questions(words))


def examples_of(folders: ContentFolders) -> object:
    return list(folders.examples(words))


def personal_of(folders: ContentFolders) -> object:
    return list(folders.personal(words))


@pytest.mark.parametrize(
    ("name", "read"),
    [
        *((name, questions_of) for name in CONTENT if name.startswith("calibration/")),
        ("detectors/danger.tsv", examples_of),
        ("detectors/personal.tsv", personal_of),
    ],
)
@pytest.mark.parametrize(
    "text", ["", "topic\n", "label\ttext\n", "kind\tquestion\n", "amne\tfraga\nradon\tvad\n", None]
)
def test_a_file_that_cannot_be_used_is_named(
    content: Path, name: str, read: Callable[[ContentFolders], object], text: str | None
) -> None:
    if text is None:
        (content / name).unlink()
    else:
        (content / name).write_text(text, encoding="utf-8")
    with pytest.raises(CatalogueError, match=Path(name).name):
        read(folders_in(content))


def test_the_real_content_is_about_known_topics() -> None:
    folders = ContentFolders(
        *(ROOT / "data" / name for name in ("topics.tsv", "knowledge", "calibration", "detectors"))
    )
    catalogue = folders.topics()
    asked = list(folders.questions(words))
    assert {question.topic for question in asked} - set(catalogue.topics) == {None}
    assert {example.topic for example in folders.examples(words)} == {*catalogue.topics, CALM}
    alarming = {question.topic for question in asked if question.is_about_alarm and question.topic is not None}
    assert alarming == {topic.id for topic in catalogue.topics.values() if topic.handling == "urgent"}
    assert {example.is_personal for example in folders.personal(words)} == {True, False}
