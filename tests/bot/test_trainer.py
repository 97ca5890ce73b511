"""The trainer: what it tells while it works, how it is stopped, and what it says when there is no model."""

from __future__ import annotations

import io
import shutil
import time
import zipfile
from pathlib import Path

import pytest

from learning.examiner import EXAMINING
from learning.trainer import (
    CHECKING,
    CONTENT_UNUSABLE,
    DELIVERING,
    FETCHING,
    SHUT_DOWN,
    TRAINING,
)
from learning.workplace import furnish
from tests.bot.conftest import TRAINED_WITHIN_SECONDS, Trained, working_trainer
from tests.bot.fake_model_server import FakeModelServer


@pytest.fixture
def server(tmp_path: Path) -> FakeModelServer:
    (tmp_path / "stored").mkdir()
    server = FakeModelServer(tmp_path / "stored")
    server.has_training = True
    return server


def archive_of(files: dict[str, str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return packed.getvalue()


def test_a_training_tells_its_steps_and_brings_a_model(trained_small: Trained) -> None:
    assert list(dict.fromkeys(trained_small.steps)) == [FETCHING, CHECKING, TRAINING, EXAMINING, DELIVERING]
    assert trained_small.archive.stat().st_size > 1000


def test_a_training_that_is_cancelled_is_stopped_and_brings_nothing(
    server: FakeModelServer, small_project: Path
) -> None:
    server.cancelled_at = TRAINING
    with server, working_trainer(server, small_project):
        assert server.has_ended.wait(TRAINED_WITHIN_SECONDS)
    assert (server.is_stopped, server.problems, server.trained) == (True, None, None)


def test_a_trainer_that_is_shut_down_says_so(server: FakeModelServer, small_project: Path) -> None:
    with server, working_trainer(server, small_project) as stopping:
        while TRAINING not in server.steps:
            time.sleep(0.05)
        stopping.set()
        assert server.has_ended.wait(TRAINED_WITHIN_SECONDS)
    assert server.problems == [{"text": SHUT_DOWN, "topic": None}]
    assert server.trained is None


def test_what_is_wrong_in_the_content_is_told_before_anything_is_trained(
    server: FakeModelServer, small_project: Path
) -> None:
    topics = (small_project / "data" / "topics.tsv").read_text(encoding="utf-8")
    row = "nytt-amne\tmiljo\t1\tanswer\tallmant\tno\tNytt ämne\t\t\t\t\n"
    server.content = archive_of({"data/topics.tsv": topics + row})
    with server, working_trainer(server, small_project):
        assert server.has_ended.wait(TRAINED_WITHIN_SECONDS)
    assert server.problems == [
        {"text": "Ämnet ”Nytt ämne” har inga frågor att lära sig av. Det behövs minst 5.", "topic": "nytt-amne"}
    ]
    assert TRAINING not in server.steps


def test_content_that_cannot_be_unpacked_is_told(server: FakeModelServer, small_project: Path) -> None:
    server.content = b"no zip file"
    with server, working_trainer(server, small_project):
        assert server.has_ended.wait(TRAINED_WITHIN_SECONDS)
    assert server.problems == [{"text": CONTENT_UNUSABLE, "topic": None}]


def test_a_training_that_breaks_down_is_told_with_what_was_said_last(
    server: FakeModelServer, small_project: Path, tmp_path: Path
) -> None:
    project = tmp_path / "project"
    shutil.copytree(small_project, project, symlinks=True)
    (project / "config.yml").write_text("recipe: [", encoding="utf-8")
    with server, working_trainer(server, project):
        assert server.has_ended.wait(TRAINED_WITHIN_SECONDS)
    assert server.problems is not None
    (problem,) = server.problems
    assert problem["text"].startswith("Träningen gick inte att genomföra. Det sista som sades: ")


def test_what_is_published_takes_the_place_of_the_files(small_project: Path, tmp_path: Path) -> None:
    article = small_project / "data" / "knowledge" / "miljo" / "gammal.md"
    article.parent.mkdir(parents=True, exist_ok=True)
    article.write_text("Gammal artikel", encoding="utf-8")
    published = {"data/knowledge/miljo/radon.md": "Ny artikel", "data/topics.tsv": "id\n", "../../utanfor.txt": "x"}
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    try:
        furnish(folder, small_project, archive_of(published))
    finally:
        article.unlink()
    assert [path.name for path in (folder / "data" / "knowledge").rglob("*.md")] == ["radon.md"]
    assert (folder / "data" / "topics.tsv").read_text(encoding="utf-8") == "id\n"
    # What is not published stands as it was, and nothing leaves the folder.
    assert (folder / "data" / "nlu" / "fragor.yml").is_file()
    assert (folder / "bot" / "importer.py").is_file()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a"]


def test_a_training_learns_from_the_phrases_of_the_service_alone(tmp_path: Path, small_project: Path) -> None:
    folder = tmp_path / "a"
    furnish(folder, small_project, archive_of({"data/nlu/radon.yml": "nlu: []\n"}))
    assert [path.name for path in (folder / "data" / "nlu").iterdir()] == ["radon.yml"]
