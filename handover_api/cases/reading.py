"""What residents and staff may read of cases."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.agents.service import actor
from handover_api.cases import own_case
from handover_api.cases.access import may_read
from handover_api.cases.repository import CaseRepository, ListedCase
from handover_api.cases.schemas import (
    AvailabilityRead,
    CaseRead,
    CaseStanding,
    CaseSummary,
    ContactRead,
    ConversationStatus,
    CrisisMessageTold,
    EvidenceRead,
    RelatedCase,
    StaffMessageRead,
)
from handover_api.cases.sight import may_see, seen_by
from handover_api.cases.steps import Locked
from handover_api.cases.trail import record
from handover_api.cases.waiting import expected_wait
from handover_api.content import service as content
from handover_api.conversations.repository import BATCH, ConversationRepository
from handover_api.conversations.return_code import shown_code
from handover_api.models import Case, ContactDetails, Conversation, Message, Staff
from handover_api.organisation import crisis
from handover_api.organisation.service import availability
from handover_api.rules.access import Sight, is_danger
from handover_api.rules.case import (
    DEFAULT_ANSWER_GROUP,
    CaseChannel,
    CaseState,
    Priority,
    Reason,
)
from handover_api.rules.contact import Channel
from handover_api.rules.conversation import State

MAX_LISTED = 500
# Longer lists are not read by anybody; whoever waits further back is counted.
MOST_SHOWN = 100


async def get_status(session: AsyncSession, conversation: Conversation, now: datetime) -> ConversationStatus:
    """Where a conversation stands, for its resident."""
    cases = CaseRepository(session)
    case = await cases.find_latest(conversation.id)
    owner = await cases.find_owner(case) if case and case.state == CaseState.ASSIGNED else None
    waiting = case if case and conversation.state == State.WAITING else None
    contact = await session.get(ContactDetails, case.id) if case else None
    available = await _availability(session, conversation, case, now) if case and not contact else None
    position = await cases.queue_position(waiting) if waiting else None
    return ConversationStatus(
        id=conversation.id,
        state=State(conversation.state),
        language=conversation.language,
        queue_position=position,
        waiting_minutes=await expected_wait(session, waiting, position, now) if waiting and position else None,
        case_reference=case.reference if case else None,
        agent_name=owner.display_name if owner else None,
        due_at=case.due_at if case and conversation.state == State.ASYNCHRONOUS else None,
        contact_channel=Channel(contact.channel) if contact else None,
        can_leave_contact=case is not None
        and contact is None
        and conversation.state in {State.WAITING, State.ASYNCHRONOUS},
        availability=available,
        # Whoever need not stay is told whether the promise has been kept.
        case=await own_case.find(session, conversation) if conversation.state == State.ASYNCHRONOUS else None,
        read_by_staff=conversation.read_by_staff,
        created_at=conversation.created_at,
    )


async def get_full_status(
    session: AsyncSession, conversation: Conversation, token: str, now: datetime
) -> ConversationStatus:
    """Also what costs more to find out, or only the holder of the token may know."""
    status = await get_status(session, conversation, now)
    available = status.availability
    if available is None and conversation.state in {State.WITH_BOT, State.WAITING, State.ASYNCHRONOUS}:
        case = await CaseRepository(session).find_latest(conversation.id)
        group = case.answer_group if case else DEFAULT_ANSWER_GROUP
        available = AvailabilityRead.model_validate(await availability(session, group, now))
    has_case = status.case_reference is not None
    code = shown_code(token, conversation.code_hash) if has_case else None
    own = status.case or (await own_case.find(session, conversation) if has_case else None)
    shown = await crisis.find(session)
    told = CrisisMessageTold.model_validate(shown) if shown else None
    return status.model_copy(
        update={"availability": available, "return_code": code, "case": own, "crisis_message": told}
    )


async def _availability(
    session: AsyncSession, conversation: Conversation, case: Case, now: datetime
) -> AvailabilityRead | None:
    if conversation.state not in {State.WAITING, State.ASYNCHRONOUS}:
        return None
    return AvailabilityRead.model_validate(await availability(session, case.answer_group, now))


async def list_cases(session: AsyncSession, staff: Staff, state: CaseState) -> list[CaseSummary]:
    """Those that the member of staff may see."""
    rows = await CaseRepository(session).list_in_state(state, MAX_LISTED, seen_by(staff))
    return [CaseSummary(**row) for row in rows]


@dataclass(frozen=True)
class Pile:
    """What waits in an answer group under the same secrecy, danger apart: it exists for the same agents."""

    answer_group: str
    secrecy_classes: tuple[str, ...] = ()
    is_danger: bool = False

    def exists_for(self, sight: Sight) -> bool:
        return sight.takes_in_waiting(self.answer_group, self.secrecy_classes, is_danger=self.is_danger)


def pile_of(case: CaseSummary) -> Pile:
    """The pile that a waiting case lies in."""
    return Pile(case.answer_group, tuple(case.secrecy_classes), is_danger(case.state, case.priority))


@dataclass(frozen=True, eq=False)
class WaitingList:
    """The first of every pile, all in the order of the whole queue; and how many wait in each."""

    first: list[CaseSummary]
    counts: dict[Pile, int]

    def seen_with(self, sight: Sight) -> "WaitingList":
        """What of it exists for somebody."""
        return WaitingList(
            [case for case in self.first if pile_of(case).exists_for(sight)],
            {pile: n for pile, n in self.counts.items() if pile.exists_for(sight)},
        )

    @property
    def is_cut(self) -> bool:
        """Whether more wait than are read here."""
        return sum(self.counts.values()) > len(self.first)

    def of(self, is_wanted: Callable[[str], bool]) -> tuple[list[CaseSummary], int]:
        """The first MOST_SHOWN cases of the wanted answer groups, and how many there are in all."""
        cases = [case for case in self.first if is_wanted(case.answer_group)]
        return cases[:MOST_SHOWN], sum(n for pile, n in self.counts.items() if is_wanted(pile.answer_group))


async def list_waiting(session: AsyncSession) -> WaitingList:
    rows = await CaseRepository(session).list_first_waiting(MOST_SHOWN)
    cases = [CaseSummary(**row) for row in rows]
    counts = {pile_of(case): row["in_pile"] for case, row in zip(cases, rows, strict=True)}
    return WaitingList(cases, counts)


async def list_owned(session: AsyncSession, staff_ids: Iterable[UUID]) -> dict[UUID, list[CaseSummary]]:
    """What each of these agents has not closed."""
    owned: dict[UUID, list[CaseSummary]] = {staff_id: [] for staff_id in staff_ids}
    for row in await CaseRepository(session).list_owned_by(owned):
        owned[row["owner_id"]].append(CaseSummary(**row))
    return owned


async def list_with_leads(session: AsyncSession) -> list[CaseSummary]:
    """What has come back so often that the leads are to see it, the longest promised first."""
    return [CaseSummary(**row) for row in await CaseRepository(session).list_with_leads(MOST_SHOWN)]


@dataclass(frozen=True)
class LeftBehind:
    """A case, and the user name of its owner, who no longer handles cases."""

    case: CaseSummary
    username: str


async def list_left_behind(session: AsyncSession) -> list[LeftBehind]:
    """What only a lead can get on with: its owner has left, or does other work now."""
    rows = await CaseRepository(session).list_without_answerer(MOST_SHOWN)
    return [LeftBehind(CaseSummary(**row), row["username"]) for row in rows]


def needs_follow_up(case: CaseSummary, now: datetime) -> bool:
    """Whether the case's owner has something to look after, because time has passed."""
    is_late = case.due_at is not None and case.due_at <= now
    is_pressing = case.follow_up_level > 0 or case.priority is Priority.DUE_SOON or is_late
    return case.state in {CaseState.ASSIGNED, CaseState.FORWARDED} and is_pressing


async def get_state(session: AsyncSession, reference: str) -> CaseStanding:
    """The case without what has been said, however much that is.

    Raises:
        NotFoundError
    """
    listed = await CaseRepository(session).get_listed(reference)
    return _standing(listed)


async def get_summary(session: AsyncSession, reference: str) -> CaseSummary:
    """
    Raises:
        NotFoundError
    """
    return _summary(await CaseRepository(session).get_listed(reference))


async def get_case(session: AsyncSession, staff: Staff, reference: str, now: datetime) -> CaseRead:
    """The case with the latest messages and the evidence; for whoever may not read it, as after giving it away, without
    anything of what was said.

    Raises:
        NotFoundError
    """
    listed = await find_listed(session, reference)
    if not await may_read(session, staff, listed.case, now):
        return _unread(listed)
    messages = await ConversationRepository(session).list_latest_for_staff(listed.conversation.id, BATCH)
    checklist = await content.find_checklist(session, listed.case.topic) if listed.case.topic else ""
    return await read_case(session, staff, listed, messages, checklist)


async def find_listed(session: AsyncSession, reference: str) -> ListedCase:
    """
    Raises:
        NotFoundError
    """
    return await CaseRepository(session).get_listed(reference)


async def read_case(
    session: AsyncSession, staff: Staff, listed: ListedCase, messages: Sequence[Message], checklist: str
) -> CaseRead:
    """The same for whoever may read it, with the latest of these messages."""
    cases, case, conversation = CaseRepository(session), listed.case, listed.conversation
    handovers = await cases.list_handovers(case)
    return CaseRead(
        **_standing(listed).model_dump(),
        site=conversation.site,
        came_from=conversation.came_from,
        read_by_resident=conversation.read_by_resident,
        contact=await _contact(session, case),
        related=[
            RelatedCase(reference=other.reference, state=CaseState(other.state), is_earlier=other.id == case.related_to)
            for other in await cases.list_related(case)
            if may_see(staff, other)
        ],
        checklist=checklist,
        evidence=[
            EvidenceRead(**handover.evidence, reason=Reason(handover.reason), created_at=handover.created_at)
            for handover in handovers
        ],
        messages=[StaffMessageRead.model_validate(message) for message in messages[-BATCH:]],
    )


async def find_case_of(session: AsyncSession, reference: str) -> Case:
    """The case's row.

    Raises:
        NotFoundError
    """
    return await CaseRepository(session).get(reference)


async def record_reading(session: AsyncSession, staff: Staff, reference: str, now: datetime) -> None:
    """That a member of staff opened a case is part of the audit trail.

    Raises:
        NotFoundError
    """
    note_reading(session, staff, await find_listed(session, reference), now)


def note_reading(session: AsyncSession, staff: Staff, listed: ListedCase, now: datetime) -> None:
    """The same of a case that has been looked up."""
    record(session, actor(staff), "read", Locked(listed.case, listed.conversation), now)


def _unread(listed: ListedCase) -> CaseRead:
    return CaseRead(
        **_standing(listed).model_dump(),
        site=None,
        came_from=None,
        read_by_resident=0,
        contact=None,
        related=[],
        checklist="",
        evidence=[],
        messages=[],
    )


def _standing(listed: ListedCase) -> CaseStanding:
    case = listed.case
    return CaseStanding(
        **_summary(listed).model_dump(),
        owner_id=case.owner_id,
        conversation_id=case.conversation_id,
        conversation_state=State(listed.conversation.state),
        channel=CaseChannel(case.channel),
        resolution=case.resolution,
        category=case.category,
        category_area=case.category_area,
        rosa_level=case.rosa_level,
        closed_at=case.closed_at,
    )


async def _contact(session: AsyncSession, case: Case) -> ContactRead | None:
    contact = await session.get(ContactDetails, case.id)
    return ContactRead.model_validate(contact) if contact else None


def _summary(listed: ListedCase) -> CaseSummary:
    case = listed.case
    return CaseSummary(
        reference=case.reference,
        state=CaseState(case.state),
        priority=Priority(case.priority),
        answer_group=case.answer_group,
        secrecy_classes=tuple(case.secrecy_classes),
        topic=case.topic,
        topic_title=listed.topic_title,
        reason=Reason(case.reason),
        language=listed.conversation.language,
        version=listed.conversation.version,
        owner=listed.owner.display_name if listed.owner else None,
        created_at=case.created_at,
        waiting_since=case.waiting_since,
        claimed_at=case.claimed_at,
        due_at=case.due_at,
        department=case.department,
        department_name=listed.department_name,
        follow_up_at=case.follow_up_at,
        follow_up_level=case.follow_up_level,
    )
