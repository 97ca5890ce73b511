"""The model server, for the bot, and the work of the trainer (docs/contracts/internal-api.md).

`GET /internal/models/serving` keeps the protocol of Rasa's own model pulling.
"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Path, Request, Response
from fastapi.responses import FileResponse
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api import live
from handover_api.bot_models import contents, examinations, pruning, registry, trainings
from handover_api.bot_models.examination import Examination
from handover_api.bot_models.held import PreferHeader, preferred_wait, until_other
from handover_api.bot_models.repository import BotModelRepository
from handover_api.bot_models.schemas import (
    Checksum,
    StartedWith,
    StartingModel,
    StoredModel,
    TakenTraining,
    TrainingFailure,
    TrainingOrder,
    TrainingStep,
)
from handover_api.bot_models.sending import archive_response, archives_of, etag_of, known_by
from handover_api.database import SessionDep, transaction
from handover_api.errors import ConflictError, NotFoundError
from handover_api.models import BotModel
from handover_api.rules.bot_model import ModelOrigin, ModelState

router = APIRouter(prefix="/internal", tags=["internal"])

_CONTENT = "application/zip"
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_OF_BYTES = {"requestBody": {"required": True, "content": {"application/octet-stream": _BINARY}}}
RunId = Annotated[UUID, Path()]


@router.get(
    "/models/serving",
    response_class=FileResponse,
    responses={304: {"description": "The caller has it already"}},
)
async def get_serving(
    request: Request,
    if_none_match: Annotated[str | None, Header()] = None,
    x_bot_process: Annotated[UUID | None, Header()] = None,
    prefer: PreferHeader = None,
) -> Response:
    state, archives, known = request.app.state, archives_of(request), known_by(if_none_match)
    if x_bot_process is not None and known is not None:
        async with transaction(state.sessions) as session:
            await registry.note_follower(session, x_bot_process, known, state.clock())

    async def look() -> str | None:
        async with transaction(state.sessions) as session:
            model = await BotModelRepository(session).find_serving()
        return model.sha256 if model is not None and archives.has(model.sha256) else None

    sha256 = await until_other(state.hub, live.MODELS, look, known, preferred_wait(prefer))
    if sha256 is None:
        raise NotFoundError("model_missing")
    if sha256 == known:
        return Response(status_code=304, headers={"ETag": etag_of(sha256)})
    return archive_response(archives, sha256)


@router.post("/models/starting")
async def tell_starting(started: StartedWith, request: Request, session: SessionDep) -> StartingModel:
    known = await BotModelRepository(session).find_by_sha256(started.sha256)
    is_kept = archives_of(request).has(started.sha256)
    if known is None or not is_kept:
        return StartingModel(is_wanted=True, is_used=await registry.would_use_starting(session, known))
    await registry.use_starting(session, known, request.app.state.clock())
    return StartingModel(is_wanted=False, is_used=known.state == ModelState.SERVING)


@router.put("/models/starting", status_code=201, openapi_extra=_OF_BYTES)
async def send_starting(request: Request) -> StoredModel:
    archive = await archives_of(request).keep(request.stream())
    now = request.app.state.clock()
    async with transaction(request.app.state.sessions) as session:
        model = await registry.store(session, archive, ModelOrigin.START, None, now)
        await registry.use_starting(session, model, now)
        await _make_room(request, session)
    return _stored(model)


@router.post("/models/{sha256}/not-loaded", status_code=204)
async def tell_not_loaded(sha256: Checksum, request: Request, session: SessionDep) -> None:
    await registry.not_loaded(session, sha256, request.app.state.clock())


@router.post("/trainings/next", responses={204: {"description": "Nothing waits"}}, response_model=TakenTraining)
async def take_training(request: Request, session: SessionDep) -> TakenTraining | Response:
    run = await trainings.take_next(session, request.app.state.clock())
    return TakenTraining(id=run.id) if run else Response(status_code=204)


@router.get(
    "/trainings/{run_id}/content",
    response_class=Response,
    responses={200: {"content": {_CONTENT: {}}}, 204: {"description": "Nothing is published; the files stand"}},
)
async def get_content(run_id: RunId, session: SessionDep) -> Response:
    if await BotModelRepository(session).lock_run(run_id) is None:
        raise NotFoundError
    archive = await contents.export_for_training(session)
    return Response(archive, media_type=_CONTENT) if archive else Response(status_code=204)


@router.post("/trainings/{run_id}/progress")
async def tell_progress(run_id: RunId, told: TrainingStep, request: Request, session: SessionDep) -> TrainingOrder:
    goes_on = await trainings.tell_progress(session, run_id, told.step, request.app.state.clock())
    return TrainingOrder(goes_on=goes_on)


@router.post("/trainings/{run_id}/stopped", status_code=204)
async def tell_stopped(run_id: RunId, request: Request, session: SessionDep) -> None:
    await trainings.stop(session, run_id, request.app.state.clock())


@router.post("/trainings/{run_id}/failed", status_code=204)
async def tell_failed(run_id: RunId, failure: TrainingFailure, request: Request, session: SessionDep) -> None:
    problems = [problem.model_dump() for problem in failure.problems]
    await trainings.fail(session, run_id, problems, request.app.state.clock())


@router.put("/trainings/{run_id}/examination", status_code=204)
async def send_examination(run_id: RunId, found: Examination, request: Request, session: SessionDep) -> None:
    await examinations.keep(session, run_id, found, request.app.state.clock())


@router.put("/trainings/{run_id}/model", status_code=201, openapi_extra=_OF_BYTES)
async def send_model(run_id: RunId, request: Request) -> StoredModel:
    archive = await archives_of(request).keep(request.stream())
    async with transaction(request.app.state.sessions) as session:
        model = await trainings.finish(session, run_id, archive, request.app.state.clock())
        await _make_room(request, session)
    if model is None:
        raise ConflictError("training_ended", "Träningen är avslutad.")
    return _stored(model)


def _stored(model: BotModel) -> StoredModel:
    return StoredModel(id=model.id, sha256=model.sha256, state=model.state)


async def _make_room(request: Request, session: AsyncSession) -> None:
    state = request.app.state
    await pruning.delete_old(session, state.archives, state.settings.models_kept, state.clock())
