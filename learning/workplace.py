"""A folder to train in: the project's files, with what the service has published in the place of its own."""

from __future__ import annotations

import io
import shutil
import zipfile
from pathlib import Path

from stack.embeddings import REQUIREMENTS, sentence_model
from stack.model import inputs

# The bot reads it by this path (config.yml). Like a sentence model it is large, the same for every training, and only
# read.
LANGUAGE_PIPELINE = Path("models/spacy_sv")
DATA = Path("data")
ARTICLES = DATA / "knowledge"
PHRASES = DATA / "nlu"


class ContentArchiveError(Exception):
    """The zip file from the service cannot be used."""


def furnish(folder: Path, project: Path, content: bytes | None) -> None:
    """
    Raises:
        ContentArchiveError
    """
    for path in inputs(project):
        copy = folder / path.relative_to(project)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    _link(folder, project, LANGUAGE_PIPELINE)
    model = sentence_model(project)
    if model is not None and model.is_relative_to(project):
        _link(folder, project, model.relative_to(project))
        shutil.copyfile(project / REQUIREMENTS, folder / REQUIREMENTS)
    if content is not None:
        _unpack(content, folder)


def _link(folder: Path, project: Path, path: Path) -> None:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).symlink_to((project / path).resolve(), target_is_directory=True)


def _unpack(content: bytes, folder: Path) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            # What is not published any more is not learned from.
            shutil.rmtree(folder / ARTICLES, ignore_errors=True)
            if any(name.startswith(f"{PHRASES.as_posix()}/") for name in archive.namelist()):
                shutil.rmtree(folder / PHRASES, ignore_errors=True)
            # Names that would lead out of the folder are made harmless by the library.
            archive.extractall(folder)
    except (zipfile.BadZipFile, OSError) as error:
        raise ContentArchiveError from error
