"""The resident's answers to what an agent has asked for by a form. The script uses the same address."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from handover_api.cases import asking
from handover_api.cases.schemas import RequestAnswerCreate
from handover_api.conversations.repository import ConversationRepository
from handover_api.conversations.schemas import MAX_SEQ
from handover_api.database import SessionDep
from handover_api.errors import ConflictError, InvalidError
from handover_api.rules.request import Answer
from handover_api.texts import _
from handover_api.web import messages, pages
from handover_api.web.requests import RequestView, asked_in
from handover_api.web.resident import chat_page, conversation_lost
from handover_api.web.visits import VisitDep

router = APIRouter(include_in_schema=False)

Written = Annotated[str, Form(max_length=1000)]


@router.post(f"{pages.CHAT_PATH}/fragor/{{seq}}")
async def answer_request(
    request: Request,
    session: SessionDep,
    visit: VisitDep,
    seq: Annotated[int, Path(ge=1, le=MAX_SEQ)],
    answer: Annotated[Answer, Form()],
    email: Written = "",
    telephone: Written = "",
    name: Written = "",
) -> Response:
    wants_page = pages.wants_page(request)
    if visit.conversation is None:
        if wants_page:
            return RedirectResponse(pages.CHAT_PATH, 303)
        raise conversation_lost()
    now = request.app.state.clock()
    written = {"email": email, "telephone": telephone, "name": name}
    given = RequestAnswerCreate(answer=answer, email=email, telephone=telephone, name=name)
    repository = ConversationRepository(session)
    try:
        number = await asking.answer(session, visit.conversation.id, seq, given, now)
    except (InvalidError, ConflictError) as error:
        asked = await repository.list_for_resident(visit.conversation.id, after=seq - 1, limit=1)
        view = _refused(asked_in(asked[0], is_open=isinstance(error, InvalidError)), written, error)
        if wants_page:
            return await chat_page(request, session, visit, status=error.status, request_fault=view)
        if isinstance(error, ConflictError):
            raise
        return JSONResponse({"form": pages.fragment("partials/request_form.html.j2", request_view=view)})
    if wants_page:
        return RedirectResponse(f"{pages.CHAT_PATH}#m{number}", 303)
    stored = await repository.list_for_resident(visit.conversation.id, after=number - 1, limit=1)
    line = messages.for_resident(stored[0], now, can_choose=False)
    html = pages.fragment("partials/message.html.j2", message=line, is_anchored=True)
    return JSONResponse({"seq": number, "html": html, "said": _("Tack, ditt svar har skickats.")})


def _refused(
    view: RequestView | None, written: dict[str, str], error: InvalidError | ConflictError
) -> RequestView | None:
    """The form with what was written and why it was refused: beside each field, or above a form that is over."""
    if view is None:
        return None
    wrong = error.extra.get("fields", {})
    return replace(view, written=written, wrong=wrong, fault=None if wrong else error.detail)
