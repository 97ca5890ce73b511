"""The service as the trainer sees it: what is to be trained, and whom to tell (docs/contracts/internal-api.md)."""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import httpx

from learning.checks import Problem
from learning.settings import ServiceSettings

TIMEOUT_SECONDS = 10.0
# The service reads a whole archive before it answers.
STORING_TIMEOUT_SECONDS = 120.0
ATTEMPTS = 5
SECONDS_BETWEEN_ATTEMPTS = 2.0
BLOCK_BYTES = 1 << 20
ENDED = 409
NONE_IN_USE = (204, 404)
NO_ANSWER = (httpx.HTTPError, ValueError, KeyError, TypeError)
# A failure tells of so many things at a time.
MOST_PROBLEMS = 100


Outcome = TypeVar("Outcome")


class TrainingServiceError(Exception):
    """The service does not answer, or not as the contract says."""


class TrainingEndedError(Exception):
    """The training has been cancelled meanwhile, or the trainer was believed gone: nobody wants what comes of it."""


class TrainingService:
    def __init__(self, settings: ServiceSettings) -> None:
        self._client = httpx.Client(
            base_url=f"{settings.url}/internal",
            headers={"Authorization": f"Bearer {settings.token}"},
            timeout=TIMEOUT_SECONDS,
            trust_env=False,
        )

    def take_next(self) -> str | None:
        """The id of the training to do now.

        Raises:
            TrainingServiceError
        """
        with _as_service_error():
            response = self._client.post("/trainings/next").raise_for_status()
            return str(response.json()["id"]) if response.content else None

    def fetch_content(self, run: str) -> bytes | None:
        """A zip file with what stands in the place of files in `data/`; None when the files stand.

        Raises:
            TrainingServiceError
        """
        with _as_service_error():
            return self._client.get(f"/trainings/{run}/content").raise_for_status().content or None

    def goes_on(self, run: str, step: str) -> bool:
        """Tells what is being done. False when it is to be given up; a service that is away wants nothing."""
        try:
            response = self._client.post(f"/trainings/{run}/progress", json={"step": step})
            return bool(response.raise_for_status().json()["goes_on"])
        except NO_ANSWER:
            return True

    def tell_stopped(self, run: str) -> None:
        """If the service does not hear it, it hears nothing more, and knows by that."""
        with contextlib.suppress(httpx.HTTPError):
            self._client.post(f"/trainings/{run}/stopped")

    def tell_failed(self, run: str, problems: list[Problem]) -> None:
        told = [{"text": problem.text, "topic": problem.topic} for problem in problems[:MOST_PROBLEMS]]
        with contextlib.suppress(httpx.HTTPError):
            self._client.post(f"/trainings/{run}/failed", json={"problems": told})

    def fetch_questions(self, run: str) -> dict[str, Any]:
        """What the models are asked: `regression` and `asked`. Residents' words: they are never logged.

        Raises:
            TrainingServiceError: after several attempts.
            TrainingEndedError
        """

        def fetch() -> dict[str, Any]:
            questions = _checked(self._client.get(f"/trainings/{run}/questions")).json()
            return {name: list(questions[name]) for name in ("regression", "asked")}

        return _persistently(fetch)

    def fetch_serving(self, folder: Path) -> Path | None:
        """The archive of the model in use, fetched to the folder; None when there is none.

        Raises:
            TrainingServiceError: after several attempts.
        """

        def fetch() -> Path | None:
            archive, digest = folder / "serving.tar.gz", hashlib.sha256()
            with self._client.stream("GET", "/models/serving") as response:
                if response.status_code in NONE_IN_USE:
                    return None
                wanted = _checked(response).headers.get("etag", "").strip('"')
                with archive.open("wb") as file:
                    for block in response.iter_bytes(BLOCK_BYTES):
                        digest.update(block)
                        file.write(block)
            if digest.hexdigest() != wanted:
                raise ValueError("another archive than was announced")
            return archive

        return _persistently(fetch)

    def send_examination(self, run: str, document: dict[str, Any]) -> None:
        """
        Raises:
            TrainingServiceError: after several attempts.
            TrainingEndedError
        """
        _persistently(lambda: _checked(self._client.put(f"/trainings/{run}/examination", json=document)))

    def send_model(self, run: str, archive: Path) -> None:
        """
        Raises:
            TrainingServiceError: after several attempts.
            TrainingEndedError
        """

        def send() -> None:
            response = self._client.put(
                f"/trainings/{run}/model",
                content=_blocks(archive),
                # The service wants to know it before it reads anything.
                headers={"Content-Length": str(archive.stat().st_size)},
                timeout=STORING_TIMEOUT_SECONDS,
            )
            _checked(response)

        _persistently(send)

    def close(self) -> None:
        self._client.close()


def _persistently(attempt: Callable[[], Outcome]) -> Outcome:
    """
    Raises:
        TrainingServiceError: no attempt has succeeded.
    """
    for number in range(ATTEMPTS):
        if number:
            time.sleep(SECONDS_BETWEEN_ATTEMPTS)
        with contextlib.suppress(*NO_ANSWER):
            return attempt()
    raise TrainingServiceError


def _checked(response: httpx.Response) -> httpx.Response:
    """
    Raises:
        TrainingEndedError
        httpx.HTTPStatusError
    """
    if response.status_code == ENDED:
        raise TrainingEndedError
    return response.raise_for_status()


@contextlib.contextmanager
def _as_service_error() -> Iterator[None]:
    try:
        yield
    except NO_ANSWER as error:
        raise TrainingServiceError from error


def _blocks(archive: Path) -> Iterator[bytes]:
    with archive.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            yield block
