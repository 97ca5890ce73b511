"""How an archive is sent to a process of the bot."""

from fastapi import Request
from fastapi.responses import FileResponse

from handover_api.bot_models.archives import Archives

_ARCHIVE = "application/gzip"


class ArchiveResponse(FileResponse):
    """In large pieces: each is a turn of the loop that answers residents too, and an archive has 74 MB."""

    chunk_size = 1 << 20


def archives_of(request: Request) -> Archives:
    archives: Archives = request.app.state.archives
    return archives


def known_by(if_none_match: str | None) -> str | None:
    """The checksum of what the caller has."""
    return (if_none_match or "").strip('"')[:64] or None


def etag_of(sha256: str) -> str:
    return f'"{sha256}"'


def archive_response(archives: Archives, sha256: str) -> ArchiveResponse:
    # Rasa keeps what it gets under the name in `filename`.
    return ArchiveResponse(
        archives.path(sha256),
        media_type=_ARCHIVE,
        headers={"ETag": etag_of(sha256), "filename": f"{sha256}.tar.gz", "Cache-Control": "private, no-cache"},
    )
