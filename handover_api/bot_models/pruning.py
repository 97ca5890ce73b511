"""Gives back the room that old models take: their files go, and what is known of them stays."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.bot_models import shadow
from handover_api.bot_models.archives import Archives
from handover_api.bot_models.repository import BotModelRepository
from handover_api.models import BotModel, BotModelEvent
from handover_api.rules.bot_model import ModelDeed

log = structlog.get_logger()

# Whatever has been in use so lately can be gone back to.
KEPT_AFTER_USE = timedelta(days=90)
_TOOK_OVER = (ModelDeed.PROMOTED, ModelDeed.ROLLED_BACK)


async def delete_old(session: AsyncSession, archives: Archives, most: int, now: datetime) -> int:
    """Deletes the files of all but the newest `most` models and those that have been in use lately.

    Returns how many files it deleted. Nobody takes a model into use meanwhile.
    """
    repository = BotModelRepository(session)
    await repository.lock()
    newest = select(BotModel.id).order_by(BotModel.stored_at.desc(), BotModel.id.desc()).limit(most)
    reading = await shadow.find_active(session, now)
    kept = {*await session.scalars(newest), *await _used_since(session, now - KEPT_AFTER_USE)}
    if reading is not None:
        kept.add(reading.model_id)
    old = await session.scalars(select(BotModel.sha256).where(BotModel.id.not_in(kept)))
    deleted = [sha256 for sha256 in old if await asyncio.to_thread(archives.delete, sha256)]
    if deleted:
        log.info("bot_model.archives_deleted", count=len(deleted))
    return len(deleted)


async def _used_since(session: AsyncSession, since: datetime) -> set[UUID]:
    """A model is in use until the next one is."""
    until = func.lead(BotModelEvent.at).over(order_by=BotModelEvent.id).label("until")
    used = select(BotModelEvent.model_id, until).where(BotModelEvent.deed.in_(_TOOK_OVER)).subquery()
    return set(await session.scalars(select(used.c.model_id).where(or_(used.c.until.is_(None), used.c.until >= since))))
