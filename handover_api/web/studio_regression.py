"""The regression questions: what every new model must understand."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from handover_api.agents.identity import AnswerKeeperDep
from handover_api.database import SessionDep
from handover_api.questions import regression
from handover_api.web import pages
from handover_api.web.studio_questions import QUESTIONS_PATH, REGRESSION_PATH

router = APIRouter(include_in_schema=False)


@router.get(REGRESSION_PATH)
async def show_regression(
    request: Request,
    session: SessionDep,
    staff: AnswerKeeperDep,
    *,
    is_removed: Annotated[bool, Query(alias="borttagen")] = False,
) -> Response:
    return pages.page(
        request,
        "studio/regression.html.j2",
        staff=staff,
        listed=await regression.list_all(session),
        is_removed=is_removed,
        path=REGRESSION_PATH,
        list_address=QUESTIONS_PATH,
        now=request.app.state.clock(),
    )


@router.post(f"{REGRESSION_PATH}/{{question_id}}/ta-bort")
async def remove(request: Request, session: SessionDep, staff: AnswerKeeperDep, question_id: UUID) -> Response:
    await regression.remove(session, staff, question_id, request.app.state.clock())
    return RedirectResponse(f"{REGRESSION_PATH}?borttagen=1", 303)
