"""The running bot reads with a second model beside the one in use: it tells of both, and residents notice nothing."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from bench.studio.altered_model import altered
from learning.model_server import sha256_of
from tests.bot.conftest import Trained
from tests.bot.fake_model_server import FakeModelServer
from tests.bot.running_bot import RunningBot, turn_body
from tests.bot.small_topics import CATALOGUE
from tests.bot.test_following import until, version_of

QUESTION = "mäta radon"
# What the candidate has learned of radon it takes for something about the library.
MISTAKEN = {"radon": "bibliotek", "bibliotek": "radon"}
CANDIDATE = "dddd00000004"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeModelServer]:
    with FakeModelServer(tmp_path_factory.mktemp("served")) as server:
        server.topics = [
            {"id": each.id, "title": each.title, "handling": each.handling, "rosa_level": 1, "has_article": True}
            for each in CATALOGUE.topics.values()
        ]
        yield server


@pytest.fixture(scope="module")
def following(
    trained_small: Trained, server: FakeModelServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningBot]:
    with RunningBot(trained_small.archive, tmp_path_factory.mktemp("running"), server.url) as running:
        until(lambda: server.serving is not None)
        yield running


@pytest.fixture
def candidate(trained_small: Trained, server: FakeModelServer, following: RunningBot) -> Iterator[Path]:
    """Reads beside the model in use."""
    begun = told(following, "bot.shadow_begun")
    server.compared.clear()
    server.shadow = server.store(altered(trained_small.archive, mistaken))
    until(lambda: told(following, "bot.shadow_begun") > begun)
    yield server.shadow
    end(server, following)


def end(server: FakeModelServer, following: RunningBot) -> None:
    if server.shadow is not None:
        ended = told(following, "bot.shadow_ended")
        server.shadow = None
        until(lambda: told(following, "bot.shadow_ended") > ended)


def told(following: RunningBot, event: str) -> int:
    """How often the bot has said so."""
    return following.logs().count(event)


@contextmanager
def residents(following: RunningBot, count: int = 1, pause: float = 0.2) -> Iterator[list[tuple[int, str]]]:
    """They write now and then, as people do. Yields how each message fared, and which model answered it."""
    fared: list[tuple[int, str]] = []
    is_over = threading.Event()

    def write() -> None:
        while not is_over.wait(pause):
            response = following.post(turn_body(QUESTION))
            answered = response.status_code == 200
            version = response.json()["understanding"]["model_version"] if answered else ""
            fared.append((response.status_code, version))

    threads = [threading.Thread(target=write) for _ in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield fared
    finally:
        is_over.set()
        for thread in threads:
            thread.join()


def mistaken(description: dict[str, Any]) -> dict[str, Any]:
    topics = [MISTAKEN.get(topic, topic) for topic in description["topics"]]
    return {**description, "version": CANDIDATE, "topics": topics}


def compared(server: FakeModelServer) -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """What was told, by message."""
    return {each["message_id"]: (each["before"], each["now"]) for told in server.compared for each in told["decisions"]}


def test_a_candidate_that_cannot_be_loaded_is_told_of_and_the_bot_goes_on(
    following: RunningBot, server: FakeModelServer
) -> None:
    old = version_of(following)
    server.shadow = server.store(b"no model at all")
    until(lambda: bool(server.not_loaded))
    assert server.not_loaded == [sha256_of(server.shadow)]
    server.shadow = None
    assert following.turn(QUESTION)["understanding"]["model_version"] == old


def test_both_models_read_what_a_resident_writes_and_one_answers(
    following: RunningBot, server: FakeModelServer, candidate: Path
) -> None:
    old = version_of(following)
    message = str(uuid4())
    answer = following.turn(QUESTION, message=message)
    assert answer["understanding"]["model_version"] == old
    until(lambda: message in compared(server))
    before, now = compared(server)[message]
    assert before == {"decision": "guide", "topic": "radon"}
    assert now == {"decision": "answer", "topic": "bibliotek"}
    assert server.serving is not None
    assert {(each["serving"], each["sha256"]) for each in server.compared} == {
        (sha256_of(server.serving), sha256_of(candidate))
    }
    # Neither a button nor what is written to a person is a question to the bot.
    chosen, read = str(uuid4()), str(uuid4())
    following.turn("", choice="radon", message=chosen)
    following.reading(QUESTION)
    following.turn(QUESTION, message=read)
    until(lambda: read in compared(server))
    assert set(compared(server)) == {message, read}
    assert QUESTION not in json.dumps(server.compared, ensure_ascii=False)
    assert QUESTION not in following.logs()


def test_it_comes_and_goes_without_a_message_that_fails(
    following: RunningBot, server: FakeModelServer, candidate: Path
) -> None:
    assert candidate
    old = version_of(following)
    with residents(following) as fared:
        until(lambda: bool(server.compared))
        end(server, following)
        count, answered = len(compared(server)), len(fared)
        until(lambda: len(fared) > answered + 10)
    assert set(fared) == {(200, old)}
    assert len(compared(server)) == count


def test_when_there_is_always_somebody_to_answer_some_are_read_all_the_same(
    following: RunningBot, server: FakeModelServer, candidate: Path
) -> None:
    assert candidate
    with residents(following, count=4, pause=0.0) as fared:
        until(lambda: len(compared(server)) > 1)
        count = len(compared(server))
    assert count < len(fared)
    assert {status for status, _ in fared} == {200}


def test_what_has_read_beside_is_put_in_use_without_being_loaded_again(
    following: RunningBot, server: FakeModelServer, candidate: Path
) -> None:
    server.serving, server.shadow = candidate, None
    until(lambda: version_of(following) == CANDIDATE)
    changes = [line for line in following.logs().splitlines() if "bot.model_changed" in line]
    assert [json.loads(line)["was_beside"] for line in changes] == [True]
    assert following.turn("låna böcker")["understanding"]["model_version"] == CANDIDATE
