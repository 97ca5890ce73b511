"""The resident leaves the queue: the place is given up, the case is withdrawn, and the bot answers again."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from handover_api import live
from handover_api.audit.service import RESIDENT
from handover_api.cases import offers, wording
from handover_api.cases.asynchronous import tell
from handover_api.cases.repository import CaseRepository
from handover_api.cases.steps import Locked
from handover_api.cases.trail import record
from handover_api.conversations.repository import ConversationRepository
from handover_api.conversations.service import advance
from handover_api.conversations.spoken_with import speaking_with
from handover_api.errors import ConflictError
from handover_api.rules.case import CaseState, Resolution
from handover_api.rules.conversation import Event, State
from handover_api.texts import _


async def leave_queue(session: AsyncSession, conversation_id: UUID, now: datetime) -> None:
    """Gives up the resident's place. Whoever has the bot already keeps it.

    Raises:
        ConflictError: `conversation_closed`, or `not_waiting` when a person has the case or it is answered later.
    """
    conversation = await ConversationRepository(session).get_for_update(conversation_id)
    case = await CaseRepository(session).find_open(conversation_id)
    if conversation.state == State.WITH_BOT:
        return
    if conversation.state == State.CLOSED:
        raise ConflictError(
            "conversation_closed", _("Samtalet är avslutat. Börja ett nytt samtal."), state=State.CLOSED
        )
    if conversation.state != State.WAITING or case is None:
        raise ConflictError(
            "not_waiting",
            _("Du står inte i kön längre. Det går därför inte att lämna den."),
            state=conversation.state,
        )
    await advance(
        session,
        conversation,
        Event.WITHDRAWN,
        RESIDENT,
        now,
        reason=Resolution.WITHDRAWN,
        case_reference=case.reference,
        evidence={"case": CaseState.CLOSED},
    )
    locked = Locked(case, conversation)
    with speaking_with(conversation):
        await tell(session, locked, "left_queue", wording.left_queue(case.reference), now)
    await withdraw(session, locked, now)


async def withdraw(session: AsyncSession, locked: Locked, now: datetime) -> None:
    """Closes a waiting case that its resident no longer wants an answer to."""
    case = locked.case
    case.state = CaseState.CLOSED
    case.resolution = Resolution.WITHDRAWN
    case.closed_at = now
    await offers.settle(session, case, taken_by=None)
    record(session, RESIDENT, "withdraw", locked, now)
    live.publish(session, live.QUEUE)
