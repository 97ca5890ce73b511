"""Writing down a contact that came by telephone, by e-mail or as a visit: one short form, and those of today."""

from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.agents.identity import CaseHandlerDep
from handover_api.cases import registering
from handover_api.cases.registering import Contact
from handover_api.content import service as content
from handover_api.conversations.schemas import ClientId, RawText
from handover_api.database import SessionDep
from handover_api.errors import InvalidError
from handover_api.models import Staff
from handover_api.rules.case import CaseChannel
from handover_api.web import outcomes, pages
from handover_api.web.desk_addresses import QUEUE_PATH, case_path
from handover_api.web.outcomes import OutcomeForm
from handover_api.web.topic_options import topic_options

router = APIRouter(include_in_schema=False)

PATH = f"{QUEUE_PATH}/registrera"
_ABOUT_THE_TEXT = frozenset({"text_empty", "text_too_long"})


@router.get(PATH)
async def show_form(
    request: Request,
    session: SessionDep,
    staff: CaseHandlerDep,
    saved: Annotated[str, Query(alias="sparat", max_length=30)] = "",
    channel: Annotated[str, Query(alias="kanal", max_length=20)] = "",
) -> Response:
    """After a contact has been kept the next one begins with the same channel."""
    form = OutcomeForm()
    return await _page(request, session, staff, form, saved=saved, channel=channel or CaseChannel.TELEPHONE)


@router.post(PATH)
async def register(
    request: Request,
    session: SessionDep,
    staff: CaseHandlerDep,
    key: Annotated[ClientId, Form()],
    channel: Annotated[str, Form()] = "",
    category: Annotated[str, Form()] = "",
    rosa_level: Annotated[str, Form()] = "",
    resolution: Annotated[str, Form()] = "",
    note: Annotated[RawText, Form()] = "",
) -> Response:
    form = OutcomeForm(category, rosa_level, resolution).checked()
    if channel not in outcomes.CHANNELS:
        form = form.refused("channel", "Välj hur kontakten kom.")
    if not form.errors:
        contact = Contact(CaseChannel(channel), form.read(), note)
        try:
            async with session.begin_nested():
                reference = await registering.register(session, staff, contact, request.app.state.clock(), key)
        except InvalidError as error:
            form = form.refused("note" if error.code in _ABOUT_THE_TEXT else "category", error.detail)
        else:
            return RedirectResponse(f"{PATH}?sparat={reference}&kanal={channel}", 303)
    return await _page(request, session, staff, form, channel=channel, note=note)


async def _page(
    request: Request,
    session: AsyncSession,
    staff: Staff,
    form: OutcomeForm,
    *,
    channel: str,
    note: str = "",
    saved: str = "",
) -> Response:
    now = request.app.state.clock()
    today = await registering.list_registered_today(session, staff, now)
    return pages.page(
        request,
        "desk/registering.html.j2",
        status=422 if form.errors else 200,
        staff=staff,
        path=PATH,
        closing=form,
        channel=channel,
        note=note,
        key=str(uuid4()),
        topics=topic_options(outcomes.list_choices(await content.list_topics(session)), form.category),
        levels=outcomes.LEVELS,
        channels=outcomes.CHANNELS,
        area=outcomes.area,
        today=today,
        # Only what is the agent's own is confirmed: an address can be written by anybody.
        saved=next((each.case for each in today if each.case.reference == saved), None),
        case_path=case_path,
        now=now,
    )
