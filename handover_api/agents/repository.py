"""All SQL of staff accounts and sessions."""

from datetime import datetime

from sqlalchemy import delete, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.models import FailedSignIn, Staff, StaffSession


class StaffRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find_by_username(self, username: str) -> Staff | None:
        return await self._session.scalar(select(Staff).where(Staff.username == username))

    async def find_by_session(self, token_hash: bytes, now: datetime) -> Staff | None:
        return await self._session.scalar(
            select(Staff)
            .join(StaffSession, StaffSession.staff_id == Staff.id)
            .where(StaffSession.token_hash == token_hash, StaffSession.expires_at > now, Staff.is_active)
        )

    async def list_by_sessions(self, token_hashes: list[bytes], now: datetime) -> dict[bytes, Staff]:
        rows = await self._session.execute(
            select(StaffSession.token_hash, Staff)
            .join(Staff, StaffSession.staff_id == Staff.id)
            .where(StaffSession.token_hash.in_(token_hashes), StaffSession.expires_at > now, Staff.is_active)
        )
        return {token_hash: staff for token_hash, staff in rows}  # noqa: C416 - a row is no pair to mypy

    async def count_failures_since(self, username: str, moment: datetime) -> int:
        count = await self._session.scalar(
            select(func.count())
            .select_from(FailedSignIn)
            .where(FailedSignIn.username == username, FailedSignIn.at > moment)
        )
        return count or 0

    async def delete_session(self, token_hash: bytes) -> None:
        await self._session.execute(delete(StaffSession).where(StaffSession.token_hash == token_hash))

    async def has_session(self, staff: Staff, now: datetime) -> bool:
        return bool(
            await self._session.scalar(
                select(exists().where(StaffSession.staff_id == staff.id, StaffSession.expires_at > now))
            )
        )

    async def delete_sessions_of(self, staff: Staff) -> None:
        await self._session.execute(delete(StaffSession).where(StaffSession.staff_id == staff.id))

    async def delete_outdated(self, now: datetime, failures_before: datetime) -> int:
        """Removes sessions that have ended and failed sign-ins that no longer count. Returns how many sessions."""
        await self._session.execute(delete(FailedSignIn).where(FailedSignIn.at < failures_before))
        ended = await self._session.execute(
            delete(StaffSession).where(StaffSession.expires_at <= now).returning(StaffSession.token_hash)
        )
        return len(ended.all())

    def add(self, row: Staff | StaffSession | FailedSignIn) -> None:
        self._session.add(row)
