"""What is told to those who are not in the chat: the resident who has left, and the department that a case goes to."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.cases.steps import Locked
from handover_api.models import ContactDetails, Department, Message
from handover_api.outgoing.outbox import enqueue
from handover_api.rules.contact import Channel
from handover_api.rules.conversation import State

ERRAND = "errand"


class About(StrEnum):
    """What is told."""

    REPLY = "reply"
    RECEIPT = "receipt"
    FORWARD = "forward"


async def announce_reply(session: AsyncSession, locked: Locked, message: Message, now: datetime) -> None:
    """Tells a resident who has left that an agent has answered, if there is an address to tell it to."""
    if locked.conversation.state == State.ASYNCHRONOUS:
        await _tell_resident(session, locked, About.REPLY, message.seq, now)


async def announce_receipt(session: AsyncSession, locked: Locked, now: datetime) -> None:
    """Sends what the resident needs to know when the contact details have been left."""
    await _tell_resident(session, locked, About.RECEIPT, locked.conversation.version, now)


async def announce_forward(
    session: AsyncSession, locked: Locked, department: Department, note_message: Message, now: datetime
) -> None:
    """Tells a department that a case is its own to answer: in its case system, or by e-mail.

    A department that has neither is told by the agent.
    """
    if department.uses_case_system:
        kind = ERRAND
    elif department.email:
        kind = Channel.EMAIL
    else:
        return
    reference = locked.case.reference
    await enqueue(
        session,
        kind,
        f"{About.FORWARD}:{reference}:{note_message.seq}",
        {"about": About.FORWARD, "case": reference, "number": note_message.seq, "department": department.id},
        now,
    )


async def _tell_resident(session: AsyncSession, locked: Locked, about: About, number: int, now: datetime) -> None:
    """`number`: what tells this telling from others about the same case."""
    contact = await session.get(ContactDetails, locked.case.id)
    if contact is None or contact.channel not in {Channel.EMAIL, Channel.SMS}:
        return
    reference = locked.case.reference
    await enqueue(
        session,
        contact.channel,
        f"{about}:{reference}:{number}",
        {"about": about, "case": reference, "number": number},
        now,
    )
