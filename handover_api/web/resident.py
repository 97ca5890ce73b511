"""The resident's pages: the demo start page, the chat, and what the chat sends and receives.

Everything works as plain forms and links; the script (js/resident-chat.js) uses the same addresses.
"""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api import live
from handover_api.cases import asynchronous, handovers, reading
from handover_api.cases import service as cases
from handover_api.cases.schemas import ConversationStatus
from handover_api.content.repository import ContentRepository
from handover_api.conversations import service
from handover_api.conversations.repository import BATCH, ConversationRepository
from handover_api.conversations.schemas import ClientId, MessageCreate, TopicId
from handover_api.conversations.stream import follow
from handover_api.database import SessionDep, transaction
from handover_api.errors import ConflictError, InvalidError, NotSignedInError
from handover_api.models import Conversation, Message
from handover_api.queue.board import Standing, Watch, place_signal
from handover_api.rules.conversation import State
from handover_api.web import messages, pages, wording
from handover_api.web.answer_panel import AnswerPanel, ContactForm
from handover_api.web.earlier import MESSAGES_SHOWN, earlier_link, shown_count
from handover_api.web.live_events import LiveEvent, LiveEvents, SeenDep, as_stream
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
    facts = await ContentRepository(session).get_facts()
    return pages.page(request, "resident/start.html.j2", facts=facts)


@router.get(pages.CHAT_PATH)
async def show_chat(request: Request, session: SessionDep, visit: VisitDep, avslutat: bool = False) -> Response:  # noqa: FBT001, FBT002 - a query parameter
    notice = None
    if avslutat:
        notice = (
            "Samtalet är avslutat och går inte längre att läsa i den här webbläsaren. "
            "Det som redan är skrivet finns kvar hos kommunen. Ett ärende som väntar på svar från oss ligger kvar."
        )
    elif visit.has_lost_conversation:
        notice = "Vi hittar inte ditt tidigare samtal i den här webbläsaren. Skriv din fråga, så börjar ett nytt."
    return await chat_page(request, session, visit, notice=notice)


@router.post(f"{pages.CHAT_PATH}/meddelanden")
async def send(
    request: Request,
    session: SessionDep,
    visit: VisitDep,
    client_id: Annotated[ClientId, Form()],
    text: Annotated[str, Form()] = "",
    choice: Annotated[TopicId | None, Form()] = None,
    start: Annotated[str, Form()] = "",
) -> Response:
    now = request.app.state.clock()
    try:
        storable = service.storable_text(text)  # An empty message must not begin a conversation.
        conversation, key = await open_conversation(request, session, visit, start)
        message = MessageCreate(client_id=client_id, text=storable, choice=choice)
        seq = await asynchronous.write_as_resident(session, conversation.id, message, now)
    except (InvalidError, ConflictError) as error:
        if not pages.wants_page(request):
            raise
        return await chat_page(request, session, visit, status=error.status, error=_sentence(error), text=text)
    if pages.wants_page(request):
        return remembering(request, RedirectResponse(f"{pages.CHAT_PATH}#m{seq}", 303), key)
    stored = await ConversationRepository(session).list_for_resident(conversation.id, after=seq - 1)
    view = messages.for_resident(stored[0], now, can_choose=False)
    html = pages.fragment("partials/message.html.j2", message=view, is_anchored=True)
    answer = JSONResponse({"conversation": str(conversation.id), "seq": seq, "html": html})
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
    request: Request, session: SessionDep, visit: VisitDep, start: Annotated[str, Form()] = ""
) -> Response:
    conversation, key = await open_conversation(request, session, visit, start)
    await handovers.ask_as_resident(session, conversation.id, request.app.state.clock())
    if pages.wants_page(request):
        return remembering(request, RedirectResponse(f"{pages.CHAT_PATH}#m{conversation.last_seq}", 303), key)
    return remembering(request, JSONResponse({"conversation": str(conversation.id)}), key)


@router.post(f"{pages.CHAT_PATH}/avsluta")
async def end(request: Request, session: SessionDep, visit: VisitDep) -> Response:
    if visit.conversation is not None:
        await cases.leave_as_resident(session, visit.conversation.id, request.app.state.clock())
    response = RedirectResponse(f"{pages.CHAT_PATH}?avslutat=1", 303)
    forget(response)
    return response


@router.get(f"{pages.CHAT_PATH}/meddelanden")
async def poll(request: Request, session: SessionDep, visit: VisitDep, seen: SeenDep) -> LiveEvents:
    if visit.conversation is None:
        raise _conversation_lost()
    now = request.app.state.clock()
    new = await ConversationRepository(session).list_for_resident(visit.conversation.id, seen)
    status = await reading.get_status(session, visit.conversation, now)
    return LiveEvents(events=[*_message_events(new, now), _status_event(status, now)])


async def _streamed_conversation(request: Request) -> UUID:
    # A stream lives long; its right is checked in a transaction of its own, so that no connection waits with it.
    async with transaction(request.app.state.sessions) as session:
        visit = await read_visit(request, session)
    if visit.conversation is None:
        raise _conversation_lost()
    return visit.conversation.id


@router.get(f"{pages.CHAT_PATH}/handelser", response_class=EventSourceResponse)
async def stream(
    conversation_id: Annotated[UUID, Depends(_streamed_conversation)], request: Request, seen: SeenDep
) -> AsyncIterator[ServerSentEvent]:
    state = request.app.state
    with state.board.watch_place(conversation_id) as watch:
        page = _LivePage(request, conversation_id, seen, watch)
        # The resident's place moves when others are served; that is told by the board and read by no query.
        looks = {
            live.conversation_signal(conversation_id): page.look,
            place_signal(conversation_id): page.look_at_place,
        }
        events = follow(state.hub, looks, state.clock, keep_alive_seconds=state.keep_alive_seconds)
        async for event in as_stream(events):
            yield event


class _LivePage:
    """What a resident's open page has and is told."""

    def __init__(self, request: Request, conversation_id: UUID, seen: int, watch: Watch) -> None:
        self._state = request.app.state
        self._conversation_id = conversation_id
        self._seen = seen
        self._watch = watch
        self._status: ConversationStatus | None = None

    async def look(self) -> AsyncIterator[LiveEvent]:
        """Something has happened in the conversation: it is read."""
        self._watch.shown = None
        is_all = False
        while not is_all:
            now = self._state.clock()
            async with transaction(self._state.sessions) as session:
                new = await ConversationRepository(session).list_for_resident(self._conversation_id, self._seen)
                conversation = await session.get_one(Conversation, self._conversation_id)
                self._status = await reading.get_status(session, conversation, now)
            is_all = len(new) < BATCH
            for event in _message_events(new, now):
                yield event
            self._seen = new[-1].seq if new else self._seen
        if self._status is not None:
            yield self._shown(self._status)

    async def look_at_place(self) -> AsyncIterator[LiveEvent]:
        """Something has happened in the queue, and the board knows what."""
        standing = self._state.board.standing_of(self._conversation_id)
        if standing is not None and self._status is not None and self._status.state is State.WAITING:
            self._status = self._status.model_copy(
                update={"queue_position": standing.position, "waiting_minutes": standing.waiting_minutes}
            )
            yield self._shown(self._status)

    def _shown(self, status: ConversationStatus) -> LiveEvent:
        if status.queue_position is not None:
            self._watch.shown = Standing(status.queue_position, status.waiting_minutes)
        return _status_event(status, self._state.clock())


def _message_events(new: list[Message], now: datetime) -> list[LiveEvent]:
    return [
        LiveEvent(
            event="message",
            id=str(view.seq),
            data=pages.fragment("partials/message.html.j2", message=view, is_anchored=True),
        )
        for view in messages.list_for_resident(new, now)
    ]


def _status_event(status: ConversationStatus, now: datetime) -> LiveEvent:
    return LiveEvent(event="status", data=_Status.of(status, now).model_dump_json())


class _Status(ConversationStatus):
    """What the page shows above the conversation."""

    text: str

    @classmethod
    def of(cls, status: ConversationStatus, now: datetime) -> "_Status":
        return cls(**status.model_dump(), text=wording.status(status, now))


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
    response = pages.page(
        request,
        "resident/chat.html.j2",
        status=status,
        conversation=conversation,
        current=current,
        now=now,
        panel=AnswerPanel(current, now, contact_form or ContactForm(), contact_error) if current else None,
        messages=messages.list_for_resident(written[-count:], now),
        earlier=earlier_link(pages.CHAT_PATH, written, count),
        former_messages=messages.list_for_resident(former, now, can_choose=False),
        facts=await ContentRepository(session).get_facts(),
        start=written_key(new_key()),
        client_id=str(uuid4()),
        notice=notice,
        error=error,
        text=text,
    )
    if visit.has_lost_conversation:
        forget(response)
    return response


def _sentence(error: InvalidError | ConflictError) -> str:
    if error.code == "client_id_reused":
        return "Det här formuläret är redan skickat. Läs igenom texten och skicka den igen om den är ny."
    return error.detail


def _conversation_lost() -> NotSignedInError:
    return NotSignedInError("conversation_lost", "Samtalet finns inte i den här webbläsaren.")
