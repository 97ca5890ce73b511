"""The end of a conversation: leaving it for good in this browser, and saying how it was."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from handover_api.cases import service as cases
from handover_api.conversations import surveys
from handover_api.conversations.service import ConversationKey
from handover_api.conversations.surveys import Answers
from handover_api.database import SessionDep
from handover_api.errors import ConflictError, InvalidError
from handover_api.rules.survey import EASIEST, HARDEST, GotHelp
from handover_api.web import pages
from handover_api.web.visits import VisitDep, forget, read_key, written_key

router = APIRouter(include_in_schema=False)

_COOKIE = "fragor"
_ENDED_PATH = f"{pages.CHAT_PATH}/avslutat"
_SURVEY_PATH = f"{pages.CHAT_PATH}/omdome"
_THANKS_PATH = f"{pages.CHAT_PATH}/tack"


async def asked_survey(request: Request, session: SessionDep, visit: VisitDep) -> UUID | None:
    """The conversation whose questions the browser may answer: its own closed one, or one that it has just left."""
    if visit.conversation is not None and await surveys.is_open(session, visit.conversation):
        return visit.conversation.id
    key = read_key(request.cookies.get(_COOKIE, ""))
    if key is not None and await surveys.opens(session, key.id, key.token, request.app.state.clock()):
        return key.id
    return None


SurveyDep = Annotated[UUID | None, Depends(asked_survey, scope="function")]


@router.post(f"{pages.CHAT_PATH}/avsluta")
async def end(request: Request, session: SessionDep, visit: VisitDep) -> Response:
    response = RedirectResponse(_ENDED_PATH, 303)
    forget(response)
    if visit.conversation is not None:
        now = request.app.state.clock()
        await cases.leave_as_resident(session, visit.conversation.id, now)
        token = await surveys.ask(session, visit.conversation.id, now)
        if token is not None:
            _remember(request, response, ConversationKey(visit.conversation.id, token))
    return response


@router.get(_ENDED_PATH)
async def show_ended(request: Request, visit: VisitDep, survey: SurveyDep) -> Response:
    if visit.conversation is not None:
        # It tells the other tabs to let go of the conversation, and there is one that has not ended.
        return RedirectResponse(pages.CHAT_PATH, 303)
    return pages.page(request, "resident/ended.html.j2", has_survey=survey is not None, answers=Answers(), error=None)


@router.get(_SURVEY_PATH)
async def show_survey(request: Request, survey: SurveyDep) -> Response:
    return pages.page(request, "resident/survey.html.j2", has_survey=survey is not None, answers=Answers(), error=None)


@router.post(_SURVEY_PATH)
async def answer_survey(
    request: Request,
    session: SessionDep,
    survey: SurveyDep,
    got_help: Annotated[str, Form()] = "",
    ease: Annotated[str, Form()] = "",
    comment: Annotated[str, Form()] = "",
) -> Response:
    answers = Answers(
        got_help=GotHelp(got_help) if got_help in set(GotHelp) else None,
        ease=int(ease) if ease in {str(each) for each in range(HARDEST, EASIEST + 1)} else None,
        comment=comment,
    )
    if survey is None:
        return RedirectResponse(_SURVEY_PATH, 303)
    try:
        await surveys.answer(session, survey, answers, request.app.state.clock())
    except (InvalidError, ConflictError) as error:
        return pages.page(
            request,
            "resident/survey.html.j2",
            status=error.status,
            has_survey=True,
            answers=answers,
            error=error.detail,
        )
    response = RedirectResponse(_THANKS_PATH, 303)
    response.delete_cookie(_COOKIE, path=pages.CHAT_PATH)
    return response


@router.get(_THANKS_PATH)
async def show_thanks(request: Request, visit: VisitDep) -> Response:
    return pages.page(request, "resident/thanks.html.j2", has_conversation=visit.conversation is not None)


def _remember(request: Request, response: Response, key: ConversationKey) -> None:
    response.set_cookie(
        _COOKIE,
        written_key(key),
        max_age=int(surveys.LIFE.total_seconds()),
        path=pages.CHAT_PATH,
        httponly=True,
        secure=request.app.state.settings.uses_https,
        samesite="lax",
    )
