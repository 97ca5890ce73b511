"""Deciding at the desk under whose secrecy a case is."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from handover_api.agents.identity import CaseHandlerDep
from handover_api.cases import secrecy
from handover_api.database import SessionDep
from handover_api.errors import ConflictError, InvalidError
from handover_api.web.case_page import case_page
from handover_api.web.desk_addresses import QUEUE_PATH, Reference, case_path

router = APIRouter(include_in_schema=False)


@router.post(f"{QUEUE_PATH}/arenden/{{reference}}/sekretess")
async def decide(
    request: Request,
    session: SessionDep,
    staff: CaseHandlerDep,
    reference: Reference,
    klasser: Annotated[list[str] | None, Form()] = None,
) -> Response:
    try:
        async with session.begin_nested():
            await secrecy.decide(session, staff, reference, klasser or [], request.app.state.clock())
    except (ConflictError, InvalidError) as error:
        return await case_page(request, session, staff, reference, error=error)
    return RedirectResponse(f"{case_path(reference)}#sekretess", 303)
