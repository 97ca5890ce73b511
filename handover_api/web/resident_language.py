"""Choosing the language to read the chat in."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from handover_api.conversations.spoken_with import choose_language
from handover_api.database import SessionDep
from handover_api.errors import InvalidError
from handover_api.texts import _
from handover_api.web import languages, pages
from handover_api.web.visits import VisitDep

router = APIRouter(include_in_schema=False)

_PATH = f"{pages.CHAT_PATH}/sprak"


@router.get(_PATH)
async def show_languages(request: Request) -> Response:
    return pages.page(
        request, "resident/language.html.j2", languages=languages.LANGUAGES.values(), chosen=languages.chosen(request)
    )


@router.post(_PATH)
async def choose(
    request: Request, session: SessionDep, visit: VisitDep, sprak: Annotated[str, Form(max_length=100)] = ""
) -> Response:
    if sprak not in languages.LANGUAGES:
        raise InvalidError("language_missing", _("Välj ett av språken i listan."))
    if visit.conversation is not None:
        await choose_language(session, visit.conversation.id, sprak)
    response = RedirectResponse(pages.CHAT_PATH, 303)
    languages.remember(request, response, sprak)
    return response
