"""Who did what. An entry is written in the transaction of the deed itself: either both happen or neither."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.models import AuditEntry


@dataclass(frozen=True)
class Actor:
    """`kind`: resident, bot, system, or a role of the staff."""

    kind: str
    id: UUID | None = None


RESIDENT = Actor("resident")
BOT = Actor("bot")
SYSTEM = Actor("system")


def record(
    session: AsyncSession,
    actor: Actor,
    action: str,
    *,
    subject_kind: str,
    subject_id: str,
    at: datetime,
    **details: Any,
) -> None:
    """Adds an entry. `details` are identifiers, states and counts; never what a resident wrote."""
    session.add(
        AuditEntry(
            at=at,
            actor_kind=actor.kind,
            actor_id=actor.id,
            action=action,
            subject_kind=subject_kind,
            subject_id=subject_id,
            details=details,
        )
    )
