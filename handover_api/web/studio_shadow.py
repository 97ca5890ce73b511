"""Begins and ends the time in which a candidate reads beside the model in use. What it shows is on the model's page."""

from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from handover_api.agents.identity import AnswerKeeperDep
from handover_api.bot_models import shadow
from handover_api.bot_models.archives import Archives
from handover_api.database import SessionDep
from handover_api.errors import ConflictError
from handover_api.web.shadow_view import PROBLEM
from handover_api.web.studio_models import PATH

router = APIRouter(include_in_schema=False)

_FRAGMENT = "provkorning"


@router.post(f"{PATH}/{{model_id}}/provkor")
async def begin(request: Request, session: SessionDep, staff: AnswerKeeperDep, model_id: UUID) -> Response:
    archives: Archives = request.app.state.archives
    try:
        await shadow.begin(session, archives, staff, model_id, request.app.state.clock())
    except ConflictError as error:
        return RedirectResponse(f"{PATH}/{model_id}?{PROBLEM}={error.code}#{_FRAGMENT}", 303)
    return _back(model_id)


@router.post(f"{PATH}/{{model_id}}/avsluta-provkorning")
async def stop(request: Request, session: SessionDep, staff: AnswerKeeperDep, model_id: UUID) -> Response:
    await shadow.stop(session, staff, model_id, request.app.state.clock())
    return _back(model_id)


def _back(model_id: UUID) -> Response:
    return RedirectResponse(f"{PATH}/{model_id}#{_FRAGMENT}", 303)
