"""What the pages tell while a conversation is live: that somebody writes, and how far somebody has read.

Only the script calls these; a browser without one has read what a page showed when it was loaded.
"""

from typing import Annotated

from fastapi import APIRouter, Form, Path

from handover_api.agents.identity import CaseHandlerDep
from handover_api.cases import reading, signals
from handover_api.conversations.schemas import MAX_SEQ
from handover_api.database import SessionDep
from handover_api.web.pages import CHAT_PATH
from handover_api.web.visits import VisitDep

router = APIRouter(include_in_schema=False)

_CASE_PATH = "/desk/arenden/{reference}"
Reference = Annotated[str, Path(max_length=30)]
Seq = Annotated[int, Form(ge=1, le=MAX_SEQ)]


@router.post(f"{CHAT_PATH}/skriver", status_code=204)
async def resident_writes(session: SessionDep, visit: VisitDep) -> None:
    if visit.conversation is not None:
        signals.resident_writes(session, visit.conversation)


@router.post(f"{CHAT_PATH}/sett", status_code=204)
async def resident_has_read(session: SessionDep, visit: VisitDep, seq: Seq) -> None:
    if visit.conversation is not None:
        await signals.resident_has_read(session, visit.conversation, seq)


@router.post(f"{_CASE_PATH}/skriver", status_code=204)
async def staff_writes(session: SessionDep, staff: CaseHandlerDep, reference: Reference) -> None:
    await signals.staff_writes(session, staff, reference)


@router.post(f"{_CASE_PATH}/sett", status_code=204)
async def staff_has_read(session: SessionDep, staff: CaseHandlerDep, reference: Reference, seq: Seq) -> None:
    await signals.staff_has_read(session, staff, await reading.find_case_of(session, reference), seq)
