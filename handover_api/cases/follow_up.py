"""What time brings back, so that nobody who was promised an answer is forgotten.

Both duties may be done by several workers and as often as one likes: each does what is due, once.
"""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from handover_api import live
from handover_api.audit.service import SYSTEM
from handover_api.cases import wording
from handover_api.cases.follow_up_repository import FollowUpRepository
from handover_api.cases.steps import Locked
from handover_api.cases.trail import record
from handover_api.cases.transfers import requeue
from handover_api.conversations.repository import ConversationRepository
from handover_api.conversations.service import advance
from handover_api.models import Case, Department
from handover_api.organisation.service import calendar_of, read_calendars
from handover_api.rules.case import RANK, CaseState, Priority
from handover_api.rules.conversation import Event
from handover_api.rules.follow_up import (
    DUE_SOON_HOURS,
    LEVEL_OF_LEADS,
    after_open_time,
    after_working_hours,
    next_level,
)
from handover_api.rules.message import Audience, Author

# The kind of the notes by which the service tells staff what to look after.
FOLLOW_UP_NOTE = "follow_up"
OWNER_GONE = "owner_gone"
DUE = "due"
# Two hours in which people answer may lie so far ahead: Christmas, with a weekend on each side.
_LONGEST_CLOSURE = timedelta(days=10)


async def follow_up_time(session: AsyncSession, case: Case, now: datetime, hours: int) -> datetime:
    """When a department that gets the case now should have answered."""
    calendar = await calendar_of(session, case.answer_group)
    return after_working_hours(now, hours, calendar)


async def raise_due(session: AsyncSession, now: datetime) -> None:
    """Brings forward the cases whose promised time is near, `DUE_SOON_HOURS` of opening hours before it."""
    due = FollowUpRepository(session)
    groups = await due.list_groups_with_promises(now + _LONGEST_CLOSURE)
    if not groups:
        return
    calendars = await read_calendars(session)
    for answer_group in groups:
        soon = after_open_time(now, timedelta(hours=DUE_SOON_HOURS), calendars.of(answer_group))
        for locked in await due.lock_promised(answer_group, soon):
            hurry(locked.case)
            await advance(
                session,
                locked.conversation,
                Event.PRIORITY_RAISED,
                SYSTEM,
                now,
                reason=DUE,
                case_reference=locked.case.reference,
                evidence={"priority": locked.case.priority},
            )
            record(session, SYSTEM, "raise_priority", locked, now, reason=DUE)
            live.publish(session, live.QUEUE)


async def return_unanswered(session: AsyncSession, now: datetime, *, follow_up_hours: int) -> None:
    """Brings back what nobody has answered in time: first to its owner, the next time to the leads as well.

    A case whose owner no longer works here goes back to the queue. An agent who writes to the resident ends it
    (`cases.service`).
    """
    due = FollowUpRepository(session)
    for locked in await due.lock_ownerless():
        await _return_to_queue(session, locked, now)
    for locked in await due.lock_unanswered(now):
        await _return_to_owner(session, locked, now, follow_up_hours)


async def _return_to_owner(session: AsyncSession, locked: Locked, now: datetime, follow_up_hours: int) -> None:
    case = locked.case
    was_forwarded = case.state == CaseState.FORWARDED
    level = next_level(case.follow_up_level)
    case.state = CaseState.ASSIGNED
    case.follow_up_level = level
    case.follow_up_at = None if level == LEVEL_OF_LEADS else await follow_up_time(session, case, now, follow_up_hours)
    hurry(case)
    await advance(
        session,
        locked.conversation,
        Event.FOLLOW_UP_DUE,
        SYSTEM,
        now,
        case_reference=case.reference,
        evidence={"level": level, "department": case.department},
    )
    department = await session.get(Department, case.department) if was_forwarded else None
    await _tell_staff(session, locked, wording.follow_up_due(department.name if department else None, level), now)
    record(session, SYSTEM, "follow_up_due", locked, now)
    live.publish(session, live.QUEUE)


async def _return_to_queue(session: AsyncSession, locked: Locked, now: datetime) -> None:
    hurry(locked.case)
    await requeue(session, locked, SYSTEM, OWNER_GONE, now)
    locked.case.follow_up_at = None
    await _tell_staff(session, locked, wording.OWNER_IS_GONE, now)
    record(session, SYSTEM, "return", locked, now, reason=OWNER_GONE)


def hurry(case: Case) -> None:
    """Puts the case before all that is not urgent."""
    if case.priority != Priority.URGENT:
        case.priority = Priority.DUE_SOON
        case.priority_rank = RANK[Priority.DUE_SOON]


async def _tell_staff(session: AsyncSession, locked: Locked, text: str, now: datetime) -> None:
    await ConversationRepository(session).append(
        locked.conversation,
        author=Author.SYSTEM,
        audience=Audience.STAFF,
        kind=FOLLOW_UP_NOTE,
        text=text,
        created_at=now,
    )
