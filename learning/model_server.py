"""The service as the bot's model server (docs/contracts/internal-api.md)."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from learning.settings import ServiceSettings

# So long the service may keep a question about the model, to answer it as soon as that changes.
WAIT_SECONDS = 15
# Of an archive of 75 MB each piece arrives well within this; and so does an answer that has been waited for.
TIMEOUT_SECONDS = 30.0
CONNECT_TIMEOUT_SECONDS = 2.0
# The service reads a whole archive before it answers.
STORING_TIMEOUT_SECONDS = 120.0
BLOCK_BYTES = 1 << 20
NOT_MODIFIED, NOT_FOUND, CONFLICT = 304, 404, 409


class ModelServerError(Exception):
    """The service does not answer, or not as the contract says; the next attempt may go better."""


class ShadowEndedError(Exception):
    """The model that reads beside the one in use is to do so no longer."""


@dataclass(frozen=True)
class Offered:
    """The model that the service names, by its checksum; empty when it names none.

    `archive` is None when there was nothing to fetch: it is the one that the caller has, or that the caller does not
    want to have fetched.
    """

    sha256: str
    archive: Path | None = None


@dataclass(frozen=True)
class Starting:
    """What the service says of the model that the bot has started with."""

    is_wanted: bool
    is_used: bool


class ModelServer:
    def __init__(self, settings: ServiceSettings) -> None:
        self._client = httpx.AsyncClient(
            base_url=f"{settings.url}/internal",
            headers={"Authorization": f"Bearer {settings.token}", "X-Bot-Process": str(uuid4())},
            timeout=httpx.Timeout(TIMEOUT_SECONDS, connect=CONNECT_TIMEOUT_SECONDS),
            trust_env=False,
        )

    async def tell_starting(self, sha256: str) -> Starting:
        """
        Raises:
            ModelServerError
        """
        try:
            response = await self._client.post("/models/starting", json={"sha256": sha256})
            response.raise_for_status()
            answer = response.json()
            return Starting(is_wanted=answer["is_wanted"], is_used=answer["is_used"])
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise ModelServerError from error

    async def send_starting(self, archive: Path) -> None:
        """
        Raises:
            ModelServerError
        """
        try:
            response = await self._client.put(
                "/models/starting",
                content=_blocks(archive),
                # The service wants to know it before it reads anything.
                headers={"Content-Length": _size_of(archive)},
                timeout=STORING_TIMEOUT_SECONDS,
            )
            response.raise_for_status()
        except httpx.HTTPError as error:
            raise ModelServerError from error

    async def pull(
        self, have: str, folder: Path, is_unwanted: Callable[[str], bool], *, wait_seconds: int = WAIT_SECONDS
    ) -> Offered:
        """The model in use, fetched to the folder under its checksum's name. What is unwanted is not fetched.

        While it is the one that the caller has, the service waits for a change before it answers.

        Raises:
            ModelServerError: also when what came is not what was announced.
        """
        return await self._fetch("/models/serving", have, folder, is_unwanted, wait_seconds)

    async def pull_shadow(self, have: str, folder: Path, is_unwanted: Callable[[str], bool]) -> Offered:
        """The same for the model that is to read beside the one in use.

        Raises:
            ModelServerError
        """
        return await self._fetch("/models/shadow", have, folder, is_unwanted, WAIT_SECONDS)

    async def tell_decisions(self, told: dict[str, Any]) -> None:
        """What the two models make of messages.

        Raises:
            ModelServerError
            ShadowEndedError
        """
        with _as_model_server_error():
            response = await self._client.post("/models/shadow/decisions", json=told)
            if response.status_code == CONFLICT:
                raise ShadowEndedError
            response.raise_for_status()

    async def list_topics(self) -> Any:
        """The catalogue as the service has it.

        Raises:
            ModelServerError
        """
        with _as_model_server_error():
            return (await self._client.get("/topics")).raise_for_status().json()

    async def _fetch(
        self, path: str, have: str, folder: Path, is_unwanted: Callable[[str], bool], wait_seconds: int
    ) -> Offered:
        headers = {"Prefer": f"wait={wait_seconds}"}
        if have:
            headers["If-None-Match"] = f'"{have}"'
        with _as_model_server_error():
            async with self._client.stream("GET", path, headers=headers) as response:
                if response.status_code == NOT_MODIFIED:
                    return Offered(have)
                if response.status_code == NOT_FOUND:
                    return Offered("")
                response.raise_for_status()
                named = response.headers.get("etag", "").strip('"')
                if is_unwanted(named):
                    return Offered(named)
                archive, digest = folder / "model.tar.gz", hashlib.sha256()
                with archive.open("wb") as file:
                    async for block in response.aiter_bytes(BLOCK_BYTES):
                        digest.update(block)
                        file.write(block)
        if digest.hexdigest() != named:
            raise ModelServerError
        return Offered(named, archive.rename(folder / f"{named}.tar.gz"))

    async def tell_not_loaded(self, sha256: str) -> None:
        """
        Raises:
            ModelServerError
        """
        try:
            response = await self._client.post(f"/models/{sha256}/not-loaded")
            response.raise_for_status()
        except httpx.HTTPError as error:
            raise ModelServerError from error

    async def close(self) -> None:
        await self._client.aclose()


@contextlib.contextmanager
def _as_model_server_error() -> Iterator[None]:
    try:
        yield
    except (httpx.HTTPError, ValueError) as error:
        raise ModelServerError from error


def sha256_of(archive: Path) -> str:
    digest = hashlib.sha256()
    with archive.open("rb") as file:
        for block in iter(lambda: file.read(BLOCK_BYTES), b""):
            digest.update(block)
    return digest.hexdigest()


def _size_of(archive: Path) -> str:
    return str(archive.stat().st_size)


async def _blocks(archive: Path) -> AsyncIterator[bytes]:
    with archive.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            yield block
