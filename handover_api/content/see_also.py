"""Where next steps lead to other topics: which of them are shown, and what an editor should know of them."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.models import Article, ArticleVersion, Topic
from handover_api.rules.article import NextStep
from handover_api.rules.content import is_expired
from handover_api.rules.see_also import topic_of, ways_round


class StepAdviceKind(StrEnum):
    UNKNOWN = "unknown"
    RETIRED = "retired"
    UNWRITTEN = "unwritten"
    EXPIRED = "expired"
    # Back to where it came from, by one topic or several.
    ROUND = "round"


@dataclass(frozen=True)
class StepAdvice:
    """`topics`: the way, from the topic whose step it is to where it leads; a round ends where it began. `titles`:
    theirs.
    """

    kind: StepAdviceKind
    topics: tuple[str, ...]
    titles: tuple[str, ...]


@dataclass(frozen=True)
class _Known:
    title: str
    is_retired: bool
    review_by: date | None
    leads_to: list[str]


async def list_served(session: AsyncSession, topics: Collection[str], today: date) -> set[str]:
    """Those of the topics that residents get an answer about today. A step to any other is not shown."""
    if not topics:
        return set()
    known = await _read(session)
    return {
        topic
        for topic in topics
        if (row := known.get(topic)) and not row.is_retired and row.review_by and not is_expired(row.review_by, today)
    }


async def list_leading_to(session: AsyncSession, topic_id: str) -> list[tuple[str, str]]:
    """Id and title of the topics in use whose published articles lead to this one."""
    known = await _read(session)
    return [(topic, row.title) for topic, row in known.items() if topic_id in row.leads_to and not row.is_retired]


async def advise(
    session: AsyncSession, written: Mapping[str, Collection[NextStep] | None], today: date
) -> list[StepAdvice]:
    """What an editor should know of the steps of articles as they are written, one or several together. Nothing is
    refused for it: a step that leads nowhere is left out, and whoever goes in a circle has the way to a person at every
    turn.

    `written`: the steps by topic; None where those that are published stay.
    """
    wanted = {topic: _lead_to(steps) for topic, steps in written.items() if steps is not None}
    return [*_advise(wanted, written, await _read(session), today)] if any(wanted.values()) else []


def _advise(
    wanted: Mapping[str, list[str]], written: Collection[str], known: Mapping[str, _Known], today: date
) -> Iterator[StepAdvice]:
    for topic, others in wanted.items():
        for other in others:
            if kind := _leads_nowhere(known.get(other), today, is_written=other in written):
                yield StepAdvice(kind, (topic, other), _titles((topic, other), known))
    links = {**{topic: row.leads_to for topic, row in known.items() if not row.is_retired}, **wanted}
    for path in ways_round(wanted, links):
        yield StepAdvice(StepAdviceKind.ROUND, tuple(path), _titles(path, known))


def _leads_nowhere(row: _Known | None, today: date, *, is_written: bool) -> StepAdviceKind | None:
    if row is None:
        return StepAdviceKind.UNKNOWN
    if row.is_retired:
        return StepAdviceKind.RETIRED
    if is_written:
        return None
    if row.review_by is None:
        return StepAdviceKind.UNWRITTEN
    return StepAdviceKind.EXPIRED if is_expired(row.review_by, today) else None


def _lead_to(steps: Collection[NextStep]) -> list[str]:
    return [*dict.fromkeys(topic for step in steps if (topic := topic_of(step["url"])))]


def _titles(topics: Collection[str], known: Mapping[str, _Known]) -> tuple[str, ...]:
    return tuple(known[each].title if each in known else each for each in topics)


async def _read(session: AsyncSession) -> dict[str, _Known]:
    rows = await session.execute(
        select(Topic.id, Topic.title, Topic.retired_at, ArticleVersion.review_by, ArticleVersion.next_steps)
        .outerjoin(Article, Article.topic == Topic.id)
        .outerjoin(
            ArticleVersion,
            (ArticleVersion.article_id == Article.id) & (ArticleVersion.version == Article.published_version),
        )
        .order_by(Topic.title, Topic.id)
    )
    return {
        topic: _Known(
            title,
            retired_at is not None,
            review_by,
            _lead_to(steps or ()),
        )
        for topic, title, retired_at, review_by, steps in rows
    }
