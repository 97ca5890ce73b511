"""Trainings: asked for by editors, done by the trainer (learning/), which asks for them over HTTP."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api import live
from handover_api.agents.service import actor
from handover_api.audit import service as audit
from handover_api.bot_models import registry
from handover_api.bot_models.archives import Archive
from handover_api.bot_models.repository import BotModelRepository
from handover_api.errors import ConflictError, NotFoundError
from handover_api.models import BotModel, Staff, TrainingRun
from handover_api.rules.bot_model import ModelOrigin
from handover_api.rules.personal_data import mask
from handover_api.rules.training import SILENCE, TrainingEvent, TrainingState, after, expected_duration

# What the trainer's signs of life are kept as.
TRAINER = "trainer"
_VANISHED = "Programmet som tränar boten slutade svara. Träna igen."
# An unfinished training is written down again this often while nothing of it changes.
_LIFE_NOTED_EVERY = timedelta(seconds=10)


async def ask(session: AsyncSession, staff: Staff, now: datetime) -> TrainingRun:
    """Asks for a training.

    Raises:
        ConflictError: `training_unfinished`; another one waits or goes on.
    """
    run = TrainingRun(state=TrainingState.QUEUED, asked_by=staff.id, asked_at=now, problems=[])
    try:
        async with session.begin_nested():
            session.add(run)
    except IntegrityError as error:
        raise ConflictError("training_unfinished", "En träning pågår redan. Vänta tills den är klar.") from error
    _record(session, staff, "training_asked", run, now)
    return run


async def cancel(session: AsyncSession, staff: Staff, run_id: UUID, now: datetime) -> None:
    """Asks for the end of a training. One that has ended stays what it became.

    Raises:
        NotFoundError: there is no such training.
    """
    run = await BotModelRepository(session).lock_run(run_id)
    if run is None:
        raise NotFoundError
    if _advance(session, run, TrainingEvent.CANCEL_ASKED, now):
        _record(session, staff, "training_cancel_asked", run, now)


async def take_next(session: AsyncSession, now: datetime) -> TrainingRun | None:
    """What the trainer is to do now; None when nothing waits."""
    repository = BotModelRepository(session)
    await note_trainer(repository, now)
    await end_vanished(session, now)
    run = await repository.lock_queued()
    if run is None or not _advance(session, run, TrainingEvent.TAKEN, now):
        return None
    run.started_at = run.heard_at = now
    run.expected_seconds = round(expected_duration(await repository.list_durations()).total_seconds())
    return run


async def tell_progress(session: AsyncSession, run_id: UUID, step: str, now: datetime) -> bool:
    """The trainer tells what it does. Returns whether it is to go on."""
    repository = BotModelRepository(session)
    await note_trainer(repository, now)
    run = await repository.lock_run(run_id)
    if run is None or run.state != TrainingState.RUNNING:
        return False
    run.heard_at, run.step = now, step
    # The clock has moved on, and what is left with it.
    live.publish(session, live.MODELS)
    return True


async def stop(session: AsyncSession, run_id: UUID, now: datetime) -> None:
    """The trainer has stopped without a result, because it was asked to or because it is being shut down."""
    await _end(session, run_id, TrainingEvent.STOPPED, [], now)


async def fail(session: AsyncSession, run_id: UUID, problems: list[dict[str, str | None]], now: datetime) -> None:
    # They may quote phrases, and whoever wrote those may have copied more than a question.
    problems = [{**problem, "text": mask(problem["text"] or "")} for problem in problems]
    await _end(session, run_id, TrainingEvent.FAILED, problems, now)


async def finish(session: AsyncSession, run_id: UUID, archive: Archive, now: datetime) -> BotModel | None:
    """The trainer has brought a model. Returns None when the training was cancelled meanwhile."""
    run = await BotModelRepository(session).lock_run(run_id)
    if run is None or run.ended_at is not None:
        return None
    if after(TrainingState(run.state), TrainingEvent.DONE) != TrainingState.DONE:
        _advance(session, run, TrainingEvent.DONE, now)
        return None
    model = await registry.store(session, archive, ModelOrigin.STUDIO, run.asked_by, now)
    run.model_id = model.id
    _advance(session, run, TrainingEvent.DONE, now)
    return model


async def end_vanished(session: AsyncSession, now: datetime) -> bool:
    """Ends the training whose trainer has not been heard of. Returns whether there was one."""
    run = await BotModelRepository(session).lock_silent(now - SILENCE)
    if run is None:
        return False
    if _advance(session, run, TrainingEvent.VANISHED, now) and run.state == TrainingState.FAILED:
        run.problems = [{"text": _VANISHED, "topic": None}]
    return True


def expected(run: TrainingRun) -> timedelta:
    """How long a training that has begun was expected to take."""
    return timedelta(seconds=run.expected_seconds or 0)


async def note_trainer(repository: BotModelRepository, now: datetime) -> None:
    known = await repository.last_life(TRAINER)
    if known is None or now - known >= _LIFE_NOTED_EVERY:
        await repository.note_life(TRAINER, now)


async def _end(
    session: AsyncSession, run_id: UUID, event: TrainingEvent, problems: list[dict[str, str | None]], now: datetime
) -> None:
    run = await BotModelRepository(session).lock_run(run_id)
    if run is not None and _advance(session, run, event, now) and run.state == TrainingState.FAILED:
        run.problems = problems


def _advance(session: AsyncSession, run: TrainingRun, event: TrainingEvent, now: datetime) -> bool:
    """Whether the event happens in the run's state; if so, it has happened."""
    state = after(TrainingState(run.state), event)
    if state is None:
        return False
    run.state = state
    if state in {TrainingState.CANCELLED, TrainingState.FAILED, TrainingState.DONE}:
        run.ended_at = now
    live.publish(session, live.MODELS)
    return True


def _record(session: AsyncSession, staff: Staff, action: str, run: TrainingRun, now: datetime) -> None:
    audit.record(
        session, actor(staff), action, subject_kind="training_run", subject_id=str(run.id), at=now, state=run.state
    )
    live.publish(session, live.MODELS)
