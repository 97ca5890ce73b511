"""What would make a training useless, told before anybody asks for one.

The trainer finds the same, and more, at its beginning (`learning/checks.py`), and says it in the same words.
"""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.models import Article, Phrase, Topic
from handover_api.phrases.repository import PhraseRepository

LEAST_PHRASES = 5
# More of them than this are not read.
MOST_FAULTS = 20


@dataclass(frozen=True)
class Fault:
    """A sentence, and the topic whose phrases it is about."""

    text: str
    topic: str


async def list_faults(session: AsyncSession) -> list[Fault]:
    """At most `MOST_FAULTS`; none while nothing is published or no phrase is kept here: the trainer has its files."""
    counts = await PhraseRepository(session).count_by_topic()
    is_published = await session.scalar(select(select(Article).where(Article.published_version.is_not(None)).exists()))
    if not counts or not is_published:
        return []
    titles = {topic.id: topic.title for topic in await PhraseRepository(session).list_topics()}
    thin = [_thin(topic, title, counts.get(topic, 0)) for topic, title in titles.items()]
    return [*(each for each in thin if each), *await _doubles(session, titles)][:MOST_FAULTS]


def _thin(topic: str, title: str, count: int) -> Fault | None:
    if count >= LEAST_PHRASES:
        return None
    has = "inga frågor" if not count else "bara en fråga" if count == 1 else f"bara {count} frågor"
    return Fault(f"Ämnet ”{title}” har {has} att lära sig av. Det behövs minst {LEAST_PHRASES}.", topic)


async def _doubles(session: AsyncSession, titles: dict[str, str]) -> list[Fault]:
    """Phrases that stand under more topics than one: whichever is answered, the other is wrong."""
    found = await session.execute(
        select(func.min(Phrase.text), func.array_agg(Topic.id.distinct()))
        .join(Topic, Topic.id == Phrase.topic)
        .where(Phrase.removed_at.is_(None), Topic.retired_at.is_(None))
        .group_by(func.lower(Phrase.text))
        .having(func.count(Topic.id.distinct()) > 1)
        .order_by(func.min(Phrase.text))
        .limit(MOST_FAULTS)
    )
    return [
        Fault(
            f"Frågan ”{text}” står under flera ämnen: {' och '.join(f'”{titles[topic]}”' for topic in topics)}. "
            "Behåll den under ett av dem.",
            topics[0],
        )
        for text, topics in found
    ]
