"""The questions that residents have asked last, as a new model is asked them again.

The same are left out as of what editors read (questions.collecting): what is under secrecy, urgent, or somebody's own
matter; and as there, nothing shows who asked. The words are not copied: they are read where they stand, for as long as
they stand there.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from handover_api.models import Case, Handover, Message, Topic
from handover_api.questions.collecting import URGENT_HANDLING, Belief
from handover_api.rules.identifying import mask_who_asked
from handover_api.rules.message import Author
from handover_api.rules.question import NEVER_COLLECTED, is_readable

MOST_QUESTIONS = 200
# So many are looked through for those that may be read.
_MOST_LOOKED_AT = 1000


@dataclass(frozen=True)
class RecentQuestion:
    """`id`: of the message."""

    id: UUID
    text: str


async def list_recent(session: AsyncSession) -> list[RecentQuestion]:
    """What the bot has read last and editors may read, the latest first."""
    latest = _READ_BY_THE_BOT.order_by(Message.id.desc()).limit(_MOST_LOOKED_AT)
    return list(islice(await _readable(session, latest), MOST_QUESTIONS))


async def find_texts(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, str]:
    """Those of the questions that are still there and that editors may still read."""
    found = await _readable(session, _READ_BY_THE_BOT.where(Message.id.in_(ids)))
    return {question.id: question.text for question in found}


async def _readable(session: AsyncSession, query: Select[UUID, str, Any, Any]) -> Iterator[RecentQuestion]:
    hidden = set(await session.scalars(_HIDDEN))
    masked = (
        RecentQuestion(message_id, mask_who_asked(text))
        for message_id, text, said, evidence in await session.execute(query)
        if not any(_hides(Belief.of(each), hidden) for each in (said, evidence) if each)
    )
    return (question for question in masked if is_readable(question.text))


def _hides(belief: Belief, hidden: Collection[str]) -> bool:
    return belief.is_personal or belief.topic in hidden


_HIDDEN = select(Topic.id).where(or_(Topic.touches_secrecy, Topic.handling == URGENT_HANDLING))
_REPLY, _CHOICE = aliased(Message), aliased(Message)
# What the bot believed, as its first reply says, or the handover that came instead of one.
_SAID = (
    select(_REPLY.payload)
    .where(
        _REPLY.conversation_id == Message.conversation_id,
        _REPLY.author == Author.BOT,
        _REPLY.payload["in_reply_to"].as_integer() == Message.seq,
    )
    .order_by(_REPLY.seq)
    .limit(1)
    .scalar_subquery()
)
_EVIDENCE = select(Handover.evidence).where(Handover.message_id == Message.id).limit(1).scalar_subquery()
_READ_BY_THE_BOT = select(Message.id, Message.text, _SAID, _EVIDENCE).where(
    Message.author == Author.RESIDENT,
    Message.kind == "text",
    Message.choice.is_(None),
    or_(_SAID.is_not(None), _EVIDENCE.is_not(None)),
    ~exists().where(Case.conversation_id == Message.conversation_id, func.cardinality(Case.secrecy_classes) > 0),
    # Asked back, somebody has meant what editors may not read.
    ~exists().where(_CHOICE.conversation_id == Message.conversation_id, _CHOICE.choice.in_(_HIDDEN)),
    ~exists().where(Handover.message_id == Message.id, Handover.reason.in_(NEVER_COLLECTED)),
)
