"""Signing in and out over JSON."""

from fastapi import APIRouter, Request, Response

from handover_api.agents import service
from handover_api.agents.identity import COOKIE, StaffDep
from handover_api.agents.schemas import SignIn, StaffRead
from handover_api.database import SessionDep
from handover_api.settings import Settings

router = APIRouter(prefix="/api/session", tags=["staff"])


@router.post("")
async def sign_in(credentials: SignIn, request: Request, response: Response) -> StaffRead:
    settings: Settings = request.app.state.settings
    staff, token = await service.sign_in(
        request.app.state.sessions,
        credentials.username,
        credentials.password,
        request.app.state.clock(),
        settings.staff_session_hours,
    )
    set_session_cookie(response, token, settings)
    return StaffRead.model_validate(staff)


@router.get("")
async def who_am_i(staff: StaffDep) -> StaffRead:
    return StaffRead.model_validate(staff)


@router.delete("", status_code=204)
async def sign_out(request: Request, session: SessionDep) -> Response:
    if token := request.cookies.get(COOKIE):
        await service.sign_out(session, token, request.app.state.clock())
    response = Response(status_code=204)
    response.delete_cookie(COOKIE)
    return response


def set_session_cookie(response: Response, token: str, settings: Settings) -> None:
    response.set_cookie(
        COOKIE,
        token,
        max_age=settings.staff_session_hours * 3600,
        httponly=True,
        secure=settings.uses_https,
        samesite="lax",
    )
