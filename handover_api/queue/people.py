"""Who is at the desk, and what they are asked: as the staff see it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.agents import presence
from handover_api.agents.service import find_account
from handover_api.cases import offers, reading
from handover_api.cases.workload import count_live, workloads
from handover_api.errors import NotFoundError
from handover_api.models import Presence, Staff
from handover_api.queue.schemas import Colleague, OfferRead, PresenceRead, ProfileRead
from handover_api.rules.presence import PresenceStatus
from handover_api.rules.roles import HANDLES_CASES, Role


async def read_presence(session: AsyncSession, staff: Staff, now: datetime) -> PresenceRead:
    return await presence_of(session, staff, await presence.find(session, staff.id, now))


async def presence_of(session: AsyncSession, staff: Staff, found: Presence | None) -> PresenceRead:
    """The same of whoever has been looked up already; `found` is None for somebody who is not at the desk."""
    return PresenceRead(
        status=PresenceStatus(found.status) if found else None,
        since=found.since if found else None,
        lease_until=found.lease_until if found else None,
        live=await count_live(session, staff.id),
        capacity=staff.capacity,
    )


async def list_offers(session: AsyncSession, staff: Staff, now: datetime) -> list[OfferRead]:
    """What the agent is asked to take, the oldest first."""
    return [
        OfferRead(expires_at=expires_at, case=await reading.get_summary(session, reference))
        for reference, expires_at in await offers.list_open(session, staff, now)
    ]


async def list_colleagues(session: AsyncSession, now: datetime) -> list[Colleague]:
    """Everybody who may be given cases, whether they are there or not."""
    rows = await session.execute(
        select(Staff, Presence.status)
        .outerjoin(Presence, and_(Presence.staff_id == Staff.id, presence.is_at_the_desk(now)))
        .where(Staff.is_active, Staff.role.in_(HANDLES_CASES))
        .order_by(Staff.display_name, Staff.username)
    )
    found = rows.all()
    loads = await workloads(session, [staff.id for staff, _ in found])
    return [
        Colleague(
            **read_profile(staff).model_dump(),
            status=PresenceStatus(status) if status else None,
            live=loads[staff.id].live,
            asynchronous=loads[staff.id].asynchronous,
        )
        for staff, status in found
    ]


@dataclass(frozen=True)
class OneColleague:
    """Somebody who has, or has had, to do with cases."""

    id: UUID
    display_name: str
    handles_cases: bool
    status: PresenceStatus | None
    live: int
    capacity: int


async def find_colleague(session: AsyncSession, username: str, now: datetime) -> OneColleague:
    """Also somebody who no longer handles cases, as long as some are left.

    Raises:
        NotFoundError
    """
    staff = await find_account(session, username)
    if staff is None:
        raise NotFoundError
    handles_cases = staff.is_active and staff.role in HANDLES_CASES
    if not handles_cases and not (await reading.list_owned(session, [staff.id]))[staff.id]:
        raise NotFoundError
    found = await read_presence(session, staff, now)
    return OneColleague(staff.id, staff.display_name, handles_cases, found.status, found.live, found.capacity)


def read_profile(staff: Staff) -> ProfileRead:
    return ProfileRead(
        username=staff.username,
        display_name=staff.display_name,
        role=Role(staff.role),
        answer_groups=staff.answer_groups,
        languages=staff.languages,
        skills=staff.skills,
        secrecy_classes=staff.secrecy_classes,
        capacity=staff.capacity,
    )
