"""The model that the bot reads with beside the one in use, and what it tells of that."""

from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import FileResponse

from handover_api import live
from handover_api.bot_models import shadow
from handover_api.bot_models.held import PreferHeader, preferred_wait, until_other
from handover_api.bot_models.schemas import ShadowDecisions
from handover_api.bot_models.sending import archive_response, archives_of, etag_of, known_by
from handover_api.database import SessionDep, transaction
from handover_api.errors import NotFoundError

router = APIRouter(prefix="/internal/models/shadow", tags=["internal"])


@router.get("", response_class=FileResponse, responses={304: {"description": "The caller reads with it already"}})
async def get_shadow(
    request: Request, if_none_match: Annotated[str | None, Header()] = None, prefer: PreferHeader = None
) -> Response:
    state = request.app.state

    async def look() -> str | None:
        async with transaction(state.sessions) as session:
            model = await shadow.find_wanted(session, state.clock())
            return model.sha256 if model is not None else None

    known = known_by(if_none_match)
    sha256 = await until_other(state.hub, live.MODELS, look, known, preferred_wait(prefer))
    archives = archives_of(request)
    if sha256 is None or not archives.has(sha256):
        raise NotFoundError("model_missing")
    if sha256 == known:
        return Response(status_code=304, headers={"ETag": etag_of(sha256)})
    return archive_response(archives, sha256)


@router.post("/decisions", status_code=204)
async def tell_decisions(told: ShadowDecisions, request: Request, session: SessionDep) -> None:
    await shadow.keep(session, told, request.app.state.clock())
