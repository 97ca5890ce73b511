"""The questions that a resident is asked when a conversation has ended. They are answered once.

Whoever has ended the conversation in the browser no longer holds its token. So the questions have one of their own,
for a short while; it opens them and nothing else.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.agents.service import hash_token
from handover_api.conversations.remarks import storable_remark
from handover_api.conversations.repository import ConversationRepository
from handover_api.errors import ConflictError
from handover_api.models import Conversation, Survey
from handover_api.rules.conversation import State
from handover_api.rules.message import Author
from handover_api.rules.survey import MAX_COMMENT_CHARACTERS, GotHelp
from handover_api.texts import _

# The next one at a library's computer shall not be asked about somebody else's conversation.
LIFE = timedelta(minutes=15)


@dataclass(frozen=True)
class Answers:
    """None, or a blank comment: the question was passed over. `ease` goes from 1, very hard, to 5, very easy."""

    got_help: GotHelp | None = None
    ease: int | None = None
    comment: str = ""


async def ask(session: AsyncSession, conversation_id: UUID, now: datetime) -> str | None:
    """A token to the questions, for whoever gives the conversation's own away; None when there is nothing to ask."""
    conversation = await ConversationRepository(session).get_for_update(conversation_id)
    if not await is_open(session, conversation):
        return None
    survey = await session.get(Survey, conversation_id)
    if survey is None:
        survey = Survey(conversation_id=conversation_id)
        session.add(survey)
    token = secrets.token_urlsafe(32)
    survey.token_hash = hash_token(token)
    survey.asked_at = now
    return token


async def is_open(session: AsyncSession, conversation: Conversation) -> bool:
    """Whether there is something to ask: the conversation has ended, with answers in it, and nothing has been said."""
    if conversation.state != State.CLOSED:
        return False
    repository = ConversationRepository(session)
    if not (
        await repository.find_latest_by(conversation.id, Author.BOT)
        or await repository.find_latest_by(conversation.id, Author.AGENT)
    ):
        return False
    survey = await session.get(Survey, conversation.id)
    return survey is None or survey.answered_at is None


async def opens(session: AsyncSession, conversation_id: UUID, token: str, now: datetime) -> bool:
    """Whether the token still opens the conversation's questions."""
    survey = await session.get(Survey, conversation_id)
    return (
        survey is not None
        and survey.token_hash is not None
        and survey.answered_at is None
        and now < survey.asked_at + LIFE
        and hmac.compare_digest(survey.token_hash, hash_token(token))
    )


async def answer(session: AsyncSession, conversation_id: UUID, answers: Answers, now: datetime) -> None:
    """Keeps the answers. Where every question was passed over nothing is kept, and they can be answered later.

    Raises:
        InvalidError: `remark_too_long`.
        ConflictError: `conversation_open`, or `already_answered`.
    """
    comment = storable_remark(answers.comment, MAX_COMMENT_CHARACTERS)
    conversation = await ConversationRepository(session).get_for_update(conversation_id)
    if conversation.state != State.CLOSED:
        raise ConflictError(
            "conversation_open", _("Samtalet pågår. Svara på frågorna när det är avslutat."), state=conversation.state
        )
    survey = await session.get(Survey, conversation_id, populate_existing=True)
    if survey is not None and survey.answered_at is not None:
        raise ConflictError("already_answered", _("Tack, du har redan svarat på frågorna."))
    if answers.got_help is None and answers.ease is None and comment is None:
        return
    if survey is None:
        survey = Survey(conversation_id=conversation_id, asked_at=now)
        session.add(survey)
    survey.got_help = answers.got_help
    survey.ease = answers.ease
    survey.comment = comment
    survey.answered_at = now
    survey.token_hash = None
