"""The steps of a conversation as everyone who takes part may read them (docs/contracts/handover-protocol.md)."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.cases.schemas import EventActor, ProtocolEvent
from handover_api.models import ConversationEvent, Staff
from handover_api.rules.conversation import Event, State

# Far more than a conversation has; whoever wants the rest asks again after the last version.
MAX_EVENTS = 500


async def list_events(session: AsyncSession, conversation_id: UUID, after: int = 0) -> list[ProtocolEvent]:
    """The steps of a conversation after a version, oldest first, MAX_EVENTS at most."""
    rows = await session.execute(
        select(ConversationEvent, Staff.display_name)
        .outerjoin(Staff, Staff.id == ConversationEvent.actor_id)
        .where(ConversationEvent.conversation_id == conversation_id, ConversationEvent.version > after)
        .order_by(ConversationEvent.version)
        .limit(MAX_EVENTS)
    )
    return [_read(event, name) for event, name in rows]


def _read(event: ConversationEvent, name: str | None) -> ProtocolEvent:
    return ProtocolEvent(
        conversation_id=event.conversation_id,
        seq=event.seq,
        version=event.version,
        event=Event(event.event),
        before=State(event.before),
        after=State(event.after),
        actor=EventActor(kind=event.actor_kind, name=name),
        reason=event.reason,
        case_reference=event.case_reference,
        evidence=event.evidence,
        at=event.at,
    )
