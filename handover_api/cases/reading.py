"""What residents and staff may read of cases."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.agents.service import actor
from handover_api.cases.repository import CaseRepository, ListedCase
from handover_api.cases.schemas import (
    CaseRead,
    CaseSummary,
    ConversationStatus,
    EvidenceRead,
    StaffMessageRead,
)
from handover_api.cases.steps import Locked
from handover_api.cases.trail import record
from handover_api.content import service as content
from handover_api.conversations.repository import ConversationRepository
from handover_api.models import Case, Conversation, Staff
from handover_api.rules.case import (
    CaseState,
    Priority,
    Reason,
)
from handover_api.rules.conversation import State

MAX_LISTED = 500


async def get_status(session: AsyncSession, conversation: Conversation) -> ConversationStatus:
    """Where a conversation stands, for its resident."""
    cases = CaseRepository(session)
    case = await cases.find_latest(conversation.id)
    owner = await cases.find_owner(case) if case and case.state == CaseState.ASSIGNED else None
    is_waiting = case is not None and case.state == CaseState.WAITING
    return ConversationStatus(
        id=conversation.id,
        state=State(conversation.state),
        language=conversation.language,
        queue_position=await cases.queue_position(case) if case and is_waiting else None,
        case_reference=case.reference if case else None,
        agent_name=owner.display_name if owner else None,
        created_at=conversation.created_at,
    )


async def list_cases(session: AsyncSession, state: CaseState) -> list[CaseSummary]:
    return [_summary(listed) for listed in await CaseRepository(session).list_in_state(state, MAX_LISTED)]


async def list_mine(session: AsyncSession, staff: Staff) -> list[CaseSummary]:
    return [_summary(listed) for listed in await CaseRepository(session).list_owned_by(staff)]


async def get_case(session: AsyncSession, reference: str) -> CaseRead:
    """The case with the whole conversation and the evidence.

    Raises:
        NotFoundError
    """
    cases = CaseRepository(session)
    listed = await cases.get_listed(reference)
    case = listed.case
    messages = await ConversationRepository(session).list_for_staff(case.conversation_id, after=0)
    handovers = await cases.list_handovers(case)
    return CaseRead(
        **_summary(listed).model_dump(),
        conversation_id=case.conversation_id,
        conversation_state=State(listed.conversation_state),
        resolution=case.resolution,
        closed_at=case.closed_at,
        checklist=await content.find_checklist(session, case.topic) if case.topic else "",
        evidence=[
            EvidenceRead(**handover.evidence, reason=Reason(handover.reason), created_at=handover.created_at)
            for handover in handovers
        ],
        messages=[StaffMessageRead.model_validate(message) for message in messages],
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
    case = await CaseRepository(session).get(reference)
    conversation = await session.get_one(Conversation, case.conversation_id)
    record(session, actor(staff), "read", Locked(case, conversation), now)


def _summary(listed: ListedCase) -> CaseSummary:
    case = listed.case
    return CaseSummary(
        reference=case.reference,
        state=CaseState(case.state),
        priority=Priority(case.priority),
        answer_group=case.answer_group,
        topic=case.topic,
        topic_title=listed.topic_title,
        reason=Reason(case.reason),
        language=listed.language,
        version=listed.version,
        owner=listed.owner.display_name if listed.owner else None,
        created_at=case.created_at,
        waiting_since=case.waiting_since,
        claimed_at=case.claimed_at,
    )
