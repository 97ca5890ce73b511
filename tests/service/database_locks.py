"""What the database says of those who wait for each other, so that a test can put them in an order."""

import asyncio

from sqlalchemy import text

from handover_api.database import SessionFactory

PATIENCE_SECONDS = 15
_WAITING = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype IN ('transactionid', 'tuple')")


async def until_waiting_for_locks(sessions: SessionFactory, how_many: int = 1) -> None:
    """Returns once so many transactions wait for a row that another one holds."""
    async with asyncio.timeout(PATIENCE_SECONDS), sessions() as session:
        while (await session.scalars(_WAITING)).one() < how_many:
            await session.rollback()
