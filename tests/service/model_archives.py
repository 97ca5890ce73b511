"""Archives that look like the bot's models, small enough to make by the dozen."""

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Sequence
from typing import Any

import httpx

# What those that come with the program were learned from; the others are newer.
OLD = "aaaa00000001"
TOPICS = ("bygglov-altan", "radon", "unsure")


def described(
    version: str = OLD, *, right: float = 0.6, wrong: float = 0.01, topics: Sequence[str] = TOPICS
) -> dict[str, Any]:
    """What the training writes of a model (bot/classification/topic_model.py)."""
    return {
        "version": version,
        "topics": list(topics),
        "limits": {"max_wrong_share": 0.02, "max_wrong_share_by_area": []},
        "thresholds": {"answer": 0.71},
        "promise": {
            "max_wrong_share": 0.02,
            "right": right,
            "wrong": wrong,
            "curve": [{"threshold": 0.9, "right": right / 2, "wrong": wrong / 2}],
        },
    }


def archive_of(description: object, numbers: bytes = b"") -> bytes:
    """The same archive for the same description, whenever it is made."""
    packed = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w") as archive,
    ):
        files = {
            "components/classifier/arrays.npz": numbers,
            "components/classifier/model.json": _json(description),
            "metadata.json": b"{}",
        }
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def model(version: str = OLD, **measures: Any) -> bytes:
    return archive_of(described(version, **measures))


def checksum(archive: bytes) -> str:
    return hashlib.sha256(archive).hexdigest()


class Bot:
    """A process of the bot, as its model server sees it. `has`: the checksum of what it answers with."""

    def __init__(self, internal: httpx.AsyncClient, process: str) -> None:
        self._internal = internal
        self._process = process
        self.has = ""

    async def start_with(self, archive: bytes) -> None:
        self.has = checksum(archive)
        told = await self._internal.post("/internal/models/starting", json={"sha256": self.has})
        assert told.status_code == 200, told.text
        if told.json()["is_wanted"]:
            assert (await self._internal.put("/internal/models/starting", content=archive)).status_code == 201

    async def pull(self) -> httpx.Response:
        headers = {"If-None-Match": f'"{self.has}"', "X-Bot-Process": self._process}
        response = await self._internal.get("/internal/models/serving", headers=headers)
        if response.status_code == 200:
            self.has = checksum(response.content)
        return response


def _json(value: object) -> bytes:
    return json.dumps(value).encode()
