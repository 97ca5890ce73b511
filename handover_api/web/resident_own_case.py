"""The page "Mitt ärende": how the resident's case stands, and a form to add something to it.

It is about the browser's own conversation. Whoever has another browser comes to it with the reference and the code
(resident_case.py).
"""

from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.cases import own_case as cases
from handover_api.cases import reading
from handover_api.content.repository import ContentRepository
from handover_api.conversations import service
from handover_api.conversations.repository import ConversationRepository
from handover_api.conversations.schemas import ClientId, MessageCreate
from handover_api.database import SessionDep
from handover_api.errors import ConflictError, InvalidError
from handover_api.models import Conversation, Message
from handover_api.rules.conversation import State
from handover_api.rules.message import Author
from handover_api.web import messages, own_case, pages
from handover_api.web.answer_panel import AnswerPanel, ContactForm
from handover_api.web.arrivals import ArrivalDep
from handover_api.web.visits import Visit, VisitDep, new_key, open_conversation, remembering, written_key

router = APIRouter(include_in_schema=False)

OWN_CASE_PATH = f"{pages.CHAT_PATH}/mitt-arende"
RETURN_PATH = f"{pages.CHAT_PATH}/arende"
_CAN_LEAVE_CONTACT = frozenset({State.WAITING, State.WITH_AGENT, State.ASYNCHRONOUS})


@router.get(OWN_CASE_PATH)
async def show_own_case(request: Request, session: SessionDep, visit: VisitDep, tillagt: str = "") -> Response:
    return await own_case_page(request, session, visit, added=tillagt)


@router.post(OWN_CASE_PATH)
async def add_to_own_case(
    request: Request,
    session: SessionDep,
    visit: VisitDep,
    arrival: ArrivalDep,
    client_id: Annotated[ClientId, Form()],
    text: Annotated[str, Form()] = "",
    start: Annotated[str, Form()] = "",
) -> Response:
    if visit.conversation is None:
        return RedirectResponse(RETURN_PATH, 303)
    now = request.app.state.clock()
    try:
        storable = service.storable_text(text)  # An empty message must not begin a conversation.
        async with session.begin_nested():
            conversation, key = await open_conversation(request, session, visit, start, arrival)
            message = MessageCreate(client_id=client_id, text=storable)
            seq = await cases.add_information(session, conversation.id, message, now)
    except (InvalidError, ConflictError) as error:
        return await own_case_page(request, session, visit, error=error, text=text)
    return remembering(request, RedirectResponse(f"{OWN_CASE_PATH}?tillagt={seq}", 303), key)


async def own_case_page(
    request: Request,
    session: AsyncSession,
    visit: Visit,
    *,
    added: str = "",
    error: InvalidError | ConflictError | None = None,
    text: str = "",
    contact_form: ContactForm | None = None,
    contact_error: InvalidError | ConflictError | None = None,
) -> Response:
    """The page of a visit's case, with what has just gone wrong on it. Without a case: the way to one."""
    now = request.app.state.clock()
    if visit.conversation is None:
        return RedirectResponse(RETURN_PATH, 303)
    conversation = await _with_case(session, visit.conversation)
    status = await reading.get_full_status(session, conversation, visit.token, now)
    if status.case is None:
        return RedirectResponse(RETURN_PATH, 303)
    answer = await cases.find_answer(session, conversation)
    message = await _just_added(session, conversation, added)
    is_new_case = (
        message is not None and conversation.continues is not None and status.case.received_at == message.created_at
    )
    failure = error or contact_error
    return pages.page(
        request,
        "resident/own_case.html.j2",
        status=failure.status if failure else 200,
        current=status,
        case=status.case,
        now=now,
        steps=own_case.steps(status, status.case, now),
        sentences=own_case.what_happens(status, status.case, now),
        answer=messages.for_resident(answer, now, can_choose=False) if answer else None,
        can_leave_contact=status.state in _CAN_LEAVE_CONTACT,
        panel=AnswerPanel(status, now, contact_form or ContactForm(), contact_error),
        facts=await ContentRepository(session).get_facts(),
        is_late=status.case.due_at is not None and status.case.due_at <= now,
        notice=own_case.added(status, status.case, now, is_new_case=is_new_case) if message else None,
        start=written_key(new_key()),
        client_id=str(uuid4()),
        error=error,
        text=text,
    )


async def _with_case(session: AsyncSession, conversation: Conversation) -> Conversation:
    """The conversation, or the one that it continues, if only that has a case: a closed case is still one's own."""
    if conversation.continues is None or await cases.find(session, conversation) is not None:
        return conversation
    return await session.get_one(Conversation, conversation.continues)


async def _just_added(session: AsyncSession, conversation: Conversation, added: str) -> Message | None:
    """The message that was just added; none on a page that is opened later, or from an address made by hand."""
    latest = await ConversationRepository(session).find_latest_by(conversation.id, Author.RESIDENT)
    return latest if latest is not None and added == str(latest.seq) else None
