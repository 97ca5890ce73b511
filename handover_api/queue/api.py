"""The queue over JSON, for signed-in agents and leads: the next case, presence, offers, colleagues, profiles."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from handover_api.agents import presence
from handover_api.agents.identity import CaseHandlerDep, LeadDep
from handover_api.cases import reading
from handover_api.cases.schemas import CaseRead
from handover_api.cases.staff_api import IdempotencyKey
from handover_api.cases.steps import Step
from handover_api.database import SessionDep
from handover_api.queue import people
from handover_api.queue.next_case import take_next
from handover_api.queue.profile import Profile, put_profile
from handover_api.queue.schemas import Colleague, OfferRead, PresencePut, PresenceRead, ProfilePut, ProfileRead

router = APIRouter(prefix="/api", tags=["staff"])


@router.post("/queue/next", responses={204: {"description": "Nothing that waits suits the agent."}})
async def next_case(
    staff: CaseHandlerDep, session: SessionDep, request: Request, response: Response, key: IdempotencyKey = None
) -> CaseRead | None:
    """Takes the first case that the agent may take."""
    reference = await take_next(session, staff, request.app.state.clock(), Step(key=key))
    if reference is None:
        response.status_code = 204
        return None
    return await reading.get_case(session, staff, reference, request.app.state.clock())


@router.get("/presence")
async def get_presence(staff: CaseHandlerDep, session: SessionDep, request: Request) -> PresenceRead:
    return await people.read_presence(session, staff, request.app.state.clock())


@router.put("/presence")
async def put_presence(
    staff: CaseHandlerDep, session: SessionDep, request: Request, body: PresencePut | None = None
) -> PresenceRead:
    """A sign of life, and what the agent is ready for. Send it at least every 30 seconds."""
    now = request.app.state.clock()
    if body is None or body.status is None:
        await presence.give_sign_of_life(session, staff, now)
    else:
        await presence.set_status(session, staff, body.status, now)
    return await people.read_presence(session, staff, now)


@router.delete("/presence", status_code=204)
async def delete_presence(staff: CaseHandlerDep, session: SessionDep) -> Response:
    """The agent leaves the desk. Live conversations that are left go back to the queue."""
    await presence.end(session, staff.id)
    return Response(status_code=204)


@router.get("/offers")
async def list_offers(staff: CaseHandlerDep, session: SessionDep, request: Request) -> list[OfferRead]:
    return await people.list_offers(session, staff, request.app.state.clock())


@router.get("/colleagues")
async def list_colleagues(_staff: CaseHandlerDep, session: SessionDep, request: Request) -> list[Colleague]:
    return await people.list_colleagues(session, request.app.state.clock())


@router.put("/staff/{username}/profile")
async def put_staff_profile(
    username: Annotated[str, Path(max_length=100)],
    body: ProfilePut,
    lead: LeadDep,
    session: SessionDep,
    request: Request,
) -> ProfileRead:
    now = request.app.state.clock()
    return people.read_profile(await put_profile(session, lead, username, Profile(**body.model_dump()), now))
