"""A topic of the catalogue: made, perhaps for questions of the inbox, changed, taken out of use and back.

It works without a script. What cannot be kept comes back as it was written, with the reason beside it.
"""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Path, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.agents.identity import AnswerKeeperDep
from handover_api.content import topics
from handover_api.content.importing.service import find_topic_to_make
from handover_api.content.see_also import list_leading_to
from handover_api.content.topics_repository import TopicsRepository
from handover_api.database import SessionDep
from handover_api.errors import ConflictError, InvalidError
from handover_api.models import Staff, Topic
from handover_api.organisation.repository import OrganisationRepository
from handover_api.phrases.repository import PhraseRepository
from handover_api.questions import handling
from handover_api.questions.handling import Assignment
from handover_api.questions.reading import find_group
from handover_api.rules.phrase import MAX_CHARACTERS as MAX_PHRASE_CHARACTERS
from handover_api.rules.question import QuestionState
from handover_api.rules.topic import (
    CHOOSABLE,
    MAX_LINE_CHARACTERS,
    MAX_TEXT_CHARACTERS,
    MAX_TITLE_CHARACTERS,
    Handling,
    TopicText,
    is_fixed,
)
from handover_api.web import outcomes, pages, phrase_wording, wording
from handover_api.web.studio_articles import article_path
from handover_api.web.studio_questions import QUESTIONS_PATH, group_path
from handover_api.web.studio_topic_form import HANDLINGS, TopicForm, handlings, sentences
from handover_api.web.studio_topics import NEW_TOPIC_PATH, RETIRED_PATH, TOPICS_PATH, topic_path

router = APIRouter(include_in_schema=False)

TopicName = Annotated[str, Path(alias="topic", max_length=100)]
_PATH = TOPICS_PATH + "/{topic}"
_OF_QUESTIONS = {
    "phrase_empty": "fras",
    "phrase_too_long": "fras",
    "regression_empty": "kontrollfraga",
    "regression_too_long": "kontrollfraga",
    "regression_exists": "kontrollfraga",
}
_LABELS = {
    "title": "Rubrik",
    "area": "Område",
    "handling": "Vad boten gör",
    "rosa_level": "ROSA-nivå",
    "answer_group": "Svarsgrupp",
    "touches_secrecy": "Kan röra sekretess",
    "must_contain": "Vad ett rätt svar innehåller",
    "legal_basis": "Lagrum",
    "similar": "Ämnen som liknar det",
}


@router.get(NEW_TOPIC_PATH)
async def show_new(
    request: Request,
    session: SessionDep,
    staff: AnswerKeeperDep,
    questions: Annotated[UUID | None, Query(alias="fragor")] = None,
    import_id: Annotated[UUID | None, Query(alias="inlasning")] = None,
    position: Annotated[int, Query(alias="rad", ge=0, le=100_000)] = 0,
) -> Response:
    form = TopicForm()
    if questions is not None:
        form = TopicForm.for_group(await find_group(session, questions), MAX_TITLE_CHARACTERS)
    elif import_id is not None:
        wanted = await find_topic_to_make(session, import_id, position)
        form = TopicForm(rubrik=wanted.word, omrade=wanted.other)
    return await _page(request, session, staff, form)


@router.post(NEW_TOPIC_PATH)
async def create(
    request: Request, session: SessionDep, staff: AnswerKeeperDep, form: Annotated[TopicForm, Form()]
) -> Response:
    written = form.read(await TopicsRepository(session).titles_in_use())
    try:
        async with session.begin_nested():
            topic = await topics.create(session, staff, written, outcomes.AREAS, request.app.state.clock())
            if form.fragor:
                await _give_questions(request, session, staff, topic.id, form)
    except (InvalidError, ConflictError) as error:
        return await _page(request, session, staff, form, error=error)
    advised = phrase_wording.advice_in_address((form.fras, form.kontrollfraga))
    return RedirectResponse(f"{topic_path(topic.id)}?klart=skapat{advised}", 303)


@router.get(RETIRED_PATH)
async def show_retired(request: Request, session: SessionDep, staff: AnswerKeeperDep) -> Response:
    now = request.app.state.clock()
    rows = [
        (topic_path(topic.id), topic.title, outcomes.area(topic.area), wording.clock_time(topic.retired_at, now))
        for topic in await TopicsRepository(session).list_retired()
        if topic.retired_at is not None
    ]
    return pages.page(request, "studio/retired_topics.html.j2", staff=staff, rows=rows, list_address=TOPICS_PATH)


@router.get(f"{_PATH}/andra")
async def show_topic(request: Request, session: SessionDep, staff: AnswerKeeperDep, name: TopicName) -> Response:
    topic = await topics.get(session, name)
    titles = await PhraseRepository(session).titles()
    form = TopicForm.of(topics.text_of(topic), topic.version, titles)
    return await _page(request, session, staff, form, topic=topic)


@router.post(f"{_PATH}/andra")
async def change(
    request: Request,
    session: SessionDep,
    staff: AnswerKeeperDep,
    name: TopicName,
    form: Annotated[TopicForm, Form()],
) -> Response:
    written = form.read(await PhraseRepository(session).titles())
    now = request.app.state.clock()
    try:
        async with session.begin_nested():
            await topics.change(session, staff, name, form.version, written, outcomes.AREAS, now)
    except (InvalidError, ConflictError) as error:
        topic = await topics.get(session, name)
        await session.refresh(topic)
        return await _page(request, session, staff, form, topic=topic, error=error)
    return RedirectResponse(f"{topic_path(name)}?klart=andrat", 303)


@router.get(f"{_PATH}/avveckla")
async def show_retiring(request: Request, session: SessionDep, staff: AnswerKeeperDep, name: TopicName) -> Response:
    return await _retiring_page(request, session, staff, await topics.get(session, name))


@router.post(f"{_PATH}/avveckla")
async def retire(
    request: Request,
    session: SessionDep,
    staff: AnswerKeeperDep,
    name: TopicName,
    version: Annotated[int, Form()],
) -> Response:
    try:
        async with session.begin_nested():
            await topics.retire(session, staff, name, version, request.app.state.clock())
    except ConflictError as error:
        topic = await topics.get(session, name)
        await session.refresh(topic)
        return await _retiring_page(request, session, staff, topic, error)
    return RedirectResponse(f"{topic_path(name)}?klart=avvecklat", 303)


@router.post(f"{_PATH}/ta-tillbaka")
async def take_back(request: Request, session: SessionDep, staff: AnswerKeeperDep, name: TopicName) -> Response:
    try:
        async with session.begin_nested():
            await topics.take_back(session, staff, name, request.app.state.clock())
    except ConflictError as error:
        topic = await topics.get(session, name)
        form = TopicForm.of(topics.text_of(topic), topic.version, await PhraseRepository(session).titles())
        return await _page(request, session, staff, form, topic=topic, error=error)
    return RedirectResponse(f"{topic_path(name)}?klart=tillbaka", 303)


async def _give_questions(request: Request, session: AsyncSession, staff: Staff, topic: str, form: TopicForm) -> None:
    """The questions that the topic was made for become its first phrase and a regression question.

    Raises:
        InvalidError, ConflictError: as `questions.handling.assign`.
    """
    now = request.app.state.clock()
    try:
        key = UUID(form.fragor)
    except ValueError:
        return
    group = await find_group(session, key)
    if group.state is QuestionState.TOPIC_WISHED:
        await handling.reopen(session, staff, key, now)
    await handling.assign(session, staff, key, Assignment(topic, form.fras, form.kontrollfraga), now)


async def _page(
    request: Request,
    session: AsyncSession,
    staff: Staff,
    form: TopicForm,
    *,
    topic: Topic | None = None,
    error: InvalidError | ConflictError | None = None,
) -> Response:
    """The form of one topic, a new one without `topic`."""
    titles = await TopicsRepository(session).titles_in_use()
    told = _told(error) if error else {}
    is_conflict = isinstance(error, ConflictError) and topic is not None
    fixed = topic is not None and is_fixed(topic.id, topic.handling)
    groups = await _groups(session)
    return pages.page(
        request,
        "studio/topic.html.j2",
        status=error.status if error else 200,
        staff=staff,
        topic=topic,
        form=form.model_copy(update={"version": topic.version}) if topic else form,
        told=told,
        error=error.detail if error and not told else "",
        theirs=await _differences(session, form, topic, groups) if is_conflict and topic else [],
        areas=outcomes.AREAS,
        levels=outcomes.LEVELS,
        groups=groups,
        handlings=handlings([Handling(topic.handling)] if fixed and topic else CHOOSABLE),
        is_fixed=fixed,
        titles=[title for each, title in titles.items() if topic is None or each != topic.id],
        max_title=MAX_TITLE_CHARACTERS,
        max_text=MAX_TEXT_CHARACTERS,
        max_line=MAX_LINE_CHARACTERS,
        max_phrase=MAX_PHRASE_CHARACTERS,
        address=f"{topic_path(topic.id)}/andra" if topic else NEW_TOPIC_PATH,
        back=_back(topic, form),
    )


def _back(topic: Topic | None, form: TopicForm) -> tuple[str, str]:
    if topic is not None:
        return topic_path(topic.id), "Till ämnet"
    try:
        return group_path(UUID(form.fragor)), "Till frågorna"
    except ValueError:
        return (QUESTIONS_PATH, "Till frågorna") if form.fragor else (TOPICS_PATH, "Till alla ämnen")


def _told(error: InvalidError | ConflictError) -> dict[str, str]:
    """What is wrong, beside the field that it is about."""
    if "faults" in error.extra:
        return sentences(error.extra["faults"])
    field = error.extra.get("field") or _OF_QUESTIONS.get(error.code)
    return {field: error.detail} if field else {}


async def _groups(session: AsyncSession) -> dict[str, str]:
    """The names of all answer groups that a topic can have, by id."""
    names = await OrganisationRepository(session).list_names()
    known = await TopicsRepository(session).list_answer_groups()
    found = {group: names.get(group) or wording.answer_group(group) for group in known}
    return dict(sorted(found.items(), key=lambda pair: pair[1]))


async def _differences(
    session: AsyncSession, form: TopicForm, topic: Topic, groups: Mapping[str, str]
) -> list[tuple[str, str]]:
    """What is otherwise in the topic as it is now than in the form, by name."""
    titles = await PhraseRepository(session).titles()
    saved, written = topics.text_of(topic), form.read(titles)
    return [
        (label, _in_words(saved, field, titles, groups))
        for field, label in _LABELS.items()
        if getattr(saved, field) != getattr(written, field)
    ]


def _in_words(topic: TopicText, field: str, titles: Mapping[str, str], groups: Mapping[str, str]) -> str:
    known = {
        "area": outcomes.area(topic.area),
        "handling": HANDLINGS[Handling(topic.handling)][0],
        "rosa_level": outcomes.LEVELS.get(topic.rosa_level or 0, "Ingen"),
        "answer_group": groups.get(topic.answer_group, topic.answer_group),
        "touches_secrecy": "Ja" if topic.touches_secrecy else "Nej",
        "similar": ", ".join(titles.get(each, each) for each in topic.similar) or "Inga",
    }
    return known.get(field) or str(getattr(topic, field)) or "Inget"


async def _retiring_page(
    request: Request, session: AsyncSession, staff: Staff, topic: Topic, error: ConflictError | None = None
) -> Response:
    repository = TopicsRepository(session)
    return pages.page(
        request,
        "studio/retire_topic.html.j2",
        status=error.status if error else 200,
        staff=staff,
        topic=topic,
        weight=await repository.weigh(topic.id),
        leading_here=[(article_path(each), title) for each, title in await list_leading_to(session, topic.id)],
        similar=[(topic_path(each.id), each.title) for each in await repository.list_similar_to(topic.id)],
        is_fixed=is_fixed(topic.id, topic.handling),
        error=error.detail if error else "",
        address=f"{topic_path(topic.id)}/avveckla",
        article_address=article_path(topic.id),
        topic_address=topic_path(topic.id),
    )
