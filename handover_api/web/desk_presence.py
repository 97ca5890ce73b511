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
from handover_api.cases import offers
from handover_api.cases.unread import count_unread
from handover_api.database import SessionDep, transaction
from handover_api.errors import ConflictError
from handover_api.models import Staff
from handover_api.queue import people
from handover_api.queue.schemas import OfferRead, PresenceRead
from handover_api.rules.presence import PresenceStatus
from handover_api.web import pages
from handover_api.web.live_events import LiveEvent
from handover_api.web.sign_in import local_path

router = APIRouter(include_in_schema=False)

# The page from which a form was sent, to come back to.
_Page = Annotated[str, Form()]


@dataclass(frozen=True)
class Duty:
    """What the panel shows, on the page with this path."""

    presence: PresenceRead
    offers: list[OfferRead]
    # How many of the agent's cases somebody has written in since the agent looked.
    unread: int
    now: datetime
    path: str


async def read_duty(session: AsyncSession, staff: Staff, now: datetime, path: str) -> Duty:
    return Duty(
        presence=await people.read_presence(session, staff, now),
        offers=await people.list_offers(session, staff, now),
        unread=await count_unread(session, staff.id),
        now=now,
        path=path,
    )


async def open_desk(session: AsyncSession, staff: Staff, now: datetime, path: str) -> Duty:
    """The same, for a page that the agent opens just now."""
    await presence.give_sign_of_life(session, staff, now)
    return await read_duty(session, staff, now, path)


def duty_event(duty: Duty) -> LiveEvent:
    return LiveEvent(event="presence", data=pages.fragment("partials/duty.html.j2", duty=duty))


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


@router.post("/desk/arenden/{reference}/avboj")
async def decline(
    session: SessionDep, staff: CaseHandlerDep, reference: Annotated[str, Path(max_length=30)], till: _Page = ""
) -> Response:
    # An offer that is over already is what the agent wanted.
    with contextlib.suppress(ConflictError):
        await offers.decline(session, staff, reference)
    return RedirectResponse(local_path(till), 303)
