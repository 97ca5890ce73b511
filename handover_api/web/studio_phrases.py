"""A topic's phrases: what is there, what is added with advice beside it, what is removed and taken back.

It works without a script: a button asks for the advice. What cannot be added comes back with the reason.
"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Path, Query, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.agents.identity import AnswerKeeperDep
from handover_api.conversations.schemas import RawText
from handover_api.database import SessionDep
from handover_api.errors import InvalidError, NotFoundError
from handover_api.models import Phrase, Staff, Topic
from handover_api.phrases import service as phrases
from handover_api.phrases.known import KnownPhrases
from handover_api.phrases.repository import PhraseRepository
from handover_api.rules.ngrams import plain
from handover_api.rules.phrase import MAX_CHARACTERS, OUTSIDE, PhraseSource
from handover_api.rules.phrase_advice import advise
from handover_api.web import outcomes, pages, phrase_wording
from handover_api.web.phrase_wording import LineView
from handover_api.web.studio_articles import article_path
from handover_api.web.studio_topic_standing import read_standing
from handover_api.web.studio_topics import TOPICS_PATH, TRY_PATH, topic_path

router = APIRouter(include_in_schema=False)

TopicName = Annotated[str, Path(alias="topic", max_length=100)]
_PATH = TOPICS_PATH + "/{topic}"
MOST_LINES = 50
PAGE_SIZE = 200
_ADVICE = "studio/phrase_advice.html.j2"
_SOURCES = {
    PhraseSource.SEED: "",
    PhraseSource.EDITOR: "Tillagd här",
    PhraseSource.QUESTION: "Från en invånares fråga",
}


@router.get(_PATH)
async def show_phrases(
    request: Request,
    session: SessionDep,
    staff: AnswerKeeperDep,
    name: TopicName,
    page: Annotated[int, Query(alias="sida", ge=1)] = 1,
    added: Annotated[int, Query(alias="tillagda", ge=0, le=MOST_LINES)] = 0,
    removed: Annotated[UUID | None, Query(alias="borttagen")] = None,
    *,
    is_identifying: Annotated[bool, Query(alias=phrase_wording.SHOWS_WHO)] = False,
) -> Response:
    topic = await _find_topic(session, name)
    gone = await PhraseRepository(session).find(removed) if removed else None
    is_gone = gone is not None and gone.removed_at is not None and (gone.topic or OUTSIDE) == name
    return await _page(
        request,
        session,
        staff,
        name,
        topic,
        page=page,
        added=added,
        gone=gone if is_gone else None,
        is_identifying=is_identifying,
    )


@router.post(_PATH)
async def write(
    request: Request,
    session: SessionDep,
    staff: AnswerKeeperDep,
    name: TopicName,
    written: Annotated[RawText, Form(alias="fragor")] = "",
    deed: Annotated[str, Form(alias="gor")] = "lagg-till",
) -> Response:
    topic = await _find_topic(session, name)
    lines = _lines(written)
    fault = _fault(lines)
    if fault or deed == "kontrollera":
        judged = [] if fault else await _judge(request, session, name, lines)
        return await _page(request, session, staff, name, topic, written=written, judged=judged, fault=fault)
    refused: dict[str, str] = {}
    for line in lines:
        try:
            await phrases.add_phrase(session, staff, name, line, request.app.state.clock())
        except InvalidError as error:
            refused[line] = error.detail
    added = len(lines) - len(refused)
    if not refused:
        advised = phrase_wording.advice_in_address(lines)
        return RedirectResponse(f"{topic_path(name)}?tillagda={added}{advised}", 303)
    left = "\n".join(refused)
    return await _page(request, session, staff, name, topic, written=left, refused=refused, added=added)


@router.post(_PATH + "/rad")
async def show_advice(
    request: Request,
    session: SessionDep,
    _: AnswerKeeperDep,
    name: TopicName,
    written: Annotated[RawText, Form(alias="fragor")] = "",
) -> Response:
    """The advice on what is being written, for the script that asks while somebody writes."""
    await _find_topic(session, name)
    lines = _lines(written)
    judged = [] if _fault(lines) else await _judge(request, session, name, lines)
    html = pages.fragment(_ADVICE, judged=judged, topic_path=topic_path)
    return JSONResponse({"html": html, "told": phrase_wording.summary(judged)})


@router.post(_PATH + "/ta-bort")
async def remove(
    request: Request, session: SessionDep, staff: AnswerKeeperDep, name: TopicName, phrase: Annotated[UUID, Form()]
) -> Response:
    await _find_topic(session, name)
    await phrases.remove_phrase(session, staff, phrase, request.app.state.clock())
    return RedirectResponse(f"{topic_path(name)}?borttagen={phrase}", 303)


@router.post(_PATH + "/angra")
async def restore(
    request: Request, session: SessionDep, staff: AnswerKeeperDep, name: TopicName, phrase: Annotated[UUID, Form()]
) -> Response:
    await _find_topic(session, name)
    await phrases.restore_phrase(session, staff, phrase, request.app.state.clock())
    return RedirectResponse(f"{topic_path(name)}?tillagda=1", 303)


async def _find_topic(session: AsyncSession, name: str) -> Topic | None:
    """None for what no topic answers."""
    topic = await PhraseRepository(session).find_topic(name)
    if topic is None and name != OUTSIDE:
        raise NotFoundError
    return topic


def _lines(written: str) -> list[str]:
    """One a line, without the empty ones and those that say the same as one before."""
    by_words: dict[str, str] = {}
    for line in written.splitlines():
        if line.strip():
            by_words.setdefault(plain(line.strip()), line.strip())
    return list(by_words.values())


def _fault(lines: list[str]) -> str | None:
    if not lines:
        return "Skriv minst en fråga så som en invånare kan ställa den."
    if len(lines) > MOST_LINES:
        return f"Skriv högst {MOST_LINES} frågor åt gången. Det är {len(lines)} nu."
    return None


async def _judge(request: Request, session: AsyncSession, name: str, lines: list[str]) -> list[LineView]:
    """What cannot be added is told of with the reason, the rest with advice."""
    stored, told = {}, {}
    for line in lines:
        try:
            stored[line] = phrases.storable_phrase(line)
        except InvalidError as error:
            told[line] = LineView(line, [phrase_wording.AdviceView(error.detail, None, "", ())])
    known: KnownPhrases = request.app.state.phrases
    advice = await known.ask(session, lambda index: {line: advise(index, name, text) for line, text in stored.items()})
    titles = await PhraseRepository(session).titles()
    return [told.get(line) or phrase_wording.view(line, advice[line], name, titles) for line in lines]


async def _page(
    request: Request,
    session: AsyncSession,
    staff: Staff,
    name: str,
    topic: Topic | None,
    *,
    page: int = 1,
    written: str = "",
    judged: list[LineView] | None = None,
    fault: str | None = None,
    refused: dict[str, str] | None = None,
    added: int = 0,
    gone: Phrase | None = None,
    is_identifying: bool = False,
) -> Response:
    listed = await phrases.list_phrases(session, name)
    first = (page - 1) * PAGE_SIZE
    shown = listed[first : first + PAGE_SIZE]
    address = topic_path(name)
    return pages.page(
        request,
        "studio/phrases.html.j2",
        status=422 if fault or refused else 200,
        staff=staff,
        title=topic.title if topic else phrase_wording.OUTSIDE_TITLE,
        area=outcomes.area(topic.area) if topic else "",
        article_address=article_path(topic.id) if topic else None,
        count=phrase_wording.count(len(listed)),
        listed=[(phrase, _SOURCES[PhraseSource(phrase.source)]) for phrase in shown],
        first=first + 1,
        last=first + len(shown),
        is_cut=len(listed) > len(shown),
        earlier=f"{address}?sida={page - 1}" if page > 1 else None,
        later=f"{address}?sida={page + 1}" if first + PAGE_SIZE < len(listed) else None,
        written=written,
        judged=judged or [],
        fault=fault,
        refused=refused or {},
        added=added,
        gone=gone,
        is_identifying=is_identifying,
        most_lines=MOST_LINES,
        most_characters=MAX_CHARACTERS,
        address=address,
        standing=await read_standing(session, topic, request.query_params.get("klart", ""), request.app.state.clock())
        if topic
        else None,
        topic=name,
        topic_path=topic_path,
        list_address=TOPICS_PATH,
        try_address=TRY_PATH,
    )
