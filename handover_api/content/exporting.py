"""The published content as the repository's files: what is imported again from them is the same."""

import asyncio
import io
import zipfile
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.content import written
from handover_api.content.repository import ContentRepository
from handover_api.phrases.files import phrases_as_files
from handover_api.phrases.repository import PhraseRepository

# By the path below the folder `data`.
Files = dict[str, str]

# The same content makes the same archive, byte for byte.
_NO_TIME = (1980, 1, 1, 0, 0, 0)


async def read_files(session: AsyncSession) -> Files:
    """The catalogue, the local facts, every published article, also one that has passed its review, and the phrases."""
    repository = ContentRepository(session)
    files = {
        written.TOPICS_FILE: written.topics_as_file(await repository.list_topics_of_file()),
        written.FACTS_FILE: written.facts_as_file(await repository.list_facts()),
    }
    for topic, version in await repository.list_published():
        files[written.article_path(topic)] = written.article_as_file(topic, version)
    return files | phrases_as_files(await PhraseRepository(session).list_for_files())


async def write_files(files: Files, folder: Path) -> None:
    """Writes them below a folder, which is made if it is not there. Articles and phrases of topics that are not among
    them go, or the folder could not be imported; all other files in it stay.

    Raises:
        OSError: a file cannot be written.
    """
    await asyncio.to_thread(_write, files, folder)


def as_archive(files: Files) -> bytes:
    """A zip file with a folder `data` in it."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
        for path, text in files.items():
            zipped.writestr(
                zipfile.ZipInfo(f"data/{path}", _NO_TIME), text.encode(), compress_type=zipfile.ZIP_DEFLATED
            )
    return archive.getvalue()


def _write(files: Files, folder: Path) -> None:
    for beginning, pattern in (("knowledge/", "*/*.md"), ("nlu/", "*.yml")):
        if not any(path.startswith(beginning) for path in files):
            continue  # A database without any is no reason to empty a folder.
        for file in folder.glob(f"{beginning}{pattern}"):
            if file.relative_to(folder).as_posix() not in files:
                file.unlink()
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")
