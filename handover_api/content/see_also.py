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
from handover_api.rules.see_also import topic_of, way_round


class StepAdviceKind(StrEnum):
    UNKNOWN = "unknown"
    RETIRED = "retired"
    UNWRITTEN = "unwritten"
    EXPIRED = "expired"
    # Back to where it came from, by one topic or several.
    ROUND = "round"


@dataclass(frozen=True)
class StepAdvice:
    """`titles`: of the topic that a step leads to, or of all on the way round."""

    kind: StepAdviceKind
    titles: tuple[str, ...]


@dataclass(frozen=True)
class _Known:
    title: str
    is_retired: bool
    review_by: date | None
    leads_to: frozenset[str]


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


async def advise(session: AsyncSession, topic_id: str, steps: Collection[NextStep], today: date) -> list[StepAdvice]:
    """What an editor should know of the steps of a topic's article as they are written. Nothing is refused for it: a
    step that leads nowhere is left out, and whoever goes in a circle has the way to a person at every turn.
    """
    wanted = [topic for step in steps if (topic := topic_of(step["url"]))]
    return [*_advise(topic_id, wanted, await _read(session), today)] if wanted else []


def _advise(topic_id: str, wanted: list[str], known: Mapping[str, _Known], today: date) -> Iterator[StepAdvice]:
    for topic in dict.fromkeys(wanted):
        row = known.get(topic)
        if row is None:
            yield StepAdvice(StepAdviceKind.UNKNOWN, (topic,))
        elif row.is_retired:
            yield StepAdvice(StepAdviceKind.RETIRED, (row.title,))
        elif row.review_by is None and topic != topic_id:
            yield StepAdvice(StepAdviceKind.UNWRITTEN, (row.title,))
        elif row.review_by is not None and is_expired(row.review_by, today):
            yield StepAdvice(StepAdviceKind.EXPIRED, (row.title,))
    links = {topic: row.leads_to for topic, row in known.items()} | {topic_id: frozenset(wanted)}
    if path := way_round(topic_id, links):
        yield StepAdvice(StepAdviceKind.ROUND, tuple(known[each].title if each in known else each for each in path))


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
            frozenset(other for step in steps or () if (other := topic_of(step["url"]))),
        )
        for topic, title, retired_at, review_by, steps in rows
    }
