"""The resident's pages: the demo start page, the chat, and what the chat sends and receives.

Everything works as plain forms and links; the script (js/resident-chat.js) uses the same addresses.
"""

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api import live
from handover_api.cases import handovers, reading
from handover_api.cases import service as cases
from handover_api.cases.schemas import ConversationStatus
from handover_api.content.repository import ContentRepository
from handover_api.conversations import service
from handover_api.conversations.repository import ConversationRepository
from handover_api.conversations.schemas import ClientId, MessageCreate, TopicId
from handover_api.conversations.stream import follow
from handover_api.database import SessionDep, transaction
from handover_api.errors import ConflictError, InvalidError, NotSignedInError
from handover_api.models import Conversation
from handover_api.web import messages, pages, wording
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
            "Det som redan är skrivet finns kvar hos kommunen."
        )
    elif visit.has_lost_conversation:
        notice = "Vi hittar inte ditt tidigare samtal i den här webbläsaren. Skriv din fråga, så börjar ett nytt."
    return await _chat_page(request, session, visit, notice=notice)


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
        seq = await service.write_as_resident(session, conversation.id, message, now)
    except (InvalidError, ConflictError) as error:
        if not pages.wants_page(request):
            raise
        return await _chat_page(request, session, visit, status=error.status, error=_sentence(error), text=text)
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
    shown = await ConversationRepository(session).list_for_resident(visit.conversation.id, after=0)
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
        await cases.end_as_resident(session, visit.conversation.id, request.app.state.clock())
    response = RedirectResponse(f"{pages.CHAT_PATH}?avslutat=1", 303)
    forget(response)
    return response


@router.get(f"{pages.CHAT_PATH}/meddelanden")
async def poll(request: Request, session: SessionDep, visit: VisitDep, seen: SeenDep) -> LiveEvents:
    if visit.conversation is None:
        raise _conversation_lost()
    return LiveEvents(events=await _news(request, session, visit.conversation.id, seen))


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

    async def load() -> list[LiveEvent]:
        nonlocal seen
        async with transaction(state.sessions) as session:
            news = await _news(request, session, conversation_id, seen)
        seen = max([seen, *(int(event.id) for event in news if event.id)])
        return news

    # The queue too: the resident's place in it moves when others are served.
    signals = (live.conversation_signal(conversation_id), live.QUEUE)
    events = follow(state.hub, signals, load, state.clock)
    async for event in as_stream(events):
        yield event


async def _news(request: Request, session: AsyncSession, conversation_id: UUID, seen: int) -> list[LiveEvent]:
    now = request.app.state.clock()
    conversation = await session.get_one(Conversation, conversation_id)
    new = await ConversationRepository(session).list_for_resident(conversation_id, seen)
    events = [
        LiveEvent(
            event="message",
            id=str(view.seq),
            data=pages.fragment("partials/message.html.j2", message=view, is_anchored=True),
        )
        for view in messages.list_for_resident(new, now)
    ]
    status = _Status.of(await reading.get_status(session, conversation))
    return [*events, LiveEvent(event="status", data=status.model_dump_json())]


class _Status(ConversationStatus):
    """What the page shows above the conversation."""

    text: str

    @classmethod
    def of(cls, status: ConversationStatus) -> "_Status":
        return cls(**status.model_dump(), text=wording.status(status))


async def _chat_page(
    request: Request,
    session: AsyncSession,
    visit: Visit,
    *,
    status: int = 200,
    notice: str | None = None,
    error: str | None = None,
    text: str = "",
) -> Response:
    now = request.app.state.clock()
    repository = ConversationRepository(session)
    conversation = visit.conversation
    written = await repository.list_for_resident(conversation.id, after=0) if conversation else []
    former_id = conversation.continues if conversation else None
    former = await repository.list_for_resident(former_id, after=0) if former_id else []
    response = pages.page(
        request,
        "resident/chat.html.j2",
        status=status,
        conversation=conversation,
        current=await reading.get_status(session, conversation) if conversation else None,
        messages=messages.list_for_resident(written, now),
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
