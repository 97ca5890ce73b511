"""Writing down what shall be sent, in the transaction of what it tells about: both happen, or neither."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api import live
from handover_api.models import Outgoing, ReceivedWebhook
from handover_api.rules.outgoing import OutgoingState

# So long it can be seen what was sent, and what never arrived.
_KEPT = {OutgoingState.DONE: timedelta(days=30), OutgoingState.GIVEN_UP: timedelta(days=180)}
# Far longer than a webhook is accepted after it was signed.
_IDS_KEPT = timedelta(days=1)


async def enqueue(
    session: AsyncSession, kind: str, key: str, payload: dict[str, Any], now: datetime, *, lane: str | None = None
) -> None:
    """Something to send. With a key that has been used before, nothing happens.

    `payload` is keys and numbers, never what was said: whoever sends it reads the rest when it is sent. `lane` is whom
    it waits for, if not for the one receiver of its kind.
    """
    added = await session.scalar(
        insert(Outgoing)
        .values(
            kind=kind,
            lane=lane or kind,
            key=key,
            payload=payload,
            state=OutgoingState.PENDING,
            attempts=0,
            next_attempt_at=now,
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=[Outgoing.key])
        .returning(Outgoing.id)
    )
    if added is not None:
        live.publish(session, live.OUTGOING)


async def delete_outdated(session: AsyncSession, now: datetime) -> None:
    """Deletes what was sent long ago, and the ids of webhooks that are too old to be accepted again anyhow."""
    for state, kept in _KEPT.items():
        await session.execute(delete(Outgoing).where(Outgoing.state == state, Outgoing.done_at < now - kept))
    await session.execute(delete(ReceivedWebhook).where(ReceivedWebhook.received_at < now - _IDS_KEPT))
