"""The trained model: named after what it was trained from, so that it is trained anew exactly when that has changed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from stack.console import Console
from stack.embeddings import files_of_sentence_model
from stack.engine import Unit
from stack.environments import RASA, python_variables, ready
from stack.layout import Layout

KEPT_MODELS = 3
INPUTS = (
    "config.yml",
    "domain.yml",
    "data/nlu/**/*.yml",
    "data/rules/**/*.yml",
    "data/topics.tsv",
    "data/knowledge/**/*.md",
    "data/calibration/*.tsv",
    "data/detectors/*.tsv",
    "bot/**/*.py",
    "requirements/rasa.txt",
)


@dataclass(frozen=True)
class Model:
    layout: Layout
    fingerprint: str

    @property
    def archive(self) -> Path:
        return self.layout.models / f"{self.fingerprint}.tar.gz"

    @property
    def checksum(self) -> Path:
        return checksum_beside(self.archive)

    def damage(self) -> str | None:
        """Why the archive cannot be trusted; None when it can, or when there has never been one."""
        name = self.layout.shown(self.archive)
        if not self.archive.exists():
            return f"The model {name} is missing" if self.checksum.exists() else None
        if not self.checksum.exists():
            return f"The model {name} has no checksum (its training was cut off)"
        if self.checksum.read_text(encoding="ascii").split()[:1] != [sha256(self.archive)]:
            return f"The model {name} is damaged (its checksum differs)"
        return None

    def is_usable(self) -> bool:
        return self.archive.exists() and self.damage() is None

    def seal(self) -> None:
        """Says that the training came to its end, and lets older models go."""
        self.checksum.write_text(f"{sha256(self.archive)}  {self.archive.name}\n", encoding="ascii")
        forget_old_models(self.layout)


def current_model(layout: Layout) -> Model:
    return Model(layout, fingerprint(layout.root))


def training(layout: Layout, console: Console, environ: Mapping[str, str], model: Model) -> list[Unit]:
    """The steps after which the model lies in its place; none when it does already."""
    # Rasa's old dependencies warn by the dozen, and an error would drown among them.
    variables = {**python_variables(environ), "PYTHONWARNINGS": "ignore"}
    python = str(layout.python(RASA.name))
    units = []
    usable = model.is_usable()
    if not usable or not (layout.models / "spacy_sv").is_dir():
        units.append(
            Unit(
                name="language",
                doing="building the Swedish language pipeline",
                command=(python, "-m", "bot.spacy_pipeline"),
                environment=variables,
                needs=frozenset({ready(RASA)}),
            )
        )
    if usable:
        # The models that are used last are the ones that are kept.
        os.utime(model.archive)
        return units
    damage = model.damage()
    if damage:
        console.say(f"{damage}; training it anew.")
    units.append(
        Unit(
            name="training",
            doing="training the bot (content or configuration has changed)",
            command=training_command(python, model.fingerprint),
            environment=variables,
            needs=frozenset({ready(RASA), "language"}),
            before=lambda: remove(model.archive, model.checksum),
            after=model.seal,
        )
    )
    return units


def training_command(python: str, name: str) -> tuple[str, ...]:
    """Trains from the files of the folder where it is run, to `models/<name>.tar.gz` there."""
    return (
        *(python, "-m", "rasa", "train", "--force"),
        *("--domain", "domain.yml", "--data", "data/nlu", "data/rules"),
        *("--config", "config.yml", "--out", "models", "--fixed-model-name", name),
    )


def fingerprint(root: Path) -> str:
    digest = hashlib.sha256()
    for path in inputs(root):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(root).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    for path in files_of_sentence_model(root):
        # Too large to be held in memory whole.
        digest.update(f"{path.name}\0{sha256(path)}\0".encode())
    return digest.hexdigest()[:16]


def inputs(root: Path) -> Iterable[Path]:
    return sorted({path for pattern in INPUTS for path in root.glob(pattern) if path.is_file()})


def forget_old_models(layout: Layout) -> None:
    sealed = [path for path in layout.models.glob("*.tar.gz") if checksum_beside(path).exists()]
    newest_first = sorted(sealed, key=lambda path: path.stat().st_mtime_ns, reverse=True)
    for archive in newest_first[KEPT_MODELS:]:
        remove(archive, checksum_beside(archive))


def checksum_beside(archive: Path) -> Path:
    return archive.with_name(f"{archive.name}.sha256")


def remove(*paths: Path) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()
