"""Where somebody else reads what has been written: the review before publication, and what was published before."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.agents.identity import AnswerKeeperDep
from handover_api.content import drafts, reviewing
from handover_api.content.draft_steps import find_faults, open_article, people_of, text_of
from handover_api.content.drafts_repository import DraftsRepository
from handover_api.content.repository import ContentRepository
from handover_api.database import SessionDep
from handover_api.errors import ConflictError, InvalidError, NotFoundError
from handover_api.models import Staff
from handover_api.rules.article import MAX_WORDS, DraftState, may_review
from handover_api.web import pages, wording
from handover_api.web.studio_article_form import sentences
from handover_api.web.studio_articles import ARTICLES_PATH, article_path
from handover_api.web.studio_differences import compare
from handover_api.web.studio_editor import Topic
from handover_api.web.studio_preview import preview

router = APIRouter(include_in_schema=False)

_PATH = ARTICLES_PATH + "/{topic}"
Version = Annotated[int, Path(ge=1, le=1_000_000)]


@dataclass(frozen=True)
class HistoryRow:
    address: str
    name: str
    is_served: bool
    facts: list[str]


@router.get(_PATH + "/granska")
async def show_review(request: Request, session: SessionDep, staff: AnswerKeeperDep, topic: Topic) -> Response:
    return await _review_page(request, session, staff, topic)


@router.post(_PATH + "/granska")
async def review(
    request: Request,
    session: SessionDep,
    staff: AnswerKeeperDep,
    topic: Topic,
    version: Annotated[int, Form()],
    deed: Annotated[str, Form(alias="gor")] = "",
    remark: Annotated[str, Form(alias="anmarkning")] = "",
) -> Response:
    now = request.app.state.clock()
    try:
        async with session.begin_nested():
            if deed == "godkann":
                publish_at = await reviewing.approve(session, staff, topic, version, now)
                done = "godkant" if publish_at else "publicerat"
            else:
                await reviewing.send_back(session, staff, topic, version, remark, now)
                done = "skickat-tillbaka"
    except (InvalidError, ConflictError) as error:
        return await _review_page(request, session, staff, topic, error=error, remark=remark)
    return RedirectResponse(f"{article_path(topic)}?klart={done}", 303)


@router.get(_PATH + "/historik")
async def show_history(request: Request, session: SessionDep, staff: AnswerKeeperDep, topic: Topic) -> Response:
    opened = await open_article(session, topic)
    repository = DraftsRepository(session)
    versions = await repository.list_versions(topic)
    names = await repository.names_of(*people_of(*versions))
    served = opened.published.version if opened.published else None
    rows = []
    for version in versions:
        by = f"Skriven av {names[version.author_id]}" if version.author_id else "Från innehållsfilerna"
        reviewed = f"granskad av {names[version.reviewer_id]}" if version.reviewer_id else ""
        rows.append(
            HistoryRow(
                address=f"{article_path(topic)}/historik/{version.version}",
                name=f"Version {version.version}",
                is_served=version.version == served,
                facts=[
                    f"Publicerad {wording.clock_time(version.created_at, request.app.state.clock())}",
                    ", ".join(filter(None, (by, reviewed))),
                ],
            )
        )
    return pages.page(
        request,
        "studio/history.html.j2",
        staff=staff,
        topic=opened.topic,
        rows=rows,
        address=article_path(topic),
    )


@router.get(_PATH + "/historik/{version}")
async def show_version(
    request: Request, session: SessionDep, staff: AnswerKeeperDep, topic: Topic, version: Version
) -> Response:
    return await _version_page(request, session, staff, topic, version)


@router.post(_PATH + "/historik/{version}/aterstall")
async def restore(
    request: Request, session: SessionDep, staff: AnswerKeeperDep, topic: Topic, version: Version
) -> Response:
    try:
        async with session.begin_nested():
            await drafts.restore(session, staff, topic, version, request.app.state.clock())
    except ConflictError as error:
        return await _version_page(request, session, staff, topic, version, error=error)
    return RedirectResponse(f"{article_path(topic)}?klart=aterstalld", 303)


async def _review_page(
    request: Request,
    session: AsyncSession,
    staff: Staff,
    topic: str,
    *,
    error: InvalidError | ConflictError | None = None,
    remark: str = "",
) -> Response:
    opened = await open_article(session, topic)
    draft = opened.draft
    now = request.app.state.clock()
    if draft is None or draft.state != DraftState.IN_REVIEW:
        if error is not None:
            # Somebody has been faster; the article's own page says how it is now.
            return RedirectResponse(article_path(topic), 303)
        raise NotFoundError
    repository = DraftsRepository(session)
    facts = await ContentRepository(session).get_facts()
    names = await repository.names_of(*people_of(draft))
    written = text_of(draft)
    found = await find_faults(session, opened.topic, written, draft.publish_at, now)
    return pages.page(
        request,
        "studio/review.html.j2",
        status=error.status if error else 200,
        staff=staff,
        topic=opened.topic,
        draft=draft,
        published=opened.published,
        comparison=compare(text_of(opened.published), written),
        preview=preview(opened.topic, written, facts, now),
        problems=[*sentences(found, facts).values()],
        writer=names.get(draft.written_by, ""),
        sender=names.get(draft.sent_by, "") if draft.sent_by else "",
        sent_at=wording.clock_time(draft.sent_at or draft.written_at, now),
        publish_at=wording.clock_time(draft.publish_at, now) if draft.publish_at and draft.publish_at > now else None,
        may_review=may_review(staff.id, draft.written_by, draft.sent_by),
        reviewers=await repository.list_other_keepers(draft.written_by, draft.sent_by),
        error=error,
        remark=remark,
        address=article_path(topic),
        most_words=MAX_WORDS,
    )


async def _version_page(
    request: Request,
    session: AsyncSession,
    staff: Staff,
    topic: str,
    number: int,
    *,
    error: ConflictError | None = None,
) -> Response:
    opened = await open_article(session, topic)
    repository = DraftsRepository(session)
    version = await repository.find_version(topic, number)
    if version is None:
        raise NotFoundError
    before = await repository.find_version(topic, number - 1)
    facts = await ContentRepository(session).get_facts()
    now = request.app.state.clock()
    written = text_of(version)
    return pages.page(
        request,
        "studio/version.html.j2",
        status=error.status if error else 200,
        staff=staff,
        topic=opened.topic,
        version=version,
        comparison=compare(text_of(before), written) if before else None,
        preview=preview(opened.topic, written, facts, now, reviewed_on=version.reviewed_on.isoformat()),
        is_served=opened.published is not None and opened.published.version == number,
        has_draft=opened.draft is not None,
        error=error,
        address=article_path(topic),
        most_words=MAX_WORDS,
    )
