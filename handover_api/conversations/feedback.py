"""What residents say of the bot's answers: whether one helped, and what was missing in it."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.conversations.remarks import storable_remark
from handover_api.conversations.repository import ConversationRepository
from handover_api.errors import NotFoundError
from handover_api.models import AnswerFeedback, Message
from handover_api.questions import collecting
from handover_api.rules.replies import may_be_rated
from handover_api.texts import _

MAX_CHARACTERS = 500


async def give(
    session: AsyncSession, conversation_id: UUID, seq: int, *, has_helped: bool, missing: str | None, now: datetime
) -> AnswerFeedback:
    """Keeps what the resident says of an answer, instead of what was said of it before.

    `missing` is what an answer that did not help lacked; None leaves what has been said of that as it is.

    Raises:
        NotFoundError: `answer_missing`; there is no such answer of the bot's in the conversation.
        InvalidError: `remark_too_long`.
    """
    remark = storable_remark(missing, MAX_CHARACTERS) if missing is not None else None
    await ConversationRepository(session).get_for_update(conversation_id)
    message = await session.scalar(
        select(Message).where(Message.conversation_id == conversation_id, Message.seq == seq)
    )
    if message is None or not may_be_rated(message.author, message.kind):
        raise NotFoundError("answer_missing", _("Svaret finns inte."))
    feedback = await session.get(AnswerFeedback, message.id)
    if feedback is None:
        feedback = AnswerFeedback(message_id=message.id)
        session.add(feedback)
    feedback.has_helped = has_helped
    if has_helped or missing is not None:
        feedback.missing = None if has_helped else remark
    feedback.created_at = now
    await collecting.note_opinion(session, message, has_helped=has_helped)
    await session.flush()
    return feedback


async def list_of(session: AsyncSession, messages: Iterable[Message]) -> dict[UUID, AnswerFeedback]:
    """What has been said of these messages, by the message's id."""
    rated = [message.id for message in messages if may_be_rated(message.author, message.kind)]
    if not rated:
        return {}
    rows = await session.scalars(select(AnswerFeedback).where(AnswerFeedback.message_id.in_(rated)))
    return {row.message_id: row for row in rows}
