"""Answers at hand for agents: articles and ready answers, found by words or suggested, with the local facts filled in.

Only what is served today is found: an article past its review is not, and neither is a ready answer that has been put
away.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.content.answers_repository import AnswersRepository, ArticleRow
from handover_api.content.repository import ContentRepository
from handover_api.content.schemas import NextStepRead
from handover_api.content.service import LOCAL_TIME
from handover_api.models import ReadyAnswer
from handover_api.rules.content import UnknownFactError, fill_in
from handover_api.rules.search_words import SearchWords, words_of
from handover_api.rules.see_also import topic_of

MOST_FOUND = 8
MOST_SUGGESTED = 3
# More answers than this in one message are not told of.
_MOST_USED = 10

_MARK = re.compile(r"(article|ready_answer):([0-9a-f-]{36}):([1-9][0-9]{0,8})")


class AnswerKind(StrEnum):
    ARTICLE = "article"
    READY_ANSWER = "ready_answer"


@dataclass(frozen=True)
class Answer:
    """`text` is Markdown of an article, and plain text of a ready answer."""

    kind: AnswerKind
    id: UUID
    version: int
    title: str
    text: str
    # Of a ready answer None is for every group.
    answer_group: str | None
    department: str | None = None
    reviewed_on: date | None = None
    next_steps: list[NextStepRead] = field(default_factory=list)

    @property
    def mark(self) -> str:
        """By which a page says which answer it means."""
        return f"{self.kind}:{self.id}:{self.version}"


async def search(
    session: AsyncSession, text: str, now: datetime, *, groups: AbstractSet[str] | None = None
) -> list[Answer]:
    """The best answers to what an agent searches for, at most MOST_FOUND. What has all the words comes first.

    `groups`: ready answers are only theirs, and those for all groups; None: whosever they are.
    """
    words = words_of(text, is_being_written=True)
    return await _search(session, words, groups, await ContentRepository(session).get_facts(), now) if words else []


async def suggest(
    session: AsyncSession, topics: Sequence[str], said: str, answer_group: str, facts: Mapping[str, str], now: datetime
) -> list[Answer]:
    """At most MOST_SUGGESTED answers: the articles about the topics, then what fits best to what has been said."""
    today = _today(now)
    rows = {row[0].id: row for row in await AnswersRepository(session).list_articles_about(topics, today)}
    about = list(_articles((rows[topic] for topic in topics if topic in rows), facts))
    words = words_of(said)
    found = await _search(session, words, {answer_group}, facts, now) if words else []
    # A topic whose article is there already is not suggested twice.
    return list({answer.id: answer for answer in (*about, *found)}.values())[:MOST_SUGGESTED]


async def find(
    session: AsyncSession, mark: str, now: datetime, *, groups: AbstractSet[str] | None = None
) -> Answer | None:
    """The answer that a page means, as it is now; None when it is not served, or is another group's (`search`)."""
    parts = _MARK.fullmatch(mark)
    if parts is None:
        return None
    repository = AnswersRepository(session)
    facts = await ContentRepository(session).get_facts()
    if parts[1] == AnswerKind.ARTICLE:
        row = await repository.find_article(UUID(parts[2]), _today(now))
        return next(_articles([row] if row else [], facts), None)
    ready = await repository.find_ready_answer(UUID(parts[2]))
    is_theirs = ready is not None and (groups is None or ready.answer_group is None or ready.answer_group in groups)
    return next(_ready_answers([ready] if ready and ready.is_active and is_theirs else [], facts), None)


async def list_used(session: AsyncSession, marks: str) -> list[dict[str, object]]:
    """What is kept with a message of the answers that it was made from, whose marks have spaces between.

    A mark that names no answer is passed over: a reply is worth more than what it was made from.
    """
    repository = AnswersRepository(session)
    used: list[dict[str, object]] = []
    for parts in [*map(_MARK.fullmatch, dict.fromkeys(marks.split()))][:_MOST_USED]:
        if parts is None:
            continue
        kind, answer_id, version = AnswerKind(parts[1]), UUID(parts[2]), int(parts[3])
        if kind is AnswerKind.ARTICLE:
            title = await repository.find_title_of_article(answer_id, version)
        else:
            ready = await repository.find_ready_answer(answer_id)
            title = ready.title if ready else None
        if title is not None:
            used.append({"kind": kind, "id": str(answer_id), "version": version, "title": title})
    return used


async def _search(
    session: AsyncSession,
    words: SearchWords,
    groups: AbstractSet[str] | None,
    facts: Mapping[str, str],
    now: datetime,
) -> list[Answer]:
    repository = AnswersRepository(session)
    articles = await repository.search_articles(words, _today(now), MOST_FOUND)
    ready_answers = await repository.search_ready_answers(words, groups, MOST_FOUND)
    found = [(hit.has_all, hit.rank, answer) for hit in articles for answer in _articles([hit.found], facts)]
    found += [(hit.has_all, hit.rank, answer) for hit in ready_answers for answer in _ready_answers([hit.found], facts)]
    found.sort(key=lambda each: each[:2], reverse=True)
    return [answer for _, _, answer in found[:MOST_FOUND]]


def _articles(rows: Iterable[ArticleRow], facts: Mapping[str, str]) -> Iterator[Answer]:
    """An article that names a fact which the municipality has not stated is not served."""
    for topic, article_id, version in rows:
        try:
            yield Answer(
                kind=AnswerKind.ARTICLE,
                id=article_id,
                version=version.version,
                title=topic.title,
                text=fill_in(version.text, facts),
                answer_group=topic.answer_group,
                department=version.department,
                reviewed_on=version.reviewed_on,
                next_steps=[
                    NextStepRead(label=step["label"], url=fill_in(step["url"], facts))
                    for step in version.next_steps
                    if topic_of(step["url"]) is None
                ],
            )
        except UnknownFactError:
            continue


def _ready_answers(rows: Iterable[ReadyAnswer], facts: Mapping[str, str]) -> Iterator[Answer]:
    for row in rows:
        try:
            text = fill_in(row.text, facts)
        except UnknownFactError:
            continue
        yield Answer(AnswerKind.READY_ANSWER, row.id, row.version, row.title, text, row.answer_group)


def _today(now: datetime) -> date:
    return now.astimezone(LOCAL_TIME).date()
