"""The studio's page about one model: how it compares with the one in use, and putting it in use."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.agents.identity import AnswerKeeperDep
from handover_api.bot_models import measuring, registry
from handover_api.bot_models.archives import Archives
from handover_api.bot_models.repository import BotModelRepository
from handover_api.database import SessionDep
from handover_api.errors import ConflictError, HandoverError, InvalidError, NotFoundError
from handover_api.models import Staff
from handover_api.rules.bot_model import ModelState
from handover_api.rules.gate import NAMED_QUESTIONS, reasons_to_refuse
from handover_api.rules.roles import Role
from handover_api.web import changes_view, model_view, model_wording, pages, shadow_view
from handover_api.web.studio_models import PATH
from handover_api.web.studio_questions import REGRESSION_PATH

router = APIRouter(include_in_schema=False)

# So many of each list stand open; the rest is one press away.
_SHOWN_FIRST = 10


@router.get(f"{PATH}/{{model_id}}")
async def show_model(
    request: Request,
    session: SessionDep,
    staff: AnswerKeeperDep,
    model_id: UUID,
    *,
    is_refused: Annotated[bool, Query(alias="stoppad")] = False,
) -> Response:
    return await _model_page(request, session, staff, model_id, is_refused=is_refused)


@router.post(f"{PATH}/{{model_id}}/anvand")
async def use(
    request: Request,
    session: SessionDep,
    staff: AnswerKeeperDep,
    model_id: UUID,
    reason: Annotated[str, Form(alias="anledning")] = "",
    *,
    goes_past: Annotated[bool, Form(alias="trots")] = False,
) -> Response:
    if goes_past and not reason.strip():
        error: HandoverError = InvalidError("reason_missing", "Skriv varför modellen ska tas i bruk ändå.")
        return await _model_page(request, session, staff, model_id, reason=reason, error=error)
    archives: Archives = request.app.state.archives
    now = request.app.state.clock()
    try:
        refusals = await registry.use(session, archives, staff, model_id, reason if goes_past else "", now)
    except (ConflictError, InvalidError) as failure:
        return await _model_page(request, session, staff, model_id, reason=reason, error=failure)
    return RedirectResponse(f"{PATH}/{model_id}?stoppad=1" if refusals else PATH, 303)


async def _model_page(
    request: Request,
    session: AsyncSession,
    staff: Staff,
    model_id: UUID,
    *,
    is_refused: bool = False,
    reason: str = "",
    error: HandoverError | None = None,
) -> Response:
    repository = BotModelRepository(session)
    model = await repository.find(model_id)
    if model is None:
        raise NotFoundError
    serving = await repository.find_serving()
    other = serving if serving is not model else None
    found = await measuring.compare(session, model, other)
    is_new = model.state in {ModelState.CANDIDATE, ModelState.REFUSED}
    archives: Archives = request.app.state.archives
    return pages.page(
        request,
        "studio/model.html.j2",
        status=error.status if error else 200,
        staff=staff,
        path=PATH,
        model=model,
        serving=other,
        shown=await model_view.shown(session, found, model.origin, model.measures["most_wrong"]),
        changes=await changes_view.of(session, model),
        is_new=is_new,
        is_kept=archives.has(model.sha256),
        is_refused=is_refused,
        refusals=reasons_to_refuse(found.candidate, found.serving) if is_new else [],
        named=NAMED_QUESTIONS,
        shown_first=_SHOWN_FIRST,
        regression_path=REGRESSION_PATH,
        may_override=staff.role == Role.LEAD,
        most_reason=registry.MOST_REASON_CHARACTERS,
        reason=reason,
        error=error.detail if error else "",
        words=model_wording,
        now=request.app.state.clock(),
        **await shadow_view.shown(request, session, model, is_kept=archives.has(model.sha256)),
    )
