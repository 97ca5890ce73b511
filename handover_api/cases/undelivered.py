"""What becomes of a case when something about it could not be sent: somebody learns of it and has it to see to."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from handover_api import live
from handover_api.audit.service import SYSTEM
from handover_api.cases import steps
from handover_api.cases.steps import Locked
from handover_api.cases.trail import record
from handover_api.conversations.repository import ConversationRepository
from handover_api.conversations.service import advance
from handover_api.conversations.spoken_with import speaking_with
from handover_api.models import Case
from handover_api.rules.case import RANK, CaseState, Priority
from handover_api.rules.conversation import Event, State
from handover_api.rules.message import Audience, Author
from handover_api.texts import _

KIND = "delivery_failed"
UNDELIVERED = "undelivered"


async def tell_resident(session: AsyncSession, reference: str, text: str, problem: str, now: datetime) -> None:
    """Says in the chat, where staff read it too, that the address does not work. `text`: yet to be translated.

    Raises:
        NotFoundError
    """
    locked = await steps.lock(session, reference)
    with speaking_with(locked.conversation):
        await _append(session, locked, Audience.EVERYONE, _(text), problem, now)
    record(session, SYSTEM, UNDELIVERED, locked, now, problem=problem)


async def give_back_to_owner(session: AsyncSession, reference: str, text: str, problem: str, now: datetime) -> Locked:
    """Tells staff, and puts the case before its owner again, also when it was closed meanwhile.

    Raises:
        NotFoundError
    """
    locked = await steps.lock(session, reference)
    case, conversation = locked.case, locked.conversation
    await _append(session, locked, Audience.STAFF, text, problem, now)
    record(session, SYSTEM, UNDELIVERED, locked, now, problem=problem)
    if conversation.state == State.WITH_BOT:
        # The resident is in the chat, and has the answer there.
        return locked
    if case.state == CaseState.CLOSED and not _open_again(locked):
        return locked
    if case.priority != Priority.URGENT:
        case.priority = Priority.DUE_SOON
        case.priority_rank = RANK[Priority.DUE_SOON]
    await advance(
        session,
        conversation,
        Event.PRIORITY_RAISED,
        SYSTEM,
        now,
        reason=UNDELIVERED,
        case_reference=case.reference,
        evidence={"priority": case.priority, "case": case.state, "problem": problem},
    )
    live.publish(session, live.QUEUE)
    return locked


async def bring_back_from_department(
    session: AsyncSession, reference: str, text: str, problem: str, now: datetime
) -> None:
    """As `give_back_to_owner`, and the case need not wait for a department that has heard nothing.

    Raises:
        NotFoundError
    """
    case = (await give_back_to_owner(session, reference, text, problem, now)).case
    if case.state == CaseState.FORWARDED:
        case.follow_up_at = now


def _open_again(locked: Locked) -> bool:
    """Whether somebody had the case, who can have it again."""
    case: Case = locked.case
    if case.owner_id is None or locked.conversation.state != State.CLOSED:
        return False
    case.state = CaseState.ASSIGNED
    case.resolution = None
    case.closed_at = None
    return True


async def _append(
    session: AsyncSession, locked: Locked, audience: Audience, text: str, problem: str, now: datetime
) -> None:
    await ConversationRepository(session).append(
        locked.conversation,
        author=Author.SYSTEM,
        audience=audience,
        kind=KIND,
        text=text,
        payload={"problem": problem},
        created_at=now,
    )
