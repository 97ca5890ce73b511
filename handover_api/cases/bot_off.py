"""While the staff have switched the bot off, a person answers instead (`organisation.bot_switch`).

Off for all: the bot is not even asked. Off for an answer group: what it believes is about one of the group's topics
is not said. Danger is still heard: what was not answered is read like everything else in the queue.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from handover_api import live
from handover_api.audit.service import BOT
from handover_api.cases import secrecy
from handover_api.cases.handovers import hand_over
from handover_api.cases.repository import CaseRepository
from handover_api.cases.schemas import HandoverEvidence
from handover_api.content.repository import ContentRepository
from handover_api.conversations import answering
from handover_api.conversations.dispatcher import Answering
from handover_api.conversations.repository import ConversationRepository
from handover_api.conversations.service import note_language
from handover_api.conversations.spoken_with import speaking_with
from handover_api.database import SessionFactory, transaction
from handover_api.integrations.bot import Bot, Turn
from handover_api.models import Conversation, Message
from handover_api.organisation import bot_switch
from handover_api.rules.case import Reason
from handover_api.rules.conversation import State
from handover_api.rules.message import Author, BotWork
from handover_api.rules.replies import ReplyKind
from handover_api.texts import _

# The bot's certainties in which its first candidate is what it goes by.
_GOES_BY_IT = frozenset({"sure", "chosen"})


@dataclass(frozen=True)
class NotAsked:
    """The bot is off for all, so nobody has asked it."""


_NOT_ASKED: Final = NotAsked()


class AnsweringUnlessOff:
    """The bot's duty (`conversations.dispatcher.Duty`) with what is written to it, as far as it may speak."""

    work = BotWork.PENDING
    signal = live.BOT_WORK

    def __init__(self, bot: Bot, sessions: SessionFactory) -> None:
        self._answering = Answering(bot)
        self._sessions = sessions

    async def ask(self, message: Message, language: str) -> Turn | NotAsked:
        async with transaction(self._sessions) as session:
            if await bot_switch.is_off_for_all(session):
                return _NOT_ASKED
        return await self._answering.ask(message, language)

    async def store(self, session: AsyncSession, message: Message, answer: Turn | NotAsked, now: datetime) -> None:
        turn = None if isinstance(answer, NotAsked) else answer
        # The conversation first, as everywhere; then what the switch says now, and not when the bot was asked.
        owed = await answering.find_answerable(session, message.conversation_id, message.id)
        if owed is None:
            return
        if turn is not None and not await bot_switch.is_off_for(session, _topics(turn)):
            await self._answering.store(session, message, turn, now)
            await _note_secrecy(session, owed[0])
        else:
            await _leave_to_person(session, *owed, turn, now)

    async def give_up(self, session: AsyncSession, message: Message, now: datetime) -> None:
        await self._answering.give_up(session, message, now)


async def _note_secrecy(session: AsyncSession, conversation: Conversation) -> None:
    """What the bot answers to somebody who waits may be about another board's matters than the case was until now."""
    if conversation.state == State.WAITING:
        case = await CaseRepository(session).find_open(conversation.id)
        if case is not None:
            await secrecy.note_topics(session, case)


def _topics(turn: Turn) -> set[str]:
    """What the bot's replies are about, and what it goes by. Small talk is about nothing."""
    topics = {reply.topic for reply in turn.replies if reply.topic is not None and reply.kind is not ReplyKind.CHAT}
    understanding = turn.understanding
    is_small_talk = all(reply.kind is ReplyKind.CHAT for reply in turn.replies)
    if understanding.certainty in _GOES_BY_IT and understanding.candidates and not is_small_talk:
        topics.add(understanding.candidates[0].topic)
    return topics


async def _leave_to_person(
    session: AsyncSession, conversation: Conversation, message: Message, turn: Turn | None, now: datetime
) -> None:
    if turn is not None:
        note_language(conversation, turn.understanding.language)
    if conversation.state == State.WAITING:
        await _say_that_it_is_kept(session, conversation, message, now)
        answering.be_done_with(session, conversation, message)
        return
    topic = await _topic(session, message, turn)
    # The message is left as it is: from now on it is one that the bot only reads, and the handover does not name it,
    # because danger in it is a handover of its own.
    await hand_over(
        session,
        conversation,
        BOT,
        now,
        reason=Reason.BOT_OFF,
        evidence=_evidence(conversation, turn),
        topic=topic,
    )


async def _topic(session: AsyncSession, message: Message, turn: Turn | None) -> str | None:
    """What the case is filed under: what the resident has chosen, or what the bot would have answered about."""
    if turn is not None:
        return next((reply.topic for reply in turn.replies if reply.topic), None)
    chosen = await ContentRepository(session).find_topic(message.choice) if message.choice else None
    return chosen.id if chosen else None


def _evidence(conversation: Conversation, turn: Turn | None) -> HandoverEvidence:
    if turn is None:
        return HandoverEvidence(language=conversation.language)
    understanding = turn.understanding
    return HandoverEvidence(
        certainty=understanding.certainty,
        candidates=[candidate.model_dump() for candidate in understanding.candidates],
        threshold=understanding.threshold,
        model_version=understanding.model_version,
        language=understanding.language,
        is_personal=understanding.is_personal,
    )


async def _say_that_it_is_kept(
    session: AsyncSession, conversation: Conversation, message: Message, now: datetime
) -> None:
    with speaking_with(conversation):
        await ConversationRepository(session).append(
            conversation,
            author=Author.SYSTEM,
            kind=answering.KEPT_FOR_PERSON,
            text=_(
                "Chattboten är avstängd för den här frågan just nu. Det du skrev ligger i ditt ärende, "
                "och den som svarar ser det. Du har kvar din plats i kön."
            ),
            payload={"in_reply_to": message.seq},
            created_at=now,
        )
