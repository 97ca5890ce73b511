"""Local facts: where each is used, what its answers become before it is changed, and what has been done with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.agents.identity import AnswerKeeperDep
from handover_api.content import local_facts
from handover_api.content.fact_uses import Seen, Use, UseKind, find_uses, seen_in
from handover_api.content.local_facts_repository import LocalFactsRepository
from handover_api.content.repository import ContentRepository
from handover_api.database import SessionDep
from handover_api.errors import ConflictError, InvalidError
from handover_api.models import LocalFact, LocalFactChange, Staff
from handover_api.rules.local_fact import IN_ENGLISH, MAX_NAME_CHARACTERS, MAX_VALUE_CHARACTERS, FactFault
from handover_api.web import pages, wording
from handover_api.web.desk_ready_answers import PATH as READY_ANSWERS_PATH
from handover_api.web.studio_articles import STUDIO_PATH, article_path
from handover_api.web.studio_topics import topic_path

router = APIRouter(include_in_schema=False)

FACTS_PATH = f"{STUDIO_PATH}/uppgifter"
NEW_FACT_PATH = f"{FACTS_PATH}/ny"
FactName = Annotated[str, Path(alias="name", max_length=100)]
_PATH = FACTS_PATH + "/{name}"
_LONGEST = 100
# Of one answer; the rest is there to read.
_LINES_SHOWN = 4

_DONE = {
    "sparat": "Uppgiften är ändrad. Den gäller i alla svar från och med nu.",
    "tillagd": "Uppgiften är tillagd. Skriv dess namn inom klammer där den ska stå.",
    "angrat": "Ändringen är ångrad. Det gäller i alla svar från och med nu.",
}
_SENTENCES = {
    FactFault.NAME_BAD: "Skriv ett namn med små bokstäver a till z, siffror och understreck, till exempel "
    f"telefon_badhus. Minst 3 och högst {MAX_NAME_CHARACTERS} tecken.",
    FactFault.NAME_TAKEN: "Det finns redan en uppgift med det namnet.",
    FactFault.VALUE_MISSING: "Skriv uppgiften.",
    FactFault.VALUE_TOO_LONG: f"Uppgiften är för lång. Skriv högst {MAX_VALUE_CHARACTERS} tecken.",
    FactFault.VALUE_WITH_BRACES: "Ta bort tecknen { och }. En uppgift kan inte innehålla en annan.",
    FactFault.VALUE_WITH_MARKUP: "Ta bort tecknen < > [ ] och `. Skriv bara orden, numret eller adressen.",
    FactFault.NOT_AN_ADDRESS: "Uppgiften används som länk. Skriv hela adressen, till exempel "
    "https://www.exempelkommunen.example.",
}
_OF_NAME = frozenset({FactFault.NAME_BAD, FactFault.NAME_TAKEN})
_KINDS = {
    UseKind.ARTICLE: "Artikel",
    UseKind.DRAFT: "Utkast",
    UseKind.READY_ANSWER: "Färdigt svar",
    UseKind.TOPIC: "Vad ett rätt svar innehåller",
    UseKind.PAGES: "Chattens egna sidor",
}


def fact_path(name: str) -> str:
    return f"{FACTS_PATH}/{name}"


@dataclass(frozen=True)
class Row:
    address: str
    name: str
    value: str
    uses: str


@dataclass(frozen=True)
class UseView:
    """`address` empty: there is no page to open. `seen`: what is read before and after, where something is changed."""

    kind: str
    title: str
    address: str
    is_shown: bool
    seen: list[Seen]


@dataclass(frozen=True)
class DeedView:
    when: str
    words: str


@router.get(FACTS_PATH)
async def show_facts(request: Request, session: SessionDep, staff: AnswerKeeperDep) -> Response:
    words = request.query_params.get("sok", "")[:_LONGEST].strip()
    facts = await ContentRepository(session).list_facts()
    uses = await find_uses(session, {fact.name: fact.value for fact in facts})
    rows = [
        Row(fact_path(fact.name), fact.name, fact.value, _count(uses.get(fact.name, [])))
        for fact in facts
        if all(word in f"{fact.name} {fact.value}".casefold() for word in words.casefold().split())
    ]
    return pages.page(
        request,
        "studio/facts.html.j2",
        staff=staff,
        words=words,
        rows=rows,
        removed=[
            (f"{fact_path(each.name)}/angra", each) for each in await LocalFactsRepository(session).list_removed()
        ],
        has_removed=request.query_params.get("klart") == "borttagen",
        list_address=FACTS_PATH,
        new_address=NEW_FACT_PATH,
    )


@router.get(NEW_FACT_PATH)
async def show_new(request: Request, _: SessionDep, staff: AnswerKeeperDep) -> Response:
    return _new_page(request, staff, request.query_params.get("namn", "")[:_LONGEST], "")


@router.post(NEW_FACT_PATH)
async def add(
    request: Request,
    session: SessionDep,
    staff: AnswerKeeperDep,
    name: Annotated[str, Form(alias="namn")] = "",
    value: Annotated[str, Form(alias="varde")] = "",
) -> Response:
    called = name.strip().strip("{}")
    try:
        async with session.begin_nested():
            await local_facts.add(session, staff, called, value, request.app.state.clock())
    except InvalidError as error:
        return _new_page(request, staff, name, value, error)
    return RedirectResponse(f"{fact_path(called)}?klart=tillagd", 303)


@router.get(_PATH)
async def show_fact(request: Request, session: SessionDep, staff: AnswerKeeperDep, name: FactName) -> Response:
    fact = await local_facts.get(session, name)
    return await _page(request, session, staff, fact, fact.value)


@router.post(_PATH)
async def change(
    request: Request,
    session: SessionDep,
    staff: AnswerKeeperDep,
    name: FactName,
    value: Annotated[str, Form(alias="varde")] = "",
    seen: Annotated[str, Form(alias="sag")] = "",
    deed: Annotated[str, Form(alias="gor")] = "visa",
) -> Response:
    """First what becomes of the answers is shown, and then it is done."""
    try:
        if deed != "spara":
            await local_facts.check(session, name, value)
            return await _page(request, session, staff, await local_facts.get(session, name), value, is_asked=True)
        async with session.begin_nested():
            await local_facts.change(session, staff, name, seen, value, request.app.state.clock())
    except (InvalidError, ConflictError) as error:
        return await _page(request, session, staff, await local_facts.get(session, name), value, error=error)
    return RedirectResponse(f"{fact_path(name)}?klart=sparat", 303)


@router.post(f"{_PATH}/ta-bort")
async def remove(
    request: Request,
    session: SessionDep,
    staff: AnswerKeeperDep,
    name: FactName,
    seen: Annotated[str, Form(alias="sag")] = "",
) -> Response:
    try:
        async with session.begin_nested():
            await local_facts.remove(session, staff, name, seen, request.app.state.clock())
    except ConflictError as error:
        fact = await local_facts.get(session, name)
        return await _page(request, session, staff, fact, fact.value, error=error)
    return RedirectResponse(f"{FACTS_PATH}?klart=borttagen", 303)


@router.post(f"{_PATH}/angra")
async def take_back(request: Request, session: SessionDep, staff: AnswerKeeperDep, name: FactName) -> Response:
    try:
        async with session.begin_nested():
            await local_facts.take_back(session, staff, name, request.app.state.clock())
    except (InvalidError, ConflictError) as error:
        fact = await local_facts.get(session, name)
        return await _page(request, session, staff, fact, fact.value, error=error)
    is_there = await LocalFactsRepository(session).find(name) is not None
    return RedirectResponse(f"{fact_path(name)}?klart=angrat" if is_there else f"{FACTS_PATH}?klart=borttagen", 303)


def _new_page(request: Request, staff: Staff, name: str, value: str, error: InvalidError | None = None) -> Response:
    return pages.page(
        request,
        "studio/new_fact.html.j2",
        status=error.status if error else 200,
        staff=staff,
        name=name,
        value=value,
        told=_told(error),
        address=NEW_FACT_PATH,
        list_address=FACTS_PATH,
        most_characters=MAX_VALUE_CHARACTERS,
    )


async def _page(
    request: Request,
    session: AsyncSession,
    staff: Staff,
    fact: LocalFact,
    value: str,
    *,
    is_asked: bool = False,
    error: InvalidError | ConflictError | None = None,
) -> Response:
    """`is_asked`: whether what becomes of the answers is shown, to be said yes to."""
    now = request.app.state.clock()
    facts = await ContentRepository(session).get_facts()
    used = (await find_uses(session, facts)).get(fact.name, [])
    changed = {**facts, fact.name: " ".join(value.split())}
    views = [_view(use, facts, changed if is_asked else facts) for use in used]
    english = f"{fact.name}{IN_ENGLISH}"
    told = _told(error)
    return pages.page(
        request,
        "studio/fact.html.j2",
        status=error.status if error else 200,
        staff=staff,
        fact=fact,
        value=value,
        is_asked=is_asked and changed[fact.name] != fact.value,
        is_same=is_asked and changed[fact.name] == fact.value,
        told=told,
        error=error.detail if error and not told else "",
        changed_meanwhile=error is not None and error.code == "fact_changed",
        read_now=[view for view in views if view.is_shown],
        elsewhere=[view for view in views if not view.is_shown],
        may_be_removed=not any(use.is_needed for use in used),
        deeds=[_deed(change, who, now) for change, who in await LocalFactsRepository(session).list_changes(fact.name)],
        english=facts.get(english),
        english_address=fact_path(english) if english in facts else f"{NEW_FACT_PATH}?namn={english}",
        is_english=fact.name.endswith(IN_ENGLISH),
        done=_DONE.get(request.query_params.get("klart", "")),
        address=fact_path(fact.name),
        list_address=FACTS_PATH,
        most_characters=MAX_VALUE_CHARACTERS,
    )


def _view(use: Use, facts: Mapping[str, str], changed: Mapping[str, str]) -> UseView:
    addresses = {
        UseKind.ARTICLE: article_path(str(use.key)),
        UseKind.DRAFT: article_path(str(use.key)),
        UseKind.READY_ANSWER: f"{READY_ANSWERS_PATH}/{use.key}",
        UseKind.TOPIC: f"{topic_path(str(use.key))}/andra",
    }
    seen = seen_in(use, facts, changed)[:_LINES_SHOWN]
    return UseView(_KINDS[use.kind], use.title or use.kind, addresses.get(use.kind, ""), use.is_shown, seen)


def _count(uses: list[Use]) -> str:
    # A text in two languages is one place.
    places = len({(use.kind, use.key) for use in uses})
    if not places:
        return "Används inte"
    return "Används på ett ställe" if places == 1 else f"Används på {places} ställen"


def _deed(change: LocalFactChange, who: str, now: datetime) -> DeedView:
    if change.before is None:
        words = f"{who} lade till uppgiften: {change.after}"
    elif change.after is None:
        words = f"{who} tog bort uppgiften. Den var: {change.before}"
    else:
        words = f"{who} ändrade från ”{change.before}” till ”{change.after}”"
    return DeedView(wording.clock_time(change.changed_at, now), words)


def _told(error: InvalidError | ConflictError | None) -> dict[str, str]:
    """What is wrong, by the form's field."""
    faults = error.extra.get("faults", []) if error else []
    told: dict[str, str] = {}
    for fault in faults:
        told.setdefault("namn" if fault in _OF_NAME else "varde", _SENTENCES[fault])
    return told
