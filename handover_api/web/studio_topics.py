"""The studio's topics: how many phrases each has to be recognised by, and which have too few."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from handover_api.agents.identity import AnswerKeeperDep
from handover_api.database import SessionDep
from handover_api.models import Topic
from handover_api.phrases.repository import PhraseRepository
from handover_api.rules.list_address import list_address
from handover_api.rules.ngrams import plain
from handover_api.rules.phrase import OUTSIDE, least_phrases
from handover_api.web import outcomes, pages, phrase_wording
from handover_api.web.studio_articles import STUDIO_PATH

router = APIRouter(include_in_schema=False)

TOPICS_PATH = f"{STUDIO_PATH}/amnen"
TRY_PATH = f"{STUDIO_PATH}/prova"
NEW_TOPIC_PATH = f"{TOPICS_PATH}/nytt"
RETIRED_PATH = f"{TOPICS_PATH}/avvecklade"
PAGE_SIZE = 50
_LONGEST = 100
_THIN_FIRST = "farst"


def topic_path(topic: str) -> str:
    return f"{TOPICS_PATH}/{topic}"


@dataclass(frozen=True)
class Filter:
    """What an editor has chosen to see, as it stands in the page's address. Empty: everything."""

    words: str = ""
    area: str = ""
    order: str = ""

    @classmethod
    def of(cls, request: Request) -> "Filter":
        return cls(*(request.query_params.get(name, "")[:_LONGEST] for name in ("sok", "omrade", "ordning")))

    def address(self, page: int = 1) -> str:
        chosen = {"sok": self.words, "omrade": self.area, "ordning": self.order}
        return list_address(TOPICS_PATH, chosen, page)


@dataclass(frozen=True)
class Row:
    """`least` None: no number is too small."""

    topic: str
    title: str
    area: str
    phrases: int
    least: int | None

    @property
    def is_thin(self) -> bool:
        return self.least is not None and self.phrases < self.least

    @property
    def address(self) -> str:
        return topic_path(self.topic)

    @property
    def count(self) -> str:
        return phrase_wording.count(self.phrases)


@router.get(TOPICS_PATH)
async def show_topics(
    request: Request, session: SessionDep, staff: AnswerKeeperDep, page: Annotated[int, Query(alias="sida", ge=1)] = 1
) -> Response:
    chosen = Filter.of(request)
    repository = PhraseRepository(session)
    counts = await repository.count_by_topic()
    rows = [_row(topic, counts) for topic in await repository.list_topics()]
    rows.append(Row(OUTSIDE, phrase_wording.OUTSIDE_TITLE, "", counts.get(OUTSIDE, 0), None))
    thin = sum(row.is_thin for row in rows)
    rows = [row for row in rows if chosen.area in {"", row.area}]
    if words := chosen.words.strip():
        saying = await repository.list_topics_saying(plain(words))
        rows = [row for row in rows if row.topic in saying or _is_called(row, words)]
    if chosen.order == _THIN_FIRST:
        rows.sort(key=lambda row: (not row.is_thin, row.phrases))
    first = (page - 1) * PAGE_SIZE
    shown = rows[first : first + PAGE_SIZE]
    return pages.page(
        request,
        "studio/topics.html.j2",
        staff=staff,
        chosen=chosen,
        rows=shown,
        count=len(rows),
        first=first + 1,
        last=first + len(shown),
        earlier=chosen.address(page - 1) if page > 1 else None,
        later=chosen.address(page + 1) if first + PAGE_SIZE < len(rows) else None,
        thin=thin,
        thin_first=Filter(order=_THIN_FIRST).address(),
        orders=[("", "Område"), (_THIN_FIRST, "Färst frågor först")],
        areas=outcomes.AREAS,
        area_name=outcomes.area,
        list_address=TOPICS_PATH,
        try_address=TRY_PATH,
        new_address=NEW_TOPIC_PATH,
        retired_address=RETIRED_PATH,
    )


def _row(topic: Topic, counts: dict[str, int]) -> Row:
    return Row(topic.id, topic.title, topic.area, counts.get(topic.id, 0), least_phrases(topic.handling))


def _is_called(row: Row, words: str) -> bool:
    name = f"{plain(row.title)} {row.topic}"
    return all(word in name for word in plain(words).split()) or row.topic == words.lower()
