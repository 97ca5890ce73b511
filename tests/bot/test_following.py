"""The running bot changes its model: the old one answers until the new one does, and no message fails meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from rasa.core.agent import _pull_model_and_fingerprint
from rasa.utils.endpoints import EndpointConfig
from typing_extensions import Self

from bench.studio.altered_model import with_version
from learning.model_server import sha256_of
from tests.bot.conftest import Trained
from tests.bot.fake_model_server import TOKEN, FakeModelServer
from tests.bot.running_bot import RunningBot, turn_body

PATIENCE_SECONDS = 120
NEW, NEWEST = "bbbb00000002", "cccc00000003"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeModelServer]:
    with FakeModelServer(tmp_path_factory.mktemp("served")) as server:
        yield server


@pytest.fixture(scope="module")
def following(
    trained_small: Trained, server: FakeModelServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningBot]:
    with RunningBot(trained_small.archive, tmp_path_factory.mktemp("following"), server.url) as running:
        yield running


class Residents:
    """Who write all the time. `versions`: of the models that have answered, in order."""

    def __init__(self, bot: RunningBot) -> None:
        self._bot = bot
        self._is_over = threading.Event()
        self.versions: list[str] = []
        self.failures: list[str] = []
        self._threads = [threading.Thread(target=self._write, args=(path,)) for path in ("turns", "readings")]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        for thread in self._threads:
            thread.join()

    def _write(self, path: str) -> None:
        while not self._is_over.is_set():
            response = self._bot.post(turn_body("mäta radon"), path=path)
            if response.status_code == 200:
                self.versions.append(response.json()["understanding"]["model_version"])
            else:
                self.failures.append(response.text)


def version_of(bot: RunningBot) -> str:
    return str(bot.http.get("/webhooks/handover/health").json()["model_version"])


def until(is_so: Callable[[], bool]) -> None:
    waiting = threading.Event()
    for _ in range(PATIENCE_SECONDS * 5):
        if is_so():
            return
        waiting.wait(0.2)
    raise TimeoutError


def test_the_first_model_of_all_is_brought_to_the_service(
    following: RunningBot, server: FakeModelServer, trained_small: Trained
) -> None:
    until(lambda: server.serving is not None)
    sha256 = sha256_of(trained_small.archive)
    assert set(server.started_with) == {sha256}
    assert list(server.stored) == [sha256]
    assert following.turn("mäta radon")["replies"]


def test_no_message_fails_while_the_model_is_changed_again_and_again(
    following: RunningBot, server: FakeModelServer, trained_small: Trained
) -> None:
    until(lambda: server.serving is not None)
    first, old = server.serving, version_of(following)
    with Residents(following) as residents:
        until(lambda: len(residents.versions) > 5)
        new = server.store(with_version(trained_small.archive, NEW))
        for archive, version in 2 * [(new, NEW), (first, old)]:
            server.serving = archive
            until(lambda version=version: residents.versions[-1] == version)
    assert residents.failures == []
    assert set(residents.versions) == {old, NEW}


def test_a_model_that_cannot_be_loaded_is_told_of_once_and_the_bot_answers_as_before(
    following: RunningBot, server: FakeModelServer, trained_small: Trained
) -> None:
    until(lambda: server.serving is not None)
    first, old = server.serving, version_of(following)
    broken = server.store(b"no model at all")
    with Residents(following) as residents:
        server.serving = broken
        until(lambda: bool(server.not_loaded))
        server.has_asked.clear()
        # It asks on, and does not try what it could not load.
        assert server.has_asked.wait(PATIENCE_SECONDS)
        server.serving = server.store(with_version(trained_small.archive, NEWEST))
        until(lambda: version_of(following) == NEWEST)
        server.serving = first
        until(lambda: version_of(following) == old)
    assert server.not_loaded == [sha256_of(broken)]
    assert residents.failures == []
    assert "no model at all" not in following.logs()


def test_a_bot_that_starts_answers_with_the_model_in_use_from_its_first_message(
    trained_small: Trained, tmp_path: Path
) -> None:
    for folder in ("served", "running"):
        (tmp_path / folder).mkdir()
    with FakeModelServer(tmp_path / "served") as server:
        server.serving = server.store(with_version(trained_small.archive, NEW))
        with RunningBot(trained_small.archive, tmp_path / "running", server.url) as starting:
            assert starting.turn("mäta radon")["understanding"]["model_version"] == NEW
            # What it came with can be put in use too.
            until(lambda: sha256_of(trained_small.archive) in server.stored)


async def test_rasas_own_pulling_understands_the_model_server(
    server: FakeModelServer, following: RunningBot, tmp_path: Path
) -> None:
    assert following
    until(lambda: server.serving is not None)
    assert server.serving is not None
    headers: dict[str, Any] = {"Authorization": f"Bearer {TOKEN}"}
    endpoint = EndpointConfig(f"{server.url}/internal/models/serving", headers=headers)
    fingerprint = await _pull_model_and_fingerprint(endpoint, "nothing yet", str(tmp_path))
    assert (tmp_path / "in-use.tar.gz").read_bytes() == server.serving.read_bytes()
    # What it is told once it sends back, and then there is nothing new.
    assert await _pull_model_and_fingerprint(endpoint, fingerprint, str(tmp_path)) is None
