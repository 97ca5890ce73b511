"""The resident's own case: how it stands, as far as its resident may know; and what the resident adds to it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.cases import handovers
from handover_api.cases.asynchronous import write_as_resident
from handover_api.cases.repository import CaseRepository
from handover_api.cases.schemas import OwnCase
from handover_api.conversations.repository import ConversationRepository
from handover_api.conversations.schemas import MessageCreate
from handover_api.models import Case, Conversation, Message
from handover_api.rules.case import CaseState, Resolution
from handover_api.rules.conversation import Event, State
from handover_api.rules.message import Author

# From these on, an answer is waited for that has not been given yet.
_PROMISES = (Event.HANDOVER_ASKED, Event.LEFT_TO_BE_ANSWERED)
_IN_HAND = frozenset({CaseState.ASSIGNED, CaseState.FORWARDED})


async def find(session: AsyncSession, conversation: Conversation) -> OwnCase | None:
    """How the conversation's case stands; None when it has none."""
    cases = CaseRepository(session)
    case = await cases.find_latest(conversation.id)
    if case is None:
        return None
    state = CaseState(case.state)
    answer = await find_answer(session, conversation)
    latest = await ConversationRepository(session).find_latest_by(conversation.id, Author.RESIDENT)
    owner = await cases.find_owner(case) if state in _IN_HAND else None
    return OwnCase(
        reference=case.reference,
        state=state,
        is_withdrawn=case.resolution == Resolution.WITHDRAWN,
        received_at=case.created_at,
        agent_name=owner.display_name if owner else None,
        department_name=await cases.find_department_name(case) if state is CaseState.FORWARDED else None,
        due_at=_promised(case, conversation) if answer is None else None,
        answered_at=answer.created_at if answer else None,
        has_written_since=bool(answer and latest and latest.seq > answer.seq),
        closed_at=case.closed_at,
    )


async def find_answer(session: AsyncSession, conversation: Conversation) -> Message | None:
    """The latest that a person has written since an answer was promised last."""
    conversations = ConversationRepository(session)
    promised_after = await conversations.find_seq_of_latest(conversation.id, _PROMISES)
    answer = await conversations.find_latest_by(conversation.id, Author.AGENT, for_resident=True)
    return answer if answer is not None and answer.seq > promised_after else None


def _promised(case: Case, conversation: Conversation) -> datetime | None:
    # A resident who waits in the queue after all is told the place there and no time. One whose conversation is closed
    # may still have a case that is not.
    is_promised = conversation.state in {State.ASYNCHRONOUS, State.CLOSED} and case.state != CaseState.CLOSED
    return case.due_at if is_promised else None


async def add_information(session: AsyncSession, conversation_id: UUID, message: MessageCreate, now: datetime) -> int:
    """Stores what the resident adds to the case. A person reads it: one is asked for, if nobody is waited for.

    Sending the same `client_id` again changes nothing. Returns the message's number.

    Raises:
        As `conversations.service.write_as_resident`.
    """
    seq = await write_as_resident(session, conversation_id, message, now)
    conversation = await ConversationRepository(session).get_for_update(conversation_id)
    if conversation.state == State.WITH_BOT:
        await handovers.ask_as_resident(session, conversation_id, now)
    return seq
