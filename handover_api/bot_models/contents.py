"""What a training learns from, as files: what is published, in the place of the files of `data/`."""

from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.content import exporting

_ARTICLES = "knowledge/"


async def export_for_training(session: AsyncSession) -> bytes | None:
    """A zip file with a folder `data` in it; None when nothing is published, and the trainer's own files stand."""
    files = await exporting.read_files(session)
    return exporting.as_archive(files) if any(path.startswith(_ARTICLES) for path in files) else None
