"""All SQL of cases and the queue."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Select,
    String,
    Uuid,
    any_,
    bindparam,
    exists,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.errors import NotFoundError
from handover_api.models import (
    Case,
    CaseNumber,
    ContactDetails,
    Conversation,
    Department,
    Handover,
    Message,
    QueueWait,
    Staff,
    Topic,
)
from handover_api.rules.case import CaseState, Priority, Reason
from handover_api.rules.contact import Channel
from handover_api.rules.conversation import State
from handover_api.rules.follow_up import LEVEL_OF_LEADS
from handover_api.rules.roles import HANDLES_CASES
from handover_api.rules.waiting_time import Observation


@dataclass(frozen=True)
class ListedCase:
    case: Case
    conversation: Conversation
    topic_title: str | None
    owner: Staff | None
    department_name: str | None


@dataclass(frozen=True)
class Place:
    """Where a conversation stands in the queue of its answer group, counted from 1."""

    conversation_id: UUID
    answer_group: str
    priority: str
    position: int


# Written out and not passed as parameters: only then PostgreSQL always sees that the indexes of these states will do.
_IS_WAITING = Case.state == literal(CaseState.WAITING, literal_execute=True)
_IS_OPEN = Case.state != literal(CaseState.CLOSED, literal_execute=True)


def _with_names[*Row](query: Select[*Row]) -> Select[*Row]:
    """Of cases, with the conversation, and what the topic, the owner and the department are called."""
    return (
        query.join(Conversation, Conversation.id == Case.conversation_id)
        .outerjoin(Topic, Topic.id == Case.topic)
        .outerjoin(Staff, Staff.id == Case.owner_id)
        .outerjoin(Department, Department.id == Case.department)
    )


_LISTED = _with_names(
    select(Case, Conversation, Topic.title, Staff, Department.name).execution_options(populate_existing=True)
)

# What stands in lists, by the names of `schemas.CaseSummary`. Columns, not objects: the lists are long, and read after
# every change of the queue.
_IN_LIST = _with_names(
    select(
        Case.reference,
        Case.state,
        Conversation.version,
        Case.priority,
        Case.answer_group,
        Case.secrecy_classes,
        Case.topic,
        Topic.title.label("topic_title"),
        Case.reason,
        Conversation.language,
        Staff.display_name.label("owner"),
        Case.created_at,
        Case.waiting_since,
        Case.claimed_at,
        Case.due_at,
        Case.department,
        Department.name.label("department_name"),
        Case.follow_up_at,
        Case.follow_up_level,
    )
)


class CaseRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def next_number(self, year: int) -> int:
        """The next case number of the year, without gaps: a case that is not stored gives its number back."""
        number: int | None = await self._session.scalar(
            insert(CaseNumber)
            .values(year=year, last=1)
            .on_conflict_do_update(index_elements=[CaseNumber.year], set_={"last": CaseNumber.last + 1})
            .returning(CaseNumber.last)
        )
        if number is None:
            raise RuntimeError("the database gave no case number")
        return number

    def add(self, row: Case | Handover) -> None:
        self._session.add(row)

    async def find_open(self, conversation_id: UUID) -> Case | None:
        """The conversation's case that is not closed; lock the conversation first."""
        return await self._session.scalar(
            select(Case)
            .where(Case.conversation_id == conversation_id, _IS_OPEN)
            .execution_options(populate_existing=True)
        )

    async def find_latest(self, conversation_id: UUID) -> Case | None:
        return await self._session.scalar(
            select(Case).where(Case.conversation_id == conversation_id).order_by(Case.created_at.desc()).limit(1)
        )

    async def list_groups_with_waiting(self) -> list[str]:
        """The answer groups in whose queues cases stand."""
        return list(await self._session.scalars(select(Case.answer_group).where(_IS_WAITING).distinct()))

    async def list_live_waiting(
        self, answer_group: str, limit: int, *, not_offered_since: datetime | None = None
    ) -> list[UUID]:
        """Conversations whose residents sit and wait, those who have waited longest first. With `not_offered_since`:
        only those who have waited since then or longer, without being told that the answer can be sent.
        """
        statement = (
            select(Case.conversation_id)
            .join(Conversation, Conversation.id == Case.conversation_id)
            .where(_IS_WAITING, Case.answer_group == answer_group, Conversation.state == State.WAITING)
            .order_by(Case.waiting_since, Case.id)
            .limit(limit)
        )
        if not_offered_since is not None:
            statement = statement.where(Case.waiting_since <= not_offered_since, Case.contact_offered_at.is_(None))
        return list(await self._session.scalars(statement))

    async def find_earlier_with_address(self, case: Case, address: str, *, closed_after: datetime) -> Case | None:
        """The latest earlier case with this contact address that is open, or was closed after the moment."""
        return await self._session.scalar(
            select(Case)
            .join(ContactDetails, ContactDetails.case_id == Case.id)
            .where(
                ContactDetails.channel.in_([Channel.EMAIL, Channel.SMS, Channel.TELEPHONE]),
                ContactDetails.address == address,
                tuple_(Case.created_at, Case.id) < tuple_(case.created_at, case.id),
                or_(Case.state != CaseState.CLOSED, Case.closed_at > closed_after),
            )
            .order_by(Case.created_at.desc(), Case.id.desc())
            .limit(1)
        )

    async def list_related(self, case: Case) -> list[Case]:
        """Earlier and later cases of the same resident, as far as they are known; the latest first."""
        rows = await self._session.scalars(
            select(Case)
            .where(or_(Case.id == case.related_to, Case.related_to == case.id))
            .order_by(Case.created_at.desc(), Case.id.desc())
        )
        return list(rows)

    async def find_by_reference(self, reference: str) -> Case | None:
        return await self._session.scalar(select(Case).where(Case.reference == reference))

    async def find_by_message(self, message_id: UUID) -> Case | None:
        return await self._session.scalar(
            select(Case).join(Handover, Handover.case_id == Case.id).where(Handover.message_id == message_id)
        )

    async def find_conversation_id(self, reference: str) -> UUID:
        conversation_id = await self._session.scalar(select(Case.conversation_id).where(Case.reference == reference))
        if conversation_id is None:
            raise case_missing()
        return conversation_id

    async def get(self, reference: str) -> Case:
        case = await self._session.scalar(
            select(Case).where(Case.reference == reference).execution_options(populate_existing=True)
        )
        if case is None:
            raise case_missing()
        return case

    async def get_listed(self, reference: str) -> ListedCase:
        row = (await self._session.execute(_LISTED.where(Case.reference == reference))).one_or_none()
        if row is None:
            raise case_missing()
        return ListedCase(*row)

    async def list_in_state(self, state: CaseState, limit: int, is_seen: ColumnElement[bool]) -> Sequence[RowMapping]:
        """Waiting cases in the order of the queue, others latest first."""
        order = (
            [Case.priority_rank, Case.waiting_since, Case.id]
            if state is CaseState.WAITING
            else [Case.created_at.desc(), Case.id]
        )
        rows = await self._session.execute(_IN_LIST.where(Case.state == state, is_seen).order_by(*order).limit(limit))
        return rows.mappings().all()

    async def list_first_waiting(self, most: int) -> Sequence[RowMapping]:
        """The first of every answer group's queue, and of what is under secrecy or dangerous there, so that everybody's
        own queue can be put together; all in the order of the whole queue. `in_pile` is how many wait in the same.
        """
        order = [Case.priority_rank, Case.waiting_since, Case.id]
        pile = [Case.answer_group, Case.secrecy_classes, Case.priority == Priority.URGENT]
        waiting = (
            select(
                Case.id,
                func.row_number().over(partition_by=pile, order_by=order).label("position"),
                func.count().over(partition_by=pile).label("in_pile"),
            )
            .where(_IS_WAITING)
            .subquery()
        )
        rows = await self._session.execute(
            _IN_LIST.join(waiting, waiting.c.id == Case.id)
            .where(waiting.c.position <= most)
            .order_by(*order)
            .add_columns(waiting.c.in_pile)
        )
        return rows.mappings().all()

    async def list_owned_by(self, staff_ids: Iterable[UUID]) -> Sequence[RowMapping]:
        """What these agents (`owner_id`) have not closed, also the conversations that the bot has again."""
        rows = await self._session.execute(
            _IN_LIST.where(Case.owner_id == any_(literal(list(staff_ids), ARRAY(Uuid))), _IS_OPEN)
            .order_by(Case.claimed_at)
            .add_columns(Case.owner_id)
        )
        return rows.mappings().all()

    async def list_without_answerer(self, limit: int) -> Sequence[RowMapping]:
        """What lies with somebody (`username`) who no longer handles cases, the oldest first."""
        is_assigned = Case.state == literal(CaseState.ASSIGNED, literal_execute=True)
        is_forwarded = Case.state == literal(CaseState.FORWARDED, literal_execute=True)
        rows = await self._session.execute(
            _IN_LIST.where(or_(is_assigned, is_forwarded), or_(~Staff.is_active, Staff.role.not_in(HANDLES_CASES)))
            .order_by(Case.created_at, Case.id)
            .limit(limit)
            .add_columns(Staff.username)
        )
        return rows.mappings().all()

    async def list_with_leads(self, limit: int) -> Sequence[RowMapping]:
        rows = await self._session.execute(
            _IN_LIST.where(
                Case.follow_up_level == bindparam("level", LEVEL_OF_LEADS, literal_execute=True),
                Case.state != bindparam("closed", CaseState.CLOSED, literal_execute=True),
            )
            .order_by(Case.due_at, Case.id)
            .limit(limit)
        )
        return rows.mappings().all()

    async def queue_position(self, case: Case) -> int:
        """How many stand in the case's answer group up to and including it."""
        ahead = await self._session.scalar(
            select(func.count())
            .select_from(Case)
            .where(
                _IS_WAITING,
                Case.answer_group == case.answer_group,
                tuple_(Case.priority_rank, Case.waiting_since, Case.id)
                <= tuple_(case.priority_rank, case.waiting_since, case.id),
            )
        )
        return ahead or 1

    async def list_places(self, conversation_ids: Iterable[UUID]) -> list[Place]:
        """Where these conversations stand in the queue; those that do not stand in it are left out."""
        waiting = (
            select(
                Case.conversation_id,
                Case.answer_group,
                Case.priority,
                func.row_number()
                .over(partition_by=Case.answer_group, order_by=[Case.priority_rank, Case.waiting_since, Case.id])
                .label("position"),
            )
            .where(_IS_WAITING)
            .subquery()
        )
        rows = await self._session.execute(
            select(waiting).where(waiting.c.conversation_id == any_(literal(list(conversation_ids), ARRAY(Uuid))))
        )
        return [Place(*row) for row in rows]

    async def list_waits(self, groups: list[str], since: datetime, most: int) -> dict[str, list[Observation]]:
        """How long the last who were answered had waited, for each of these answer groups."""
        group = func.unnest(literal(groups, ARRAY(String))).table_valued("id").render_derived("asked")
        latest = (
            select(QueueWait.position, QueueWait.claimed_at - QueueWait.entered_at)
            .where(QueueWait.answer_group == group.c.id, QueueWait.claimed_at > since)
            .order_by(QueueWait.claimed_at.desc())
            .limit(most)
            .lateral()
        )
        rows = await self._session.execute(select(group.c.id, *latest.c).select_from(group.join(latest, true())))
        waits: dict[str, list[Observation]] = defaultdict(list)
        for answer_group, position, waited in rows:
            waits[answer_group].append(Observation(position, waited.total_seconds() / 60))
        return waits

    async def list_handovers(self, case: Case) -> list[Handover]:
        rows = await self._session.scalars(
            select(Handover).where(Handover.case_id == case.id).order_by(Handover.created_at.desc(), Handover.id.desc())
        )
        return list(rows)

    async def find_owner(self, case: Case) -> Staff | None:
        return await self._session.get(Staff, case.owner_id) if case.owner_id else None

    async def find_department_name(self, case: Case) -> str | None:
        department = await self._session.get(Department, case.department) if case.department else None
        return department.name if department else None

    async def count_waiting(self) -> int:
        count = await self._session.scalar(select(func.count()).select_from(Case).where(_IS_WAITING))
        return count or 0

    async def has_touched_secrecy(self, conversation_id: UUID) -> bool:
        """Whether anything that has been said or done in the conversation was about a topic that touches secrecy, or
        turned out to be.
        """
        return bool(
            await self._session.scalar(
                select(
                    or_(
                        exists().where(
                            Message.conversation_id == conversation_id,
                            Message.payload["topic"].astext == Topic.id,
                            Topic.touches_secrecy,
                        ),
                        exists().where(
                            Case.conversation_id == conversation_id, Case.category == Topic.id, Topic.touches_secrecy
                        ),
                    )
                )
            )
        )

    async def has_been_personal(self, case: Case) -> bool:
        """Whether a person was ever asked for because of the resident's own matter, or by words that sounded so."""
        return bool(
            await self._session.scalar(
                select(
                    exists().where(
                        Handover.case_id == case.id,
                        or_(
                            Handover.reason == Reason.PERSONAL_MATTER,
                            Handover.evidence["is_personal"].as_boolean(),
                        ),
                    )
                )
            )
        )


def case_missing() -> NotFoundError:
    return NotFoundError("case_missing", "Ärendet finns inte.")
