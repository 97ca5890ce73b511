"""What is done with a case: claiming, answering, noting, handing back.

Every function locks the conversation first and decides on what it then reads, so two agents, or an agent and the bot,
can never both win.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from handover_api import live
from handover_api.agents import presence
from handover_api.agents.service import actor
from handover_api.audit.service import RESIDENT, Actor
from handover_api.cases import offers, steps, wording
from handover_api.cases.deliveries import announce_reply
from handover_api.cases.repository import CaseRepository
from handover_api.cases.steps import ANY, Locked, Step, require_owner, require_reach
from handover_api.cases.trail import record
from handover_api.cases.withdrawing import withdraw
from handover_api.content.answers import list_used
from handover_api.conversations.repository import ConversationRepository
from handover_api.conversations.service import advance, find_earlier, storable_text
from handover_api.conversations.spoken_with import speaking_with
from handover_api.errors import ConflictError
from handover_api.models import Case, Conversation, QueueWait, Staff
from handover_api.rules.case import (
    CaseState,
    Resolution,
)
from handover_api.rules.conversation import Event, State
from handover_api.rules.message import USED, Audience, Author
from handover_api.texts import _


async def claim(session: AsyncSession, staff: Staff, reference: str, now: datetime, step: Step = ANY) -> None:
    """Makes the agent the case's owner.

    Raises:
        NotFoundError
        ConflictError: `already_yours`, `already_claimed` or `not_waiting`, with the current state; or as `steps.begin`.
    """
    locked = await steps.begin(session, staff, "claim", reference, step)
    if locked is None:
        return
    case = locked.case
    current = {"state": case.state, "version": locked.conversation.version}
    if case.state == CaseState.ASSIGNED:
        if case.owner_id == staff.id:
            raise ConflictError("already_yours", "Du har redan det här ärendet.", **current)
        raise ConflictError("already_claimed", "En kollega hann före och har tagit ärendet.", **current)
    if case.state != CaseState.WAITING:
        raise ConflictError("not_waiting", "Ärendet väntar inte längre i kön.", **current)
    await take(session, staff, locked, now)
    steps.finish(session, staff, "claim", locked, step, now)


async def take(session: AsyncSession, staff: Staff, locked: Locked, now: datetime) -> None:
    """Gives a locked, waiting case to the agent who asks for it."""
    await presence.give_sign_of_life(session, staff, now)
    await assign(session, staff, locked, actor(staff), now)
    record(session, actor(staff), "claim", locked, now)


async def assign(session: AsyncSession, staff: Staff, locked: Locked, who: Actor, now: datetime) -> None:
    """Makes somebody the owner of a locked, waiting case; `who` has decided it."""
    case, conversation = locked.case, locked.conversation
    is_live = conversation.state == State.WAITING
    await advance(
        session,
        conversation,
        Event.CLAIMED,
        who,
        now,
        case_reference=case.reference,
        evidence={} if who.id == staff.id else {"to": str(staff.id)},
    )
    if is_live and case.started_at_position is not None:
        session.add(
            QueueWait(
                answer_group=case.answer_group,
                position=case.started_at_position,
                entered_at=case.waiting_since,
                claimed_at=now,
            )
        )
    case.state = CaseState.ASSIGNED
    case.owner_id = staff.id
    case.claimed_at = now
    if is_live:
        await tell_who_joined(session, conversation, staff, now)
    await presence.note_assignment(session, staff.id, now)
    await offers.settle(session, case, taken_by=staff.id)
    live.publish(session, live.QUEUE)
    live.publish(session, live.staff_signal(staff.id))


async def write_as_agent(
    session: AsyncSession, staff: Staff, reference: str, client_id: str, text: str, now: datetime, *, used: str = ""
) -> int:
    """Stores what the agent wrote. Writing in a waiting case is claiming it. Returns the message's number.

    `used`: the marks of the answers that it was made from (content/answers.py); the resident is not told of them.

    Raises:
        NotFoundError
        InvalidError: the text cannot be stored.
        ConflictError: `client_id_reused`, `already_closed`, `not_yours`, `not_assigned` or `conversation_closed`.
    """
    stored_text = storable_text(text)
    locked = await steps.lock_for(session, staff, reference)
    conversation = locked.conversation
    # The client id belongs to the one who wrote: two agents may happen to use the same.
    client_id = f"{staff.id}:{client_id}"
    earlier = await find_earlier(session, conversation.id, Author.AGENT, client_id, stored_text)
    if earlier is not None:
        return earlier.seq
    if locked.case.state == CaseState.WAITING:
        await take(session, staff, locked, now)
    require_reach(locked, staff, "svaret")
    payload: dict[str, Any] = {"agent_name": staff.display_name}
    if used_answers := await list_used(session, used):
        payload[USED] = used_answers
    message = await ConversationRepository(session).append(
        conversation,
        author=Author.AGENT,
        kind="text",
        text=stored_text,
        client_id=client_id,
        staff_id=staff.id,
        payload=payload,
        created_at=now,
    )
    await announce_reply(session, locked, message, now)
    await _end_follow_up(session, locked.case)
    await presence.give_sign_of_life(session, staff, now)
    return message.seq


async def _end_follow_up(session: AsyncSession, case: Case) -> None:
    """The resident has been told how it goes, which is what a case that has come back is about. One that a department
    still has comes back when its time is over.
    """
    if case.state == CaseState.ASSIGNED and case.follow_up_level > 0:
        case.follow_up_at = None
        case.follow_up_level = 0
        live.publish(session, live.QUEUE)


async def note(session: AsyncSession, staff: Staff, reference: str, client_id: str, text: str, now: datetime) -> int:
    """Stores a note that only staff read. Anyone who handles cases may note. Returns the message's number.

    Raises:
        NotFoundError
        InvalidError: the text cannot be stored.
        ConflictError: `client_id_reused`.
    """
    stored_text = storable_text(text)
    locked = await steps.lock_for(session, staff, reference)
    client_id = f"{staff.id}:note:{client_id}"
    earlier = await find_earlier(session, locked.conversation.id, Author.AGENT, client_id, stored_text)
    if earlier is not None:
        return earlier.seq
    message = await append_note(session, staff, locked, stored_text, now, client_id=client_id)
    record(session, actor(staff), "note", locked, now)
    return message


async def append_note(
    session: AsyncSession,
    staff: Staff,
    locked: Locked,
    text: str,
    now: datetime,
    *,
    kind: str = "note",
    client_id: str | None = None,
) -> int:
    """Adds a note for staff to a locked case. Returns its number."""
    message = await ConversationRepository(session).append(
        locked.conversation,
        author=Author.AGENT,
        audience=Audience.STAFF,
        kind=kind,
        text=text,
        client_id=client_id,
        staff_id=staff.id,
        payload={"agent_name": staff.display_name},
        created_at=now,
    )
    return message.seq


async def hand_back(session: AsyncSession, staff: Staff, reference: str, now: datetime, step: Step = ANY) -> None:
    """Gives the conversation back to the bot. The case stays, answered, and opens again if a person is needed.

    Raises:
        NotFoundError
        ConflictError: `not_yours`, `not_assigned` or `state_forbids`; or as `steps.begin`.
    """
    locked = await steps.begin(session, staff, "hand_back", reference, step)
    if locked is None:
        return
    require_owner(locked, staff)
    case, conversation = locked.case, locked.conversation
    await advance(session, conversation, Event.HANDED_BACK, actor(staff), now, case_reference=case.reference)
    case.state = CaseState.ANSWERED
    with speaking_with(conversation):
        await notify_resident(session, conversation, "handed_back", _(wording.HANDED_BACK), now)
    record(session, actor(staff), "hand_back", locked, now)
    steps.finish(session, staff, "hand_back", locked, step, now)
    live.publish(session, live.QUEUE)
    live.publish(session, live.staff_signal(staff.id))


async def leave_as_resident(session: AsyncSession, conversation_id: UUID, now: datetime) -> None:
    """The resident leaves the conversation for good, in this browser. What is promised an answer by a certain time is
    not ended by that; everything else is.
    """
    conversation = await ConversationRepository(session).get_for_update(conversation_id)
    if conversation.state != State.ASYNCHRONOUS:
        await end_as_resident(session, conversation_id, now)


async def end_as_resident(session: AsyncSession, conversation_id: UUID, now: datetime) -> None:
    """The resident ends the conversation. Ending it again changes nothing.

    A case that nobody has taken is withdrawn; one that an agent has stays with the agent, who says how it ended.
    """
    conversation = await ConversationRepository(session).get_for_update(conversation_id)
    if conversation.state == State.CLOSED:
        return
    case = await CaseRepository(session).find_open(conversation.id)
    with speaking_with(conversation):
        await notify_resident(session, conversation, "closed", _(wording.ENDED_BY_RESIDENT), now)
    is_withdrawn = case is not None and case.state == CaseState.WAITING
    await advance(
        session,
        conversation,
        Event.CLOSED,
        RESIDENT,
        now,
        case_reference=case.reference if case else None,
        reason=Resolution.WITHDRAWN if is_withdrawn else None,
    )
    if case is None:
        return
    if not is_withdrawn:
        # Also one that the bot has back, or that waits for a department: nobody but its agent can say how it ended.
        case.state = CaseState.ASSIGNED
        case.follow_up_at = None
        live.publish(session, live.QUEUE)
        return
    await withdraw(session, Locked(case, conversation), now)


async def tell_who_joined(session: AsyncSession, conversation: Conversation, staff: Staff, now: datetime) -> None:
    with speaking_with(conversation):
        await ConversationRepository(session).append(
            conversation,
            author=Author.SYSTEM,
            kind="agent_joined",
            text=wording.agent_joined(staff.display_name),
            payload={"agent_name": staff.display_name},
            created_at=now,
        )


async def notify_resident(
    session: AsyncSession, conversation: Conversation, kind: str, text: str, now: datetime
) -> None:
    await ConversationRepository(session).append(
        conversation, author=Author.SYSTEM, kind=kind, text=text, created_at=now
    )
