"""The resident's pages: the demo start page, the chat, and what the chat sends and receives.

Everything works as plain forms and links; the script (js/resident-chat.js) uses the same addresses.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Annotated, Literal
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.cases import asynchronous, handovers, reading, signals
from handover_api.conversations import feedback, service, surveys
from handover_api.conversations.repository import ConversationRepository
from handover_api.conversations.schemas import ClientId, MessageCreate, TopicId
from handover_api.conversations.stream import follow
from handover_api.database import SessionDep, transaction
from handover_api.errors import ConflictError, InvalidError, NotSignedInError
from handover_api.models import Conversation
from handover_api.rules.conversation import State
from handover_api.rules.message import BotWork
from handover_api.texts import _
from handover_api.web import languages, messages, pages
from handover_api.web.answer_feedback import FeedbackView
from handover_api.web.answer_panel import AnswerPanel, ContactForm
from handover_api.web.arrivals import Arrival, ArrivalDep, page_before, remember_site
from handover_api.web.earlier import MESSAGES_SHOWN, earlier_link, shown_count
from handover_api.web.live_events import LiveEvents, SeenDep, as_stream
from handover_api.web.notices import notices_event, read_notices
from handover_api.web.requests import RequestView
from handover_api.web.resident_live import LivePage, message_events, status_event
from handover_api.web.visits import (
    Visit,
    VisitDep,
    forget,
    new_key,
    open_conversation,
    read_visit,
    remembering,
    written_key,
)

router = APIRouter(include_in_schema=False)


@router.get("/")
async def show_start_page(request: Request, session: SessionDep) -> Response:
    """The start page of a municipality that does not exist, so that the chat can be seen in its place."""
    if not request.app.state.settings.is_demo:
        return RedirectResponse(pages.CHAT_PATH, 303)
    facts = await request.app.state.facts.read(session)
    return pages.page(request, "resident/start.html.j2", facts=facts)


@router.get(pages.CHAT_PATH)
async def show_chat(request: Request, session: SessionDep, visit: VisitDep) -> Response:
    notice = None
    if visit.has_lost_conversation:
        notice = _("Vi hittar inte ditt tidigare samtal i den här webbläsaren. Skriv din fråga, så börjar ett nytt.")
    return await chat_page(request, session, visit, notice=notice)


@router.post(f"{pages.CHAT_PATH}/meddelanden")
async def send(
    request: Request,
    session: SessionDep,
    visit: VisitDep,
    arrival: ArrivalDep,
    client_id: Annotated[ClientId, Form()],
    text: Annotated[str, Form()] = "",
    choice: Annotated[TopicId | None, Form()] = None,
    to: Annotated[Literal["bot"] | None, Form()] = None,
    start: Annotated[str, Form()] = "",
) -> Response:
    now = request.app.state.clock()
    try:
        storable = service.storable_text(text)  # An empty message must not begin a conversation.
        conversation, key = await open_conversation(request, session, visit, start, arrival)
        message = MessageCreate(client_id=client_id, text=storable, choice=choice, to=to)
        seq = await asynchronous.write_as_resident(session, conversation.id, message, now)
    except (InvalidError, ConflictError) as error:
        if not pages.wants_page(request):
            raise
        return await chat_page(
            request, session, visit, status=error.status, error=_sentence(error), text=text, arrival=arrival
        )
    if pages.wants_page(request):
        return remembering(request, RedirectResponse(f"{pages.CHAT_PATH}#m{seq}", 303), key)
    stored = await ConversationRepository(session).list_for_resident(conversation.id, after=seq - 1)
    view = messages.for_resident(stored[0], now, can_choose=False)
    html = pages.fragment("partials/message.html.j2", message=view, is_anchored=True)
    is_for_bot = stored[0].bot_work == BotWork.PENDING
    answer = JSONResponse({"conversation": str(conversation.id), "seq": seq, "html": html, "is_for_bot": is_for_bot})
    return remembering(request, answer, key)


@router.post(f"{pages.CHAT_PATH}/nytt")
async def refresh(session: SessionDep, visit: VisitDep) -> Response:
    """The newest message, for a browser without scripts. A redirect: a link to the open page would only scroll."""
    if visit.conversation is None:
        return RedirectResponse(pages.CHAT_PATH, 303)
    shown = await ConversationRepository(session).list_latest_for_resident(visit.conversation.id, 1)
    anchor = f"#m{shown[-1].seq}" if shown else ""
    return RedirectResponse(f"{pages.CHAT_PATH}{anchor}", 303)


@router.post(f"{pages.CHAT_PATH}/manniska")
async def ask_for_person(
    request: Request, session: SessionDep, visit: VisitDep, arrival: ArrivalDep, start: Annotated[str, Form()] = ""
) -> Response:
    conversation, key = await open_conversation(request, session, visit, start, arrival)
    await handovers.ask_as_resident(session, conversation.id, request.app.state.clock())
    if pages.wants_page(request):
        return remembering(request, RedirectResponse(f"{pages.CHAT_PATH}#m{conversation.last_seq}", 303), key)
    return remembering(request, JSONResponse({"conversation": str(conversation.id)}), key)


@router.get(f"{pages.CHAT_PATH}/meddelanden")
async def poll(request: Request, session: SessionDep, visit: VisitDep, seen: SeenDep, samtal: str = "") -> LiveEvents:
    conversation = _shown_conversation(visit, samtal)
    now = request.app.state.clock()
    new = await ConversationRepository(session).list_for_resident(conversation.id, seen)
    status = await reading.get_status(session, conversation, now)
    notices = notices_event(await read_notices(session))
    return LiveEvents(events=[*message_events(new, now), status_event(status, now), notices])


async def _streamed_conversation(request: Request, samtal: str = "") -> UUID:
    # A stream lives long; its right is checked in a transaction of its own, so that no connection waits with it.
    async with transaction(request.app.state.sessions) as session:
        return _shown_conversation(await read_visit(request, session), samtal).id


def _shown_conversation(visit: Visit, shown_id: str) -> Conversation:
    """The visit's conversation, if it is the one that the page shows. All tabs have the same cookie, so in another tab
    it may have been ended, or followed by a new one, whose messages do not belong on this page.

    Raises:
        NotSignedInError: `conversation_lost`.
        ConflictError: `conversation_replaced`.
    """
    if visit.conversation is None:
        raise conversation_lost()
    if shown_id not in {"", str(visit.conversation.id)}:
        raise ConflictError("conversation_replaced", _("I den här webbläsaren pågår nu ett annat samtal."))
    return visit.conversation


@router.get(f"{pages.CHAT_PATH}/handelser", response_class=EventSourceResponse)
async def stream(
    conversation_id: Annotated[UUID, Depends(_streamed_conversation)], request: Request, seen: SeenDep
) -> AsyncIterator[ServerSentEvent]:
    state = request.app.state
    with state.board.watch_place(conversation_id) as watch:
        page = LivePage(request, conversation_id, seen, watch)
        events = follow(state.hub, page.looks, state.clock, keep_alive_seconds=state.keep_alive_seconds)
        async for event in as_stream(events):
            yield event


async def chat_page(
    request: Request,
    session: AsyncSession,
    visit: Visit,
    *,
    status: int = 200,
    notice: str | None = None,
    error: str | None = None,
    text: str = "",
    contact_form: ContactForm | None = None,
    contact_error: InvalidError | ConflictError | None = None,
    arrival: Arrival | None = None,
    feedback_fault: FeedbackView | None = None,
    request_fault: RequestView | None = None,
) -> Response:
    """The page of a visit, with what has just gone wrong on it."""
    now = request.app.state.clock()
    repository = ConversationRepository(session)
    conversation = visit.conversation
    count = shown_count(request)
    written = await repository.list_latest_for_resident(conversation.id, count + 1) if conversation else []
    former_id = conversation.continues if conversation else None
    former = await repository.list_latest_for_resident(former_id, MESSAGES_SHOWN) if former_id else []
    current = await reading.get_full_status(session, conversation, visit.token, now) if conversation else None
    # It is hidden until the conversation has ended, which may happen while the page is open.
    asks_survey = conversation is None or conversation.state != State.CLOSED
    if conversation is not None and not asks_survey:
        asks_survey = await surveys.is_open(session, conversation)
    given = await feedback.list_of(session, written)
    can_answer = conversation is not None and conversation.state not in {State.CLOSED, State.WITH_BOT}
    views = messages.list_for_resident(written[-count:], now, can_answer=can_answer, given=given)
    if conversation is not None and written:
        views = messages.with_read_mark(views, conversation.read_by_staff)
        await signals.resident_has_read(session, conversation, written[-1].seq)
    if feedback_fault is not None:
        views = [replace(each, feedback=feedback_fault) if each.seq == feedback_fault.seq else each for each in views]
    if request_fault is not None:
        views = [replace(each, request=request_fault) if each.seq == request_fault.seq else each for each in views]
    response = pages.page(
        request,
        "resident/chat.html.j2",
        status=status,
        suggested=languages.suggested(request),
        conversation=conversation,
        current=current,
        now=now,
        panel=AnswerPanel(current, now, contact_form or ContactForm(), contact_error) if current else None,
        messages=views,
        earlier=earlier_link(pages.CHAT_PATH, written, count),
        former_messages=messages.list_for_resident(former, now, can_choose=False),
        facts=await request.app.state.facts.read(session),
        notices=await read_notices(session),
        asks_survey=asks_survey,
        start=written_key(new_key()),
        came_from=(arrival.came_from or "") if arrival else page_before(request),
        client_id=str(uuid4()),
        notice=notice,
        error=error,
        text=text,
    )
    if visit.has_lost_conversation:
        forget(response)
    remember_site(request, response)
    return response


def _sentence(error: InvalidError | ConflictError) -> str:
    if error.code == "client_id_reused":
        return _("Det här formuläret är redan skickat. Läs igenom texten och skicka den igen om den är ny.")
    return error.detail


def conversation_lost() -> NotSignedInError:
    return NotSignedInError("conversation_lost", _("Samtalet finns inte i den här webbläsaren."))
