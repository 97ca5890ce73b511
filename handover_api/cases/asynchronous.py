"""Cases that nobody sits and waits for: the resident may leave, and the answer comes by a promised time.

A case becomes asynchronous when the desk is closed, or closes while somebody waits; when the resident leaves contact
details instead of waiting; and when an agent forwards a case that is live. From then on the resident and the agent
write to each other in the same window when it suits them. It becomes live again only if the resident asks to wait for a
person while nobody owns the case; an owner is told that the resident is there, and keeps the case.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from handover_api import live
from handover_api.audit.service import SYSTEM, Actor
from handover_api.cases import wording
from handover_api.cases.deliveries import announce_receipt
from handover_api.cases.repository import CaseRepository
from handover_api.cases.steps import Locked
from handover_api.cases.trail import record
from handover_api.conversations import service as conversations
from handover_api.conversations.repository import ConversationRepository
from handover_api.conversations.schemas import MessageCreate
from handover_api.conversations.service import advance
from handover_api.conversations.spoken_with import speaking_with
from handover_api.models import Case, ContactDetails, DueTime
from handover_api.organisation.service import add_working_days, availability, find_group, read_calendars
from handover_api.rules.case import RANK, CaseState, Priority
from handover_api.rules.conversation import Event, State
from handover_api.rules.message import Author

# So many at a time, so that no lock is held for long; the rest follow at the next call.
_AT_ONCE = 50
# What is written in these states goes to a person.
_WITH_PEOPLE = frozenset({State.WITH_AGENT, State.ASYNCHRONOUS})


async def make_asynchronous(session: AsyncSession, locked: Locked, actor: Actor, now: datetime) -> None:
    """The resident need not stay any longer, and is told so. One that is asynchronous already stays as it is.

    Raises:
        ConflictError: `state_forbids`.
    """
    if locked.conversation.state == State.ASYNCHRONOUS:
        return
    await leave_to_be_answered(session, locked, actor, now)
    has_contact = await find_contact(session, locked.case) is not None
    with speaking_with(locked.conversation):
        text = wording.left_to_be_answered(locked.case, now, has_contact=has_contact)
        await tell(session, locked, "left_to_be_answered", text, now)
    await announce_receipt(session, locked, now)


async def leave_to_be_answered(session: AsyncSession, locked: Locked, actor: Actor, now: datetime) -> None:
    """The step itself; the caller tells the resident."""
    case = locked.case
    case.due_at = await promised_time(session, case, now)
    if case.priority != Priority.URGENT:
        case.priority = Priority.CAN_WAIT
        case.priority_rank = RANK[Priority.CAN_WAIT]
    case.started_at_position = None
    await advance(
        session,
        locked.conversation,
        Event.LEFT_TO_BE_ANSWERED,
        actor,
        now,
        case_reference=case.reference,
        evidence={"due_at": case.due_at.isoformat()},
    )
    record(session, actor, "leave_to_be_answered", locked, now)
    live.publish(session, live.QUEUE)


async def promised_time(session: AsyncSession, case: Case, now: datetime) -> datetime:
    """By when the case is to be answered: its topic's own time, or the answer group's."""
    own = await session.get(DueTime, case.topic) if case.topic else None
    group = await find_group(session, case.answer_group)
    days = own.working_days if own else group.due_working_days
    return await add_working_days(session, case.answer_group, now, days)


async def find_contact(session: AsyncSession, case: Case) -> ContactDetails | None:
    return await session.get(ContactDetails, case.id)


async def tell(session: AsyncSession, locked: Locked, kind: str, text: str, now: datetime) -> None:
    """A message to the resident about what happens next."""
    case = locked.case
    await ConversationRepository(session).append(
        locked.conversation,
        author=Author.SYSTEM,
        kind=kind,
        text=text,
        payload={"case_reference": case.reference, "due_at": case.due_at.isoformat() if case.due_at else None},
        created_at=now,
    )


async def write_as_resident(session: AsyncSession, conversation_id: UUID, message: MessageCreate, now: datetime) -> int:
    """Stores what the resident wrote. While nobody is expected to answer at once, the resident is told, once, that it
    has come to the case. Returns the message's number.

    Raises:
        As `conversations.service.write_as_resident`.
    """
    seq = await conversations.write_as_resident(session, conversation_id, message, now)
    repository = ConversationRepository(session)
    conversation = await repository.get_for_update(conversation_id)
    case = await CaseRepository(session).find_open(conversation_id) if conversation.state in _WITH_PEOPLE else None
    if case is None:
        return seq
    if case.owner_id is not None:
        # The owner may be looking at something else, and is shown how much is unread.
        live.publish(session, live.staff_signal(case.owner_id))
    if conversation.state == State.ASYNCHRONOUS and not await repository.has_kind(conversation_id, "added_to_case"):
        with speaking_with(conversation):
            await tell(session, Locked(case, conversation), "added_to_case", wording.added_to_case(case, now), now)
    return seq


async def stop_waiting(session: AsyncSession, now: datetime) -> int:
    """For those who wait for a person: whose answer group has closed is answered later, and whoever has waited longer
    than the group's patience is told, once, that the answer can be sent instead. Returns how many were told.

    What is urgent keeps its place first in the queue, and its resident is never told that waiting is enough.
    """
    told = 0
    waiting = await CaseRepository(session).list_groups_with_waiting()
    calendars = await read_calendars(session) if waiting else None
    for answer_group in waiting:
        if calendars is not None and not calendars.of(answer_group).is_open(now):
            told += await _close_for(session, answer_group, now)
        else:
            told += await _offer_to_send(session, answer_group, now)
    return told


async def _close_for(session: AsyncSession, answer_group: str, now: datetime) -> int:
    """The group has closed while somebody waits."""
    closed = 0
    for conversation_id in await CaseRepository(session).list_live_waiting(answer_group, _AT_ONCE):
        locked = await _lock_waiting(session, conversation_id)
        if locked is None or locked.case.answer_group != answer_group:
            continue
        available = await availability(session, answer_group, now)
        with speaking_with(locked.conversation):
            text = wording.closed_while_waiting(locked.case, available, now)
            await tell(session, locked, "closed_for_now", text, now)
        await make_asynchronous(session, locked, SYSTEM, now)
        closed += 1
    return closed


async def _offer_to_send(session: AsyncSession, answer_group: str, now: datetime) -> int:
    group = await find_group(session, answer_group)
    waiting_since = now - timedelta(minutes=group.patience_minutes)
    offered = 0
    for conversation_id in await CaseRepository(session).list_live_waiting(
        answer_group, _AT_ONCE, not_offered_since=waiting_since
    ):
        locked = await _lock_waiting(session, conversation_id)
        if locked is None or locked.case.contact_offered_at is not None or locked.case.waiting_since > waiting_since:
            continue
        locked.case.contact_offered_at = now
        if await find_contact(session, locked.case) is not None:
            continue
        with speaking_with(locked.conversation):
            await tell(session, locked, "contact_offered", wording.contact_offered(locked.case), now)
        record(session, SYSTEM, "offer_contact", locked, now)
        offered += 1
    return offered


async def _lock_waiting(session: AsyncSession, conversation_id: UUID) -> Locked | None:
    """The conversation and its case, if the resident still waits when nobody else can change it. One that somebody has
    in hand comes the next time: many locks are held here, and none is waited for.
    """
    conversation = await ConversationRepository(session).find_free_for_update(conversation_id)
    case = await CaseRepository(session).find_open(conversation_id)
    if conversation is None or conversation.state != State.WAITING or case is None or case.state != CaseState.WAITING:
        return None
    return Locked(case, conversation)
