"""Where an agent finds answers in a case: what was searched for, what is suggested, and what is put into a reply."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.cases.answers_api import MAX_SEARCH_CHARACTERS, groups_of
from handover_api.cases.schemas import CaseRead, CaseSummary
from handover_api.content import answers
from handover_api.content.answers import Answer, AnswerKind
from handover_api.models import Staff
from handover_api.rules.message import Author
from handover_api.web import markup, wording

# The name of the search field.
SEARCH = "sok"
_MESSAGES_LOOKED_AT = 3
# Words that lean in an article; in a reply one star is a star.
_LEANING = re.compile(r"(?<![*\w])\*([^*\n]+)\*(?![*\w])")
# A topic that the bot believed in less is no reason to suggest its article.
_LIKELY = 0.15


@dataclass(frozen=True)
class AnswerView:
    """`text` is what is put into the reply, where the agent can change it."""

    mark: str
    title: str
    # What kind of answer it is, whose, and how fresh.
    facts: list[str]
    html: Markup
    text: str


@dataclass(frozen=True)
class AnswersView:
    """`found` is None when nothing has been searched for. `used`: the marks of what stands in the reply already."""

    search: str
    found: list[AnswerView] | None
    suggested: list[AnswerView]
    used: str

    @property
    def told(self) -> str:
        """How the search went."""
        return how_many(self.found) if self.found is not None else ""


async def read_answers(
    session: AsyncSession,
    staff: Staff,
    search: str,
    case: CaseRead,
    now: datetime,
    *,
    facts: Mapping[str, str],
    used: str = "",
) -> AnswersView:
    search = search[:MAX_SEARCH_CHARACTERS]
    suggested = await answers.suggest(session, _topics(case), _said(case), case.answer_group, facts, now)
    return AnswersView(
        search=search,
        found=await search_answers(session, staff, search, case, now) if search.strip() else None,
        suggested=[view_of(answer) for answer in suggested],
        used=used,
    )


async def search_answers(
    session: AsyncSession, staff: Staff, search: str, case: CaseSummary, now: datetime
) -> list[AnswerView]:
    groups = groups_of(staff, case.answer_group)
    found = await answers.search(session, search[:MAX_SEARCH_CHARACTERS], now, groups=groups)
    return [view_of(answer) for answer in found]


def how_many(found: list[AnswerView]) -> str:
    if not found:
        return "Inga svar. Prova ett annat ord, eller början av ett."
    return "1 svar." if len(found) == 1 else f"{len(found)} svar."


def view_of(answer: Answer) -> AnswerView:
    is_article = answer.kind is AnswerKind.ARTICLE
    facts = ["Artikel" if is_article else "Färdigt svar"]
    if answer.department:
        facts.append(answer.department)
    if not is_article:
        facts.append(wording.answer_group(answer.answer_group) if answer.answer_group else "Alla svarsgrupper")
    if answer.reviewed_on:
        facts.append(f"Granskad {wording.day(answer.reviewed_on.isoformat())}")
    return AnswerView(
        mark=answer.mark,
        title=answer.title,
        facts=facts,
        html=markup.markdown(answer.text) if is_article else markup.formatted(answer.text),
        text=text_of(answer),
    )


def text_of(answer: Answer) -> str:
    """The answer as an agent writes, with the marks that a reply may have (rules/formatted_text.py)."""
    if answer.kind is AnswerKind.READY_ANSWER:
        return answer.text
    text = _LEANING.sub(r"\1", answer.text)
    steps = [f"{step.label}: {step.url}" for step in answer.next_steps if step.url not in text]
    return "\n\n".join([text, *(["\n".join(steps)] if steps else [])])


def _topics(case: CaseRead) -> list[str]:
    """What the bot believed that the case is about, the likeliest first."""
    believed = [case.topic] if case.topic else []
    for evidence in case.evidence:
        likely = sorted(evidence.candidates, key=_share, reverse=True)
        believed += [str(each["topic"]) for each in likely if "topic" in each and _share(each) >= _LIKELY]
    return list(dict.fromkeys(believed))


def _share(candidate: Mapping[str, Any]) -> float:
    share = candidate.get("confidence")
    return float(share) if isinstance(share, int | float) else 0.0


def _said(case: CaseRead) -> str:
    """The resident's latest messages."""
    said = [message.text for message in case.messages if message.author is Author.RESIDENT and message.kind == "text"]
    return "\n".join(said[-_MESSAGES_LOOKED_AT:])
