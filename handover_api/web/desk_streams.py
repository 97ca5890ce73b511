"""What the streams of the desk's pages share: who may have one, when it ends, and the agent's own part of each page."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.agents import service as agents
from handover_api.agents.identity import COOKIE, case_handler, lead, signed_in_staff
from handover_api.database import transaction
from handover_api.models import Staff
from handover_api.rules.roles import HANDLES_CASES
from handover_api.web.desk_presence import Duty, duty_events, read_duty
from handover_api.web.live_events import LiveEvent

SIGNED_OUT = LiveEvent(event="signed_out", data="{}")
# The case has gone to somebody else, or may not be seen any longer: the page gets nothing more of it.
HIDDEN = LiveEvent(event="hidden", data="{}")


async def streaming_staff(request: Request) -> Staff:
    # A stream lives long; its right is checked in a transaction of its own, so that no connection waits with it.
    async with transaction(request.app.state.sessions) as session:
        return await case_handler(await signed_in_staff(request, session))


async def streaming_lead(request: Request) -> Staff:
    async with transaction(request.app.state.sessions) as session:
        return await lead(await case_handler(await signed_in_staff(request, session)))


async def still_allowed(request: Request, session: AsyncSession) -> Staff | None:
    """Who the stream belongs to; rights may have gone since it was opened."""
    token = request.cookies.get(COOKIE, "")
    staff = await agents.find_signed_in(session, token, request.app.state.clock())
    return staff if staff is not None and staff.role in HANDLES_CASES else None


async def until_refused(events: AsyncIterator[LiveEvent | None]) -> AsyncIterator[LiveEvent | None]:
    async for event in events:
        yield event
        if event is SIGNED_OUT or event is HIDDEN:
            return


def looking_at_duty(request: Request, agent: Staff, path: str) -> Callable[[], AsyncIterator[LiveEvent]]:
    state = request.app.state

    async def read() -> Duty:
        async with transaction(state.sessions) as session:
            # As they are now: what they may be asked about can be another since the stream was opened.
            staff = await still_allowed(request, session) or agent
            return await read_duty(session, staff, state.clock(), path)

    async def look() -> AsyncIterator[LiveEvent]:
        # An agent has several pages open, which show the same, each from where it is.
        duty = await state.duties.read(request.cookies.get(COOKIE, ""), read)
        for event in duty_events(replace(duty, path=path)):
            yield event

    return look
