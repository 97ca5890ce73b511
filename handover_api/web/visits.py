"""Whose chat it is: the conversation that a browser's cookie opens, and how it gets one."""

import secrets
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import Depends, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api import texts
from handover_api.conversations import service
from handover_api.conversations.service import ConversationKey
from handover_api.conversations.spoken_with import written_language
from handover_api.database import SessionDep
from handover_api.errors import NotFoundError
from handover_api.models import Conversation
from handover_api.rules.conversation import State
from handover_api.web import languages
from handover_api.web.arrivals import Arrival
from handover_api.web.pages import CHAT_PATH

COOKIE = "chatt"
_TOKEN_BYTES = 32


@dataclass(frozen=True)
class Visit:
    conversation: Conversation | None
    # The one that the browser has; empty without a conversation.
    token: str = ""
    has_lost_conversation: bool = False


def read_key(value: str) -> ConversationKey | None:
    conversation_id, _, token = value.partition(".")
    if len(token) < _TOKEN_BYTES:  # A key that somebody could guess opens nothing.
        return None
    try:
        return ConversationKey(UUID(conversation_id), token)
    except ValueError:
        return None


def written_key(key: ConversationKey) -> str:
    return f"{key.id}.{key.token}"


def new_key() -> ConversationKey:
    return ConversationKey(uuid4(), secrets.token_urlsafe(_TOKEN_BYTES))


async def read_visit(request: Request, session: AsyncSession) -> Visit:
    value = request.cookies.get(COOKIE)
    if not value:
        return Visit(None)
    key = read_key(value)
    try:
        conversation = await service.access_conversation(session, key.id, key.token) if key else None
    except NotFoundError:
        conversation = None
    if key is None or conversation is None:
        return Visit(None, has_lost_conversation=True)
    return Visit(conversation, key.token)


async def current_visit(request: Request, session: SessionDep) -> Visit:
    return await read_visit(request, session)


VisitDep = Annotated[Visit, Depends(current_visit, scope="function")]


async def open_conversation(
    request: Request, session: AsyncSession, visit: Visit, start: str, arrival: Arrival
) -> tuple[Conversation, ConversationKey | None]:
    """The conversation to go on with, or a new one. A closed one is continued by a new.

    The page carries the key of the conversation that it may begin (`start`), so sending its form twice begins only one.
    Returns that key when the browser is to remember it.
    """
    former = visit.conversation
    if former is not None and former.state != State.CLOSED:
        return former, None
    key = read_key(start)
    if key is None or (former is not None and key.id == former.id):
        key = new_key()
    now = request.app.state.clock()
    chosen = languages.chosen(request)
    conversation = await service.begin_with_key(
        session,
        key,
        language=written_language(chosen) or texts.SOURCE,
        chosen_language=chosen,
        now=now,
        continues=former,
        site=arrival.site,
        came_from=arrival.came_from,
    )
    return conversation, key


def remembering(request: Request, response: Response, key: ConversationKey | None) -> Response:
    if key is not None:
        # Forgotten when the browser is closed: the next person at a library's computer shall not find the conversation.
        response.set_cookie(
            COOKIE,
            written_key(key),
            path=CHAT_PATH,
            httponly=True,
            secure=request.app.state.settings.uses_https,
            samesite="lax",
        )
    return response


def forget(response: Response) -> None:
    response.delete_cookie(COOKIE, path=CHAT_PATH)
