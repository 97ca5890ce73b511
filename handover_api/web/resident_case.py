"""The resident's own case: how the answer is sent, and the way back to it from another browser."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from handover_api.cases import coming_back, contact, reading
from handover_api.cases.schemas import ContactCreate
from handover_api.database import SessionDep
from handover_api.errors import ConflictError, InvalidError, NotFoundError, TooManyAttemptsError
from handover_api.rules.contact import Channel
from handover_api.texts import _
from handover_api.web import pages
from handover_api.web.answer_panel import AnswerPanel, ContactForm
from handover_api.web.resident import chat_page
from handover_api.web.resident_own_case import OWN_CASE_PATH, RETURN_PATH, own_case_page
from handover_api.web.visits import Visit, VisitDep, remembering

router = APIRouter(include_in_schema=False)


@router.get(f"{pages.CHAT_PATH}/svar")
async def show_panel(request: Request, session: SessionDep, visit: VisitDep) -> Response:
    """The panel alone, for a page whose conversation has come into another state."""
    panel = None
    if visit.conversation is not None:
        now = request.app.state.clock()
        panel = AnswerPanel(await reading.get_full_status(session, visit.conversation, visit.token, now), now)
    return HTMLResponse(
        pages.fragment("partials/answer_panel.html.j2", panel=panel), headers={"cache-control": "no-store"}
    )


@router.post(f"{pages.CHAT_PATH}/kontakt")
async def leave_contact(
    request: Request,
    session: SessionDep,
    visit: VisitDep,
    channel: Annotated[str, Form()] = "",
    email: Annotated[str, Form(max_length=1000)] = "",
    telephone: Annotated[str, Form(max_length=1000)] = "",
    name: Annotated[str, Form(max_length=1000)] = "",
    page: Annotated[Literal["mitt-arende"] | None, Form()] = None,
) -> Response:
    if visit.conversation is None:
        return RedirectResponse(pages.CHAT_PATH, 303)
    form = ContactForm(channel, email, telephone, name)
    try:
        await contact.leave_contact(session, visit.conversation.id, _details(form), request.app.state.clock())
    except (InvalidError, ConflictError) as error:
        if page is not None:
            return await own_case_page(request, session, visit, contact_form=form, contact_error=error)
        return await chat_page(request, session, visit, status=error.status, contact_form=form, contact_error=error)
    return RedirectResponse(f"{pages.CHAT_PATH}#svar" if page is None else f"{OWN_CASE_PATH}#sa-far-du-svaret", 303)


def _details(form: ContactForm) -> ContactCreate:
    if form.channel not in set(Channel):
        raise InvalidError("channel_missing", _("Välj hur du vill ha svaret."))
    channel = Channel(form.channel)
    address = form.email if channel is Channel.EMAIL else form.telephone
    return ContactCreate(channel=channel, address=address, name=form.name)


@router.get(RETURN_PATH)
async def show_return(request: Request, visit: VisitDep) -> Response:
    return _return_page(request, visit)


@router.post(RETURN_PATH)
async def come_back(
    request: Request,
    visit: VisitDep,
    reference: Annotated[str, Form(max_length=1000)] = "",
    code: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    state = request.app.state
    try:
        _, key = await coming_back.come_back(state.sessions, reference, code, state.clock())
    except (NotFoundError, TooManyAttemptsError) as error:
        return _return_page(request, visit, status=error.status, error=error.detail, reference=reference)
    return remembering(request, RedirectResponse(OWN_CASE_PATH, 303), key)


def _return_page(
    request: Request, visit: Visit, *, status: int = 200, error: str | None = None, reference: str = ""
) -> Response:
    return pages.page(
        request,
        "resident/return.html.j2",
        status=status,
        has_conversation=visit.conversation is not None,
        error=error,
        reference=reference,
    )
