"""Which models there are, and which one the bot answers with. Every change of that goes through here."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from handover_api import live
from handover_api.agents.service import actor
from handover_api.audit import service as audit
from handover_api.bot_models import measuring, shadow
from handover_api.bot_models.archives import Archive, Archives
from handover_api.bot_models.repository import BotModelRepository
from handover_api.errors import ConflictError, NotFoundError
from handover_api.models import BotModel, BotModelEvent, Staff
from handover_api.organisation.written_line import one_line
from handover_api.rules.bot_model import (
    ModelDeed,
    ModelOrigin,
    ModelState,
    deed_of_use,
    starting_model_is_used,
)
from handover_api.rules.gate import Refusal, reasons_to_refuse
from handover_api.rules.roles import Role
from handover_api.rules.shadow import ShadowEnding

MOST_REASON_CHARACTERS = 500
# A process of the bot asks for the model anew after fifteen seconds at the latest.
FOLLOWER_SILENCE = timedelta(seconds=30)
# So seldom a process that goes on with the same model is written down again.
_FOLLOWER_NOTED_EVERY = timedelta(seconds=10)
_CAME_WITH_THE_PROGRAM = "Modellen följde med programmet när det startade."
_COULD_NOT_BE_LOADED = "Chattboten kunde inte läsa in modellen."
_THE_OTHER_COULD_NOT_BE_LOADED = "Modellen som skulle användas gick inte att läsa in. Den tidigare används i stället."


async def store(
    session: AsyncSession, archive: Archive, origin: ModelOrigin, trained_by: UUID | None, now: datetime
) -> BotModel:
    """Writes down a kept archive as a candidate. One that is known already stays what it is."""
    repository = BotModelRepository(session)
    await repository.lock()
    known = await repository.find_by_sha256(archive.sha256)
    if known is not None:
        return known
    model = BotModel(
        sha256=archive.sha256,
        size=archive.size,
        origin=origin,
        state=ModelState.CANDIDATE,
        content_version=archive.content_version,
        measures=archive.measures,
        stored_at=now,
        trained_by=trained_by,
    )
    session.add(model)
    await session.flush()
    _tell(session, model, ModelDeed.STORED, trained_by, "", now)
    return model


async def use_starting(session: AsyncSession, model: BotModel, now: datetime) -> None:
    """The bot has started with this model: it is the one in use, unless a person has chosen another."""
    await BotModelRepository(session).lock()
    if model.state != ModelState.SERVING and await would_use_starting(session, model):
        await _use(session, model, None, ModelDeed.PROMOTED, _CAME_WITH_THE_PROGRAM, now)


async def would_use_starting(session: AsyncSession, model: BotModel | None) -> bool:
    """Whether a model that the bot has started with is the one in use, or becomes it. None: it is not known yet."""
    serving = await BotModelRepository(session).find_serving()
    if serving is None or (model is not None and serving.id == model.id):
        return True
    return starting_model_is_used(ModelOrigin(serving.origin), is_chosen_by_person=serving.used_by is not None)


async def use(
    session: AsyncSession, archives: Archives, staff: Staff, model_id: UUID, reason: str, now: datetime
) -> list[Refusal]:
    """Puts a model in use: a new one, if the gate lets it through, or an earlier one again.

    Returns why the gate refuses it; empty when the model is in use now. A lead who gives a reason goes past the gate.

    Raises:
        NotFoundError: there is no such model.
        ConflictError: `archive_missing`; its file is gone.
        InvalidError: `text_too_long`; the reason is.
    """
    written = one_line(reason, MOST_REASON_CHARACTERS)
    repository = BotModelRepository(session)
    await repository.lock()
    model = await repository.find(model_id)
    if model is None:
        raise NotFoundError
    if model.state == ModelState.SERVING:
        return []
    if not archives.has(model.sha256):
        raise ConflictError("archive_missing", "Modellens fil finns inte kvar. Träna en ny modell.")
    deed = deed_of_use(ModelState(model.state))
    refusals = await list_refusals(session, model) if deed is ModelDeed.PROMOTED else []
    # The questions that it is about stand on the page alone: they may be a resident's words.
    reasons = [refusal.text for refusal in refusals]
    may_override = staff.role == Role.LEAD and bool(written)
    if refusals and not may_override:
        model.state = ModelState.REFUSED
        await shadow.end(session, ShadowEnding.REFUSED, now, model.id)
        _tell(session, model, ModelDeed.REFUSED, staff.id, " ".join(reasons), now)
        audit.record(
            session,
            actor(staff),
            "bot_model_refused",
            subject_kind="bot_model",
            subject_id=str(model.id),
            at=now,
            reasons=reasons,
        )
        return refusals
    await _use(session, model, staff, deed, written, now, overridden=reasons)
    return []


async def list_refusals(session: AsyncSession, model: BotModel) -> list[Refusal]:
    """What the gate would say of a model now."""
    found = await measuring.compare(session, model, await BotModelRepository(session).find_serving())
    return reasons_to_refuse(found.candidate, found.serving)


async def not_loaded(session: AsyncSession, sha256: str, now: datetime) -> None:
    """The bot could not load a model. If it is the one in use, the one before it is used again; a shadow ends."""
    repository = BotModelRepository(session)
    await repository.lock()
    model = await repository.find_by_sha256(sha256)
    if model is not None:
        await shadow.end(session, ShadowEnding.NOT_LOADED, now, model.id)
    if model is None or model.state != ModelState.SERVING:
        return
    earlier = await repository.find_used_before(model)
    if earlier is None:
        return
    await _use(session, earlier, None, ModelDeed.ROLLED_BACK, _THE_OTHER_COULD_NOT_BE_LOADED, now)
    model.state = ModelState.REFUSED
    _tell(session, model, ModelDeed.NOT_LOADED, None, _COULD_NOT_BE_LOADED, now)


async def go_back(session: AsyncSession, worse: BotModel, reason: str, now: datetime) -> bool:
    """Uses the model before `worse` again, by the system itself, unless somebody has chosen another meanwhile.

    Returns whether there was one to go back to.
    """
    repository = BotModelRepository(session)
    await repository.lock()
    await session.refresh(worse)
    earlier = await repository.find_used_before(worse)
    if worse.state != ModelState.SERVING or earlier is None:
        return False
    await _use(session, earlier, None, ModelDeed.ROLLED_BACK, reason, now)
    # Whoever wants it again meets the gate, and needs a lead's reason.
    worse.state = ModelState.REFUSED
    return True


async def note_follower(session: AsyncSession, process: UUID, sha256: str, now: datetime) -> None:
    """A process of the bot has asked for the model in use, and said which one it answers with."""
    repository = BotModelRepository(session)
    known = await repository.find_follower(process)
    if known is not None and known.sha256 == sha256 and now - known.heard_at < _FOLLOWER_NOTED_EVERY:
        return
    await repository.note_follower(process, sha256, now)
    if known is None or known.sha256 != sha256:
        await repository.forget_followers(now - FOLLOWER_SILENCE)
        live.publish(session, live.MODELS)


async def _use(
    session: AsyncSession,
    model: BotModel,
    staff: Staff | None,
    deed: ModelDeed,
    reason: str,
    now: datetime,
    *,
    overridden: Sequence[str] = (),
) -> None:
    """`overridden`: what the gate had against it."""
    # What reads beside the model in use was compared with the one before.
    await shadow.end(session, ShadowEnding.MODEL_CHANGED, now)
    serving = await BotModelRepository(session).find_serving()
    if serving is not None:
        serving.state = ModelState.RETIRED
        # First: there is one in use at a time, also for a moment.
        await session.flush()
    model.state, model.used_at = ModelState.SERVING, now
    model.used_by = staff.id if staff else None
    _tell(session, model, deed, model.used_by, reason, now)
    audit.record(
        session,
        actor(staff) if staff else audit.SYSTEM,
        f"bot_model_{deed}",
        subject_kind="bot_model",
        subject_id=str(model.id),
        at=now,
        before=str(serving.id) if serving else None,
        reason=reason,
        overridden=list(overridden),
    )


def _tell(session: AsyncSession, model: BotModel, deed: ModelDeed, by: UUID | None, reason: str, now: datetime) -> None:
    session.add(BotModelEvent(model_id=model.id, deed=deed, at=now, by=by, reason=reason))
    live.publish(session, live.MODELS)
