"""Whether the bot's answers helped, said by the resident under each of them."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.conversations import feedback
from handover_api.conversations.schemas import MAX_SEQ
from handover_api.database import SessionDep
from handover_api.errors import InvalidError
from handover_api.texts import _
from handover_api.web import pages
from handover_api.web.answer_feedback import FeedbackView
from handover_api.web.resident import chat_page, conversation_lost
from handover_api.web.visits import Visit, VisitDep

router = APIRouter(include_in_schema=False)

Seq = Annotated[int, Path(ge=1, le=MAX_SEQ)]


@router.post(f"{pages.CHAT_PATH}/meddelanden/{{seq}}/omdome")
async def rate(
    request: Request,
    session: SessionDep,
    visit: VisitDep,
    seq: Seq,
    has_helped: Annotated[Literal["yes", "no"], Form()],
) -> Response:
    return await _keep(request, session, visit, seq, has_helped=has_helped == "yes", missing=None)


@router.post(f"{pages.CHAT_PATH}/meddelanden/{{seq}}/saknades")
async def say_what_was_missing(
    request: Request, session: SessionDep, visit: VisitDep, seq: Seq, missing: Annotated[str, Form()] = ""
) -> Response:
    return await _keep(request, session, visit, seq, has_helped=False, missing=missing)


async def _keep(
    request: Request, session: AsyncSession, visit: Visit, seq: int, *, has_helped: bool, missing: str | None
) -> Response:
    wants_page = pages.wants_page(request)
    if visit.conversation is None:
        if wants_page:
            return RedirectResponse(pages.CHAT_PATH, 303)
        raise conversation_lost()
    now = request.app.state.clock()
    try:
        given = await feedback.give(
            session, visit.conversation.id, seq, has_helped=has_helped, missing=missing, now=now
        )
    except InvalidError as error:
        if not wants_page:
            raise
        fault = FeedbackView(seq=seq, has_helped=False, missing=missing or "", error=error.detail)
        return await chat_page(request, session, visit, status=error.status, feedback_fault=fault)
    if wants_page:
        return RedirectResponse(f"{pages.CHAT_PATH}#m{seq}", 303)
    view = FeedbackView(seq=seq, has_helped=given.has_helped, missing=given.missing or "")
    html = pages.fragment("partials/answer_feedback.html.j2", feedback=view)
    return JSONResponse({"html": html, "said": _said(view)})


def _said(view: FeedbackView) -> str:
    """What a screen reader is told; the page shows it."""
    if view.has_helped or view.missing:
        return _("Tack för ditt svar.")
    return _("Tack för ditt svar. Skriv gärna vad som saknades.")
