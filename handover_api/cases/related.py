"""Repeated contact: a new case of the same resident is linked to the earlier one, so that nobody begins from nothing.

The link is a row of the newer case alone. Nothing is written into the earlier conversation, which may be closed and is
never opened again by what comes later; its case shows the newer one to its owner.
"""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from handover_api import live
from handover_api.audit.service import RESIDENT
from handover_api.cases.repository import CaseRepository
from handover_api.cases.steps import Locked
from handover_api.cases.trail import record
from handover_api.conversations.repository import ConversationRepository
from handover_api.models import Case

# A case that was closed longer ago than this is another matter, even if the address is the same.
RECENTLY = timedelta(days=30)
# A resident who has gone on in new conversations so many times without a case is not followed further back.
_FURTHEST_BACK = 10


async def link_by_conversation(session: AsyncSession, locked: Locked, now: datetime) -> None:
    """Links a case without a link to that of the conversation that this one continues, if there is any."""
    if locked.case.related_to is not None:
        return
    conversations = ConversationRepository(session)
    earlier_id = locked.conversation.continues
    for _ in range(_FURTHEST_BACK):
        if earlier_id is None:
            return
        if (earlier := await CaseRepository(session).find_latest(earlier_id)) is not None:
            await _link(session, locked, earlier, now)
            return
        conversation = await conversations.find(earlier_id)
        earlier_id = conversation.continues if conversation else None


async def link_by_address(session: AsyncSession, locked: Locked, address: str, now: datetime) -> None:
    """Links a case without a link to the latest earlier one with the same address, if it is open or closed recently.

    Anyone can write anyone's address, so the link says only where to look, and shows the resident nothing.
    """
    if locked.case.related_to is not None:
        return
    earlier = await CaseRepository(session).find_earlier_with_address(locked.case, address, closed_after=now - RECENTLY)
    if earlier is not None:
        await _link(session, locked, earlier, now)


async def _link(session: AsyncSession, locked: Locked, earlier: Case, now: datetime) -> None:
    locked.case.related_to = earlier.id
    record(session, RESIDENT, "link", locked, now, related_to=earlier.reference)
    # Whoever has the earlier case open on the screen sees the new one.
    live.publish(session, live.conversation_signal(earlier.conversation_id))
