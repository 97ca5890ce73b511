"""Answers that come as files: the page where they are sent, and the latest that have been."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import UploadFile

from handover_api.agents.identity import AnswerKeeperDep
from handover_api.content.importing import service
from handover_api.content.importing.found import NamedFile
from handover_api.content.importing.repository import ImportRepository
from handover_api.database import SessionDep
from handover_api.models import Staff
from handover_api.rules.import_course import MOST_BYTES, MOST_FILES
from handover_api.rules.uploaded_file import UnusableFileError, kind_of
from handover_api.web import import_wording, pages
from handover_api.web.studio_articles import ARTICLES_PATH, IMPORT_PATH

router = APIRouter(include_in_schema=False)

_SHOWN = 10
# More parts than anybody means to send are not even counted.
_MOST_PARTS = 1000


@router.get(IMPORT_PATH)
async def show_form(request: Request, session: SessionDep, staff: AnswerKeeperDep) -> Response:
    return await _form(request, session, staff)


@router.post(IMPORT_PATH)
async def take_files(request: Request, session: SessionDep, staff: AnswerKeeperDep) -> Response:
    async with request.form(max_files=_MOST_PARTS, max_fields=1) as form:
        sent = [each for each in form.getlist("fil") if isinstance(each, UploadFile) and each.filename]
        if len(sent) > MOST_FILES:
            return await _form(request, session, staff, import_wording.TOO_MANY_FILES)
        files = [NamedFile(_last_part(each.filename or ""), await each.read()) for each in sent]
    if error := _fault(files):
        return await _form(request, session, staff, error)
    begun = await service.begin(session, staff, files, request.app.state.clock())
    return RedirectResponse(f"{IMPORT_PATH}/{begun}", 303)


async def _form(request: Request, session: AsyncSession, staff: Staff, error: str = "") -> Response:
    return pages.page(
        request,
        "studio/import.html.j2",
        status=422 if error else 200,
        staff=staff,
        address=IMPORT_PATH,
        list_address=ARTICLES_PATH,
        latest=await ImportRepository(session).list_latest(_SHOWN),
        words=import_wording,
        most_bytes=MOST_BYTES,
        now=request.app.state.clock(),
        error=error,
    )


def _fault(files: list[NamedFile]) -> str:
    """What can be told at once, beside the field; the rest is told when the files have been read."""
    if not files:
        return import_wording.NO_FILE
    if sum(len(file.content) for file in files) > MOST_BYTES:
        return import_wording.TOO_BIG
    for file in files:
        try:
            kind_of(file.name, file.content)
        except UnusableFileError as error:
            told = import_wording.reason({"kind": error.fault, "word": "", "field": ""}, {})
            return told if len(files) == 1 else f"{file.name}: {told}"
    return ""


def _last_part(name: str) -> str:
    """Some browsers send the whole path of the file."""
    return name.replace("\\", "/").rsplit("/", 1)[-1]
