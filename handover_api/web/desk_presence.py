"""The agent's own part of the desk: available or on a break, how much there is in hand, and what the agent is asked."""

import contextlib
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.agents import presence
from handover_api.agents.identity import COOKIE, CaseHandlerDep, case_handler, signed_in_staff
from handover_api.cases import offers, reading
from handover_api.cases.schemas import CaseSummary
from handover_api.cases.steps import Step
from handover_api.cases.unread import Unread, list_unread
from handover_api.database import SessionDep, transaction
from handover_api.errors import ConflictError
from handover_api.models import Staff
from handover_api.queue import people
from handover_api.queue.next_case import take_next
from handover_api.queue.schemas import OfferRead, PresenceRead
from handover_api.rules.presence import PresenceStatus
from handover_api.web import pages
from handover_api.web.desk_news import news_of_mine
from handover_api.web.live_events import LiveEvent
from handover_api.web.sign_in import local_path

router = APIRouter(include_in_schema=False)

# The page from which a form was sent, to come back to.
_Page = Annotated[str, Form()]
# The queue's page, which then says that nothing that waits is for this agent.
NOTHING_NEXT = "inget"
NOTHING_NEXT_PATH = f"/desk?nasta={NOTHING_NEXT}"


@dataclass(frozen=True)
class Duty:
    """What the panel shows, on the page with this path."""

    presence: PresenceRead
    offers: list[OfferRead]
    # What the agent has in hand, in the order it was taken, and how much of it the agent has not read.
    mine: list[CaseSummary]
    unread: dict[str, Unread]
    now: datetime
    path: str
    # Another after each case that the agent has got: asking twice for the next one is asking once.
    next_key: str


async def read_duty(
    session: AsyncSession, staff: Staff, now: datetime, path: str, *, mine: list[CaseSummary] | None = None
) -> Duty:
    """`mine`: what the agent has in hand, if it has been read already."""
    found = await presence.find(session, staff.id, now)
    return Duty(
        presence=await people.presence_of(session, staff, found),
        offers=await people.list_offers(session, staff, now),
        mine=(await reading.list_owned(session, [staff.id]))[staff.id] if mine is None else mine,
        unread=await list_unread(session, staff.id),
        now=now,
        path=path,
        next_key=f"next-{found.last_assigned_at or found.since:%Y%m%d%H%M%S%f}" if found else "",
    )


async def open_desk(
    session: AsyncSession, staff: Staff, now: datetime, path: str, *, mine: list[CaseSummary] | None = None
) -> Duty:
    """The same, for a page that the agent opens just now."""
    await presence.give_sign_of_life(session, staff, now)
    return await read_duty(session, staff, now, path, mine=mine)


def duty_events(duty: Duty) -> list[LiveEvent]:
    """The panel as it is now, and what may be told of it by a sound or a notification."""
    takes_cases = duty.presence.status is PresenceStatus.AVAILABLE
    return [
        LiveEvent(event="presence", data=pages.fragment("partials/duty.html.j2", duty=duty)),
        news_of_mine(duty.offers, duty.unread, takes_cases=takes_cases),
    ]


@router.post("/desk/narvaro")
async def set_presence(
    request: Request,
    session: SessionDep,
    staff: CaseHandlerDep,
    status: Annotated[PresenceStatus, Form()],
    till: _Page = "",
) -> Response:
    await presence.set_status(session, staff, status, request.app.state.clock())
    return RedirectResponse(local_path(till), 303)


async def sign_of_life(request: Request) -> None:
    """Takes a sign of life from an agent or a lead.

    Costs the database nothing by itself while a stream of theirs, which has been let in, is open in this process.
    """
    state = request.app.state
    if not state.signs_of_life.note(request.cookies.get(COOKIE, "")):
        async with transaction(state.sessions) as session:
            staff = await case_handler(await signed_in_staff(request, session))
            await presence.give_sign_of_life(session, staff, state.clock())


@router.post("/desk/livstecken", dependencies=[Depends(sign_of_life)])
async def answer_pulse() -> Response:
    return Response(status_code=204)


@router.post("/desk/nasta")
async def take_next_case(
    request: Request, session: SessionDep, staff: CaseHandlerDep, key: Annotated[str, Form(max_length=100)] = ""
) -> Response:
    reference = await take_next(session, staff, request.app.state.clock(), Step(key=key or None))
    return RedirectResponse(f"/desk/arenden/{reference}" if reference else NOTHING_NEXT_PATH, 303)


@router.post("/desk/arenden/{reference}/avboj")
async def decline(
    session: SessionDep, staff: CaseHandlerDep, reference: Annotated[str, Path(max_length=30)], till: _Page = ""
) -> Response:
    # An offer that is over already is what the agent wanted.
    with contextlib.suppress(ConflictError):
        await offers.decline(session, staff, reference)
    return RedirectResponse(local_path(till), 303)
