"""The resident's own copy of the conversation: a file, or by e-mail."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.cases import transcripts
from handover_api.database import SessionDep
from handover_api.errors import ConflictError, HandoverError, InvalidError, TooManyAttemptsError
from handover_api.web import pages
from handover_api.web.saved_conversation import SavedConversation, read_whole
from handover_api.web.visits import Visit, VisitDep

router = APIRouter(include_in_schema=False)

_PATH = f"{pages.CHAT_PATH}/spara"
# The page runs nothing and fetches nothing, wherever it is opened.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@router.get(_PATH)
async def show_ways(request: Request, session: SessionDep, visit: VisitDep, skickat: bool = False) -> Response:  # noqa: FBT001, FBT002 - a query parameter
    return await _page(request, session, visit, has_been_asked=skickat)


@router.post(_PATH)
async def send_by_email(
    request: Request, session: SessionDep, visit: VisitDep, email: Annotated[str, Form(max_length=1000)] = ""
) -> Response:
    if visit.conversation is None:
        return RedirectResponse(_PATH, 303)
    try:
        await transcripts.ask_by_email(session, visit.conversation.id, email, request.app.state.clock())
    except (InvalidError, ConflictError, TooManyAttemptsError) as error:
        return await _page(request, session, visit, error=error, email=email)
    return RedirectResponse(f"{_PATH}?skickat=1", 303)


@router.get(f"{_PATH}/samtal.html")
async def download_page(request: Request, session: SessionDep, visit: VisitDep) -> Response:
    saved = await _read(request, session, visit)
    if saved is None:
        return RedirectResponse(_PATH, 303)
    return _file(saved.as_page(), "text/html", f"{saved.name}.html")


@router.get(f"{_PATH}/samtal.txt")
async def download_text(request: Request, session: SessionDep, visit: VisitDep) -> Response:
    saved = await _read(request, session, visit)
    if saved is None:
        return RedirectResponse(_PATH, 303)
    return _file(saved.as_text(), "text/plain", f"{saved.name}.txt")


async def _read(request: Request, session: AsyncSession, visit: Visit) -> SavedConversation | None:
    if visit.conversation is None:
        return None
    return await read_whole(session, visit.conversation, request.app.state.clock())


def _file(content: str, media_type: str, name: str) -> Response:
    headers = {
        "content-disposition": f'attachment; filename="{name}"',
        "content-security-policy": _POLICY,
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
    }
    return Response(content, media_type=media_type, headers=headers)


async def _page(
    request: Request,
    session: AsyncSession,
    visit: Visit,
    *,
    error: HandoverError | None = None,
    email: str = "",
    has_been_asked: bool = False,
) -> Response:
    conversation = visit.conversation
    return pages.page(
        request,
        "resident/save.html.j2",
        status=error.status if error else 200,
        has_conversation=conversation is not None and conversation.last_seq > 0,
        may_be_mailed=conversation is not None and await transcripts.may_be_mailed(session, conversation),
        error=error.detail if error else None,
        email=email,
        has_been_asked=has_been_asked,
    )
