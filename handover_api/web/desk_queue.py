"""The queue of the agents' desk. For other roles than agents and leads it does not exist."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api import live
from handover_api.agents.identity import COOKIE, CaseHandlerDep
from handover_api.cases.sight import sight_of
from handover_api.cases.watchdog import list_breaches
from handover_api.conversations.stream import follow
from handover_api.database import SessionDep, transaction
from handover_api.models import Staff
from handover_api.organisation.repository import OrganisationRepository
from handover_api.queue.board import DESKS, Desk
from handover_api.rules.roles import HANDLES_CASES, Role
from handover_api.web import pages
from handover_api.web.desk_addresses import QUEUE_PATH, case_path
from handover_api.web.desk_presence import NOTHING_NEXT, duty_events, open_desk, read_duty
from handover_api.web.desk_streams import (
    SIGNED_OUT,
    looking_at_duty,
    streaming_staff,
    until_refused,
)
from handover_api.web.live_events import LiveEvent, LiveEvents, as_stream
from handover_api.web.moving_form import MovingForm, read_moved, read_moving_form
from handover_api.web.queue_filter import QueueFilter, groups_in, languages_in
from handover_api.web.queue_lists import queue_events, queue_lists

router = APIRouter(include_in_schema=False)


@router.get(QUEUE_PATH)
async def show_queue(request: Request, session: SessionDep, staff: CaseHandlerDep) -> Response:
    desk, wanted, sight = await _read(request, session), QueueFilter.of(request), sight_of(staff)
    groups = await OrganisationRepository(session).list_groups()
    known = {group.id: group.name for group in groups if sight.takes_in_group(group.id)}
    waiting = desk.waiting.seen_with(sight)
    return pages.page(
        request,
        "desk/queue.html.j2",
        staff=staff,
        breaches=await list_breaches(session) if staff.role == Role.LEAD else [],
        duty=await open_desk(session, staff, request.app.state.clock(), QUEUE_PATH, mine=desk.owned[staff.id]),
        has_nothing_next=request.query_params.get("nasta") == NOTHING_NEXT,
        moving=await _moving(request, session) if staff.role == Role.LEAD else None,
        moved=read_moved(request.query_params.get("flyttade", "")),
        case_path=case_path,
        wanted=wanted,
        groups=groups_in(waiting, wanted, known),
        languages=languages_in(waiting, wanted),
        **queue_lists(request, desk, staff),
    )


@router.get(f"{QUEUE_PATH}/ko")
async def poll_queue(request: Request, session: SessionDep, staff: CaseHandlerDep) -> LiveEvents:
    duty = await read_duty(session, staff, request.app.state.clock(), QUEUE_PATH)
    return LiveEvents(events=[*queue_events(request, await _read(request, session), staff), *duty_events(duty)])


@router.get(f"{QUEUE_PATH}/handelser", response_class=EventSourceResponse)
async def stream_queue(
    request: Request, agent: Annotated[Staff, Depends(streaming_staff)]
) -> AsyncIterator[ServerSentEvent]:
    state = request.app.state
    token = request.cookies[COOKIE]

    async def look() -> AsyncIterator[LiveEvent]:
        # The board reads for all desks together; only a desk that it does not know yet reads for itself.
        desk = state.board.desk
        if desk is None or token not in desk.asked:
            async with transaction(state.sessions) as session:
                desk = await _read(request, session)
        staff = desk.staff.get(token)
        if staff is None or staff.role not in HANDLES_CASES:
            yield SIGNED_OUT
        else:
            for event in queue_events(request, desk, staff):
                yield event

    with state.board.watch_desk(token), state.signs_of_life.desk(token):
        looks = {DESKS: look, live.staff_signal(agent.id): looking_at_duty(request, agent, QUEUE_PATH)}
        events = follow(state.hub, looks, state.clock, keep_alive_seconds=state.keep_alive_seconds)
        async for event in as_stream(until_refused(events)):
            yield event


async def _moving(request: Request, session: AsyncSession) -> MovingForm:
    return await read_moving_form(session, f"{QUEUE_PATH}{QueueFilter.of(request).query}", request.app.state.clock())


async def _read(request: Request, session: AsyncSession) -> Desk:
    desk: Desk = await request.app.state.board.desk_now(session, request.cookies[COOKIE])
    return desk
