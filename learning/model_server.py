"""The service as the bot's model server (docs/contracts/internal-api.md)."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx

from learning.settings import ServiceSettings

# Of an archive of 75 MB each piece arrives well within this.
TIMEOUT_SECONDS = 30.0
CONNECT_TIMEOUT_SECONDS = 2.0
# The service reads a whole archive before it answers.
STORING_TIMEOUT_SECONDS = 120.0
BLOCK_BYTES = 1 << 20
NOT_MODIFIED, NOT_FOUND = 304, 404


class ModelServerError(Exception):
    """The service does not answer, or not as the contract says; the next attempt may go better."""


@dataclass(frozen=True)
class Starting:
    """What the service says of the model that the bot has started with."""

    is_wanted: bool
    is_used: bool


class ModelServer:
    def __init__(self, settings: ServiceSettings) -> None:
        self._client = httpx.AsyncClient(
            base_url=f"{settings.url}/internal/models",
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
            response = await self._client.post("/starting", json={"sha256": sha256})
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
                "/starting",
                content=_blocks(archive),
                # The service wants to know it before it reads anything.
                headers={"Content-Length": _size_of(archive)},
                timeout=STORING_TIMEOUT_SECONDS,
            )
            response.raise_for_status()
        except httpx.HTTPError as error:
            raise ModelServerError from error

    async def pull(self, have: str, folder: Path, unwanted: frozenset[str] = frozenset()) -> Path | None:
        """The archive of the model in use, fetched to the folder under its checksum's name.

        None when it is the one that the caller has, or an unwanted one, or when there is none.

        Raises:
            ModelServerError: also when what came is not what was announced.
        """
        try:
            async with self._client.stream("GET", "/serving", headers={"If-None-Match": f'"{have}"'}) as response:
                if response.status_code in (NOT_MODIFIED, NOT_FOUND):
                    return None
                response.raise_for_status()
                wanted = response.headers.get("etag", "").strip('"')
                if wanted in unwanted:
                    return None
                archive, digest = folder / "model.tar.gz", hashlib.sha256()
                with archive.open("wb") as file:
                    async for block in response.aiter_bytes(BLOCK_BYTES):
                        digest.update(block)
                        file.write(block)
        except httpx.HTTPError as error:
            raise ModelServerError from error
        if digest.hexdigest() != wanted:
            raise ModelServerError
        return archive.rename(folder / f"{wanted}.tar.gz")

    async def tell_not_loaded(self, sha256: str) -> None:
        """
        Raises:
            ModelServerError
        """
        try:
            response = await self._client.post(f"/{sha256}/not-loaded")
            response.raise_for_status()
        except httpx.HTTPError as error:
            raise ModelServerError from error

    async def close(self) -> None:
        await self._client.aclose()


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
