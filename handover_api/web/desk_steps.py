"""The forms of a case beside the reply: note, department, colleague, queue, take-over. None needs a script.

Each form carries the version that its page showed, so a step on a state that has passed is refused with a sentence and
what was written; and a key, so that pressing twice is doing once.
"""

from collections.abc import Awaitable
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.agents.identity import CaseHandlerDep
from handover_api.cases import forwarding, service, transfers
from handover_api.cases.schemas import Version
from handover_api.cases.steps import Step
from handover_api.conversations.schemas import ClientId
from handover_api.database import SessionDep
from handover_api.errors import ConflictError, InvalidError
from handover_api.models import Staff
from handover_api.settings import Settings
from handover_api.web import case_steps
from handover_api.web.case_page import case_page
from handover_api.web.case_steps import Draft
from handover_api.web.desk_addresses import QUEUE_PATH, Reference, case_path

router = APIRouter(include_in_schema=False)

_CASE = QUEUE_PATH + "/arenden/{reference}"

Text = Annotated[str, Form()]
SeenVersion = Annotated[Version, Form()]
Key = Annotated[ClientId, Form()]


@router.post(f"{_CASE}/{case_steps.Form.NOTE}")
async def write_note(
    request: Request, session: SessionDep, staff: CaseHandlerDep, reference: Reference, key: Key, text: Text = ""
) -> Response:
    work = service.note(session, staff, reference, key, text, request.app.state.clock())
    step = _Taking(request, session, staff, reference, case_steps.Form.NOTE, text=text)
    return await step.take(work, next_path=case_path(reference))


@router.post(f"{_CASE}/{case_steps.Form.FORWARD}")
async def forward(
    request: Request,
    session: SessionDep,
    staff: CaseHandlerDep,
    reference: Reference,
    version: SeenVersion,
    key: Key,
    text: Text = "",
    department: Text = "",
) -> Response:
    settings: Settings = request.app.state.settings
    work = forwarding.forward(
        session,
        staff,
        reference,
        department,
        text,
        request.app.state.clock(),
        Step(version, key),
        follow_up_hours=settings.follow_up_hours,
    )
    step = _Taking(request, session, staff, reference, case_steps.Form.FORWARD, text=text, chosen=department)
    return await step.take(work, next_path=case_path(reference))


@router.post(f"{_CASE}/{case_steps.Form.DEPARTMENT_ANSWER}")
async def record_department_answer(
    request: Request,
    session: SessionDep,
    staff: CaseHandlerDep,
    reference: Reference,
    version: SeenVersion,
    key: Key,
    text: Text = "",
) -> Response:
    now = request.app.state.clock()
    work = forwarding.record_department_answer(session, staff, reference, text, now, Step(version, key))
    step = _Taking(request, session, staff, reference, case_steps.Form.DEPARTMENT_ANSWER, text=text)
    return await step.take(work, next_path=case_path(reference))


@router.post(f"{_CASE}/{case_steps.Form.TRANSFER}")
async def transfer(
    request: Request,
    session: SessionDep,
    staff: CaseHandlerDep,
    reference: Reference,
    version: SeenVersion,
    key: Key,
    text: Text = "",
    target: Text = "",
) -> Response:
    to = case_steps.read_target(target)
    work = transfers.transfer(
        session,
        staff,
        reference,
        request.app.state.clock(),
        to_agent=to.agent,
        to_group=to.group,
        note=text,
        step=Step(version, key),
    )
    step = _Taking(request, session, staff, reference, case_steps.Form.TRANSFER, text=text, chosen=target)
    return await step.take(work, next_path=QUEUE_PATH)


@router.post(f"{_CASE}/{case_steps.Form.RETURN}")
async def return_to_queue(
    request: Request,
    session: SessionDep,
    staff: CaseHandlerDep,
    reference: Reference,
    version: SeenVersion,
    key: Key,
    text: Text = "",
) -> Response:
    work = transfers.return_to_queue(session, staff, reference, text, request.app.state.clock(), Step(version, key))
    step = _Taking(request, session, staff, reference, case_steps.Form.RETURN, text=text)
    return await step.take(work, next_path=QUEUE_PATH)


@router.post(f"{_CASE}/{case_steps.Form.TAKE_OVER}")
async def take_over(
    request: Request, session: SessionDep, staff: CaseHandlerDep, reference: Reference, version: SeenVersion, key: Key
) -> Response:
    work = transfers.take_over(session, staff, reference, request.app.state.clock(), Step(version, key))
    step = _Taking(request, session, staff, reference, case_steps.Form.TAKE_OVER)
    return await step.take(work, next_path=case_path(reference))


class _Taking:
    """A form that has been sent, and what was in it."""

    def __init__(
        self,
        request: Request,
        session: AsyncSession,
        staff: Staff,
        reference: str,
        form: case_steps.Form,
        *,
        text: str = "",
        chosen: str = "",
    ) -> None:
        self._request = request
        self._session = session
        self._staff = staff
        self._reference = reference
        self._form = form
        self._text = text
        self._chosen = chosen

    async def take(self, work: Awaitable[object], *, next_path: str) -> Response:
        """Goes on to the next page, or shows the case as it now stands, with the reason and what was filled in."""
        try:
            async with self._session.begin_nested():
                await work
        except (ConflictError, InvalidError) as error:
            draft = Draft(self._form, self._text, self._chosen, error)
            return await case_page(self._request, self._session, self._staff, self._reference, draft=draft)
        return RedirectResponse(next_path, 303)
