"""Which sentence model config.yml names, if any (docs/decisions/0006-sentence-embeddings.md)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

# The standard library reads no YAML; config.yml says that the setting is one line with a plain path.
SETTING = re.compile(r"^[ \t]*sentence_embeddings:[ \t]*([^#\n]*)", re.MULTILINE)
OFF = ("", "null", "~")
REQUIREMENTS = "requirements/rasa-embeddings.txt"
# What bot/classification/embeddings.py reads.
FILES = ("model.onnx*", "onnx/model.onnx*", "*.json", "1_Pooling/config.json")


def sentence_model(root: Path) -> Path | None:
    """The directory, whether it exists or not; None when the setting is off."""
    config = root / "config.yml"
    found = SETTING.search(config.read_text(encoding="utf-8")) if config.is_file() else None
    value = found.group(1).strip().strip("\"'") if found else ""
    return None if value in OFF else root / value


def files_of_sentence_model(root: Path) -> Iterator[Path]:
    """What the trained bot depends on besides its content: the model's files and the packages that read them."""
    directory = sentence_model(root)
    if directory is not None:
        yield root / REQUIREMENTS
        yield from sorted({path for pattern in FILES for path in directory.glob(pattern) if path.is_file()})
