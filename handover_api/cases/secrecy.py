"""The secrecy of a case: known from its topics, or decided by hand. It never goes away by itself."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api import live
from handover_api.agents.service import actor
from handover_api.cases import offers, steps
from handover_api.cases.steps import require_owner
from handover_api.cases.trail import record
from handover_api.models import Case, Message, Staff, Topic
from handover_api.organisation.answer_groups import require_boards
from handover_api.questions import collecting
from handover_api.rules.case import DEFAULT_ANSWER_GROUP, CaseState
from handover_api.rules.message import Author
from handover_api.rules.replies import OWN_WORDS, ReplyKind
from handover_api.rules.roles import Role

# What the bot has said something about, and has not only guessed.
_ANSWERS = OWN_WORDS | {ReplyKind.URGENT}


async def note_topics(session: AsyncSession, case: Case) -> None:
    """Puts a locked case under the secrecy of the topics that it is known to be about: the bot's, what it has answered
    in the conversation, and what the case was filed under. A case that nobody knows the topic of is for everyone; so is
    one of the contact centre's own group, which is no other board's, and danger must be seen by whoever is there.
    """
    answered = select(Message.payload["topic"].astext).where(
        Message.conversation_id == case.conversation_id, Message.author == Author.BOT, Message.kind.in_(_ANSWERS)
    )
    known = [topic for topic in (case.topic, case.category) if topic is not None]
    classes = set(
        await session.scalars(
            select(Topic.answer_group).where(
                Topic.touches_secrecy,
                Topic.answer_group != DEFAULT_ANSWER_GROUP,
                or_(Topic.id.in_(known), Topic.id.in_(answered)),
            )
        )
    )
    for earlier in await session.scalars(select(Case.secrecy_classes).where(_is_of_the_same_conversation(case))):
        classes.update(earlier)
    await _put(session, case, classes.union(case.secrecy_classes))


async def decide(
    session: AsyncSession, staff: Staff, reference: str, secrecy_classes: Iterable[str], now: datetime
) -> None:
    """Puts a case under the secrecy of these answer groups alone, or of none: whoever has the case, or a lead, knows
    better than its topic.

    Raises:
        NotFoundError
        InvalidError: `answer_group_missing`.
        ConflictError: as `steps.require_owner`.
    """
    wanted = set(secrecy_classes)
    locked = await steps.lock_for(session, staff, reference)
    if staff.role != Role.LEAD:
        require_owner(locked, staff)
    await require_boards(session, wanted - set(locked.case.secrecy_classes))
    await _put(session, locked.case, wanted)
    record(session, actor(staff), "secrecy", locked, now, secrecy_classes=" ".join(sorted(wanted)))


async def _put(session: AsyncSession, case: Case, classes: set[str]) -> None:
    if classes == set(case.secrecy_classes):
        return
    # In order, so that what is under the same secrecy is equal.
    case.secrecy_classes = sorted(classes)
    if classes:
        await collecting.forget(session, case.conversation_id)
    # A case that was withdrawn has the same conversation as the one that came after it.
    await session.execute(
        update(Case).where(_is_of_the_same_conversation(case)).values(secrecy_classes=case.secrecy_classes)
    )
    if case.state == CaseState.WAITING:
        # Whoever is asked about it may not see it any longer; who may is asked anew.
        await offers.settle(session, case, taken_by=None)
    live.publish(session, live.QUEUE)
    live.publish(session, live.conversation_signal(case.conversation_id))


def _is_of_the_same_conversation(case: Case) -> ColumnElement[bool]:
    return and_(Case.conversation_id == case.conversation_id, Case.id != case.id)
