"""Handing cases on, over JSON: transfer, return to the queue, take over, and declining an offer."""

from fastapi import APIRouter, Request, Response

from handover_api.agents.identity import CaseHandlerDep
from handover_api.cases import offers, reading, transfers
from handover_api.cases.schemas import CaseRead, CaseReturn, CaseStep, CaseTransfer
from handover_api.cases.staff_api import IdempotencyKey, Reference, step
from handover_api.database import SessionDep

router = APIRouter(prefix="/api/cases", tags=["staff"])


@router.post("/{reference}/transfer")
async def transfer(
    reference: Reference,
    body: CaseTransfer,
    staff: CaseHandlerDep,
    session: SessionDep,
    request: Request,
    key: IdempotencyKey = None,
) -> CaseRead:
    await transfers.transfer(
        session,
        staff,
        reference,
        request.app.state.clock(),
        to_agent=body.to_agent,
        to_group=body.to_group,
        note=body.note,
        step=step(body, key),
    )
    return await reading.get_case(session, staff, reference, request.app.state.clock())


@router.post("/{reference}/return")
async def return_to_queue(
    reference: Reference,
    staff: CaseHandlerDep,
    session: SessionDep,
    request: Request,
    key: IdempotencyKey = None,
    body: CaseReturn | None = None,
) -> CaseRead:
    now = request.app.state.clock()
    await transfers.return_to_queue(session, staff, reference, body.note if body else "", now, step(body, key))
    return await reading.get_case(session, staff, reference, request.app.state.clock())


@router.post("/{reference}/take-over")
async def take_over(
    reference: Reference,
    staff: CaseHandlerDep,
    session: SessionDep,
    request: Request,
    key: IdempotencyKey = None,
    body: CaseStep | None = None,
) -> CaseRead:
    """For leads. For agents it does not exist."""
    await transfers.take_over(session, staff, reference, request.app.state.clock(), step(body, key))
    return await reading.get_case(session, staff, reference, request.app.state.clock())


@router.post("/{reference}/decline", status_code=204)
async def decline(reference: Reference, staff: CaseHandlerDep, session: SessionDep) -> Response:
    await offers.decline(session, staff, reference)
    return Response(status_code=204)
