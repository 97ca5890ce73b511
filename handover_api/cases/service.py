"""What is done with a case: claiming, answering, handing back, closing.

Every function locks the conversation first and decides on what it then reads, so two agents, or an agent and the bot,
can never both win.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from handover_api import live
from handover_api.agents.service import actor
from handover_api.audit.service import RESIDENT
from handover_api.cases import wording
from handover_api.cases.repository import CaseRepository
from handover_api.cases.trail import record
from handover_api.conversations.repository import ConversationRepository
from handover_api.conversations.service import change_state, find_earlier, storable_text
from handover_api.errors import ConflictError
from handover_api.models import Case, Conversation, Staff
from handover_api.rules.case import (
    CaseState,
    Resolution,
)
from handover_api.rules.conversation import Event, State
from handover_api.rules.message import Author


async def claim(session: AsyncSession, staff: Staff, reference: str, now: datetime) -> None:
    """Makes the agent the case's owner.

    Raises:
        NotFoundError
        ConflictError: `already_yours`, `already_claimed` or `not_waiting`, with the current state.
    """
    case, conversation = await _lock(session, reference)
    if case.state == CaseState.ASSIGNED:
        if case.owner_id == staff.id:
            raise ConflictError("already_yours", "Du har redan det här ärendet.", state=case.state)
        raise ConflictError("already_claimed", "En kollega hann före och har tagit ärendet.", state=case.state)
    if case.state != CaseState.WAITING:
        raise ConflictError("not_waiting", "Ärendet väntar inte längre i kön.", state=case.state)
    await _take_over(session, staff, case, conversation, now)


async def _take_over(
    session: AsyncSession, staff: Staff, case: Case, conversation: Conversation, now: datetime
) -> None:
    await change_state(session, conversation, Event.CLAIMED, actor(staff), now)
    case.state = CaseState.ASSIGNED
    case.owner_id = staff.id
    case.claimed_at = now
    case.version += 1
    await ConversationRepository(session).append(
        conversation,
        author=Author.SYSTEM,
        kind="agent_joined",
        text=wording.agent_joined(staff.display_name),
        payload={"agent_name": staff.display_name},
        created_at=now,
    )
    record(session, actor(staff), "claim", case, now)
    await live.publish(session, live.QUEUE)


async def write_as_agent(
    session: AsyncSession, staff: Staff, reference: str, client_id: str, text: str, now: datetime
) -> int:
    """Stores what the agent wrote. Writing in a waiting case is claiming it. Returns the message's number.

    Raises:
        NotFoundError
        InvalidError: the text cannot be stored.
        ConflictError: `client_id_reused`, `already_closed`, `not_yours`, `not_assigned` or `conversation_closed`.
    """
    stored_text = storable_text(text)
    case, conversation = await _lock(session, reference)
    # The client id belongs to the one who wrote: two agents may happen to use the same.
    client_id = f"{staff.id}:{client_id}"
    earlier = await find_earlier(session, conversation.id, Author.AGENT, client_id, stored_text)
    if earlier is not None:
        return earlier.seq
    if case.state == CaseState.WAITING:
        await _take_over(session, staff, case, conversation, now)
    _require_owner(case, staff)
    if conversation.state == State.CLOSED:
        raise ConflictError(
            "conversation_closed",
            "Invånaren har avslutat samtalet, så svaret når inte fram. Avsluta ärendet när du är klar.",
            state=case.state,
        )
    message = await ConversationRepository(session).append(
        conversation,
        author=Author.AGENT,
        kind="text",
        text=stored_text,
        client_id=client_id,
        staff_id=staff.id,
        payload={"agent_name": staff.display_name},
        created_at=now,
    )
    return message.seq


async def hand_back(session: AsyncSession, staff: Staff, reference: str, now: datetime) -> None:
    """Gives the conversation back to the bot. The case stays, answered, and opens again if a person is needed.

    Raises:
        NotFoundError
        ConflictError: `not_yours` or `not_assigned`.
    """
    case, conversation = await _lock(session, reference)
    _require_owner(case, staff)
    await change_state(session, conversation, Event.HANDED_BACK, actor(staff), now)
    case.state = CaseState.ANSWERED
    case.version += 1
    await _notify_resident(session, conversation, "handed_back", wording.HANDED_BACK, now)
    record(session, actor(staff), "hand_back", case, now)
    await live.publish(session, live.QUEUE)


async def close(session: AsyncSession, staff: Staff, reference: str, resolution: str, now: datetime) -> None:
    """Closes the case, and the conversation with it.

    Raises:
        NotFoundError
        ConflictError: `already_closed`, `not_yours` or `not_assigned`.
    """
    case, conversation = await _lock(session, reference)
    if case.state != CaseState.ANSWERED:
        _require_owner(case, staff)
    if conversation.state != State.CLOSED:
        await _notify_resident(session, conversation, "closed", wording.CLOSED, now)
        await change_state(session, conversation, Event.CLOSED, actor(staff), now)
    case.state = CaseState.CLOSED
    case.resolution = resolution
    case.closed_at = now
    case.version += 1
    record(session, actor(staff), "close", case, now)
    await live.publish(session, live.QUEUE)


async def end_as_resident(session: AsyncSession, conversation_id: UUID, now: datetime) -> None:
    """The resident ends the conversation. Ending it again changes nothing.

    A case that nobody has taken is withdrawn; one that an agent has stays with the agent, who says how it ended.
    """
    conversation = await ConversationRepository(session).get_for_update(conversation_id)
    if conversation.state == State.CLOSED:
        return
    await _notify_resident(session, conversation, "closed", wording.ENDED_BY_RESIDENT, now)
    await change_state(session, conversation, Event.CLOSED, RESIDENT, now)
    case = await CaseRepository(session).find_open(conversation.id)
    if case is None or case.state != CaseState.WAITING:
        return
    case.state = CaseState.CLOSED
    case.resolution = Resolution.WITHDRAWN
    case.closed_at = now
    case.version += 1
    record(session, RESIDENT, "withdraw", case, now)
    await live.publish(session, live.QUEUE)


async def _lock(session: AsyncSession, reference: str) -> tuple[Case, Conversation]:
    """The case as it is once nobody else can change it. The conversation's lock covers its case."""
    cases = CaseRepository(session)
    case = await cases.get(reference)
    conversation = await ConversationRepository(session).get_for_update(case.conversation_id)
    return await cases.get(reference), conversation


def _require_owner(case: Case, staff: Staff) -> None:
    if case.state == CaseState.CLOSED:
        raise ConflictError("already_closed", "Ärendet är redan avslutat.", state=case.state)
    if case.state != CaseState.ASSIGNED:
        raise ConflictError("not_assigned", "Ärendet är inte öppet hos någon. Ta det först.", state=case.state)
    if case.owner_id != staff.id:
        raise ConflictError("not_yours", "Ärendet ligger hos en kollega.", state=case.state)


async def _notify_resident(
    session: AsyncSession, conversation: Conversation, kind: str, text: str, now: datetime
) -> None:
    await ConversationRepository(session).append(
        conversation, author=Author.SYSTEM, kind=kind, text=text, created_at=now
    )
