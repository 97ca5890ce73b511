"""What a resident who waits for a person may do besides waiting: give up the place."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from handover_api.cases import withdrawing
from handover_api.database import SessionDep
from handover_api.errors import ConflictError
from handover_api.web import pages
from handover_api.web.resident import chat_page
from handover_api.web.visits import VisitDep

router = APIRouter(include_in_schema=False)


@router.post(f"{pages.CHAT_PATH}/lamna-kon")
async def leave_queue(request: Request, session: SessionDep, visit: VisitDep) -> Response:
    if visit.conversation is None:
        return RedirectResponse(pages.CHAT_PATH, 303)
    try:
        await withdrawing.leave_queue(session, visit.conversation.id, request.app.state.clock())
    except ConflictError as error:
        if not pages.wants_page(request):
            raise
        return await chat_page(request, session, visit, status=error.status, notice=error.detail)
    if pages.wants_page(request):
        return RedirectResponse(f"{pages.CHAT_PATH}#m{visit.conversation.last_seq}", 303)
    return JSONResponse({"conversation": str(visit.conversation.id)})
