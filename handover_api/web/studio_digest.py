"""Choosing, confirming, asking for and ending the letters about what is to be done."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from handover_api.agents.identity import AnswerKeeperDep
from handover_api.database import SessionDep
from handover_api.errors import ConflictError, InvalidError, NotFoundError, TooManyAttemptsError
from handover_api.tasks import digests
from handover_api.tasks.addresses import MAIL_PART, TASKS_PATH
from handover_api.tasks.digests import Wish
from handover_api.web.studio_mail import MailForm
from handover_api.web.studio_tasks import tasks_page

router = APIRouter(include_in_schema=False)

_PATH = f"{TASKS_PATH}/mejl"
_FIELDS = {"email_wrong": "adress", "weekday_missing": "dag", "owner_missing": "ansvarig"}


@router.post(_PATH)
async def choose(
    request: Request,
    session: SessionDep,
    staff: AnswerKeeperDep,
    address: Annotated[str, Form(alias="adress", max_length=320)] = "",
    weekday: Annotated[str, Form(alias="dag", max_length=10)] = "",
    owner: Annotated[str, Form(alias="ansvarig", max_length=300)] = "",
) -> Response:
    wish = Wish(address, weekday, owner.strip())
    try:
        async with session.begin_nested():
            has_to_confirm = await digests.choose(session, staff, wish, request.app.state.clock())
    except (InvalidError, TooManyAttemptsError) as error:
        form = MailForm(address, weekday, wish.owner, errors={_FIELDS.get(error.code, ""): error.detail})
        return await tasks_page(request, session, staff, form, status=error.status)
    return _back("kod" if has_to_confirm else "sparat")


@router.post(f"{_PATH}/bekrafta")
async def confirm(
    request: Request,
    session: SessionDep,
    staff: AnswerKeeperDep,
    code: Annotated[str, Form(alias="kod", max_length=40)] = "",
) -> Response:
    try:
        await digests.confirm(session, staff, code, request.app.state.clock())
    except (InvalidError, NotFoundError) as error:
        form = MailForm(code=code, errors={"kod" if isinstance(error, InvalidError) else "": error.detail})
        return await tasks_page(request, session, staff, form, status=error.status)
    return _back("bekraftat")


@router.post(f"{_PATH}/nu")
async def send_now(request: Request, session: SessionDep, staff: AnswerKeeperDep) -> Response:
    try:
        is_sent = await digests.send_now(session, staff, request.app.state.clock())
    except (ConflictError, TooManyAttemptsError) as error:
        return await tasks_page(request, session, staff, MailForm(errors={"": error.detail}), status=error.status)
    return _back("skickat" if is_sent else "inget")


@router.post(f"{_PATH}/avsluta")
async def end(request: Request, session: SessionDep, staff: AnswerKeeperDep) -> Response:
    await digests.end(session, staff, request.app.state.clock())
    return _back("avslutat")


def _back(done: str) -> Response:
    return RedirectResponse(f"{TASKS_PATH}?klart={done}{MAIL_PART}", 303)
