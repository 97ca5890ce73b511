"""Who is at the desk: a lease that every sign of life renews. Nobody is present by having said so once.

Whoever holds a conversation's lock may touch presences after it, and offers after those; never the other way round.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, any_, delete, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api import live
from handover_api.models import Presence, Staff
from handover_api.rules.presence import PresenceStatus
from handover_api.rules.roles import HANDLES_CASES, Role

# The desk's page answers the stream's pulse (every 15 seconds; a hidden page is never kept from that) and has a timer
# beside it, which a browser may slow down to once a minute.
LEASE = timedelta(seconds=65)
# A lost connection is often found again. After this an agent is gone: less than 90 seconds after the last sign.
GRACE = timedelta(seconds=15)
# A sign of life so soon after the last one is not worth a write.
_WORTH_A_WRITE = timedelta(seconds=10)


def is_at_the_desk(now: datetime) -> ColumnElement[bool]:
    """The condition on a presence that it may still be counted on."""
    return Presence.lease_until > now


def is_gone(now: datetime) -> ColumnElement[bool]:
    return Presence.lease_until <= now - GRACE


async def count_present(session: AsyncSession, answer_group: str, now: datetime) -> int:
    """How many there are who may be asked to answer the group's residents. Whoever has a break is not counted."""
    count = await session.scalar(
        select(func.count())
        .select_from(Presence)
        .join(Staff, Staff.id == Presence.staff_id)
        .where(
            is_at_the_desk(now),
            Presence.status == PresenceStatus.AVAILABLE,
            Staff.is_active,
            or_(func.cardinality(Staff.answer_groups) == 0, literal(answer_group) == any_(Staff.answer_groups)),
        )
    )
    return count or 0


async def find(session: AsyncSession, staff_id: UUID, now: datetime) -> Presence | None:
    """The presence of somebody who is at the desk."""
    return await session.scalar(
        select(Presence)
        .where(Presence.staff_id == staff_id, is_at_the_desk(now))
        .execution_options(populate_existing=True)
    )


async def find_for_update(session: AsyncSession, staff_id: UUID, now: datetime) -> Presence | None:
    """The same, locked: whoever counts how much somebody has, and adds to it, goes one at a time."""
    return await session.scalar(
        select(Presence)
        .where(Presence.staff_id == staff_id, is_at_the_desk(now))
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def set_status(session: AsyncSession, staff: Staff, status: PresenceStatus, now: datetime) -> None:
    """What the agent says. A sign of life too."""
    statement = insert(Presence).values(staff_id=staff.id, status=status, since=now, lease_until=now + LEASE)
    changed = await session.scalar(
        statement.on_conflict_do_update(
            index_elements=[Presence.staff_id],
            set_={"status": status, "since": now, "lease_until": now + LEASE},
            where=or_(Presence.status != status, Presence.lease_until <= now),
        ).returning(Presence.staff_id)
    )
    if changed is None:
        await give_sign_of_life(session, staff, now)
    else:
        _tell(session, staff.id)


async def give_sign_of_life(session: AsyncSession, staff: Staff, now: datetime) -> None:
    """Renews the lease, or begins one: an agent who opens the desk is available, a lead only looks."""
    await give_signs_of_life(session, [(staff, now)])


async def give_signs_of_life(session: AsyncSession, signs: Collection[tuple[Staff, datetime]]) -> None:
    """The same for many, each at its own moment, in one statement. One sign a person."""
    rows = [
        {
            "staff_id": staff.id,
            "status": PresenceStatus.ON_BREAK if staff.role == Role.LEAD else PresenceStatus.AVAILABLE,
            "since": at,
            "lease_until": at + LEASE,
        }
        # In the same order everywhere, so that nobody waits for one who waits for them.
        for staff, at in sorted(signs, key=lambda sign: sign[0].id)
    ]
    statement = insert(Presence).values(rows)
    renewed = await session.execute(
        statement.on_conflict_do_update(
            index_elements=[Presence.staff_id],
            set_={"lease_until": statement.excluded.lease_until},
            where=Presence.lease_until < statement.excluded.lease_until - _WORTH_A_WRITE,
        ).returning(Presence.staff_id, Presence.since)
    )
    began_at = {row["staff_id"]: row["since"] for row in rows}
    for staff_id, since in renewed.all():
        if since == began_at[staff_id]:
            _tell(session, staff_id)


async def note_assignment(session: AsyncSession, staff_id: UUID, now: datetime) -> None:
    """The agent has got a conversation. Only a sign of life if it is the agent's own deed, so none is noted here."""
    await session.execute(update(Presence).where(Presence.staff_id == staff_id).values(last_assigned_at=now))


async def list_available(session: AsyncSession, now: datetime) -> list[tuple[Staff, Presence]]:
    """Those who are at the desk, have no break, and may be given cases."""
    rows = await session.execute(
        select(Staff, Presence)
        .join(Presence, Presence.staff_id == Staff.id)
        .where(
            is_at_the_desk(now),
            Presence.status == PresenceStatus.AVAILABLE,
            Staff.is_active,
            Staff.role.in_(HANDLES_CASES),
        )
        .execution_options(populate_existing=True)
    )
    return [(staff, found) for staff, found in rows]


async def remove_gone(session: AsyncSession, now: datetime) -> list[UUID]:
    """Ends the presence of those who have given no sign of life for too long. Returns who they were."""
    gone = list(await session.scalars(delete(Presence).where(is_gone(now)).returning(Presence.staff_id)))
    for staff_id in gone:
        _tell(session, staff_id)
    return gone


async def pause(session: AsyncSession, staff_ids: list[UUID], now: datetime) -> None:
    """Gives those who do not answer a break: somebody else shall be asked."""
    await session.execute(
        update(Presence).where(Presence.staff_id.in_(staff_ids)).values(status=PresenceStatus.ON_BREAK, since=now)
    )
    for staff_id in staff_ids:
        _tell(session, staff_id)


async def end(session: AsyncSession, staff_id: UUID) -> None:
    """The agent leaves the desk."""
    if await session.scalar(delete(Presence).where(Presence.staff_id == staff_id).returning(Presence.staff_id)):
        _tell(session, staff_id)


def _tell(session: AsyncSession, staff_id: UUID) -> None:
    live.publish(session, live.QUEUE)
    live.publish(session, live.staff_signal(staff_id))
