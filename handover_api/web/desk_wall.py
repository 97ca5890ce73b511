"""The lead's page: how it is right now, and the switches that hold for everybody.

It works without a script; with one the numbers are live, read once for all who look (`queue.board`).
"""

from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api import live
from handover_api.agents.identity import COOKIE, LeadDep
from handover_api.conversations.stream import follow
from handover_api.database import SessionDep, transaction
from handover_api.errors import InvalidError
from handover_api.models import Staff
from handover_api.organisation import bot_switch, crisis
from handover_api.organisation.repository import OrganisationRepository
from handover_api.queue.board import DESKS, WALL
from handover_api.queue.wall import Wall, read_wall
from handover_api.rules.presence import PresenceStatus
from handover_api.rules.roles import Role
from handover_api.web import pages
from handover_api.web.desk_news import looking_at_news
from handover_api.web.desk_presence import duty_events, open_desk, read_duty
from handover_api.web.desk_streams import SIGNED_OUT, looking_at_duty, still_allowed, streaming_lead, until_refused
from handover_api.web.live_events import LiveEvent, LiveEvents, as_stream

router = APIRouter(include_in_schema=False)

PATH = "/desk/lage"
FOR_ALL = ""
_STATES = (PresenceStatus.AVAILABLE, PresenceStatus.ON_BREAK, None)


class CrisisForm(BaseModel):
    text: str = ""
    text_en: str = ""


class BotOffForm(BaseModel):
    svarsgrupp: str = FOR_ALL
    anledning: str = ""


@dataclass(frozen=True)
class Refused:
    """A form that could not be kept, as it was written, with the reason."""

    reason: str
    crisis: CrisisForm | None = None
    bot_off: BotOffForm | None = None


@router.get(PATH)
async def show_wall(request: Request, session: SessionDep, lead: LeadDep) -> Response:
    return await _page(request, session, lead)


@router.get(f"{PATH}/nu")
async def poll_wall(request: Request, session: SessionDep, lead: LeadDep) -> LiveEvents:
    now = request.app.state.clock()
    wall = await read_wall(session, now)
    return LiveEvents(events=[_wall_event(request, wall), *duty_events(await read_duty(session, lead, now, PATH))])


@router.get(f"{PATH}/handelser", response_class=EventSourceResponse)
async def stream_wall(
    request: Request, lead: Annotated[Staff, Depends(streaming_lead)]
) -> AsyncIterator[ServerSentEvent]:
    state = request.app.state
    token = request.cookies[COOKIE]

    async def look() -> AsyncIterator[LiveEvent]:
        # The board reads for all who look; only the first page of all reads for itself.
        desk, wall = state.board.desk, state.board.wall
        if wall is None or desk is None or token not in desk.asked:
            async with transaction(state.sessions) as session:
                staff, wall = await still_allowed(request, session), await read_wall(session, state.clock())
        else:
            staff = desk.staff.get(token)
        is_lead = staff is not None and staff.role == Role.LEAD
        yield _wall_event(request, wall) if is_lead else SIGNED_OUT

    with state.board.watch_desk(token), state.board.watch_wall(), state.signs_of_life.desk(token):
        looks = {
            WALL: look,
            DESKS: looking_at_news(request, token),
            live.staff_signal(lead.id): looking_at_duty(request, lead, PATH),
        }
        events = follow(state.hub, looks, state.clock, keep_alive_seconds=state.keep_alive_seconds)
        async for event in as_stream(until_refused(events)):
            yield event


@router.post("/desk/krismeddelande")
async def show_crisis(
    request: Request, session: SessionDep, lead: LeadDep, form: Annotated[CrisisForm, Form()]
) -> Response:
    work = crisis.show(session, lead, form.text, form.text_en, request.app.state.clock())
    return await _done_or_refused(request, session, lead, work, Refused("", crisis=form))


@router.post("/desk/krismeddelande/ta-bort")
async def end_crisis(request: Request, session: SessionDep, lead: LeadDep) -> Response:
    await crisis.end(session, lead, request.app.state.clock())
    return RedirectResponse(f"{PATH}#krismeddelande", 303)


@router.post("/desk/boten/av")
async def switch_bot_off(
    request: Request, session: SessionDep, lead: LeadDep, form: Annotated[BotOffForm, Form()]
) -> Response:
    work = bot_switch.switch_off(session, lead, form.svarsgrupp or None, form.anledning, request.app.state.clock())
    return await _done_or_refused(request, session, lead, work, Refused("", bot_off=form))


@router.post("/desk/boten/pa")
async def switch_bot_on(
    request: Request, session: SessionDep, lead: LeadDep, svarsgrupp: Annotated[str, Form()] = FOR_ALL
) -> Response:
    await bot_switch.switch_on(session, lead, svarsgrupp or None, request.app.state.clock())
    return RedirectResponse(f"{PATH}#boten", 303)


async def _done_or_refused(
    request: Request, session: AsyncSession, lead: Staff, work: Awaitable[None], form: Refused
) -> Response:
    try:
        await work
    except InvalidError as error:
        return await _page(
            request, session, lead, Refused(error.detail, form.crisis, form.bot_off), status=error.status
        )
    return RedirectResponse(f"{PATH}#{'krismeddelande' if form.crisis else 'boten'}", 303)


async def _page(
    request: Request, session: AsyncSession, lead: Staff, refused: Refused | None = None, *, status: int = 200
) -> Response:
    now = request.app.state.clock()
    duty = await open_desk(session, lead, now, PATH)
    wall = await read_wall(session, now)
    shown = wall.crisis
    as_shown = CrisisForm(text=shown.text, text_en=shown.text_en) if shown else CrisisForm()
    groups = [(FOR_ALL, "Alla frågor")]
    groups += [(group.id, group.name) for group in await OrganisationRepository(session).list_groups()]
    return pages.page(
        request,
        "desk/wall.html.j2",
        status=status,
        staff=lead,
        duty=duty,
        wall=wall,
        now=now,
        at_the_desk=_at_the_desk(wall),
        groups=groups,
        most_crisis=crisis.MOST_CHARACTERS,
        most_reason=bot_switch.MOST_CHARACTERS,
        crisis_form=(refused and refused.crisis) or as_shown,
        bot_form=(refused and refused.bot_off) or BotOffForm(),
        crisis_error=refused.reason if refused and refused.crisis else "",
        bot_error=refused.reason if refused and refused.bot_off else "",
    )


def _wall_event(request: Request, wall: Wall) -> LiveEvent:
    html = pages.fragment(
        "partials/wall.html.j2", wall=wall, now=request.app.state.clock(), at_the_desk=_at_the_desk(wall)
    )
    return LiveEvent(event="wall", data=html)


def _at_the_desk(wall: Wall) -> dict[PresenceStatus | None, int]:
    """How many there are in each state."""
    return {status: sum(agent.status is status for agent in wall.agents) for status in _STATES}
