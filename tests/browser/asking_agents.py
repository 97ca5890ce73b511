"""The queue's keeper, which asks agents about waiting cases when the test says so."""

import asyncio

from sqlalchemy import select

from handover_api.clock import now
from handover_api.database import create_engine, create_session_factory
from handover_api.live import Hub
from handover_api.models import Case, Offer
from handover_api.queue.keeper import Keeper
from handover_api.rules.presence import OfferOutcome
from handover_api.settings import Settings

_PATIENCE_SECONDS = 20


class AskingAgents:
    def __init__(self, settings: Settings) -> None:
        self._engine = create_engine(settings.sqlalchemy_url)
        self._sessions = create_session_factory(self._engine)
        self._keeper = Keeper(self._sessions, Hub(settings.libpq_url), now, follow_up_hours=24)

    async def about(self, *references: str) -> None:
        """Somebody has been asked about each of these.

        A case in which something happens just then, such as its resident's page reporting what has been read, is
        passed by, and comes the next time.
        """
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while not await self._are_asked(set(references)):
                await self._keeper.work()

    async def _are_asked(self, references: set[str]) -> bool:
        offered = select(Case.reference).join(Offer, Offer.case_id == Case.id).where(Offer.outcome == OfferOutcome.OPEN)
        async with self._sessions() as session:
            return references <= set(await session.scalars(offered))

    async def close(self) -> None:
        await self._engine.dispose()
