"""A new model is measured before it is delivered, beside the one in use: what is told, and what when it fails."""

from __future__ import annotations

import os
import shutil
import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from learning import training_service
from learning.child import Ended, run_politely
from learning.examiner import COMPARING, EXAMINING, NOT_EXAMINED, QUESTIONS_UNUSABLE, Examiner, NotExaminedError
from learning.settings import ServiceSettings
from learning.training_service import TrainingService
from tests.bot.conftest import TRAINED_WITHIN_SECONDS, working_trainer
from tests.bot.fake_model_server import RUN, TOKEN, FakeModelServer
from tests.bot.small_topics import ASKED, CATALOGUE, NOT_ASKED_OF_US, PHRASES

ARTICLE = """---
topic: {topic}
review_by: 2099-12-31
---
Så här är det med {title}
"""
ANSWERED, PUT_ASIDE = str(uuid.UUID(int=1)), str(uuid.UUID(int=2))
REGRESSION = [
    {"id": ANSWERED, "text": "mäta radon i huset", "topic": "radon"},
    {"id": PUT_ASIDE, "text": "asdf qwerty", "topic": "radon"},
]
LAST_ASKED = [
    {"id": str(uuid.UUID(int=3)), "text": "låna böcker"},
    {"id": str(uuid.UUID(int=4)), "text": ""},
]


@dataclass(frozen=True)
class Examined:
    archive: Path
    steps: list[str]
    document: dict[str, Any]


@pytest.fixture(scope="module")
def project(small_project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With articles, without which whatever is understood goes to a person, and more daring than the bot: of so few
    questions each is a large share.
    """
    folder = tmp_path_factory.mktemp("with-articles") / "project"
    shutil.copytree(small_project, folder, symlinks=True)
    for topic in CATALOGUE.topics.values():
        article = folder / "data" / "knowledge" / topic.area / f"{topic.id}.md"
        article.parent.mkdir(parents=True, exist_ok=True)
        article.write_text(ARTICLE.format(topic=topic.id, title=topic.title), encoding="utf-8")
    config = (folder / "config.yml").read_text(encoding="utf-8")
    daring = config.replace("max_wrong_share: 0.02", "max_wrong_share: 0.3")
    assert daring != config
    (folder / "config.yml").write_text(daring, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def good(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Examined:
    return train(project, tmp_path_factory.mktemp("good"))


@pytest.fixture(scope="module")
def spoiled(project: Path, good: Examined, tmp_path_factory: pytest.TempPathFactory) -> Examined:
    """An editor has put the phrases of two topics under each other's, while the good model is in use."""
    folder = tmp_path_factory.mktemp("spoiled") / "project"
    shutil.copytree(project, folder, symlinks=True)
    path = folder / "data" / "nlu" / "fragor.yml"
    swapped = {"radon": "bibliotek", "bibliotek": "radon"}
    lines = [
        f"  - intent: topic/{swapped[line.rpartition('/')[2]]}" if line.rpartition("/")[2] in swapped else line
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return train(folder, tmp_path_factory.mktemp("stored"), serving=good.archive)


def train(project: Path, stored: Path, serving: Path | None = None) -> Examined:
    with FakeModelServer(stored) as server:
        server.questions = {"regression": REGRESSION, "asked": LAST_ASKED}
        server.has_training, server.serving = True, serving
        with working_trainer(server, project):
            assert server.has_ended.wait(TRAINED_WITHIN_SECONDS)
        assert server.problems is None
        assert server.trained is not None
        assert server.examination is not None
        return Examined(server.trained, list(dict.fromkeys(server.steps)), server.examination)


@pytest.fixture
def server(tmp_path: Path) -> FakeModelServer:
    (tmp_path / "stored").mkdir()
    server = FakeModelServer(tmp_path / "stored")
    server.has_training = True
    return server


def test_the_document_tells_all_that_the_gate_asks(good: Examined) -> None:
    document, measured = good.document, good.document["candidate"]
    assert set(document) == {"version", "cross_validation", "candidate", "serving"}
    assert (document["version"], document["serving"]) == (1, None)
    assert COMPARING not in good.steps
    phrases = sum(len(texts) for topic, texts in PHRASES.items() if topic in CATALOGUE.topics)
    assert (document["cross_validation"]["folds"], document["cross_validation"]["questions"]) == (3, phrases)
    assert set(measured) == {
        *("questions", "answered_right", "answered_wrong", "coverage_at_risk", "risk_coverage"),
        *("out_of_scope", "urgent", "regression", "asked"),
    }
    # And two in data/calibration/personal.tsv, one of them about one's own case.
    assert measured["questions"] == sum(map(len, ASKED.values())) + len(NOT_ASKED_OF_US) + 2
    assert measured["out_of_scope"]["questions"] == len(NOT_ASKED_OF_US)
    # With the one in data/calibration/danger.tsv.
    danger = measured["urgent"]
    assert danger["questions"] == len(ASKED["akut-fara"]) + 1
    assert danger["recall"] == pytest.approx(1 - len(danger["missed"]) / danger["questions"], abs=1e-4)
    assert {each["topic"] for each in danger["missed"]} <= {"akut-fara"}


def test_the_questions_of_the_service_are_decided_on_as_the_bot_would(good: Examined) -> None:
    measured = good.document["candidate"]
    assert measured["regression"]["questions"] == len(REGRESSION)
    (failed,) = measured["regression"]["failed"]
    assert (failed["id"], failed["decision"]) == (PUT_ASIDE, "handover")
    assert [each["id"] for each in measured["asked"]] == [each["id"] for each in LAST_ASKED]
    assert [each["topic"] for each in measured["asked"]] == ["bibliotek", None]


def test_a_model_that_has_learned_wrong_is_seen_to_be_worse_than_the_one_in_use(
    good: Examined, spoiled: Examined
) -> None:
    candidate, serving = spoiled.document["candidate"], spoiled.document["serving"]
    assert COMPARING in spoiled.steps
    # The same questions, the same answers: the one in use is measured as when it was new.
    assert serving == good.document["candidate"]
    assert candidate["answered_right"] < serving["answered_right"]
    # Answered all of it, more would be wrong.
    assert candidate["risk_coverage"][-1][1] > serving["risk_coverage"][-1][1]
    assert {each["id"] for each in candidate["regression"]["failed"]} == {ANSWERED, PUT_ASIDE}
    assert candidate["asked"][0]["topic"] != serving["asked"][0]["topic"]


def test_a_model_in_use_that_cannot_be_loaded_is_nothing_to_compare_with(
    server: FakeModelServer, project: Path, good: Examined, tmp_path: Path
) -> None:
    server.serving = tmp_path / "broken.tar.gz"
    server.serving.write_bytes(b"no archive")
    with server, examiner(server) as (its, steps):
        document = its.examine(copy_of(project, tmp_path), good.archive)
    assert steps == [EXAMINING, COMPARING]
    assert (document["serving"], document["candidate"]["questions"]) == (None, good.document["candidate"]["questions"])


def test_a_model_that_cannot_be_measured_is_not_delivered(
    server: FakeModelServer, project: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.tar.gz"
    broken.write_bytes(b"no archive")
    with server, examiner(server) as (its, _), pytest.raises(NotExaminedError) as told:
        its.examine(copy_of(project, tmp_path), broken)
    assert str(told.value) == NOT_EXAMINED


def test_a_training_that_is_cancelled_while_its_model_is_measured_brings_nothing(
    server: FakeModelServer, project: Path
) -> None:
    server.cancelled_at = EXAMINING
    with server, working_trainer(server, project):
        assert server.has_ended.wait(TRAINED_WITHIN_SECONDS)
    assert (server.is_stopped, server.problems) == (True, None)
    assert (server.examination, server.trained) == (None, None)


def test_without_the_questions_nothing_is_measured_and_the_editors_are_told(
    server: FakeModelServer, good: Examined, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training_service, "SECONDS_BETWEEN_ATTEMPTS", 0.0)
    server.questions = None
    with server, examiner(server) as (its, steps), pytest.raises(NotExaminedError) as told:
        its.examine(tmp_path, good.archive)
    assert (str(told.value), steps) == (QUESTIONS_UNUSABLE, [])


@contextmanager
def examiner(server: FakeModelServer) -> Iterator[tuple[Examiner, list[str]]]:
    """And the steps that it has had done, in processes of their own."""
    steps: list[str] = []
    service = TrainingService(ServiceSettings(server.url, TOKEN))

    def work(step: str, command: Sequence[str], folder: Path) -> Ended:
        steps.append(step)
        return run_politely(command, folder, os.environ, lambda: None, threading.Event())

    try:
        yield Examiner(service, RUN, work), steps
    finally:
        service.close()


def copy_of(project: Path, folder: Path) -> Path:
    return Path(shutil.copytree(project, folder / "copy", symlinks=True))
