"""A candidate that reads real messages beside the model in use. What it would have done is kept; nobody hears it.

It costs every process of the bot the memory of a model, so there is one at a time, and it ends by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api import live
from handover_api.agents.service import actor
from handover_api.audit import service as audit
from handover_api.bot_models.archives import Archives
from handover_api.bot_models.repository import BotModelRepository
from handover_api.bot_models.schemas import ShadowDecisions
from handover_api.errors import ConflictError, NotFoundError
from handover_api.models import BotModel, Message, ShadowDecision, ShadowRun, Staff
from handover_api.rules.bot_model import ModelState
from handover_api.rules.replies import ReplyKind
from handover_api.rules.shadow import KEPT, LIFE, Choice, ShadowEnding, differs

LISTED_DIFFERENCES = 20


@dataclass(frozen=True)
class Change:
    """How many messages would have been met in another way, by what is done now and what would be done."""

    before_kind: str
    now_kind: str
    count: int


@dataclass(frozen=True)
class Difference:
    message_id: UUID
    before: Choice
    now: Choice


@dataclass(frozen=True)
class Found:
    """What a period has shown so far."""

    read: int
    # The most frequent first.
    changes: list[Change]
    # The newest first, at most `LISTED_DIFFERENCES`.
    differences: list[Difference]

    @property
    def different(self) -> int:
        return sum(change.count for change in self.changes)


async def begin(session: AsyncSession, archives: Archives, staff: Staff, model_id: UUID, now: datetime) -> ShadowRun:
    """Lets a candidate read beside the model in use. One that does already goes on.

    Raises:
        NotFoundError: there is no such model.
        ConflictError: `not_a_candidate`, `archive_missing`, `model_missing` (none is in use) or `shadow_unfinished`
            (another one reads already).
    """
    repository = BotModelRepository(session)
    # Which model is in use does not change meanwhile.
    await repository.lock()
    model, serving = await repository.find(model_id), await repository.find_serving()
    if model is None:
        raise NotFoundError
    going_on = await find_active(session, now)
    if going_on is not None and going_on.model_id == model.id:
        return going_on
    _require_candidate(model, archives)
    if serving is None:
        raise ConflictError("model_missing", "Ingen modell används ännu, så det finns inget att jämföra med.")
    if going_on is not None:
        raise ConflictError("shadow_unfinished", "En annan modell provkörs redan. Avsluta den provkörningen först.")
    await end_due(session, now)
    run = ShadowRun(
        model_id=model.id, compared_with=serving.id, begun_by=staff.id, begun_at=now, ends_at=now + LIFE, dropped=0
    )
    try:
        async with session.begin_nested():
            session.add(run)
    except IntegrityError as error:
        raise ConflictError("shadow_unfinished", "En annan modell provkörs redan.") from error
    _record(session, "bot_model_shadow_begun", run, staff, now)
    return run


async def stop(session: AsyncSession, staff: Staff, model_id: UUID, now: datetime) -> None:
    """Ends the model's period. One that has ended already has."""
    run = await find_active(session, now)
    if run is not None and run.model_id == model_id:
        _end(session, run, ShadowEnding.STOPPED, staff, now)


async def end(session: AsyncSession, ending: ShadowEnding, now: datetime, model_id: UUID | None = None) -> None:
    """Ends what goes on, by the system itself. With `model_id`, only that model's."""
    run = await _find_unfinished(session)
    if run is not None and (model_id is None or run.model_id == model_id):
        _end(session, run, ending, None, now)


async def end_due(session: AsyncSession, now: datetime) -> None:
    run = await _find_unfinished(session)
    if run is not None and now >= run.ends_at:
        _end(session, run, ShadowEnding.TIME_UP, None, now)
        await session.flush()


async def delete_outdated(session: AsyncSession, now: datetime) -> int:
    """Deletes the periods that ended long ago, with what they have shown. Returns how many."""
    deleted = await session.scalars(delete(ShadowRun).where(ShadowRun.ended_at < now - KEPT).returning(ShadowRun.id))
    return len(deleted.all())


async def find_active(session: AsyncSession, now: datetime) -> ShadowRun | None:
    run = await _find_unfinished(session)
    return run if run is not None and now < run.ends_at else None


async def find_wanted(session: AsyncSession, now: datetime) -> BotModel | None:
    """The model that every process of the bot is to read with, beside the one in use."""
    run = await find_active(session, now)
    return await session.get(BotModel, run.model_id) if run is not None else None


async def find_latest(session: AsyncSession, model_id: UUID) -> ShadowRun | None:
    """The model's period that goes on, or the last one that did."""
    return await session.scalar(
        select(ShadowRun).where(ShadowRun.model_id == model_id).order_by(ShadowRun.id.desc()).limit(1)
    )


async def keep(session: AsyncSession, told: ShadowDecisions, now: datetime) -> None:
    """Keeps what a process of the bot tells. What was compared with another model than the one in use is left out.

    Raises:
        ConflictError: `shadow_ended`; the model does not read beside any longer.
    """
    run = await find_active(session, now)
    models = BotModelRepository(session)
    candidate = await models.find_by_sha256(told.sha256)
    if run is None or candidate is None or run.model_id != candidate.id:
        raise ConflictError("shadow_ended", "Provkörningen är avslutad.")
    compared_with = await models.find(run.compared_with)
    if compared_with is None or compared_with.sha256 != told.serving:
        return
    # Adds up correctly also when several processes tell at the same moment.
    run.dropped = ShadowRun.dropped + told.dropped
    known = set(await session.scalars(_lasting([each.message_id for each in told.decisions])))
    rows = [
        {
            "run_id": run.id,
            "message_id": each.message_id,
            "at": now,
            "before_kind": each.before.decision,
            "before_topic": each.before.topic,
            "now_kind": each.now.decision,
            "now_topic": each.now.topic,
            "differs": differs(each.before.choice, each.now.choice),
        }
        for each in told.decisions
        if each.message_id in known
    ]
    if rows:
        await session.execute(insert(ShadowDecision).values(rows).on_conflict_do_nothing())


async def find_found(session: AsyncSession, run: ShadowRun) -> Found:
    of_run = ShadowDecision.run_id == run.id
    read = await session.scalar(select(func.count()).select_from(ShadowDecision).where(of_run))
    count = func.count()
    changes = await session.execute(
        select(ShadowDecision.before_kind, ShadowDecision.now_kind, count)
        .where(of_run, ShadowDecision.differs)
        .group_by(ShadowDecision.before_kind, ShadowDecision.now_kind)
        .order_by(count.desc(), ShadowDecision.before_kind, ShadowDecision.now_kind)
    )
    newest = await session.scalars(
        select(ShadowDecision)
        .where(of_run, ShadowDecision.differs)
        .order_by(ShadowDecision.id.desc())
        .limit(LISTED_DIFFERENCES)
    )
    return Found(read or 0, [Change(*row) for row in changes], [_difference(row) for row in newest])


def _difference(row: ShadowDecision) -> Difference:
    return Difference(
        row.message_id,
        Choice(ReplyKind(row.before_kind), row.before_topic),
        Choice(ReplyKind(row.now_kind), row.now_topic),
    )


def _lasting(ids: Sequence[UUID]) -> Select[UUID]:
    """Those of the messages that are still there, and stay until what is told of them is stored. One that is being
    deleted is not waited for.
    """
    return select(Message.id).where(Message.id.in_(ids)).with_for_update(read=True, key_share=True, skip_locked=True)


async def _find_unfinished(session: AsyncSession) -> ShadowRun | None:
    return await session.scalar(select(ShadowRun).where(ShadowRun.ended_at.is_(None)))


def _require_candidate(model: BotModel, archives: Archives) -> None:
    if model.state != ModelState.CANDIDATE:
        raise ConflictError("not_a_candidate", "Bara en ny modell kan provköras.")
    if not archives.has(model.sha256):
        raise ConflictError("archive_missing", "Modellens fil finns inte kvar. Träna en ny modell.")


def _end(session: AsyncSession, run: ShadowRun, ending: ShadowEnding, staff: Staff | None, now: datetime) -> None:
    run.ending, run.ended_at = ending, now
    _record(session, "bot_model_shadow_ended", run, staff, now, ending=ending)


def _record(
    session: AsyncSession, action: str, run: ShadowRun, staff: Staff | None, now: datetime, **details: str
) -> None:
    audit.record(
        session,
        actor(staff) if staff else audit.SYSTEM,
        action,
        subject_kind="bot_model",
        subject_id=str(run.model_id),
        at=now,
        **details,
    )
    live.publish(session, live.MODELS)
