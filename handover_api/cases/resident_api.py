"""The public contract for the resident. The paths are kept; outsiders depend on them."""

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Path, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from fastapi.sse import EventSourceResponse, ServerSentEvent

from handover_api import live
from handover_api.cases import asking, asynchronous, coming_back, contact, handovers, reading, signals, withdrawing
from handover_api.cases.schemas import ContactCreate, ConversationStatus, ReadCreate, RequestAnswerCreate, ReturnCreate
from handover_api.conversations import service
from handover_api.conversations.repository import BATCH, ConversationRepository
from handover_api.conversations.schemas import (
    MAX_SEQ,
    After,
    ConversationCreate,
    ConversationCreated,
    Limit,
    MessageAccepted,
    MessageCreate,
    MessageRead,
)
from handover_api.conversations.stream import follow, seen_before
from handover_api.database import SessionDep, transaction
from handover_api.errors import NotSignedInError
from handover_api.models import Conversation
from handover_api.rules.conversation import State

router = APIRouter(prefix="/api/conversations", tags=["resident"])

Seq = Annotated[int, Path(ge=1, le=MAX_SEQ)]

_bearer = HTTPBearer(auto_error=False, description="The token from POST /api/conversations")


async def conversation_token(
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> str:
    if credentials is None:
        raise NotSignedInError("token_missing", "Anropet saknar samtalets nyckel.")
    return credentials.credentials


TokenDep = Annotated[str, Depends(conversation_token)]


async def own_conversation(conversation_id: UUID, session: SessionDep, token: TokenDep) -> Conversation:
    return await service.access_conversation(session, conversation_id, token)


ConversationDep = Annotated[Conversation, Depends(own_conversation, scope="function")]


@router.post("", status_code=201)
async def create_conversation(
    session: SessionDep, request: Request, body: ConversationCreate | None = None
) -> ConversationCreated:
    body = body or ConversationCreate()
    conversation, token = await service.begin(
        session,
        language=body.language,
        now=request.app.state.clock(),
        continues=body.continues,
        continues_token=body.continues_token,
    )
    return ConversationCreated(
        id=conversation.id, token=token, state=State(conversation.state), language=conversation.language
    )


@router.post("/return", status_code=201)
async def come_back(body: ReturnCreate, request: Request) -> ConversationCreated:
    """A token to the conversation of a case, for whoever knows the case's reference and the code."""
    state = request.app.state
    conversation, key = await coming_back.come_back(state.sessions, body.reference, body.code, state.clock())
    return ConversationCreated(
        id=conversation.id, token=key.token, state=State(conversation.state), language=conversation.language
    )


@router.get("/{conversation_id}")
async def get_conversation(
    conversation: ConversationDep, token: TokenDep, session: SessionDep, request: Request
) -> ConversationStatus:
    return await reading.get_full_status(session, conversation, token, request.app.state.clock())


@router.post("/{conversation_id}/messages", status_code=202)
async def create_message(
    conversation: ConversationDep, body: MessageCreate, session: SessionDep, request: Request
) -> MessageAccepted:
    seq = await asynchronous.write_as_resident(session, conversation.id, body, request.app.state.clock())
    return MessageAccepted(seq=seq)


@router.get("/{conversation_id}/messages")
async def list_messages(
    conversation: ConversationDep, session: SessionDep, after: After = 0, limit: Limit = BATCH
) -> list[MessageRead]:
    """At most `limit` messages. As many as that mean that there may be more: ask again after the last one's number."""
    messages = await ConversationRepository(session).list_for_resident(conversation.id, after, limit)
    return [MessageRead.of(message) for message in messages]


@router.post("/{conversation_id}/handover")
async def ask_for_person(
    conversation: ConversationDep, token: TokenDep, session: SessionDep, request: Request
) -> ConversationStatus:
    now = request.app.state.clock()
    await handovers.ask_as_resident(session, conversation.id, now)
    await session.refresh(conversation)
    return await reading.get_full_status(session, conversation, token, now)


@router.post("/{conversation_id}/leave-queue")
async def leave_queue(
    conversation: ConversationDep, token: TokenDep, session: SessionDep, request: Request
) -> ConversationStatus:
    now = request.app.state.clock()
    await withdrawing.leave_queue(session, conversation.id, now)
    await session.refresh(conversation)
    return await reading.get_full_status(session, conversation, token, now)


@router.post("/{conversation_id}/read", status_code=204)
async def note_read(conversation: ConversationDep, body: ReadCreate, session: SessionDep) -> None:
    await signals.resident_has_read(session, conversation, body.seq)


@router.post("/{conversation_id}/contact")
async def leave_contact(
    conversation: ConversationDep, token: TokenDep, body: ContactCreate, session: SessionDep, request: Request
) -> ConversationStatus:
    now = request.app.state.clock()
    await contact.leave_contact(session, conversation.id, body, now)
    await session.refresh(conversation)
    return await reading.get_full_status(session, conversation, token, now)


@router.post("/{conversation_id}/requests/{seq}", status_code=202)
async def answer_request(
    conversation: ConversationDep, seq: Seq, body: RequestAnswerCreate, session: SessionDep, request: Request
) -> MessageAccepted:
    """Answers a message of kind `request`: what an agent has asked for by a form."""
    return MessageAccepted(seq=await asking.answer(session, conversation.id, seq, body, request.app.state.clock()))


async def authorised_stream(conversation_id: UUID, token: TokenDep, request: Request) -> UUID:
    # A stream lives long; its right is checked in a transaction of its own, so that no connection waits with it.
    async with transaction(request.app.state.sessions) as session:
        return (await service.access_conversation(session, conversation_id, token)).id


@router.get("/{conversation_id}/events", response_class=EventSourceResponse)
async def stream_messages(
    own_id: Annotated[UUID, Depends(authorised_stream)],
    request: Request,
    last_event_id: Annotated[str | None, Header()] = None,
    after: After = 0,
) -> AsyncIterator[ServerSentEvent]:
    """Server-sent events; `id` is the message's number, so `Last-Event-ID` (or `after`) resumes without loss."""
    state = request.app.state
    seen = max(after, seen_before(last_event_id))

    async def load() -> AsyncIterator[MessageRead]:
        nonlocal seen
        is_all = False
        while not is_all:
            async with transaction(state.sessions) as session:
                messages = await ConversationRepository(session).list_for_resident(own_id, seen)
            is_all = len(messages) < BATCH
            for message in messages:
                seen = message.seq
                yield MessageRead.of(message)

    looks = {live.conversation_signal(own_id): load}
    async for message in follow(state.hub, looks, state.clock, keep_alive_seconds=state.keep_alive_seconds):
        if message is None:
            yield ServerSentEvent(comment="keep-alive")
        else:
            yield ServerSentEvent(data=message.model_dump(mode="json"), id=str(message.seq))
