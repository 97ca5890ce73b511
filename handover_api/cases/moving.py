"""A lead moves several cases at once, to a colleague or to an answer group."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from handover_api.cases.steps import Step
from handover_api.cases.transfers import transfer
from handover_api.database import SessionFactory, transaction
from handover_api.errors import ConflictError, NotFoundError
from handover_api.models import Staff


@dataclass(frozen=True)
class Move:
    """A case, and the version of its conversation that the lead saw."""

    reference: str
    version: int


@dataclass(frozen=True)
class Target:
    """A colleague (a user name) or an answer group; one of them."""

    agent: str | None = None
    group: str | None = None


@dataclass(frozen=True)
class NotMoved:
    reference: str
    reason: str


async def move_all(
    sessions: SessionFactory, lead: Staff, moves: Iterable[Move], target: Target, note: str, now: datetime
) -> list[NotMoved]:
    """Moves each case in a transaction of its own, so that none waits for another and one that cannot be moved keeps
    none of the others back. Returns those that stayed where they were.

    Raises:
        InvalidError: as `transfers.transfer`, of the note or the target; then no case has been moved.
    """
    stayed = []
    for move in moves:
        try:
            async with transaction(sessions) as session:
                await transfer(
                    session,
                    lead,
                    move.reference,
                    now,
                    to_agent=target.agent,
                    to_group=target.group,
                    note=note,
                    step=Step(version=move.version),
                )
        except (ConflictError, NotFoundError) as error:
            stayed.append(NotMoved(move.reference, error.detail))
    return stayed
