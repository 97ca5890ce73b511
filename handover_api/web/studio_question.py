"""One group of questions: what was asked, and the forms by which an editor sees to it."""

from dataclasses import dataclass, field
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.agents.identity import AnswerKeeperDep
from handover_api.content import service as content
from handover_api.database import SessionDep
from handover_api.errors import ConflictError, InvalidError
from handover_api.models import Staff
from handover_api.phrases.known import KnownPhrases
from handover_api.questions import handling
from handover_api.questions.handling import MAX_WISH_CHARACTERS, Assignment
from handover_api.questions.reading import Group, find_group
from handover_api.questions.suggesting import ask_the_phrases
from handover_api.rules.masks import has_mask
from handover_api.rules.phrase import MAX_CHARACTERS
from handover_api.rules.question import QuestionState, words_to_keep
from handover_api.web import desk_lessons, outcomes, pages, phrase_wording, question_wording
from handover_api.web.studio_questions import QUESTIONS_PATH, REGRESSION_PATH, group_path, told_of
from handover_api.web.studio_topics import NEW_TOPIC_PATH

router = APIRouter(include_in_schema=False)

_PATH = QUESTIONS_PATH + "/grupper/{key}"
_SHOWN = 30
# Beside which field a reason stands.
_FIELDS = {
    "topic_missing": "amne",
    "phrase_empty": "fras",
    "phrase_too_long": "fras",
    "regression_empty": "kontrollfraga",
    "regression_too_long": "kontrollfraga",
    "regression_exists": "kontrollfraga",
    "wish_missing": "onskemal",
    "wish_too_long": "onskemal",
}


@dataclass(frozen=True)
class QuestionForm:
    """What is filled in, as the forms have it, and what is wrong with it, by the field's name."""

    topic: str = ""
    phrase: str = ""
    regression: str = ""
    wish: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def suggested(cls, group: Group) -> "QuestionForm":
        return cls(group.suggestion.topic if group.suggestion else "", *words_to_keep(group.texts))


@router.get(_PATH)
async def show_group(request: Request, session: SessionDep, staff: AnswerKeeperDep, key: UUID) -> Response:
    return await _page(request, session, staff, key)


@router.post(f"{_PATH}/tilldela")
async def assign(
    request: Request,
    session: SessionDep,
    staff: AnswerKeeperDep,
    key: UUID,
    topic: Annotated[str, Form(alias="amne")] = "",
    phrase: Annotated[str, Form(alias="fras")] = "",
    regression: Annotated[str, Form(alias="kontrollfraga")] = "",
) -> Response:
    assignment = Assignment(topic, phrase, regression)
    try:
        async with session.begin_nested():
            is_new = await handling.assign(session, staff, key, assignment, request.app.state.clock())
    except (InvalidError, ConflictError) as error:
        form = QuestionForm(topic, phrase, regression, errors=_errors(error))
        return await _page(request, session, staff, key, form, error)
    advice = phrase_wording.advice_in_address((phrase, regression))
    return _done("tilldelat" if is_new else "fanns", key, advice)


@router.post(f"{_PATH}/nytt-amne")
async def wish_for_topic(
    request: Request,
    session: SessionDep,
    staff: AnswerKeeperDep,
    key: UUID,
    wish: Annotated[str, Form(alias="onskemal")] = "",
) -> Response:
    try:
        async with session.begin_nested():
            await handling.wish_for_topic(session, staff, key, wish, request.app.state.clock())
    except (InvalidError, ConflictError) as error:
        return await _page(request, session, staff, key, QuestionForm(wish=wish, errors=_errors(error)), error)
    return _done("onskat", key)


@router.post(f"{_PATH}/lagg-undan")
async def set_aside(request: Request, session: SessionDep, staff: AnswerKeeperDep, key: UUID) -> Response:
    try:
        async with session.begin_nested():
            await handling.set_aside(session, staff, key, request.app.state.clock())
    except ConflictError as error:
        return await _page(request, session, staff, key, None, error)
    return _done("lagt-undan", key)


@router.post(f"{_PATH}/oppna")
async def reopen(request: Request, session: SessionDep, staff: AnswerKeeperDep, key: UUID) -> Response:
    await handling.reopen(session, staff, key, request.app.state.clock())
    return _done("oppnat", key)


def _done(what: str, key: UUID, advice: str = "") -> Response:
    return RedirectResponse(f"{QUESTIONS_PATH}?klart={what}&grupp={key}{advice}", 303)


def _errors(error: InvalidError | ConflictError) -> dict[str, str]:
    return {_FIELDS[error.code]: error.detail} if error.code in _FIELDS else {}


async def _page(
    request: Request,
    session: AsyncSession,
    staff: Staff,
    key: UUID,
    form: QuestionForm | None = None,
    error: InvalidError | ConflictError | None = None,
) -> Response:
    group = await find_group(session, key)
    if group.state is QuestionState.OPEN:
        known: KnownPhrases = request.app.state.phrases
        group = await ask_the_phrases(session, known, group)
    topics = await content.list_topics(session)
    titles = {topic.id: topic.title for topic in topics}
    return pages.page(
        request,
        "studio/question.html.j2",
        status=error.status if error else 200,
        staff=staff,
        group=group,
        count=question_wording.questions(group.count),
        is_open=group.state is QuestionState.OPEN,
        state=question_wording.STATES[group.state],
        topic_title=titles.get(group.assigned_topic or "", ""),
        shown=group.texts[:_SHOWN],
        told=told_of(group, titles),
        lessons=[each for each in group.asked if each.lesson],
        lesson_kinds=desk_lessons.KINDS,
        kinds=question_wording.KINDS,
        form=form or QuestionForm.suggested(group),
        is_masked=any(has_mask(text) for text in group.texts),
        has_only_masked=all(has_mask(text) for text in group.texts),
        error=error.detail if error and error.code not in _FIELDS else "",
        areas=outcomes.list_choices(topics),
        most_characters=MAX_CHARACTERS,
        most_wish_characters=MAX_WISH_CHARACTERS,
        address=group_path(key),
        new_topic_address=f"{NEW_TOPIC_PATH}?fragor={key}",
        list_address=QUESTIONS_PATH,
        regression_address=REGRESSION_PATH,
        now=request.app.state.clock(),
    )
