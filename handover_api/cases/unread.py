"""Which of an agent's cases somebody has written in since the agent looked."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.models import Case, Conversation, Message
from handover_api.rules.case import CaseState
from handover_api.rules.message import Author

# More are not told apart.
MOST_COUNTED = 10


@dataclass(frozen=True)
class Unread:
    """How many messages of the resident the agent has not read, up to MOST_COUNTED, and the number of the last."""

    messages: int
    latest: int


async def list_unread(session: AsyncSession, staff_id: UUID) -> dict[str, Unread]:
    """By the reference of each of the agent's open cases that has any."""
    # Looked up conversation by conversation, the latest first and no more than are told, so that it costs as much in a
    # long one.
    latest = (
        select(Message.seq)
        .where(
            Message.conversation_id == Conversation.id,
            Message.seq > Conversation.read_by_staff,
            Message.author == Author.RESIDENT,
        )
        .order_by(Message.seq.desc())
        .limit(MOST_COUNTED)
        .correlate(Conversation)
        .subquery()
    )
    unread = (
        select(func.count().label("messages"), func.max(latest.c.seq).label("latest")).select_from(latest).lateral()
    )
    rows = await session.execute(
        select(Case.reference, unread.c.messages, unread.c.latest)
        .join(Conversation, Conversation.id == Case.conversation_id)
        .join(unread, true())
        .where(
            Case.owner_id == staff_id,
            Case.state.in_([CaseState.ASSIGNED, CaseState.FORWARDED]),
            Conversation.last_seq > Conversation.read_by_staff,
            unread.c.messages > 0,
        )
    )
    return {reference: Unread(count, latest) for reference, count, latest in rows}
