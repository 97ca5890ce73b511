"""The models' archives: files in a folder, named after their contents.

Not in the database: each is some 75 MB that never changes, is written once and is read by the bot alone. What the
database says about them is small.
"""

import asyncio
import hashlib
import json
import tarfile
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from handover_api.errors import InvalidError

MOST_BYTES = 1_000_000_000
# What the training writes down of a model (bot/classification/topic_model.py), beside the numbers that it learned.
_DESCRIPTION = "model.json"
_MOST_DESCRIPTION_BYTES = 100_000_000
_SUFFIX, _UNFINISHED = ".tar.gz", ".part"
_LONGEST_SECONDS = 3600


@dataclass(frozen=True)
class Archive:
    """One that is kept. `measures` is what the training says of the model."""

    sha256: str
    size: int
    content_version: str
    measures: dict[str, Any]


class Archives:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, sha256: str) -> Path:
        return self._folder / f"{sha256}{_SUFFIX}"

    def has(self, sha256: str) -> bool:
        return self.path(sha256).is_file()

    def delete(self, sha256: str) -> bool:
        """Whether there was a file to delete."""
        there = self.has(sha256)
        self.path(sha256).unlink(missing_ok=True)
        return there

    async def keep(self, chunks: AsyncIterator[bytes]) -> Archive:
        """Keeps an archive that comes in pieces. It has its name first when it is whole and has been read.

        Raises:
            InvalidError: `archive_empty`, `archive_too_large` or `archive_broken`.
        """
        digest, size = hashlib.sha256(), 0
        with self._unfinished() as (file, path):
            async for chunk in chunks:
                size += len(chunk)
                if size > MOST_BYTES:
                    raise InvalidError("archive_too_large", "Modellen är för stor.")
                digest.update(chunk)
                await asyncio.to_thread(file.write, chunk)
            file.flush()
            if not size:
                raise InvalidError("archive_empty", "Det kom ingen modell.")
            description = await asyncio.to_thread(_description_in, path)
            sha256 = digest.hexdigest()
            path.replace(self.path(sha256))
        return Archive(sha256, size, str(description["version"]), _measures_in(description))

    @contextmanager
    def _unfinished(self) -> Iterator[tuple[IO[bytes], Path]]:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self._folder, suffix=_UNFINISHED, delete=False) as file:
            path = Path(file.name)
            self._forget_left_behind(path.stat().st_mtime)
            try:
                yield file, path
            finally:
                path.unlink(missing_ok=True)

    def _forget_left_behind(self, now: float) -> None:
        """What a process that was killed had begun. Another process may be at work with what is young."""
        for path in self._folder.glob(f"*{_UNFINISHED}"):
            if now - path.stat().st_mtime > _LONGEST_SECONDS:
                path.unlink(missing_ok=True)


def _description_in(path: Path) -> dict[str, Any]:
    """Reads to the end: what was cut off on its way looks whole at its beginning."""
    description: dict[str, Any] | None = None
    try:
        with tarfile.open(path, "r:gz") as archive:
            for member in archive:
                if Path(member.name).name == _DESCRIPTION and 0 < member.size <= _MOST_DESCRIPTION_BYTES:
                    file = archive.extractfile(member)
                    description = json.load(file) if file else {}
        if description is not None:
            _measures_in(description)
            return description
    except (tarfile.TarError, OSError, EOFError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _broken() from error
    raise _broken()


def _measures_in(description: dict[str, Any]) -> dict[str, Any]:
    promise, limits = description["promise"], description["limits"]
    by_area = [share for _, share in limits["max_wrong_share_by_area"]]
    return {
        "right": float(promise["right"]),
        "wrong": float(promise["wrong"]),
        "most_wrong": max([float(promise["max_wrong_share"]), *map(float, by_area)]),
        "threshold": float(description["thresholds"]["answer"]),
        "topics": [str(topic) for topic in description["topics"]],
        # The risk-coverage curve: what other thresholds would have done.
        "curve": [
            [float(point["threshold"]), float(point["right"]), float(point["wrong"])] for point in promise["curve"]
        ],
    }


def _broken() -> InvalidError:
    return InvalidError("archive_broken", "Filen är ingen modell som boten kan läsa.")
