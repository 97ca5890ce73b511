"""Cases over JSON, for signed-in agents and leads. For everyone else they do not exist."""

from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Request

from handover_api.agents.identity import CaseHandlerDep
from handover_api.cases import asking, closing, reading, registering, service, signals
from handover_api.cases.closing import Outcome
from handover_api.cases.registering import Contact
from handover_api.cases.schemas import (
    CaseClose,
    CaseRead,
    CaseRegister,
    CaseStep,
    CaseSummary,
    ReadCreate,
    RequestAsked,
    RequestRead,
    StaffMessageRead,
)
from handover_api.cases.steps import Step
from handover_api.conversations.repository import BATCH, ConversationRepository
from handover_api.conversations.schemas import After, Limit, MessageAccepted, ReplyCreate, StaffMessageCreate
from handover_api.database import SessionDep
from handover_api.rules.case import CaseChannel, CaseState

router = APIRouter(prefix="/api/cases", tags=["staff"])

Reference = Annotated[str, Path(max_length=30)]
IdempotencyKey = Annotated[
    str | None,
    Header(alias="Idempotency-Key", pattern=r"^[A-Za-z0-9._:-]+$", min_length=1, max_length=100),
]


def step(body: CaseStep | None, key: str | None) -> Step:
    return Step(version=body.version if body else None, key=key)


@router.get("")
async def list_cases(
    staff: CaseHandlerDep, session: SessionDep, state: Annotated[CaseState, Query()] = CaseState.WAITING
) -> list[CaseSummary]:
    """Those that the caller may see."""
    return await reading.list_cases(session, staff, state)


@router.post("", status_code=201)
async def register_contact(
    body: CaseRegister, staff: CaseHandlerDep, session: SessionDep, request: Request, key: IdempotencyKey = None
) -> CaseRead:
    """A contact by telephone, e-mail or visit, that is over; it never reaches the queue, nor any resident."""
    outcome = Outcome(body.resolution, body.category, body.category_area, body.rosa_level)
    contact = Contact(CaseChannel(body.channel), outcome, body.note)
    reference = await registering.register(session, staff, contact, request.app.state.clock(), key)
    return await reading.get_case(session, staff, reference, request.app.state.clock())


@router.get("/{reference}")
async def get_case(reference: Reference, staff: CaseHandlerDep, session: SessionDep, request: Request) -> CaseRead:
    case = await reading.get_case(session, staff, reference, request.app.state.clock())
    await reading.record_reading(session, staff, reference, request.app.state.clock())
    return case


@router.get("/{reference}/messages")
async def list_messages(
    reference: Reference,
    staff: CaseHandlerDep,
    session: SessionDep,
    request: Request,
    after: After = 0,
    limit: Limit = BATCH,
) -> list[StaffMessageRead]:
    """At most `limit` messages. As many as that mean that there may be more: ask again after the last one's number."""
    case = await reading.find_case_of(session, reference)
    await reading.record_reading(session, staff, reference, request.app.state.clock())
    messages = await ConversationRepository(session).list_for_staff(case.conversation_id, after, limit)
    return [StaffMessageRead.model_validate(message) for message in messages]


@router.post("/{reference}/read", status_code=204)
async def note_read(reference: Reference, staff: CaseHandlerDep, body: ReadCreate, session: SessionDep) -> None:
    await signals.staff_has_read(session, staff, await reading.find_case_of(session, reference), body.seq)


@router.post("/{reference}/claim")
async def claim(
    reference: Reference,
    staff: CaseHandlerDep,
    session: SessionDep,
    request: Request,
    key: IdempotencyKey = None,
    body: CaseStep | None = None,
) -> CaseRead:
    await service.claim(session, staff, reference, request.app.state.clock(), step(body, key))
    return await reading.get_case(session, staff, reference, request.app.state.clock())


@router.post("/{reference}/messages", status_code=202)
async def create_message(
    reference: Reference, body: ReplyCreate, staff: CaseHandlerDep, session: SessionDep, request: Request
) -> MessageAccepted:
    now = request.app.state.clock()
    seq = await service.write_as_agent(session, staff, reference, body.client_id, body.text, now, used=body.used)
    return MessageAccepted(seq=seq)


@router.post("/{reference}/notes", status_code=202)
async def create_note(
    reference: Reference, body: StaffMessageCreate, staff: CaseHandlerDep, session: SessionDep, request: Request
) -> MessageAccepted:
    now = request.app.state.clock()
    return MessageAccepted(seq=await service.note(session, staff, reference, body.client_id, body.text, now))


@router.post("/{reference}/requests", status_code=202)
async def ask_by_form(
    reference: Reference, body: RequestAsked, staff: CaseHandlerDep, session: SessionDep, request: Request
) -> MessageAccepted:
    """Asks the resident for contact details or consent, by a form in the chat."""
    now = request.app.state.clock()
    return MessageAccepted(seq=await asking.ask(session, staff, reference, body.client_id, body, now))


@router.get("/{reference}/requests")
async def list_requests(
    reference: Reference, staff: CaseHandlerDep, session: SessionDep, request: Request
) -> list[RequestRead]:
    case = await reading.find_case_of(session, reference)
    await reading.record_reading(session, staff, reference, request.app.state.clock())
    return await asking.list_requests(session, case.conversation_id)


@router.post("/{reference}/hand-back")
async def hand_back(
    reference: Reference,
    staff: CaseHandlerDep,
    session: SessionDep,
    request: Request,
    key: IdempotencyKey = None,
    body: CaseStep | None = None,
) -> CaseRead:
    await service.hand_back(session, staff, reference, request.app.state.clock(), step(body, key))
    return await reading.get_case(session, staff, reference, request.app.state.clock())


@router.post("/{reference}/close")
async def close(
    reference: Reference,
    body: CaseClose,
    staff: CaseHandlerDep,
    session: SessionDep,
    request: Request,
    key: IdempotencyKey = None,
) -> CaseRead:
    outcome = Outcome(body.resolution, body.category, body.category_area, body.rosa_level)
    await closing.close(session, staff, reference, outcome, request.app.state.clock(), step(body, key))
    return await reading.get_case(session, staff, reference, request.app.state.clock())
