"""Signing in and out, as pages."""

import re
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from handover_api.agents import service
from handover_api.agents.api import set_session_cookie
from handover_api.agents.identity import COOKIE
from handover_api.database import SessionDep
from handover_api.errors import NotSignedInError, TooManyAttemptsError
from handover_api.rules.roles import HANDLES_CASES
from handover_api.web import pages

router = APIRouter(include_in_schema=False)

# A path on this site and nothing that a browser would read as another site.
_LOCAL_PATH = re.compile(r"/(?![/\\])[^\\\s\x00-\x1f]*")
_DEFAULT_PATH = "/desk"


def local_path(path: str) -> str:
    """The path, if it is one on this site; else the desk's."""
    return path if _LOCAL_PATH.fullmatch(path) else _DEFAULT_PATH


@router.get(pages.SIGN_IN_PATH)
async def show_sign_in(request: Request, session: SessionDep, till: str = "", utloggad: bool = False) -> Response:  # noqa: FBT001, FBT002 - a query parameter
    token = request.cookies.get(COOKIE)
    staff = await service.find_signed_in(session, token, request.app.state.clock()) if token else None
    return pages.page(
        request,
        "desk/sign_in.html.j2",
        staff=staff,
        has_desk=staff is not None and staff.role in HANDLES_CASES,
        wanted=local_path(till),
        has_signed_out=utloggad,
        username="",
        error=None,
    )


@router.post(pages.SIGN_IN_PATH)
async def sign_in(
    request: Request,
    username: Annotated[str, Form(max_length=100)] = "",
    password: Annotated[str, Form(max_length=200)] = "",
    till: Annotated[str, Form()] = "",
) -> Response:
    state = request.app.state
    try:
        staff, token = await service.sign_in(
            state.sessions, username, password, state.clock(), state.settings.staff_session_hours
        )
    except (NotSignedInError, TooManyAttemptsError) as error:
        return pages.page(
            request,
            "desk/sign_in.html.j2",
            status=error.status,
            staff=None,
            has_desk=False,
            wanted=local_path(till),
            has_signed_out=False,
            username=username,
            error=error.detail,
        )
    response = RedirectResponse(local_path(till) if staff.role in HANDLES_CASES else pages.SIGN_IN_PATH, 303)
    set_session_cookie(response, token, state.settings)
    return response


@router.post("/logga-ut")
async def sign_out(request: Request, session: SessionDep) -> Response:
    if token := request.cookies.get(COOKIE):
        await service.sign_out(session, token, request.app.state.clock())
    response = RedirectResponse(f"{pages.SIGN_IN_PATH}?utloggad=1", 303)
    response.delete_cookie(COOKIE)
    return response
