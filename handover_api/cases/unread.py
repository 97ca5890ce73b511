"""Which of an agent's cases somebody has written in since the agent looked."""

from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.models import Case, Conversation, Message
from handover_api.rules.case import CaseState
from handover_api.rules.message import Author


async def count_unread(session: AsyncSession, staff_id: UUID) -> int:
    """How many of the agent's open cases have something from the resident that the agent has not read."""
    written = exists().where(
        Message.conversation_id == Case.conversation_id,
        Message.author == Author.RESIDENT,
        Message.seq > Conversation.read_by_staff,
    )
    count = await session.scalar(
        select(func.count())
        .select_from(Case)
        .join(Conversation, Conversation.id == Case.conversation_id)
        .where(Case.owner_id == staff_id, Case.state.in_([CaseState.ASSIGNED, CaseState.FORWARDED]), written)
    )
    return count or 0
