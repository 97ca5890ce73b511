"""Builds the Swedish spaCy pipeline that config.yml points at: `python -m bot.spacy_pipeline [target]`.

Trained Swedish pipelines are not published as packages, so this one is put together from what is: spaCy's Swedish
tokenizer and the lemma table of spacy-lookups-data. A finished pipeline is left alone; a broken-off build leaves none.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from importlib.metadata import version
from pathlib import Path

DEFAULT_TARGET = Path("models/spacy_sv")
# Raise it when the pipeline is put together in another way: pipelines of another version are built anew.
PIPELINE_VERSION = "1.0.0"


def build_spacy_pipeline(target: Path) -> bool:
    """Returns whether anything had to be built."""
    if _is_current(target):
        return False
    # Importing spaCy takes seconds, and most starts find a finished pipeline.
    import spacy  # noqa: PLC0415

    pipeline = spacy.blank("sv", meta={"name": "lookup", "version": PIPELINE_VERSION})
    pipeline.add_pipe("lemmatizer", config={"mode": "lookup"})
    pipeline.initialize()
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as workplace:
        unfinished = Path(workplace) / target.name
        pipeline.to_disk(unfinished)
        shutil.rmtree(target, ignore_errors=True)
        unfinished.replace(target)
    return True


def _is_current(target: Path) -> bool:
    try:
        meta = json.loads((target / "meta.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    minor_version = version("spacy").rsplit(".", 1)[0]
    return meta.get("version") == PIPELINE_VERSION and str(meta.get("spacy_version", "")).startswith(
        f">={minor_version}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bot.spacy_pipeline", description="Build the Swedish spaCy pipeline."
    )
    parser.add_argument("target", nargs="?", type=Path, default=DEFAULT_TARGET)
    target: Path = parser.parse_args().target
    built = build_spacy_pipeline(target)
    print(f"{target}: {'built' if built else 'already there'}.")  # noqa: T201 - a command speaks to its user.


if __name__ == "__main__":
    main()
