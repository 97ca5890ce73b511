"""Keeps what was measured of each model that the trainer has made."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Double, cast, func, select, union_all
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.bot_models.examination import Examination
from handover_api.bot_models.repository import BotModelRepository
from handover_api.errors import ConflictError, NotFoundError
from handover_api.models import BotModel, ModelExamination, TrainingRun
from handover_api.rules.training import WITH_THE_TRAINER


async def lock_running(session: AsyncSession, run_id: UUID) -> TrainingRun:
    """The training that the trainer is at work with.

    Raises:
        NotFoundError: there is no such training.
        ConflictError: `training_ended`; it has ended, or has not begun.
    """
    run = await BotModelRepository(session).lock_run(run_id)
    if run is None:
        raise NotFoundError
    if run.state not in WITH_THE_TRAINER:
        raise ConflictError("training_ended", "Träningen är avslutad.")
    return run


async def keep(session: AsyncSession, run_id: UUID, examination: Examination, now: datetime) -> None:
    """Keeps what was measured of what the training has made; told again, it takes the place of what was told.

    Raises:
        NotFoundError: there is no such training.
        ConflictError: `training_ended`.
    """
    run = await lock_running(session, run_id)
    serving = await _compared_with(BotModelRepository(session), examination)
    values = {
        "received_at": now,
        "compared_with": serving.id if serving else None,
        "found": examination.model_dump(mode="json"),
    }
    await session.execute(
        insert(ModelExamination)
        .values(run_id=run.id, **values)
        .on_conflict_do_update(index_elements=[ModelExamination.run_id], set_=values)
    )


async def find(session: AsyncSession, model_id: UUID) -> ModelExamination | None:
    """The latest of those that a model has gone through; None for one that came with the program."""
    return await session.scalar(
        select(ModelExamination)
        .join(TrainingRun, TrainingRun.id == ModelExamination.run_id)
        .where(TrainingRun.model_id == model_id)
        .order_by(ModelExamination.received_at.desc(), ModelExamination.run_id.desc())
        .limit(1)
    )


async def find_best_danger(session: AsyncSession, version: str, besides: UUID) -> float | None:
    """The highest share of these questions about danger that a model in use has recognised; None: none was asked them.

    `besides`: the model that it is asked for.
    """
    found = ModelExamination.found
    in_use = (
        select(_recall("serving").label("recall"))
        .where(found["serving"]["urgent"]["version"].astext == version)
        .where(ModelExamination.compared_with != besides)
    )
    used = (
        select(_recall("candidate").label("recall"))
        .join(TrainingRun, TrainingRun.id == ModelExamination.run_id)
        .join(BotModel, BotModel.id == TrainingRun.model_id)
        .where(found["candidate"]["urgent"]["version"].astext == version)
        .where(BotModel.used_at.is_not(None), BotModel.id != besides)
    )
    asked = union_all(in_use, used).subquery()
    best: float | None = await session.scalar(select(func.max(asked.c.recall)))
    return best


def _recall(model: str) -> ColumnElement[float]:
    return cast(ModelExamination.found[model]["urgent"]["recall"].astext, Double)


async def _compared_with(repository: BotModelRepository, examination: Examination) -> BotModel | None:
    if examination.serving is None:
        return None
    if examination.serving_sha256 is None:
        return await repository.find_serving()
    return await repository.find_by_sha256(examination.serving_sha256)
