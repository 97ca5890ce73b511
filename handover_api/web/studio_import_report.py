"""One import: how far it has come, what was found, what an editor decides about it, and what became of it."""

import re
from dataclasses import asdict, replace
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import FormData

from handover_api.agents.identity import AnswerKeeperDep
from handover_api.content import see_also
from handover_api.content.draft_steps import day, open_article, text_of
from handover_api.content.importing import service
from handover_api.content.importing.checking import from_json
from handover_api.content.importing.repository import ImportRepository
from handover_api.content.repository import ContentRepository
from handover_api.database import SessionDep
from handover_api.errors import ConflictError, HandoverError, NotFoundError
from handover_api.models import ContentImport, Staff
from handover_api.rules.article import ArticleText
from handover_api.rules.import_course import AT_WORK, SOON, USABLE, ImportState, Verdict
from handover_api.web import import_wording, pages
from handover_api.web.studio_articles import ARTICLES_PATH, IMPORT_PATH
from handover_api.web.studio_differences import compare
from handover_api.web.studio_import_lines import Line, line_of
from handover_api.web.studio_step_advice import sentences_with_places

router = APIRouter(include_in_schema=False)

_PATH = IMPORT_PATH + "/{import_id}"
_PARTIAL = "partials/import_report.html.j2"
# So many of each kind are shown; the rest is counted. Those that want a topic can be turned over.
SHOWN = 200
TO_CHOOSE_SHOWN = 50
# The topics that are chosen on a page, which page it is, and what is to be done.
_MOST_FIELDS = SHOWN + TO_CHOOSE_SHOWN + 2
_FIELD = re.compile(r"amne-([0-9]{1,6})")


@router.get(_PATH)
async def show_import(
    request: Request,
    session: SessionDep,
    staff: AnswerKeeperDep,
    import_id: UUID,
    page: Annotated[int, Query(alias="sida", ge=1, le=1000)] = 1,
) -> Response:
    return await _page(request, session, staff, import_id, page)


@router.get(f"{_PATH}/nu")
async def poll_import(request: Request, session: SessionDep, staff: AnswerKeeperDep, import_id: UUID) -> Response:  # noqa: ARG001
    found = await _find(session, import_id)
    now = request.app.state.clock()
    shown = await _shown(session, found, day(now), 1, {}, {})
    html = pages.fragment(_PARTIAL, now=now, error="", **shown)
    return HTMLResponse(html, headers={"cache-control": "no-store"})


@router.post(_PATH)
async def decide(request: Request, session: SessionDep, staff: AnswerKeeperDep, import_id: UUID) -> Response:
    """Keeps the topics that have been chosen, and makes the drafts if that is wanted and nothing is wrong."""
    form = await request.form(max_files=0, max_fields=_MOST_FIELDS)
    chosen = _chosen(form)
    wanted = str(form.get("sida") or "1")
    page = int(wanted) if wanted.isdecimal() else 1
    try:
        async with session.begin_nested():
            faults = await service.choose_topics(session, import_id, chosen)
            if not faults and form.get("gor") == "skapa":
                await service.ask_for_drafts(session, staff, import_id, request.app.state.clock())
    except ConflictError as error:
        return await _page(request, session, staff, import_id, page, error=error)
    if faults:
        facts = await ContentRepository(session).get_facts()
        told = {position: import_wording.reason(asdict(fault), facts) for position, fault in faults.items()}
        return await _page(request, session, staff, import_id, page, chosen=chosen, told=told)
    return RedirectResponse(f"{IMPORT_PATH}/{import_id}", 303)


@router.post(f"{_PATH}/avbryt")
async def cancel(request: Request, session: SessionDep, staff: AnswerKeeperDep, import_id: UUID) -> Response:
    try:
        async with session.begin_nested():
            await service.cancel(session, import_id, request.app.state.clock())
    except ConflictError as error:
        return await _page(request, session, staff, import_id, error=error)
    return RedirectResponse(f"{IMPORT_PATH}/{import_id}", 303)


@router.get(f"{_PATH}/{{position}}")
async def show_item(
    request: Request, session: SessionDep, staff: AnswerKeeperDep, import_id: UUID, position: int
) -> Response:
    """The words of one row or file, beside what is published."""
    found = await _find(session, import_id)
    item = await ImportRepository(session).find_item(import_id, position)
    if item is None or not item.says:
        raise NotFoundError
    opened = await open_article(session, item.topic) if item.topic else None
    published = opened.published if opened else None
    written = replace(text_of(published), **from_json(item.says))
    return pages.page(
        request,
        "studio/import_item.html.j2",
        staff=staff,
        heading=opened.topic.title if opened else item.title or import_wording.place(item, is_only_file=False),
        place=import_wording.place(item, is_only_file=len(found.file_names) == 1),
        address=f"{IMPORT_PATH}/{import_id}",
        comparison=compare(text_of(published) if published else ArticleText(""), written),
        is_new=published is None,
    )


async def _find(session: AsyncSession, import_id: UUID) -> ContentImport:
    found = await ImportRepository(session).find(import_id)
    if found is None:
        raise NotFoundError
    return found


async def _page(
    request: Request,
    session: AsyncSession,
    staff: Staff,
    import_id: UUID,
    page: int = 1,
    *,
    chosen: dict[int, str] | None = None,
    told: dict[int, str] | None = None,
    error: HandoverError | None = None,
) -> Response:
    found = await _find(session, import_id)
    now = request.app.state.clock()
    return pages.page(
        request,
        "studio/import_report.html.j2",
        status=error.status if error else 422 if told else 200,
        staff=staff,
        error=error.detail if error else "",
        now=now,
        **await _shown(session, found, day(now), page, chosen or {}, told or {}),
    )


async def _shown(
    session: AsyncSession, found: ContentImport, today: date, page: int, chosen: dict[int, str], told: dict[int, str]
) -> dict[str, Any]:
    repository = ImportRepository(session)
    facts = await ContentRepository(session).get_facts()
    titles = {topic.id: topic.title for topic in await ContentRepository(session).list_topics_of_file()}
    counts = await repository.count_items(found.id)
    lines: dict[str, list[Line]] = {}
    for name, verdicts, first, limit in (
        ("usable", USABLE, 0, SHOWN),
        ("refused", {Verdict.REFUSED}, 0, SHOWN),
        ("same", {Verdict.SAME}, 0, SHOWN),
        ("to_choose", {Verdict.TO_CHOOSE}, (page - 1) * TO_CHOOSE_SHOWN, TO_CHOOSE_SHOWN),
    ):
        items = await repository.list_items(found.id, verdicts, limit, first)
        lines[name] = [line_of(found, item, titles, facts, chosen, told) for item in items]
    last = -(-counts[Verdict.TO_CHOOSE] // TO_CHOOSE_SHOWN)
    address = f"{IMPORT_PATH}/{found.id}"
    return {
        "found": found,
        "words": import_wording,
        "address": address,
        "form_address": IMPORT_PATH,
        "list_address": ARTICLES_PATH,
        "soon": SOON,
        "is_at_work": found.state in AT_WORK,
        "is_ready": found.state == ImportState.READY,
        "counts": counts,
        "usable_count": sum(counts[verdict] for verdict in USABLE),
        "drafted_count": await repository.count_drafted(found.id),
        "notes": [(note["file"], import_wording.reason(note, facts)) for note in found.notes],
        "step_advice": await _advise(session, found, today),
        "shown": SHOWN,
        "titles": sorted(titles.values()) if found.state == ImportState.READY and _asks(lines) else [],
        "page": page,
        "earlier": f"{address}?sida={page - 1}" if page > 1 else None,
        "later": f"{address}?sida={page + 1}" if page < last else None,
        **lines,
    }


async def _advise(session: AsyncSession, found: ContentImport, today: date) -> list[str]:
    """What is worth knowing of the steps to other topics, once the files have been read."""
    if found.state not in {ImportState.READY, ImportState.DONE}:
        return []
    written = await ImportRepository(session).list_steps(found.id)
    advice = await see_also.advise(session, {topic: steps for topic, _, steps in written}, today)
    return sentences_with_places(advice, {topic: file for topic, file, steps in written if steps is not None})


def _asks(lines: dict[str, list[Line]]) -> bool:
    return any(line.is_raw for line in (*lines["to_choose"], *lines["usable"]))


def _chosen(form: FormData) -> dict[int, str]:
    found = [(_FIELD.fullmatch(name), value) for name, value in form.multi_items()]
    return {int(match.group(1)): value for match, value in found if match and isinstance(value, str)}
