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
from handover_api.models import Staff
from handover_api.rules.roles import HANDLES_CASES, KEEPS_ANSWERS
from handover_api.tasks.addresses import TASKS_PATH
from handover_api.web import pages

router = APIRouter(include_in_schema=False)

# A path on this site and nothing that a browser would read as another site.
_LOCAL_PATH = re.compile(r"/(?![/\\])[^\\\s\x00-\x1f]*")
_DEFAULT_PATH = "/desk"
# Where an editor may have been on the way to; the rest of the desk does not exist for editors.
_EDITORS_PATHS = ("/redaktion", "/desk/redaktion", "/desk/svar", "/desk/webbplatser")


def local_path(path: str) -> str:
    """The path, if it is one on this site; else the desk's."""
    return path if _LOCAL_PATH.fullmatch(path) else _DEFAULT_PATH


def onward(staff: Staff, wanted: str) -> str | None:
    """Where somebody who has signed in goes on to: the page that was wanted, or where their work begins. None when
    they have to choose.
    """
    if staff.role in HANDLES_CASES:
        return wanted
    if staff.role in KEEPS_ANSWERS:
        return wanted if wanted.startswith(_EDITORS_PATHS) else TASKS_PATH
    return None


@router.get(pages.SIGN_IN_PATH)
async def show_sign_in(request: Request, session: SessionDep, till: str = "", utloggad: bool = False) -> Response:  # noqa: FBT001, FBT002 - a query parameter
    token = request.cookies.get(COOKIE)
    staff = await service.find_signed_in(session, token, request.app.state.clock()) if token else None
    return pages.page(
        request,
        "desk/sign_in.html.j2",
        staff=staff,
        onward=onward(staff, local_path(till)) if staff else None,
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
            onward=None,
            wanted=local_path(till),
            has_signed_out=False,
            username=username,
            error=error.detail,
        )
    response = RedirectResponse(onward(staff, local_path(till)) or pages.SIGN_IN_PATH, 303)
    set_session_cookie(response, token, state.settings)
    return response


@router.post("/logga-ut")
async def sign_out(request: Request, session: SessionDep) -> Response:
    if token := request.cookies.get(COOKIE):
        await service.sign_out(session, token, request.app.state.clock())
    response = RedirectResponse(f"{pages.SIGN_IN_PATH}?utloggad=1", 303)
    response.delete_cookie(COOKIE)
    return response
