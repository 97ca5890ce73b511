"""One case on the agents' desk: read, taken, answered, handed back, and live."""

from collections.abc import AsyncIterator, Awaitable, Mapping
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api import live
from handover_api.agents.identity import COOKIE, CaseHandlerDep
from handover_api.cases import access, asking, reading, service
from handover_api.cases.schemas import Version
from handover_api.cases.sight import may_see
from handover_api.cases.steps import Step
from handover_api.conversations.repository import BATCH, ConversationRepository
from handover_api.conversations.schemas import ClientId
from handover_api.conversations.stream import follow
from handover_api.database import SessionDep, transaction
from handover_api.errors import ConflictError, InvalidError
from handover_api.models import Case, Message, Staff
from handover_api.queue.board import DESKS
from handover_api.web import messages, pages
from handover_api.web.case_page import case_page
from handover_api.web.desk_addresses import QUEUE_PATH, Reference, case_path
from handover_api.web.desk_news import looking_at_news
from handover_api.web.desk_presence import duty_events, read_duty
from handover_api.web.desk_streams import (
    HIDDEN,
    SIGNED_OUT,
    looking_at_duty,
    still_allowed,
    until_refused,
)
from handover_api.web.live_events import LiveEvent, LiveEvents, SeenDep, as_stream

router = APIRouter(include_in_schema=False)


@router.get(f"{QUEUE_PATH}/arenden/{{reference}}")
async def show_case(request: Request, session: SessionDep, staff: CaseHandlerDep, reference: Reference) -> Response:
    listed = await reading.find_listed(session, reference)
    reading.note_reading(session, staff, listed, request.app.state.clock())
    return await case_page(request, session, staff, reference, listed=listed)


@router.post(f"{QUEUE_PATH}/arenden/{{reference}}/ta")
async def claim(request: Request, session: SessionDep, staff: CaseHandlerDep, reference: Reference) -> Response:
    work = service.claim(session, staff, reference, request.app.state.clock())
    return await _done_or_refused(request, session, staff, reference, work, next_path=case_path(reference))


@router.post(f"{QUEUE_PATH}/arenden/{{reference}}/meddelanden")
async def reply(
    request: Request,
    session: SessionDep,
    staff: CaseHandlerDep,
    reference: Reference,
    client_id: Annotated[ClientId, Form()],
    text: Annotated[str, Form()] = "",
    used: Annotated[str, Form()] = "",
) -> Response:
    now = request.app.state.clock()
    work = service.write_as_agent(session, staff, reference, client_id, text, now, used=used)
    if pages.wants_page(request):
        next_path = f"{case_path(reference)}#text"
        return await _done_or_refused(
            request, session, staff, reference, work, next_path=next_path, text=text, used=used
        )
    seq = await work
    case = await reading.find_case_of(session, reference)
    stored = await ConversationRepository(session).list_for_staff(case.conversation_id, after=seq - 1)
    view = messages.for_staff(stored[0], now, staff)
    html = pages.fragment("partials/message.html.j2", message=view, is_anchored=True)
    return JSONResponse({"conversation": str(case.conversation_id), "seq": seq, "html": html})


@router.post(f"{QUEUE_PATH}/arenden/{{reference}}/lamna-tillbaka")
async def hand_back(
    request: Request,
    session: SessionDep,
    staff: CaseHandlerDep,
    reference: Reference,
    version: Annotated[Version | None, Form()] = None,
    key: Annotated[ClientId | None, Form()] = None,
) -> Response:
    work = service.hand_back(session, staff, reference, request.app.state.clock(), Step(version, key))
    return await _done_or_refused(request, session, staff, reference, work, next_path=case_path(reference))


@router.get(f"{QUEUE_PATH}/arenden/{{reference}}/meddelanden")
async def poll_case(
    request: Request, session: SessionDep, staff: CaseHandlerDep, reference: Reference, seen: SeenDep
) -> LiveEvents:
    case = await reading.find_case_of(session, reference)
    new = await ConversationRepository(session).list_for_staff(case.conversation_id, seen)
    now = request.app.state.clock()
    standing = await _case_event(session, staff, reference)
    duty = duty_events(await read_duty(session, staff, now, case_path(reference)))
    read = await _read_event(session, case)
    left = await asking.list_left(session, new)
    return LiveEvents(events=[*_message_events(new, staff, now, left), standing, read, *duty])


async def _streamed_case(session: SessionDep, reference: Reference) -> Case:
    # In the transaction of the guard, which is over when the stream begins.
    return await reading.find_case_of(session, reference)


@router.get(f"{QUEUE_PATH}/arenden/{{reference}}/handelser", response_class=EventSourceResponse)
async def stream_case(
    case: Annotated[Case, Depends(_streamed_case)],
    agent: CaseHandlerDep,
    request: Request,
    seen: SeenDep,
) -> AsyncIterator[ServerSentEvent]:
    state = request.app.state
    token = request.cookies[COOKIE]

    async def look() -> AsyncIterator[LiveEvent]:
        nonlocal seen
        is_all = False
        while not is_all:
            new: list[Message] = []
            async with transaction(state.sessions) as session:
                staff = await still_allowed(request, session)
                refusal = await _refusal(session, staff, case, state.clock())
                if staff is not None and not refusal:
                    new = await ConversationRepository(session).list_for_staff(case.conversation_id, seen)
                    left = await asking.list_left(session, new)
                    standing = await _case_event(session, staff, case.reference)
                    read = await _read_event(session, case)
            if staff is None or refusal:
                for event in refusal:
                    yield event
                return
            is_all = len(new) < BATCH
            for event in _message_events(new, staff, state.clock(), left):
                yield event
            seen = new[-1].seq if new else seen
        yield standing
        yield read

    async def look_at_reading() -> AsyncIterator[LiveEvent]:
        async with transaction(state.sessions) as session:
            yield await _read_event(session, case)

    async def look_at_writing() -> AsyncIterator[LiveEvent]:
        yield LiveEvent(event="writing", data="Invånaren skriver …", is_of_this_moment=True)

    looks = {
        live.conversation_signal(case.conversation_id): look,
        live.staff_signal(agent.id): looking_at_duty(request, agent, case_path(case.reference)),
        DESKS: looking_at_news(request, token),
        live.read_signal(case.conversation_id, live.RESIDENT): look_at_reading,
        live.writing_signal(case.conversation_id, live.RESIDENT): look_at_writing,
    }
    with state.board.watch_desk(token), state.signs_of_life.desk(token):
        events = follow(state.hub, looks, state.clock, keep_alive_seconds=state.keep_alive_seconds)
        async for event in as_stream(until_refused(events)):
            yield event


async def _refusal(session: AsyncSession, staff: Staff | None, case: Case, now: datetime) -> list[LiveEvent]:
    """What a page is told last when the case is not theirs to read any longer; nothing while it is."""
    if staff is None:
        return [SIGNED_OUT]
    found = await reading.find_case_of(session, case.reference)
    if await access.may_read(session, staff, found, now):
        return []
    # Who may know of the case learns who has it now.
    return [*([await _case_event(session, staff, case.reference)] if may_see(staff, found) else []), HIDDEN]


async def _done_or_refused(
    request: Request,
    session: AsyncSession,
    staff: Staff,
    reference: str,
    work: Awaitable[object],
    *,
    next_path: str,
    text: str = "",
    used: str = "",
) -> Response:
    """Goes on to the next page, or shows the case as it now stands, with the reason and what the agent had written."""
    try:
        async with session.begin_nested():
            await work
    except (ConflictError, InvalidError) as error:
        return await case_page(request, session, staff, reference, error=error, text=text, used=used)
    return RedirectResponse(next_path, 303)


def _message_events(
    new: list[Message], staff: Staff, now: datetime, left: Mapping[UUID, asking.Details]
) -> list[LiveEvent]:
    return [
        LiveEvent(
            event="message",
            id=str(message.seq),
            data=pages.fragment(
                "partials/message.html.j2",
                message=messages.for_staff(message, now, staff, left=left.get(message.id)),
                is_anchored=True,
            ),
        )
        for message in new
    ]


async def _case_event(session: AsyncSession, staff: Staff, reference: str) -> LiveEvent:
    case = await reading.get_state(session, reference)
    is_mine = case.owner_id == staff.id
    return LiveEvent(event="case", data=pages.fragment("partials/case_state.html.j2", case=case, is_mine=is_mine))


async def _read_event(session: AsyncSession, case: Case) -> LiveEvent:
    read = await ConversationRepository(session).find_read(case.conversation_id)
    return LiveEvent(event="read", data=str(read.by_resident))
