"""The model server, for the bot, and the work of the trainer (docs/contracts/internal-api.md).

`GET /internal/models/serving` keeps the protocol of Rasa's own model pulling.
"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Path, Request, Response
from fastapi.responses import FileResponse

from handover_api.bot_models import contents, registry, trainings
from handover_api.bot_models.archives import Archives
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
from handover_api.database import SessionDep, transaction
from handover_api.errors import ConflictError, NotFoundError
from handover_api.models import BotModel
from handover_api.rules.bot_model import ModelOrigin, ModelState

router = APIRouter(prefix="/internal", tags=["internal"])

_ARCHIVE = "application/gzip"
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
    session: SessionDep,
    if_none_match: Annotated[str | None, Header()] = None,
    x_bot_process: Annotated[UUID | None, Header()] = None,
) -> Response:
    if x_bot_process is not None and if_none_match:
        await registry.note_follower(session, x_bot_process, if_none_match.strip('"')[:64], request.app.state.clock())
    model = await BotModelRepository(session).find_serving()
    if model is None or not _archives(request).has(model.sha256):
        raise NotFoundError("model_missing")
    etag = f'"{model.sha256}"'
    if if_none_match == etag:
        return Response(status_code=304, headers={"ETag": etag})
    # Rasa keeps what it gets under the name in `filename`.
    return FileResponse(
        _archives(request).path(model.sha256),
        media_type=_ARCHIVE,
        headers={"ETag": etag, "filename": f"{model.sha256}.tar.gz", "Cache-Control": "private, no-cache"},
    )


@router.post("/models/starting")
async def tell_starting(started: StartedWith, request: Request, session: SessionDep) -> StartingModel:
    known = await BotModelRepository(session).find_by_sha256(started.sha256)
    is_kept = _archives(request).has(started.sha256)
    if known is None or not is_kept:
        return StartingModel(is_wanted=True, is_used=await registry.would_use_starting(session, known))
    await registry.use_starting(session, known, request.app.state.clock())
    return StartingModel(is_wanted=False, is_used=known.state == ModelState.SERVING)


@router.put("/models/starting", status_code=201, openapi_extra=_OF_BYTES)
async def send_starting(request: Request) -> StoredModel:
    archive = await _archives(request).keep(request.stream())
    now = request.app.state.clock()
    async with transaction(request.app.state.sessions) as session:
        model = await registry.store(session, archive, ModelOrigin.START, None, now)
        await registry.use_starting(session, model, now)
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


@router.put("/trainings/{run_id}/model", status_code=201, openapi_extra=_OF_BYTES)
async def send_model(run_id: RunId, request: Request) -> StoredModel:
    archive = await _archives(request).keep(request.stream())
    async with transaction(request.app.state.sessions) as session:
        model = await trainings.finish(session, run_id, archive, request.app.state.clock())
    if model is None:
        raise ConflictError("training_ended", "Träningen är avslutad.")
    return _stored(model)


def _stored(model: BotModel) -> StoredModel:
    return StoredModel(id=model.id, sha256=model.sha256, state=model.state)


def _archives(request: Request) -> Archives:
    archives: Archives = request.app.state.archives
    return archives
