"""The inbox of residents' questions that the bot could have answered better: those about the same are one row."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from handover_api.agents.identity import AnswerKeeperDep
from handover_api.content import service as content
from handover_api.database import SessionDep
from handover_api.questions.reading import MOST_OPEN, Group, Wanted, count_open, list_groups
from handover_api.rules.list_address import list_address
from handover_api.rules.question import QuestionKind, QuestionState
from handover_api.web import outcomes, pages, phrase_wording, question_wording
from handover_api.web.desk_lessons import INBOX_PATH
from handover_api.web.studio_articles import STUDIO_PATH

router = APIRouter(include_in_schema=False)

QUESTIONS_PATH = f"{STUDIO_PATH}/fragor"
REGRESSION_PATH = f"{QUESTIONS_PATH}/regression"
PAGE_SIZE = 50
_EXAMPLES = 3
_LONGEST = 100
_DONE = {
    "tilldelat": "Frågorna hör nu till ämnet. Frasen och kontrollfrågan är sparade. Boten lär sig frasen nästa gång "
    "den tränas.",
    "fanns": "Frågorna hör nu till ämnet och kontrollfrågan är sparad. Frasen fanns redan i ämnet.",
    "onskat": "Önskemålet om ett nytt ämne är sparat. Du hittar det under läget ”Nytt ämne behövs”.",
    "lagt-undan": "Frågorna är lagda åt sidan.",
    "oppnat": "Frågorna är tillbaka bland dem som väntar.",
}
_IDENTIFYING = (
    "Det ser ut att stå ett namn, en adress eller ett nummer i frasen eller kontrollfrågan, eller att något är "
    "borttaget ur dem. Tryck på Ångra och skriv om så att ingen går att känna igen."
)


def group_path(key: UUID) -> str:
    return f"{QUESTIONS_PATH}/grupper/{key}"


@dataclass(frozen=True)
class Filter:
    """What an editor has chosen to see, as it stands in the page's address."""

    kind: str = ""
    area: str = ""
    state: str = ""

    @classmethod
    def of(cls, request: Request) -> "Filter":
        return cls(*(request.query_params.get(name, "")[:_LONGEST] for name in ("slag", "omrade", "lage")))

    @property
    def wanted(self) -> Wanted:
        return Wanted(
            state=QuestionState(self.state) if self.state in set(QuestionState) else QuestionState.OPEN,
            kind=QuestionKind(self.kind) if self.kind in set(QuestionKind) else None,
            area=self.area if self.area in outcomes.AREAS else None,
        )

    def address(self, page: int = 1) -> str:
        chosen = {"slag": self.kind, "omrade": self.area, "lage": self.state}
        return list_address(QUESTIONS_PATH, chosen, page)


@dataclass(frozen=True)
class Row:
    address: str
    title: str
    count: str
    examples: list[str]
    tags: list[str]
    facts: list[str]


@router.get(QUESTIONS_PATH)
async def show_questions(
    request: Request,
    session: SessionDep,
    staff: AnswerKeeperDep,
    page: Annotated[int, Query(alias="sida", ge=1)] = 1,
    done: Annotated[str, Query(alias="klart")] = "",
    handled: Annotated[UUID | None, Query(alias="grupp")] = None,
    *,
    is_identifying: Annotated[bool, Query(alias=phrase_wording.SHOWS_WHO)] = False,
) -> Response:
    chosen = Filter.of(request)
    groups = await list_groups(session, chosen.wanted)
    titles = {topic.id: topic.title for topic in await content.list_topics(session)}
    first = (page - 1) * PAGE_SIZE
    shown = groups[first : first + PAGE_SIZE]
    open_questions = await count_open(session) if chosen.wanted.state is QuestionState.OPEN else 0
    return pages.page(
        request,
        "studio/questions.html.j2",
        staff=staff,
        chosen=chosen,
        state=chosen.wanted.state,
        done=_DONE.get(done, ""),
        advice=_IDENTIFYING if is_identifying else "",
        # What has just been done can be undone where it is told of.
        undo_address=f"{group_path(handled)}/oppna" if handled and done != "oppnat" else None,
        rows=[row_of(group, titles) for group in shown],
        count=len(groups),
        questions=question_wording.questions(sum(group.count for group in groups)),
        beyond=f"Här visas de {MOST_OPEN} senaste av {open_questions} frågor." if open_questions > MOST_OPEN else "",
        first=first + 1,
        last=first + len(shown),
        earlier=chosen.address(page - 1) if page > 1 else None,
        later=chosen.address(page + 1) if first + PAGE_SIZE < len(groups) else None,
        kinds=question_wording.KINDS,
        states=question_wording.STATES,
        areas=outcomes.AREAS,
        list_address=QUESTIONS_PATH,
        regression_address=REGRESSION_PATH,
        inbox_address=INBOX_PATH,
    )


def row_of(group: Group, titles: Mapping[str, str]) -> Row:
    facts = []
    if group.assigned_topic:
        facts.append(f"Hör till: {titles.get(group.assigned_topic, group.assigned_topic)}")
    if group.wish:
        facts.append(f"Nytt ämne: {group.wish}")
    if group.state is QuestionState.OPEN:
        facts += told_of(group, titles)
    return Row(
        address=group_path(group.key),
        title=question_wording.short(group.texts[0]),
        count=question_wording.questions(group.count),
        examples=[question_wording.short(text) for text in group.texts[1 : 1 + _EXAMPLES]],
        tags=[_tag(kind, count) for kind, count in group.kinds.items()],
        facts=facts,
    )


def told_of(group: Group, titles: Mapping[str, str]) -> list[str]:
    """What the bot believed, and what is suggested."""
    told = []
    if group.guess is not None:
        topic, confidence = group.guess
        told.append(f"Boten trodde: ”{titles.get(topic, topic)}” ({question_wording.percent(confidence)})")
    if group.suggestion is not None and group.suggestion.topic in titles:
        why = question_wording.reason(group.suggestion)
        told.append(f"Förslag: ”{titles[group.suggestion.topic]}”. {why}")
    return told


def _tag(kind: QuestionKind, count: int) -> str:
    words = question_wording.KINDS[kind]
    return words if count == 1 else f"{words} ({count})"
