"""Closing a case at the desk: what it was about, the level, the result; by one press when the bot had guessed right."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from handover_api.agents.identity import CaseHandlerDep
from handover_api.cases import closing
from handover_api.cases.schemas import Version
from handover_api.cases.steps import Step
from handover_api.conversations.schemas import ClientId
from handover_api.database import SessionDep
from handover_api.errors import ConflictError, InvalidError
from handover_api.web.case_page import case_page
from handover_api.web.desk_addresses import QUEUE_PATH, Reference
from handover_api.web.outcomes import OutcomeForm

router = APIRouter(include_in_schema=False)


@router.post(f"{QUEUE_PATH}/arenden/{{reference}}/avsluta")
async def close(
    request: Request,
    session: SessionDep,
    staff: CaseHandlerDep,
    reference: Reference,
    category: Annotated[str, Form()] = "",
    rosa_level: Annotated[str, Form()] = "",
    resolution: Annotated[str, Form()] = "",
    version: Annotated[Version | None, Form()] = None,
    key: Annotated[ClientId | None, Form()] = None,
) -> Response:
    form = OutcomeForm(category, rosa_level, resolution).checked()
    if form.errors:
        return await case_page(request, session, staff, reference, closing=form)
    try:
        async with session.begin_nested():
            step = Step(version, key)
            await closing.close(session, staff, reference, form.read(), request.app.state.clock(), step)
    except InvalidError as error:
        return await case_page(request, session, staff, reference, closing=form.refused("category", error.detail))
    except ConflictError as error:
        return await case_page(request, session, staff, reference, error=error, closing=form)
    return RedirectResponse(QUEUE_PATH, 303)
