"""All SQL of the models and the trainings."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from handover_api.models import BotFollower, BotModel, BotModelEvent, Heartbeat, Staff, TrainingRun
from handover_api.rules.bot_model import ModelDeed, ModelState
from handover_api.rules.training import WITH_THE_TRAINER, TrainingState

LISTED_MODELS = 30
LISTED_EVENTS = 30
LISTED_RUNS = 5
# So many of the latest trainings say how long the next one takes.
_COUNTED_RUNS = 5


@dataclass(frozen=True)
class ListedModel:
    model: BotModel
    trained_by: str | None
    used_by: str | None


@dataclass(frozen=True)
class ListedEvent:
    event: BotModelEvent
    content_version: str
    by: str | None


@dataclass(frozen=True)
class ListedRun:
    run: TrainingRun
    asked_by: str


class BotModelRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def lock(self) -> None:
        """Until the transaction ends, nobody else changes which model is in use. Whoever reads does not wait."""
        await self._session.execute(text("LOCK TABLE bot_models IN SHARE ROW EXCLUSIVE MODE"))

    async def find(self, model_id: UUID) -> BotModel | None:
        return await self._session.get(BotModel, model_id, populate_existing=True)

    async def find_by_sha256(self, sha256: str) -> BotModel | None:
        return await self._session.scalar(select(BotModel).where(BotModel.sha256 == sha256))

    async def find_serving(self) -> BotModel | None:
        return await self._session.scalar(select(BotModel).where(BotModel.state == ModelState.SERVING))

    async def find_used_before(self, model: BotModel) -> BotModel | None:
        """The one that was in use last of those that have been and can be again."""
        return await self._session.scalar(
            select(BotModel)
            .where(BotModel.state == ModelState.RETIRED, BotModel.id != model.id)
            .order_by(BotModel.used_at.desc())
            .limit(1)
        )

    async def find_latest_deed(self, model: BotModel) -> ModelDeed | None:
        deed = await self._session.scalar(
            select(BotModelEvent.deed)
            .where(BotModelEvent.model_id == model.id)
            .order_by(BotModelEvent.id.desc())
            .limit(1)
        )
        return ModelDeed(deed) if deed else None

    async def list_models(self) -> list[ListedModel]:
        trainer, user = aliased(Staff), aliased(Staff)
        rows = await self._session.execute(
            select(BotModel, trainer.display_name, user.display_name)
            .outerjoin(trainer, trainer.id == BotModel.trained_by)
            .outerjoin(user, user.id == BotModel.used_by)
            .order_by((BotModel.state == ModelState.SERVING).desc(), BotModel.stored_at.desc())
            .limit(LISTED_MODELS)
        )
        return [ListedModel(*row) for row in rows]

    async def list_events(self) -> list[ListedEvent]:
        rows = await self._session.execute(
            select(BotModelEvent, BotModel.content_version, Staff.display_name)
            .join(BotModel, BotModel.id == BotModelEvent.model_id)
            .outerjoin(Staff, Staff.id == BotModelEvent.by)
            .order_by(BotModelEvent.id.desc())
            .limit(LISTED_EVENTS)
        )
        return [ListedEvent(*row) for row in rows]

    async def note_follower(self, process: UUID, sha256: str, now: datetime) -> None:
        values = {"sha256": sha256, "heard_at": now}
        await self._session.execute(
            insert(BotFollower)
            .values(process=process, **values)
            .on_conflict_do_update(index_elements=[BotFollower.process], set_=values)
        )

    async def find_follower(self, process: UUID) -> BotFollower | None:
        return await self._session.get(BotFollower, process)

    async def count_followers(self, since: datetime) -> dict[str, int]:
        """How many of the bot's processes answer with each model, by its checksum."""
        rows = await self._session.execute(
            select(BotFollower.sha256, func.count()).where(BotFollower.heard_at >= since).group_by(BotFollower.sha256)
        )
        return dict(rows.all())

    async def forget_followers(self, before: datetime) -> None:
        await self._session.execute(delete(BotFollower).where(BotFollower.heard_at < before))

    async def lock_run(self, run_id: UUID) -> TrainingRun | None:
        return await self._session.get(TrainingRun, run_id, with_for_update=True, populate_existing=True)

    async def lock_queued(self) -> TrainingRun | None:
        """The one that waits for a trainer; None also when another trainer takes it at this moment."""
        return await self._session.scalar(
            select(TrainingRun).where(TrainingRun.state == TrainingState.QUEUED).with_for_update(skip_locked=True)
        )

    async def lock_silent(self, since: datetime) -> TrainingRun | None:
        return await self._session.scalar(
            select(TrainingRun)
            .where(TrainingRun.state.in_(WITH_THE_TRAINER), TrainingRun.heard_at < since)
            .with_for_update(skip_locked=True)
        )

    async def list_runs(self) -> list[ListedRun]:
        rows = await self._session.execute(
            select(TrainingRun, Staff.display_name)
            .join(Staff, Staff.id == TrainingRun.asked_by)
            .order_by(TrainingRun.asked_at.desc(), TrainingRun.id.desc())
            .limit(LISTED_RUNS)
        )
        return [ListedRun(*row) for row in rows]

    async def list_durations(self) -> list[timedelta]:
        rows = await self._session.execute(
            select(TrainingRun.ended_at, TrainingRun.started_at)
            .where(TrainingRun.state == TrainingState.DONE)
            .order_by(TrainingRun.ended_at.desc())
            .limit(_COUNTED_RUNS)
        )
        return [ended_at - started_at for ended_at, started_at in rows if ended_at and started_at]

    async def note_life(self, process: str, now: datetime) -> None:
        await self._session.execute(
            insert(Heartbeat)
            .values(process=process, at=now)
            .on_conflict_do_update(index_elements=[Heartbeat.process], set_={"at": now})
        )

    async def last_life(self, process: str) -> datetime | None:
        heartbeat = await self._session.get(Heartbeat, process)
        return heartbeat.at if heartbeat else None
