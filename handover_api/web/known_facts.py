"""The municipality's telephone and hours, also for when the database does not answer."""

import asyncio

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.content.repository import ContentRepository
from handover_api.database import SessionFactory, transaction

_AGAIN_AFTER_SECONDS = 5.0


class KnownFacts:
    """The local facts as they were read last; none before they have been read for the first time."""

    def __init__(self) -> None:
        self.latest: dict[str, str] = {}

    async def read(self, session: AsyncSession) -> dict[str, str]:
        self.latest = await ContentRepository(session).get_facts()
        return self.latest

    async def read_at_start(self, sessions: SessionFactory) -> None:
        """Reads them as soon as the database lets us."""
        while not self.latest:
            try:
                async with transaction(sessions) as session:
                    await self.read(session)
            except (SQLAlchemyError, OSError):
                pass
            if not self.latest:
                await asyncio.sleep(_AGAIN_AFTER_SECONDS)
