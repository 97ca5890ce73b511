"""What the two sides may know of each other besides what is written: that somebody writes, and how far each has read.

That somebody writes is told and forgotten; nothing is stored of it. How far somebody has read is kept, and only rises.
Neither says anything of what is written.
"""

from sqlalchemy.ext.asyncio import AsyncSession

from handover_api import live
from handover_api.cases.repository import CaseRepository
from handover_api.conversations.repository import ConversationRepository
from handover_api.models import Case, Conversation, Staff
from handover_api.rules.case import CaseState
from handover_api.rules.conversation import State

_OWNED = frozenset({CaseState.ASSIGNED, CaseState.FORWARDED})
# In these states an agent may be reading.
_WITH_PEOPLE = frozenset({State.WITH_AGENT, State.ASYNCHRONOUS})


def resident_writes(session: AsyncSession, conversation: Conversation) -> None:
    """Tells the staff who look at the conversation, if it is theirs."""
    if conversation.state in _WITH_PEOPLE:
        live.publish(session, live.writing_signal(conversation.id, live.RESIDENT))


async def staff_writes(session: AsyncSession, staff: Staff, reference: str) -> None:
    """Tells the resident, if the case is this agent's; nobody else's writing means that an answer comes.

    Raises:
        NotFoundError
    """
    case = await CaseRepository(session).get(reference)
    if _has(staff, case):
        live.publish(session, live.writing_signal(case.conversation_id, live.STAFF))


async def resident_has_read(session: AsyncSession, conversation: Conversation, seq: int) -> None:
    """Everything up to a message has been shown to somebody who looks at the resident's page. Nobody asks how far what
    only the bot has said has been read.
    """
    if conversation.state == State.WITH_BOT:
        return
    if await ConversationRepository(session).raise_read_by_resident(conversation.id, seq):
        live.publish(session, live.read_signal(conversation.id, live.RESIDENT))


async def staff_has_read(session: AsyncSession, staff: Staff, case: Case, seq: int) -> None:
    """The same of the agent who has the case. A colleague who only looks promises the resident nothing."""
    if _has(staff, case) and await ConversationRepository(session).raise_read_by_staff(case.conversation_id, seq):
        live.publish(session, live.read_signal(case.conversation_id, live.STAFF))
        live.publish(session, live.staff_signal(staff.id))


def _has(staff: Staff, case: Case) -> bool:
    return case.owner_id == staff.id and case.state in _OWNED
