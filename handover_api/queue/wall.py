"""The lead's wall: what waits, who is there, and how many have been answered in time today. Numbers, never contents."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ScalarSelect, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.agents import presence
from handover_api.cases.reading import LeftBehind, list_left_behind
from handover_api.cases.sight import taken_in_by
from handover_api.models import AnswerGroup, Case, Conversation, ConversationEvent, Message, Presence, Staff
from handover_api.organisation import bot_switch, crisis
from handover_api.organisation.bot_switch import SwitchedOff
from handover_api.organisation.crisis import ShownCrisis
from handover_api.organisation.repository import OrganisationRepository
from handover_api.organisation.service import find_group
from handover_api.queue import people
from handover_api.queue.schemas import Colleague
from handover_api.rules.case import CaseChannel, CaseState, Priority, Resolution
from handover_api.rules.conversation import Event, State
from handover_api.rules.message import Audience, Author
from handover_api.rules.opening_hours import LOCAL_TIME
from handover_api.rules.roles import Role


@dataclass(frozen=True)
class Kept:
    """Of the promises that are decided today, how many were kept."""

    in_time: int = 0
    late: int = 0

    @property
    def decided(self) -> int:
        return self.in_time + self.late

    @property
    def percent(self) -> int | None:
        """None while nothing is decided. Never rounded up to 100."""
        return self.in_time * 100 // self.decided if self.decided else None

    def __add__(self, other: "Kept") -> "Kept":
        return Kept(self.in_time + other.in_time, self.late + other.late)


@dataclass(frozen=True)
class Queue:
    """The cases of an answer group that nobody has taken: of residents who sit there, and to answer later."""

    waiting: int = 0
    urgent: int = 0
    longest_since: datetime | None = None
    later: int = 0


@dataclass(frozen=True)
class GroupNow:
    id: str
    patience_minutes: int
    queue: Queue
    kept: Kept


@dataclass(frozen=True)
class Wall:
    groups: list[GroupNow]
    agents: list[Colleague]
    crisis: ShownCrisis | None
    bot_off: list[SwitchedOff]
    left_behind: list[LeftBehind]
    # Cases under secrecy that wait, and that no agent at the desk may see.
    unseen: int = 0

    @property
    def waiting(self) -> int:
        return sum(group.queue.waiting for group in self.groups)

    @property
    def urgent(self) -> int:
        return sum(group.queue.urgent for group in self.groups)

    @property
    def later(self) -> int:
        return sum(group.queue.later for group in self.groups)

    @property
    def longest_since(self) -> datetime | None:
        return min((group.queue.longest_since for group in self.groups if group.queue.longest_since), default=None)

    @property
    def kept(self) -> Kept:
        return sum((group.kept for group in self.groups), Kept())


async def read_wall(session: AsyncSession, now: datetime) -> Wall:
    queues, kept = await _queues(session), await _kept(session, now)
    known = {group.id: group for group in await OrganisationRepository(session).list_groups()}
    # A group that nobody has set up has cases all the same.
    unknown = [await find_group(session, id_) for id_ in sorted((queues.keys() | kept.keys()) - known.keys())]
    return Wall(
        groups=[
            GroupNow(group.id, group.patience_minutes, queues.get(group.id, Queue()), kept.get(group.id, Kept()))
            for group in (*known.values(), *unknown)
        ],
        agents=await people.list_colleagues(session, now),
        crisis=await crisis.find(session),
        bot_off=await bot_switch.list_off(session),
        left_behind=await list_left_behind(session),
        unseen=await _count_unseen(session, now),
    )


async def _queues(session: AsyncSession) -> dict[str, Queue]:
    is_live = Conversation.state == State.WAITING
    rows = await session.execute(
        select(
            Case.answer_group,
            func.count().filter(is_live),
            func.count().filter(Case.priority == Priority.URGENT),
            func.min(Case.waiting_since).filter(is_live),
            func.count().filter(~is_live),
        )
        .join(Conversation, Conversation.id == Case.conversation_id)
        .where(Case.state == CaseState.WAITING)
        .group_by(Case.answer_group)
    )
    return {
        group: Queue(waiting, urgent, longest_since, later) for group, waiting, urgent, longest_since, later in rows
    }


async def _count_unseen(session: AsyncSession, now: datetime) -> int:
    somebody = exists().where(
        Presence.staff_id == Staff.id,
        presence.is_at_the_desk(now),
        Staff.is_active,
        Staff.role == Role.AGENT,
        taken_in_by(Staff),
    )
    count = await session.scalar(
        select(func.count())
        .select_from(Case)
        .where(Case.state == CaseState.WAITING, func.cardinality(Case.secrecy_classes) > 0, ~somebody)
    )
    return count or 0


async def _kept(session: AsyncSession, now: datetime) -> dict[str, Kept]:
    """Of what is decided today in the chat. Who sat and waited: taken within the group's patience. Who was promised an
    answer: answered by then. What may still be kept is not counted, nor what its resident took back.
    """
    begins = now.astimezone(LOCAL_TIME).replace(hour=0, minute=0, second=0, microsecond=0)
    patience = func.make_interval(0, 0, 0, 0, 0, func.coalesce(AnswerGroup.patience_minutes, 10))
    take_by = Case.waiting_since + patience
    taken_at, answered_at = _first_taken(), func.coalesce(_first_answer(), Case.closed_at)
    has_waited = and_(Case.due_at.is_(None), Case.waiting_since >= begins)
    # Answered today before the time, or the time has passed today.
    is_promised = and_(Case.due_at >= begins, Case.resolution.is_distinct_from(Resolution.WITHDRAWN))
    in_time = or_(
        and_(has_waited, taken_at <= take_by), and_(is_promised, answered_at >= begins, answered_at <= Case.due_at)
    )
    still_waits = and_(taken_at.is_(None), Case.state == CaseState.WAITING, take_by < now)
    is_late = or_(
        and_(has_waited, or_(taken_at > take_by, still_waits)),
        and_(is_promised, Case.due_at < now, or_(answered_at.is_(None), answered_at > Case.due_at)),
    )
    rows = await session.execute(
        select(Case.answer_group, func.count().filter(in_time), func.count().filter(is_late))
        .outerjoin(AnswerGroup, AnswerGroup.id == Case.answer_group)
        .where(Case.channel == CaseChannel.CHAT, or_(has_waited, is_promised))
        .group_by(Case.answer_group)
    )
    return {group: Kept(in_time, late) for group, in_time, late in rows}


def _first_taken() -> ScalarSelect[datetime]:
    """When a person first took the case; colleagues may have had it since."""
    return (
        select(func.min(ConversationEvent.at))
        .where(
            ConversationEvent.conversation_id == Case.conversation_id,
            ConversationEvent.event.in_([Event.CLAIMED, Event.TAKEN_OVER]),
            ConversationEvent.at >= Case.waiting_since,
        )
        .correlate(Case)
        .scalar_subquery()
    )


def _first_answer() -> ScalarSelect[datetime]:
    return (
        select(func.min(Message.created_at))
        .where(
            Message.conversation_id == Case.conversation_id,
            Message.author == Author.AGENT,
            Message.audience == Audience.EVERYONE,
            Message.created_at >= Case.waiting_since,
        )
        .correlate(Case)
        .scalar_subquery()
    )
