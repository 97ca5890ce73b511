"""Sending a case on to a department, and taking in its answer. The agent keeps the responsibility all the while.

The department is told what the agent writes to it; when it does not answer in time, the case comes back by itself
(`cases.follow_up`).
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api import live
from handover_api.agents.service import actor
from handover_api.audit.service import Actor
from handover_api.cases import steps, wording
from handover_api.cases.asynchronous import make_asynchronous
from handover_api.cases.deliveries import announce_forward
from handover_api.cases.follow_up import FOLLOW_UP_NOTE, follow_up_time
from handover_api.cases.schemas import DepartmentRead
from handover_api.cases.steps import ANY, Locked, Step, require_owner
from handover_api.cases.trail import record
from handover_api.conversations.repository import ConversationRepository
from handover_api.conversations.service import advance, storable_text
from handover_api.conversations.spoken_with import speaking_with
from handover_api.errors import ConflictError, InvalidError
from handover_api.models import ContactDetails, Department, Staff
from handover_api.rules.case import CaseState
from handover_api.rules.contact import Channel
from handover_api.rules.conversation import Event, State
from handover_api.rules.message import Audience, Author

FORWARD_NOTE = "forward_note"
DEPARTMENT_ANSWER = "department_answer"


async def forward(
    session: AsyncSession,
    staff: Staff,
    reference: str,
    department: str,
    note: str,
    now: datetime,
    step: Step = ANY,
    *,
    follow_up_hours: int,
) -> None:
    """Sends the agent's case on to a department, with a note of what it shall do.

    A resident who sits in the chat is told that the answer comes later, and need not stay.

    Raises:
        NotFoundError
        InvalidError: `department_missing`, or the note cannot be stored.
        ConflictError: `already_closed`, `not_assigned`, `not_yours` or `conversation_closed`; or as `steps.begin`.
    """
    text = storable_text(note)
    locked = await steps.begin(session, staff, "forward", reference, step)
    if locked is None:
        return
    require_owner(locked, staff)
    case, conversation = locked.case, locked.conversation
    if conversation.state == State.CLOSED:
        raise ConflictError(
            "conversation_closed",
            "Invånaren har avslutat samtalet, så ärendet kan inte gå vidare. Avsluta ärendet när du är klar.",
            state=case.state,
            version=conversation.version,
        )
    receiver = await find_department(session, department)
    who = actor(staff)
    if conversation.state == State.WITH_AGENT:
        await make_asynchronous(session, locked, who, now)
    follow_up_at = await follow_up_time(session, case, now, follow_up_hours)
    case.state = CaseState.FORWARDED
    case.department = receiver.id
    case.follow_up_at = follow_up_at
    await advance(
        session,
        conversation,
        Event.FORWARDED,
        who,
        now,
        case_reference=case.reference,
        evidence={"department": receiver.id, "follow_up_at": follow_up_at.isoformat()},
    )
    messages = ConversationRepository(session)
    stored_note = await messages.append(
        conversation,
        author=Author.AGENT,
        audience=Audience.STAFF,
        kind=FORWARD_NOTE,
        text=text,
        staff_id=staff.id,
        payload={"agent_name": staff.display_name, "department_name": receiver.name},
        created_at=now,
    )
    if not has_address(receiver):
        await messages.append(
            conversation,
            author=Author.SYSTEM,
            audience=Audience.STAFF,
            kind=FOLLOW_UP_NOTE,
            text=wording.tell_department_yourself(receiver.name),
            created_at=now,
        )
    contact = await session.get(ContactDetails, case.id)
    channel = Channel(contact.channel) if contact else None
    with speaking_with(conversation):
        await messages.append(
            conversation,
            author=Author.SYSTEM,
            kind="forwarded",
            text=wording.forwarded(case.reference, receiver.name, staff.display_name, channel),
            created_at=now,
        )
    await announce_forward(session, locked, receiver, stored_note, now)
    record(session, who, "forward", locked, now, department=receiver.id)
    steps.finish(session, staff, "forward", locked, step, now)
    live.publish(session, live.QUEUE)


async def record_department_answer(
    session: AsyncSession, staff: Staff, reference: str, text: str, now: datetime, step: Step = ANY
) -> None:
    """Writes down what a department has told a member of staff, who need not be the case's owner.

    Raises:
        NotFoundError
        InvalidError: the text cannot be stored.
        ConflictError: `not_forwarded`; or as `steps.begin`.
    """
    storable_text(text)
    locked = await steps.begin(session, staff, "department_answer", reference, step)
    if locked is None:
        return
    case = locked.case
    if case.state == CaseState.CLOSED or case.department is None:
        raise ConflictError(
            "not_forwarded",
            "Ärendet ligger inte hos någon förvaltning. Skriv en anteckning i stället.",
            state=case.state,
            version=locked.conversation.version,
        )
    await department_answered(session, actor(staff), locked, text, now, staff=staff)
    steps.finish(session, staff, "department_answer", locked, step, now)


async def department_answered(
    session: AsyncSession, who: Actor, locked: Locked, text: str, now: datetime, *, staff: Staff | None = None
) -> None:
    """Gives a locked case back to its owner with the department's answer, as a note that only staff read.

    An answer that comes late is noted all the same: it opens nothing that is closed, and takes nothing from anybody.

    Raises:
        InvalidError: the text cannot be stored.
    """
    case, conversation = locked.case, locked.conversation
    department = await session.get(Department, case.department) if case.department else None
    payload = {"department_name": department.name if department else None}
    await ConversationRepository(session).append(
        conversation,
        author=Author.AGENT if staff else Author.SYSTEM,
        audience=Audience.STAFF,
        kind=DEPARTMENT_ANSWER,
        text=storable_text(text),
        staff_id=staff.id if staff else None,
        payload={**payload, "agent_name": staff.display_name} if staff else payload,
        created_at=now,
    )
    if case.state == CaseState.FORWARDED:
        case.state = CaseState.ASSIGNED
    if case.state == CaseState.ASSIGNED:
        case.follow_up_at = None
        case.follow_up_level = 0
    if conversation.state == State.ASYNCHRONOUS:
        await advance(
            session,
            conversation,
            Event.DEPARTMENT_ANSWERED,
            who,
            now,
            case_reference=case.reference,
            evidence={"department": case.department},
        )
    record(session, who, "department_answer", locked, now)
    live.publish(session, live.QUEUE)


async def find_department(session: AsyncSession, department: str) -> Department:
    """
    Raises:
        InvalidError: `department_missing`.
    """
    found = await session.get(Department, department) if department and "\x00" not in department else None
    if found is None:
        raise InvalidError("department_missing", "Välj vilken förvaltning som ska få ärendet.")
    return found


async def list_departments(session: AsyncSession) -> list[DepartmentRead]:
    departments = await session.scalars(select(Department).order_by(Department.name, Department.id))
    return [DepartmentRead(id=each.id, name=each.name, is_told=has_address(each)) for each in departments]


def has_address(department: Department) -> bool:
    """Whether the service can tell the department by itself."""
    return department.uses_case_system or department.email is not None
