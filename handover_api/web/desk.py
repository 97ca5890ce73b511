"""The agent desk: the queue, and one page a case. For other roles than agents and leads it does not exist."""

from collections.abc import AsyncIterator, Awaitable
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Depends, Form, Path, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api import live
from handover_api.agents import service as agents
from handover_api.agents.identity import COOKIE, CaseHandlerDep, case_handler, signed_in_staff
from handover_api.cases import reading, service
from handover_api.content import service as content
from handover_api.conversations.repository import ConversationRepository
from handover_api.conversations.schemas import ClientId
from handover_api.conversations.stream import follow
from handover_api.database import SessionDep, transaction
from handover_api.errors import ConflictError, InvalidError
from handover_api.models import Case, Staff
from handover_api.rules.case import CaseState, Resolution
from handover_api.rules.conversation import State
from handover_api.rules.roles import HANDLES_CASES
from handover_api.web import messages, pages, sign_in
from handover_api.web.live_events import LiveEvent, LiveEvents, SeenDep, as_stream

router = APIRouter(include_in_schema=False)
router.include_router(sign_in.router)

Reference = Annotated[str, Path(max_length=30)]
_QUEUE_PATH = "/desk"


def case_path(reference: str) -> str:
    return f"{_QUEUE_PATH}/arenden/{reference}"


@router.get(_QUEUE_PATH)
async def show_queue(request: Request, session: SessionDep, staff: CaseHandlerDep) -> Response:
    return pages.page(request, "desk/queue.html.j2", staff=staff, **await _queue(request, session, staff))


@router.get(f"{_QUEUE_PATH}/ko")
async def poll_queue(request: Request, session: SessionDep, staff: CaseHandlerDep) -> LiveEvents:
    return LiveEvents(events=await _queue_news(request, session, staff))


@router.get(f"{_QUEUE_PATH}/arenden/{{reference}}")
async def show_case(request: Request, session: SessionDep, staff: CaseHandlerDep, reference: Reference) -> Response:
    await reading.record_reading(session, staff, reference, request.app.state.clock())
    return await _case_page(request, session, staff, reference)


@router.post(f"{_QUEUE_PATH}/arenden/{{reference}}/ta")
async def claim(request: Request, session: SessionDep, staff: CaseHandlerDep, reference: Reference) -> Response:
    work = service.claim(session, staff, reference, request.app.state.clock())
    return await _done_or_refused(request, session, staff, reference, work, next_path=case_path(reference))


@router.post(f"{_QUEUE_PATH}/arenden/{{reference}}/meddelanden")
async def reply(
    request: Request,
    session: SessionDep,
    staff: CaseHandlerDep,
    reference: Reference,
    client_id: Annotated[ClientId, Form()],
    text: Annotated[str, Form()] = "",
) -> Response:
    now = request.app.state.clock()
    work = service.write_as_agent(session, staff, reference, client_id, text, now)
    if pages.wants_page(request):
        next_path = f"{case_path(reference)}#text"
        return await _done_or_refused(request, session, staff, reference, work, next_path=next_path, text=text)
    seq = await work
    case = await reading.find_case_of(session, reference)
    stored = await ConversationRepository(session).list_for_staff(case.conversation_id, after=seq - 1)
    view = messages.for_staff(stored[0], now, staff)
    html = pages.fragment("partials/message.html.j2", message=view, is_anchored=True)
    return JSONResponse({"conversation": str(case.conversation_id), "seq": seq, "html": html})


@router.post(f"{_QUEUE_PATH}/arenden/{{reference}}/lamna-tillbaka")
async def hand_back(request: Request, session: SessionDep, staff: CaseHandlerDep, reference: Reference) -> Response:
    work = service.hand_back(session, staff, reference, request.app.state.clock())
    return await _done_or_refused(request, session, staff, reference, work, next_path=case_path(reference))


@router.post(f"{_QUEUE_PATH}/arenden/{{reference}}/avsluta")
async def close(
    request: Request,
    session: SessionDep,
    staff: CaseHandlerDep,
    reference: Reference,
    resolution: Annotated[str, Form()] = "",
) -> Response:
    work = _close(session, staff, reference, resolution, request)
    return await _done_or_refused(request, session, staff, reference, work, next_path=_QUEUE_PATH)


async def _close(session: AsyncSession, staff: Staff, reference: str, resolution: str, request: Request) -> None:
    if resolution not in set(Resolution):
        raise InvalidError("resolution_missing", "Välj hur ärendet slutade. Sedan kan du avsluta det.")
    await service.close(session, staff, reference, resolution, request.app.state.clock())


@router.get(f"{_QUEUE_PATH}/arenden/{{reference}}/meddelanden")
async def poll_case(
    request: Request, session: SessionDep, staff: CaseHandlerDep, reference: Reference, seen: SeenDep
) -> LiveEvents:
    return LiveEvents(events=await _case_news(request, session, staff, reference, seen))


async def _streaming_staff(request: Request) -> Staff:
    # A stream lives long; its right is checked in a transaction of its own, so that no connection waits with it.
    async with transaction(request.app.state.sessions) as session:
        return await case_handler(await signed_in_staff(request, session))


async def _streamed_case(
    request: Request, reference: Reference, _: Annotated[Staff, Depends(_streaming_staff)]
) -> Case:
    async with transaction(request.app.state.sessions) as session:
        return await reading.find_case_of(session, reference)


@router.get(f"{_QUEUE_PATH}/handelser", response_class=EventSourceResponse)
async def stream_queue(
    request: Request, _: Annotated[Staff, Depends(_streaming_staff)]
) -> AsyncIterator[ServerSentEvent]:
    state = request.app.state

    async def load() -> list[LiveEvent]:
        async with transaction(state.sessions) as session:
            staff = await _still_allowed(request, session)
            return await _queue_news(request, session, staff) if staff else [_SIGNED_OUT]

    events = follow(state.hub, (live.QUEUE,), load, state.clock)
    async for event in as_stream(_until_signed_out(events)):
        yield event


@router.get(f"{_QUEUE_PATH}/arenden/{{reference}}/handelser", response_class=EventSourceResponse)
async def stream_case(
    case: Annotated[Case, Depends(_streamed_case)], request: Request, seen: SeenDep
) -> AsyncIterator[ServerSentEvent]:
    state = request.app.state

    async def load() -> list[LiveEvent]:
        nonlocal seen
        async with transaction(state.sessions) as session:
            staff = await _still_allowed(request, session)
            news = await _case_news(request, session, staff, case.reference, seen) if staff else [_SIGNED_OUT]
        seen = max([seen, *(int(event.id) for event in news if event.id)])
        return news

    signals = (live.conversation_signal(case.conversation_id), live.QUEUE)
    events = follow(state.hub, signals, load, state.clock)
    async for event in as_stream(_until_signed_out(events)):
        yield event


_SIGNED_OUT = LiveEvent(event="signed_out", data="{}")


async def _still_allowed(request: Request, session: AsyncSession) -> Staff | None:
    """Who the stream belongs to; rights may have gone since it was opened."""
    token = request.cookies.get(COOKIE, "")
    staff = await agents.find_signed_in(session, token, request.app.state.clock())
    return staff if staff is not None and staff.role in HANDLES_CASES else None


async def _until_signed_out(events: AsyncIterator[LiveEvent | None]) -> AsyncIterator[LiveEvent | None]:
    async for event in events:
        yield event
        if event is _SIGNED_OUT:
            return


async def _done_or_refused(
    request: Request,
    session: AsyncSession,
    staff: Staff,
    reference: str,
    work: Awaitable[object],
    *,
    next_path: str,
    text: str = "",
) -> Response:
    """Goes on to the next page, or shows the case as it now stands, with the reason and what the agent had written."""
    try:
        async with session.begin_nested():
            await work
    except (ConflictError, InvalidError) as error:
        return await _case_page(request, session, staff, reference, error=error, text=text)
    return RedirectResponse(next_path, 303)


async def _queue(request: Request, session: AsyncSession, staff: Staff) -> dict[str, Any]:
    return {
        "waiting": await reading.list_cases(session, CaseState.WAITING),
        "mine": await reading.list_mine(session, staff),
        "now": request.app.state.clock(),
        "case_path": case_path,
    }


async def _queue_news(request: Request, session: AsyncSession, staff: Staff) -> list[LiveEvent]:
    html = pages.fragment("partials/queue.html.j2", **await _queue(request, session, staff))
    return [LiveEvent(event="queue", data=html)]


async def _case_news(
    request: Request, session: AsyncSession, staff: Staff, reference: str, seen: int
) -> list[LiveEvent]:
    now = request.app.state.clock()
    case = await reading.find_case_of(session, reference)
    new = await ConversationRepository(session).list_for_staff(case.conversation_id, seen)
    events = [
        LiveEvent(
            event="message",
            id=str(message.seq),
            data=pages.fragment(
                "partials/message.html.j2", message=messages.for_staff(message, now, staff), is_anchored=True
            ),
        )
        for message in new
    ]
    current = await reading.get_case(session, reference)
    state = pages.fragment("partials/case_state.html.j2", case=current, is_mine=case.owner_id == staff.id)
    return [*events, LiveEvent(event="case", data=state)]


async def _case_page(
    request: Request,
    session: AsyncSession,
    staff: Staff,
    reference: str,
    *,
    error: ConflictError | InvalidError | None = None,
    text: str = "",
) -> Response:
    now = request.app.state.clock()
    row = await reading.find_case_of(session, reference)
    case = await reading.get_case(session, reference)
    is_mine = row.owner_id == staff.id
    written = await ConversationRepository(session).list_for_staff(row.conversation_id, after=0)
    titles = {topic.id: topic.title for topic in await content.list_topics(session)}
    return pages.page(
        request,
        "desk/case.html.j2",
        status=error.status if error else 200,
        staff=staff,
        case=case,
        is_mine=is_mine,
        can_reply=is_mine and case.state == CaseState.ASSIGNED and case.conversation_state != State.CLOSED,
        messages=[messages.for_staff(message, now, staff) for message in written],
        titles=titles,
        now=now,
        case_path=case_path,
        client_id=str(uuid4()),
        error=error,
        text=text,
    )
