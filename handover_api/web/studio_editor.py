"""Where an article is written: a form, and beside it the article as residents will see it.

It works without a script. What cannot be kept comes back as it was written, with the reason beside it; what somebody
else has written meanwhile stands beside it with the differences marked.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.agents.identity import AnswerKeeperDep
from handover_api.content import drafts, reviewing, see_also
from handover_api.content.draft_steps import Opened, find_faults, open_article, people_of
from handover_api.content.drafts import Seen
from handover_api.content.drafts_repository import DraftsRepository
from handover_api.content.repository import ContentRepository
from handover_api.content.service import LOCAL_TIME
from handover_api.content.topics_repository import TopicsRepository
from handover_api.database import SessionDep
from handover_api.errors import ConflictError, InvalidError
from handover_api.models import ArticleDraft, Staff
from handover_api.rules.article import MAX_WORDS, ArticleText, DraftState, may_review
from handover_api.rules.content import is_expired
from handover_api.web import pages, wording
from handover_api.web import studio_step_advice as step_advice
from handover_api.web.studio_article_form import ArticleForm, sentences
from handover_api.web.studio_articles import ARTICLES_PATH, article_path
from handover_api.web.studio_differences import compare
from handover_api.web.studio_preview import preview

router = APIRouter(include_in_schema=False)

Topic = Annotated[str, Path(max_length=100)]
_PATH = ARTICLES_PATH + "/{topic}"
_SENT = frozenset({DraftState.IN_REVIEW, DraftState.SCHEDULED})
_DONE = {
    "sparat": "Utkastet är sparat.",
    "skickat": "Utkastet är skickat för granskning. Boten svarar som förut tills någon annan har godkänt det.",
    "tillbaka": "Du har tagit tillbaka utkastet och kan skriva vidare.",
    "kastat": "Utkastet är kastat. Den publicerade artikeln är kvar som den var.",
    "aterstalld": "Den äldre versionen är nu ett utkast. Läs igenom det och skicka det för granskning.",
    "publicerat": "Artikeln är publicerad. Boten svarar med den från och med nu.",
    "godkant": "Utkastet är godkänt och publiceras när tiden är inne.",
    "skickat-tillbaka": "Utkastet är skickat tillbaka till den som skrev det.",
}


@router.get(_PATH)
async def show_article(request: Request, session: SessionDep, staff: AnswerKeeperDep, topic: Topic) -> Response:
    opened = await open_article(session, topic)
    return await _page(request, session, staff, opened, _form_of(opened))


@router.post(_PATH)
async def write(
    request: Request,
    session: SessionDep,
    staff: AnswerKeeperDep,
    topic: Topic,
    form: Annotated[ArticleForm, Form()],
    deed: Annotated[str, Form(alias="gor")] = "spara",
) -> Response:
    now = request.app.state.clock()
    if deed == "forhandsgranska":
        return await _page(request, session, staff, await open_article(session, topic), form, is_checked=True)
    try:
        async with session.begin_nested():
            seen = Seen(form.version, form.publicerad or None)
            draft = await drafts.save(session, staff, topic, seen, form.read(), form.read_publish_at(), now)
    except (InvalidError, ConflictError) as error:
        return await _page(request, session, staff, await open_article(session, topic), form, error=error)
    if deed != "skicka":
        return RedirectResponse(f"{article_path(topic)}?klart=sparat", 303)
    try:
        async with session.begin_nested():
            await reviewing.send(session, staff, topic, draft.version, now)
    except InvalidError as error:
        # What was written is kept all the same.
        opened = await open_article(session, topic)
        return await _page(request, session, staff, opened, _form_of(opened), error=error, is_checked=True)
    return RedirectResponse(f"{article_path(topic)}?klart=skickat", 303)


@router.post(_PATH + "/forhandsgranska")
async def show_preview(
    request: Request, session: SessionDep, _: AnswerKeeperDep, topic: Topic, form: Annotated[ArticleForm, Form()]
) -> Response:
    """What is being written as residents will see it, for the script that asks while somebody writes."""
    opened = await open_article(session, topic)
    facts = await ContentRepository(session).get_facts()
    now = request.app.state.clock()
    problems = await _problems(session, opened, form, facts, now)
    shown = preview(opened.topic, form.read_words(), facts, now)
    html = pages.fragment("studio/preview.html.j2", preview=shown, most_words=MAX_WORDS)
    return JSONResponse({"html": html, "problems": problems})


@router.post(_PATH + "/ta-tillbaka")
async def withdraw(
    request: Request, session: SessionDep, staff: AnswerKeeperDep, topic: Topic, version: Annotated[int, Form()]
) -> Response:
    now = request.app.state.clock()
    try:
        async with session.begin_nested():
            await reviewing.withdraw(session, staff, topic, version, now)
    except ConflictError as error:
        opened = await open_article(session, topic)
        return await _page(request, session, staff, opened, _form_of(opened), error=error)
    return RedirectResponse(f"{article_path(topic)}?klart=tillbaka", 303)


@router.post(_PATH + "/kasta")
async def discard(
    request: Request, session: SessionDep, staff: AnswerKeeperDep, topic: Topic, version: Annotated[int, Form()]
) -> Response:
    now = request.app.state.clock()
    try:
        async with session.begin_nested():
            await drafts.discard(session, staff, topic, version, now)
    except ConflictError as error:
        opened = await open_article(session, topic)
        return await _page(request, session, staff, opened, _form_of(opened), error=error)
    return RedirectResponse(f"{article_path(topic)}?klart=kastat", 303)


async def _page(
    request: Request,
    session: AsyncSession,
    staff: Staff,
    opened: Opened,
    form: ArticleForm,
    *,
    error: InvalidError | ConflictError | None = None,
    is_checked: bool = False,
) -> Response:
    """`is_checked`: what remains to be done stands beside the fields."""
    now = request.app.state.clock()
    repository = DraftsRepository(session)
    facts = await ContentRepository(session).get_facts()
    is_conflict = isinstance(error, ConflictError)
    names = await repository.names_of(*people_of(opened.draft))
    told = await _problems(session, opened, form, facts, now) if is_checked else {}
    if error is not None and "field" in error.extra:
        told = {error.extra["field"]: error.detail} | told
    published = opened.published
    return pages.page(
        request,
        "studio/article.html.j2",
        status=error.status if error else 200,
        staff=staff,
        topic=opened.topic,
        published=published,
        draft=opened.draft,
        state=_state(opened.draft, names, now),
        # What has been sent is written in only after it has been taken back.
        is_sent=opened.draft is not None and opened.draft.state in _SENT,
        may_review=opened.draft is not None and may_review(staff.id, opened.draft.written_by, opened.draft.sent_by),
        is_written=opened.draft is None or opened.draft.state not in _SENT or is_conflict,
        is_expired=published is not None and is_expired(published.review_by, now.astimezone(LOCAL_TIME).date()),
        is_outdated=opened.draft is not None and opened.draft.based_on != (published.version if published else None),
        form=form.model_copy(update=_versions(opened)),
        error=error,
        told=told,
        theirs=compare(form.read_words(), _without_day(opened.text)) if is_conflict else None,
        preview=preview(opened.topic, form.read_words(), facts, now),
        facts=sorted(facts.items()),
        step_advice=step_advice.sentences(
            await see_also.advise(
                session, {opened.topic.id: form.read_words().next_steps}, now.astimezone(LOCAL_TIME).date()
            )
        ),
        topics=(await TopicsRepository(session).titles_in_use()).items(),
        departments=await repository.list_departments(),
        reviewers=await repository.list_other_keepers(staff.id),
        done=_DONE.get(request.query_params.get("klart", "")),
        address=article_path(opened.topic.id),
        list_address=ARTICLES_PATH,
        most_words=MAX_WORDS,
    )


async def _problems(
    session: AsyncSession, opened: Opened, form: ArticleForm, facts: Mapping[str, str], now: datetime
) -> dict[str, str]:
    """What remains to be done before the article can be sent, by the field's name."""
    try:
        written, publish_at = drafts.storable(form.read()), form.read_publish_at()
    except InvalidError as error:
        return {error.extra["field"]: error.detail}
    return sentences(await find_faults(session, opened.topic, written, publish_at, now), facts)


def _form_of(opened: Opened) -> ArticleForm:
    publish_at = opened.draft.publish_at if opened.draft else None
    return ArticleForm.of(opened.text, publish_at)


def _versions(opened: Opened) -> dict[str, int]:
    """The form always goes on from what there is now: what has happened meanwhile has then been shown."""
    return {
        "version": opened.draft.version if opened.draft else 0,
        "publicerad": opened.published.version if opened.published else 0,
    }


def _without_day(written: ArticleText) -> ArticleText:
    return replace(written, review_by=None)


def _state(draft: ArticleDraft | None, names: Mapping[UUID, str], now: datetime) -> str | None:
    if draft is None:
        return None
    if draft.state == DraftState.SCHEDULED and draft.reviewed_by and draft.publish_at:
        return f"Godkänt av {names[draft.reviewed_by]}. Publiceras {wording.clock_time(draft.publish_at, now)}."
    if draft.state == DraftState.IN_REVIEW and draft.sent_by and draft.sent_at:
        return f"Väntar på granskning. Skickat {wording.clock_time(draft.sent_at, now)} av {names[draft.sent_by]}."
    return f"Utkast, sparat {wording.clock_time(draft.written_at, now)} av {names[draft.written_by]}."
