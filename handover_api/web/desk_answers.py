"""Answers and checklist of a case: searching while writing, putting an answer into the reply, ticking off steps.

All of it works without a script. What stands in the reply is never lost by any of it, and nothing is sent by it.
"""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from handover_api.agents.identity import CaseHandlerDep
from handover_api.cases import checklists, reading
from handover_api.cases.answers_api import groups_of
from handover_api.content import answers
from handover_api.content import service as content
from handover_api.database import SessionDep
from handover_api.errors import ConflictError, InvalidError
from handover_api.web import case_answers, pages
from handover_api.web.case_answers import SEARCH, how_many, search_answers
from handover_api.web.case_checklist import read_checklist
from handover_api.web.case_page import can_reply, case_page
from handover_api.web.desk_addresses import QUEUE_PATH, Reference, case_path

router = APIRouter(include_in_schema=False)

_CASE = QUEUE_PATH + "/arenden/{reference}"


@router.get(f"{_CASE}/svar")
async def search(
    request: Request,
    session: SessionDep,
    staff: CaseHandlerDep,
    reference: Reference,
    text: Annotated[str, Query(alias=SEARCH)] = "",
) -> Response:
    """What is found, for a page that searches while somebody writes."""
    case = await reading.get_state(session, reference)
    found = await search_answers(session, staff, text, case, request.app.state.clock())
    html = pages.fragment(
        "partials/found_answers.html.j2",
        found=found,
        list_id="funna",
        address=case_path(reference),
        can_insert=can_reply(case, is_mine=case.owner_id == staff.id),
    )
    return JSONResponse({"html": html, "told": how_many(found) if text.strip() else ""})


@router.post(f"{_CASE}/infoga")
async def insert(
    request: Request,
    session: SessionDep,
    staff: CaseHandlerDep,
    reference: Reference,
    answer: Annotated[str, Form()] = "",
    text: Annotated[str, Form()] = "",
    used: Annotated[str, Form()] = "",
) -> Response:
    """The case again, with an answer after what stands in the reply already."""
    case = await reading.get_state(session, reference)
    found = await answers.find(session, answer, request.app.state.clock(), groups=groups_of(staff, case.answer_group))
    error: ConflictError | InvalidError | None = None
    if case.owner_id != staff.id:
        error = ConflictError("not_yours", "Du har inte ärendet, så du kan inte skriva i svaret.")
    elif found is None:
        error = InvalidError("answer_missing", "Svaret används inte längre. Sök efter ett annat.")
    else:
        text = "\n\n".join(part for part in (text.rstrip(), case_answers.text_of(found)) if part)
        used = f"{used} {found.mark}".strip()
    return await case_page(request, session, staff, reference, error=error, text=text, used=used)


@router.post(f"{_CASE}/checklista")
async def tick_off(
    request: Request,
    session: SessionDep,
    staff: CaseHandlerDep,
    reference: Reference,
    steps: Annotated[list[str] | None, Form()] = None,
    were_taken: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """`steps`: those that are ticked now; `were_taken`: those that the page showed as ticked.

    Only what differs is changed, so a page that is not the latest undoes nothing.
    """
    now = request.app.state.clock()
    ticked, shown = set(steps or []), set(were_taken or [])
    work = checklists.tick(session, staff, reference, now, taken=ticked - shown, not_taken=shown - ticked)
    if not pages.wants_page(request):
        await work
        case = await reading.get_state(session, reference)
        written = await content.find_checklist(session, case.topic) if case.topic else ""
        checklist = await read_checklist(session, reference, written, now)
        return JSONResponse({"progress": checklist.progress, "told": {step.key: step.told for step in checklist.steps}})
    try:
        async with session.begin_nested():
            await work
    except ConflictError as error:
        return await case_page(request, session, staff, reference, error=error)
    return RedirectResponse(f"{case_path(reference)}#checklista", 303)
