"""The service as the trainer sees it: what is to be trained, and whom to tell (docs/contracts/internal-api.md)."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

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
# A failure tells of so many things at a time.
MOST_PROBLEMS = 100


class TrainingServiceError(Exception):
    """The service does not answer, or not as the contract says."""


class TrainingService:
    def __init__(self, settings: ServiceSettings) -> None:
        self._client = httpx.Client(
            base_url=f"{settings.url}/internal/trainings",
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
            response = self._client.post("/next").raise_for_status()
            return str(response.json()["id"]) if response.content else None

    def fetch_content(self, run: str) -> bytes | None:
        """A zip file with what stands in the place of files in `data/`; None when the files stand.

        Raises:
            TrainingServiceError
        """
        with _as_service_error():
            return self._client.get(f"/{run}/content").raise_for_status().content or None

    def goes_on(self, run: str, step: str) -> bool:
        """Tells what is being done. False when it is to be given up; a service that is away wants nothing."""
        try:
            response = self._client.post(f"/{run}/progress", json={"step": step})
            return bool(response.raise_for_status().json()["goes_on"])
        except (httpx.HTTPError, ValueError, KeyError, TypeError):
            return True

    def tell_stopped(self, run: str) -> None:
        """If the service does not hear it, it hears nothing more, and knows by that."""
        with contextlib.suppress(httpx.HTTPError):
            self._client.post(f"/{run}/stopped")

    def tell_failed(self, run: str, problems: list[Problem]) -> None:
        told = [{"text": problem.text, "topic": problem.topic} for problem in problems[:MOST_PROBLEMS]]
        with contextlib.suppress(httpx.HTTPError):
            self._client.post(f"/{run}/failed", json={"problems": told})

    def send_model(self, run: str, archive: Path) -> None:
        """
        Raises:
            TrainingServiceError: after several attempts.
        """
        for attempt in range(ATTEMPTS):
            if attempt:
                time.sleep(SECONDS_BETWEEN_ATTEMPTS)
            if self._is_sent(run, archive):
                return
        raise TrainingServiceError

    def _is_sent(self, run: str, archive: Path) -> bool:
        try:
            response = self._client.put(
                f"/{run}/model",
                content=_blocks(archive),
                # The service wants to know it before it reads anything.
                headers={"Content-Length": str(archive.stat().st_size)},
                timeout=STORING_TIMEOUT_SECONDS,
            )
        except httpx.HTTPError:
            return False
        # The training has been cancelled meanwhile: nobody wants the model.
        return response.is_success or response.status_code == ENDED

    def close(self) -> None:
        self._client.close()


@contextlib.contextmanager
def _as_service_error() -> Iterator[None]:
    try:
        yield
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        raise TrainingServiceError from error


def _blocks(archive: Path) -> Iterator[bytes]:
    with archive.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            yield block
