"""Opening another's case at the desk: the reason, and then the case. It works without a script."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from handover_api.agents.identity import CaseHandlerDep
from handover_api.cases import access, openings
from handover_api.conversations.schemas import RawText
from handover_api.database import SessionDep
from handover_api.errors import InvalidError
from handover_api.rules.access import OpeningReason
from handover_api.web.case_opening import OpeningForm, opening_page, opening_path
from handover_api.web.desk_addresses import Reference, case_path

router = APIRouter(include_in_schema=False)

_PATH = opening_path("{reference}")


@router.get(_PATH)
async def ask_for_reason(
    request: Request, session: SessionDep, staff: CaseHandlerDep, reference: Reference
) -> Response:
    case = await access.require_sight(session, staff, reference)
    if await access.may_read(session, staff, case, request.app.state.clock()):
        return RedirectResponse(case_path(reference), 303)
    return await opening_page(request, session, staff, reference)


@router.post(_PATH)
async def open_case(
    request: Request,
    session: SessionDep,
    staff: CaseHandlerDep,
    reference: Reference,
    reason: Annotated[str, Form()] = "",
    note: Annotated[RawText, Form()] = "",
) -> Response:
    if reason not in set(OpeningReason):
        form = OpeningForm(reason, note, "Välj varför du öppnar ärendet.", "reason")
        return await opening_page(request, session, staff, reference, form=form)
    try:
        await openings.open_case(session, staff, reference, OpeningReason(reason), note, request.app.state.clock())
    except InvalidError as error:
        form = OpeningForm(reason, note, error.detail, "note")
        return await opening_page(request, session, staff, reference, form=form)
    return RedirectResponse(case_path(reference), 303)
