"""A trained model with another description, so that a second model need not be trained.

Only the standard library: both the service's environment and Rasa's read it.
"""

import gzip
import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

Description = dict[str, Any]


def altered(archive: Path, alter: Callable[[Description], Description]) -> bytes:
    """The same model, described (bot/classification/topic_model.py) as `alter` says."""
    packed = io.BytesIO()
    with (
        tarfile.open(archive, "r:gz") as old,
        gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=1, mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w") as new,
    ):
        for member in old:
            file = old.extractfile(member)
            content = file.read() if file else b""
            if member.name.endswith("/model.json"):
                content = json.dumps(alter(json.loads(content))).encode()
                member.size = len(content)
            new.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def with_version(archive: Path, version: str) -> bytes:
    """The same model under another name."""
    return altered(archive, lambda description: {**description, "version": version})
