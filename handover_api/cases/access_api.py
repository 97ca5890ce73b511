"""Who may see a case, over JSON: saying why one opens another's, and what secrecy it is under."""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from handover_api.agents.identity import CaseHandlerDep
from handover_api.cases import openings, reading, secrecy
from handover_api.cases.schemas import CaseRead
from handover_api.cases.staff_api import Reference
from handover_api.conversations.schemas import RawText
from handover_api.database import SessionDep
from handover_api.rules.access import OpeningReason

router = APIRouter(prefix="/api/cases", tags=["staff"])


class OpeningCreate(BaseModel):
    """`note` is for the reason `other`: 200 characters at most, personal numbers masked."""

    reason: OpeningReason
    note: RawText = ""


class SecrecyPut(BaseModel):
    """The answer groups under whose secrecy the case is; none means that it is under none."""

    secrecy_classes: Annotated[list[Annotated[str, Field(max_length=100)]], Field(max_length=50)]


@router.post("/{reference}/openings", status_code=204)
async def open_case(
    reference: Reference, body: OpeningCreate, staff: CaseHandlerDep, session: SessionDep, request: Request
) -> None:
    """Lets the caller read a case that is not theirs, for twelve hours. It is recorded, and shown in the case."""
    await openings.open_case(session, staff, reference, body.reason, body.note, request.app.state.clock())


@router.put("/{reference}/secrecy")
async def put_secrecy(
    reference: Reference, body: SecrecyPut, staff: CaseHandlerDep, session: SessionDep, request: Request
) -> CaseRead:
    """For whoever has the case, and for leads."""
    now = request.app.state.clock()
    await secrecy.decide(session, staff, reference, body.secrecy_classes, now)
    return await reading.get_case(session, staff, reference, now)
