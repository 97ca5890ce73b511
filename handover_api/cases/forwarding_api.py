"""Departments and the steps of a case over JSON, for signed-in agents and leads."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from handover_api.agents.identity import CaseHandlerDep
from handover_api.cases import forwarding, protocol, reading
from handover_api.cases.schemas import CaseForward, CaseRead, DepartmentAnswer, DepartmentRead, ProtocolEvent
from handover_api.cases.staff_api import IdempotencyKey, Reference, step
from handover_api.database import SessionDep
from handover_api.settings import Settings

router = APIRouter(tags=["staff"])

MAX_VERSION = 2**31 - 1


@router.get("/api/departments")
async def list_departments(_staff: CaseHandlerDep, session: SessionDep) -> list[DepartmentRead]:
    return await forwarding.list_departments(session)


@router.post("/api/cases/{reference}/forward")
async def forward(
    reference: Reference,
    body: CaseForward,
    staff: CaseHandlerDep,
    session: SessionDep,
    request: Request,
    key: IdempotencyKey = None,
) -> CaseRead:
    settings: Settings = request.app.state.settings
    await forwarding.forward(
        session,
        staff,
        reference,
        body.department,
        body.note,
        request.app.state.clock(),
        step(body, key),
        follow_up_hours=settings.follow_up_hours,
    )
    return await reading.get_case(session, staff, reference, request.app.state.clock())


@router.post("/api/cases/{reference}/department-answer")
async def record_department_answer(
    reference: Reference,
    body: DepartmentAnswer,
    staff: CaseHandlerDep,
    session: SessionDep,
    request: Request,
    key: IdempotencyKey = None,
) -> CaseRead:
    await forwarding.record_department_answer(
        session, staff, reference, body.note, request.app.state.clock(), step(body, key)
    )
    return await reading.get_case(session, staff, reference, request.app.state.clock())


@router.get("/api/cases/{reference}/events")
async def list_events(
    reference: Reference,
    _staff: CaseHandlerDep,
    session: SessionDep,
    after: Annotated[int, Query(ge=0, le=MAX_VERSION)] = 0,
) -> list[ProtocolEvent]:
    """The steps of the case's conversation after a version, oldest first, at most 500."""
    case = await reading.find_case_of(session, reference)
    return await protocol.list_events(session, case.conversation_id, after)
