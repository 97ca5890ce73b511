"""The topic classifier's own files out of a model's archive, which are read without anything else being loaded."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from pathlib import Path

from bot.classification.topic_model import Limits, TopicModel

COMPONENT = "TopicClassifier"
DESCRIPTION = "model.json"
FILES = frozenset({DESCRIPTION, "arrays.npz"})


def read_topic_model(archive: Path, folder: Path) -> TopicModel:
    """Unpacks to `folder`, which is made.

    Raises:
        OSError, KeyError, ValueError, tarfile.TarError, EmbeddingsError: it is no model that this program can read.
    """
    folder.mkdir()
    for name, content in _files_in(archive, FILES):
        (folder / name).write_bytes(content)
    return TopicModel.load(folder)


def read_limits(archive: Path) -> Limits:
    """How careful the model was trained to be.

    Raises:
        OSError, KeyError, ValueError, TypeError, tarfile.TarError: it is no model that this program can read.
    """
    described = {name: json.loads(content) for name, content in _files_in(archive, {DESCRIPTION})}
    saved = described[DESCRIPTION]["limits"]
    by_area = tuple((area, share) for area, share in saved["max_wrong_share_by_area"])
    return Limits(**{**saved, "max_wrong_share_by_area": by_area})


def _files_in(archive: Path, names: frozenset[str] | set[str]) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(archive) as packed:
        for member in packed:
            name = Path(member.name).name
            if COMPONENT in member.name and name in names and (source := packed.extractfile(member)):
                yield name, source.read()
