"""Asking the resident for contact details or consent, from the page of a case. What was written is never lost."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.agents.identity import CaseHandlerDep
from handover_api.cases import asking
from handover_api.cases.schemas import RequestCreate
from handover_api.conversations.schemas import ClientId
from handover_api.database import SessionDep
from handover_api.errors import ConflictError, InvalidError
from handover_api.models import Staff
from handover_api.rules.request import Detail, RequestKind
from handover_api.web.case_asking import AskingForm
from handover_api.web.case_page import case_page
from handover_api.web.desk_addresses import QUEUE_PATH, Reference, case_path

router = APIRouter(include_in_schema=False)

_CASE = QUEUE_PATH + "/arenden/{reference}"

Key = Annotated[ClientId, Form()]
# Far above what is kept, so that the text meets our own sentence.
Purpose = Annotated[str, Form(max_length=100_000)]


@router.post(f"{_CASE}/be-om-uppgifter")
async def ask_for_details(
    request: Request,
    session: SessionDep,
    staff: CaseHandlerDep,
    reference: Reference,
    key: Key,
    purpose: Purpose = "",
    details: Annotated[list[Detail] | None, Form()] = None,
) -> Response:
    asked = RequestCreate(kind=RequestKind.DETAILS, purpose=purpose, details=details or [])
    return await _ask(request, session, staff, reference, key, asked)


@router.post(f"{_CASE}/be-om-samtycke")
async def ask_for_consent(
    request: Request, session: SessionDep, staff: CaseHandlerDep, reference: Reference, key: Key, purpose: Purpose = ""
) -> Response:
    asked = RequestCreate(kind=RequestKind.CONSENT, purpose=purpose)
    return await _ask(request, session, staff, reference, key, asked)


async def _ask(
    request: Request, session: AsyncSession, staff: Staff, reference: str, key: str, asked: RequestCreate
) -> Response:
    try:
        async with session.begin_nested():
            seq = await asking.ask(session, staff, reference, key, asked, request.app.state.clock())
    except (InvalidError, ConflictError) as error:
        form = AskingForm(asked.kind, asked.purpose, frozenset(asked.details), error)
        return await case_page(request, session, staff, reference, asked=form)
    return RedirectResponse(f"{case_path(reference)}#m{seq}", 303)
