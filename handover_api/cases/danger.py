"""Danger in what is written to a person. It is heard at once, however long the queue is (docs/decisions/0007).

While somebody waits, the bot says what to do now and moves the case to the front. Once an agent is there, it only tells
the agent: a bot never talks over a person.
"""

from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api import live, texts
from handover_api.audit.service import BOT
from handover_api.cases import secrecy, wording
from handover_api.cases.handovers import hand_over
from handover_api.cases.repository import CaseRepository
from handover_api.cases.schemas import HandoverEvidence
from handover_api.cases.steps import Locked
from handover_api.cases.trail import record
from handover_api.content import service as content
from handover_api.content.repository import ContentRepository
from handover_api.content.schemas import ArticleRead
from handover_api.conversations.repository import ConversationRepository
from handover_api.conversations.service import advance, lock_with_message, note_language
from handover_api.conversations.spoken_with import speaking_with
from handover_api.errors import GoneError, NotFoundError
from handover_api.integrations.bot import Bot, Candidate, Reading, Understanding
from handover_api.models import Case, Conversation, Handover, Message
from handover_api.rules.case import RANK, Priority, Reason
from handover_api.rules.conversation import Event, State
from handover_api.rules.message import Author, BotWork
from handover_api.rules.replies import ReplyKind
from handover_api.texts import _

_URGENT_HANDLING = "urgent"
_CANDIDATES_KEPT = 5

log = structlog.get_logger()


class WatchingForDanger:
    """The bot's duty (`conversations.dispatcher.Duty`) with what is written to people."""

    work = BotWork.UNREAD
    signal = live.BOT_READING

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    async def ask(self, message: Message, language: str) -> Reading:
        return await self._bot.read(
            conversation_id=message.conversation_id,
            message_id=message.id,
            language=language,
            text=message.text,
            choice=message.choice,
        )

    async def store(self, session: AsyncSession, message: Message, reading: Reading, now: datetime) -> None:
        await heed(session, message.conversation_id, message.id, reading, now)

    async def give_up(self, session: AsyncSession, message: Message, now: datetime) -> None:  # noqa: ARG002 - a Duty's.
        """Nobody is told: the conversation goes on between people, as if the bot had never been asked."""
        log.error("reading.failed", conversation_id=str(message.conversation_id), message_id=str(message.id))
        await _take_unread(session, message.conversation_id, message.id, BotWork.DROPPED)


async def heed(session: AsyncSession, conversation_id: UUID, message_id: UUID, reading: Reading, now: datetime) -> None:
    """Does what a reading asks for. Once a message; and the same danger is told and noted once."""
    taken = await _take_unread(session, conversation_id, message_id, BotWork.DONE)
    if taken is None:
        return
    conversation, message = taken
    note_language(conversation, reading.understanding.language)
    danger = await _danger(session, message, reading.understanding)
    if danger is None:
        return
    evidence = _evidence(reading.understanding, danger)
    if conversation.state in {State.WAITING, State.WITH_BOT, State.ASYNCHRONOUS}:
        await _tell_once(session, conversation, message, danger, now)
    if conversation.state == State.WITH_BOT:
        # The agent handed the conversation back before it was read.
        await hand_over(
            session,
            conversation,
            BOT,
            now,
            reason=Reason.URGENT_TOPIC,
            evidence=evidence,
            topic=danger.topic,
            message_id=message.id,
        )
        return
    case = await CaseRepository(session).find_open(conversation.id)
    if case is not None:
        await _raise_priority(session, Locked(case, conversation), message, danger, evidence, now)


async def _take_unread(
    session: AsyncSession, conversation_id: UUID, message_id: UUID, leave: BotWork
) -> tuple[Conversation, Message] | None:
    """The locked conversation and the message, unless its reading has already been dealt with."""
    conversation, message = await lock_with_message(session, conversation_id, message_id)
    if message is None or message.bot_work != BotWork.UNREAD:
        return None
    message.bot_work = leave
    message.bot_lease_until = None
    return conversation, message


async def _danger(session: AsyncSession, message: Message, understanding: Understanding) -> Candidate | None:
    """The urgent topic, recognised in the words or chosen with a button."""
    if message.choice is not None:
        chosen = await ContentRepository(session).find_topic(message.choice)
        if chosen is not None and chosen.handling == _URGENT_HANDLING:
            return Candidate(topic=chosen.id, confidence=1)
    return understanding.urgent


def _evidence(understanding: Understanding, danger: Candidate) -> HandoverEvidence:
    others = [candidate for candidate in understanding.candidates if candidate.topic != danger.topic]
    return HandoverEvidence(
        certainty=understanding.certainty,
        candidates=[candidate.model_dump() for candidate in (danger, *others)][:_CANDIDATES_KEPT],
        threshold=understanding.threshold,
        model_version=understanding.model_version,
        language=understanding.language,
        is_personal=understanding.is_personal,
    )


async def _tell_once(
    session: AsyncSession, conversation: Conversation, message: Message, danger: Candidate, now: datetime
) -> None:
    """Says what to do now, unless the bot has already said it in this conversation."""
    conversations = ConversationRepository(session)
    if await conversations.has_message_about(conversation.id, ReplyKind.URGENT, danger.topic):
        return
    article = await _urgent_article(session, danger.topic, now)
    with speaking_with(conversation):
        own_text, own_language = _(wording.URGENT_WITHOUT_ARTICLE), texts.interface_language()
    await conversations.append(
        conversation,
        author=Author.BOT,
        kind=ReplyKind.URGENT,
        text=article.text if article else own_text,
        payload={
            "topic": danger.topic,
            "article_id": str(article.article_id) if article else None,
            "article_version": article.version if article else None,
            "rosa_level": article.rosa_level if article else None,
            "confidence": danger.confidence,
            "buttons": [],
            "languages": [] if article else [own_language],
            "in_reply_to": message.seq,
        },
        created_at=now,
    )


async def _urgent_article(session: AsyncSession, topic: str, now: datetime) -> ArticleRead | None:
    try:
        article = await content.get_article(session, topic, now)
    except (NotFoundError, GoneError):
        return None
    # Only what was written to be read in danger may be said here.
    return article if article.handling == _URGENT_HANDLING else None


async def _raise_priority(
    session: AsyncSession,
    locked: Locked,
    message: Message,
    danger: Candidate,
    evidence: HandoverEvidence,
    now: datetime,
) -> None:
    case = locked.case
    cases = CaseRepository(session)
    if case.priority == Priority.URGENT and danger.topic in await _known_dangers(cases, case):
        return
    cases.add(
        Handover(
            case_id=case.id,
            message_id=message.id,
            reason=Reason.URGENT_TOPIC,
            evidence=evidence.model_dump(mode="json"),
            created_at=now,
        )
    )
    case.priority = Priority.URGENT
    case.priority_rank = RANK[Priority.URGENT]
    if case.topic is None and (topic := await ContentRepository(session).find_topic(danger.topic)) is not None:
        # Nobody knew what the case was about; now its group and its checklist are those of the danger.
        case.topic = topic.id
        case.answer_group = topic.answer_group
    await secrecy.note_topics(session, case)
    await advance(
        session,
        locked.conversation,
        Event.PRIORITY_RAISED,
        BOT,
        now,
        reason=Reason.URGENT_TOPIC,
        case_reference=case.reference,
        evidence=evidence.model_dump(mode="json"),
    )
    record(session, BOT, "raise_priority", locked, now, topic=danger.topic)
    live.publish(session, live.QUEUE)


async def _known_dangers(cases: CaseRepository, case: Case) -> set[str | None]:
    """The urgent topics that the agent can already read of in the case; the best candidate of each is the danger."""
    return {
        handover.evidence["candidates"][0].get("topic")
        for handover in await cases.list_handovers(case)
        if handover.reason == Reason.URGENT_TOPIC and handover.evidence["candidates"]
    }
