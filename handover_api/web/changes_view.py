"""What has been changed in the content since a training, as the pages about models tell it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.bot_models import changes
from handover_api.bot_models.changes import Changes, PhraseChanges
from handover_api.models import BotModel, Topic
from handover_api.rules.phrase import OUTSIDE
from handover_api.web.measure_wording import OUTSIDE as OUTSIDE_IN_WORDS
from handover_api.web.studio_articles import article_path
from handover_api.web.studio_facts import FACTS_PATH
from handover_api.web.studio_topics import topic_path

# More of one kind than this are only counted.
_MOST_NAMED = 12


@dataclass(frozen=True)
class Change:
    """`text`: what has changed, and how much of it; `links`: to each of the first; `more`: how many there are yet."""

    text: str
    links: list[tuple[str, str]]
    more: int


ShownChanges = list[Change]


async def untrained(session: AsyncSession, now: datetime) -> ShownChanges | None:
    """What no training has learned from yet; None when there is nothing to compare with."""
    found = await changes.list_untrained(session, now)
    return await _shown(session, found) if found is not None else None


async def of(session: AsyncSession, model: BotModel) -> ShownChanges | None:
    """What a model has learned from that the training before it had not; None when that is not known."""
    found = await changes.list_in(session, model)
    return await _shown(session, found) if found is not None else None


async def _shown(session: AsyncSession, found: Changes) -> ShownChanges:
    titles = dict((await session.execute(select(Topic.id, Topic.title))).all())
    titles[OUTSIDE] = OUTSIDE_IN_WORDS.capitalize()

    def linked(topics: Iterable[str]) -> list[tuple[str, str]]:
        return [(titles.get(topic, topic), topic_path(topic)) for topic in topics]

    shown = []
    if found.phrases:
        shown.append(_change(_told(found), [_of_phrases(each, titles) for each in found.phrases]))
    if found.articles:
        links = [(titles.get(topic, topic), article_path(topic)) for topic in found.articles]
        shown.append(_change(_counted(len(links), "artikel publicerad", "artiklar publicerade"), links))
    if found.topics:
        shown.append(_change(_counted(len(found.topics), "ämne ändrat", "ämnen ändrade"), linked(found.topics)))
    if found.facts:
        facts = [(name, FACTS_PATH) for name in found.facts]
        shown.append(_change(_counted(len(facts), "lokal uppgift ändrad", "lokala uppgifter ändrade"), facts))
    if found.are_files_read:
        shown.append(_change("Innehållets filer har lästs in på nytt.", []))
    return shown


def _change(text: str, links: list[tuple[str, str]]) -> Change:
    return Change(text, links[:_MOST_NAMED], max(len(links) - _MOST_NAMED, 0))


def _told(found: Changes) -> str:
    counts = [
        _counted(count, one, many)
        for count, one, many in (
            (found.added, "ny fråga", "nya frågor"),
            (found.removed, "borttagen fråga", "borttagna frågor"),
        )
        if count
    ]
    return f"{' och '.join(counts)} i {_counted(len(found.phrases), 'ämne', 'ämnen')}"


def _of_phrases(each: PhraseChanges, titles: dict[str, str]) -> tuple[str, str]:
    counts = [f"{count} {word}" for count, word in ((each.added, "till"), (each.removed, "bort")) if count]
    return f"{titles.get(each.topic, each.topic)} ({', '.join(counts)})", topic_path(each.topic)


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
