"""All that is to be done in the studio, as somebody who may do it sees it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.content.article_list import Wanted, find_articles
from handover_api.rules.task import Task, in_order
from handover_api.tasks import about_articles, about_questions


@dataclass(frozen=True)
class Gathered:
    """`tasks`: the most pressing first. `reviewed_by_others`: drafts that this person has written or sent, and that
    only somebody else may review.
    """

    tasks: list[Task]
    reviewed_by_others: int = 0
    # The departments that answer for something, whether there is anything to do about it or not.
    owners: list[str] = field(default_factory=list)


async def gather(session: AsyncSession, staff_id: UUID, now: datetime) -> Gathered:
    """What this person can do. Nothing is kept of it: a task is there for as long as its cause."""
    articles = (await find_articles(session, Wanted(), now)).articles
    owners = {article.topic: article.department for article in articles}
    titles = {article.topic: article.title for article in articles}
    drafts = await about_articles.list_of_drafts(session, titles, owners, staff_id, now)
    found = [
        *await about_articles.list_of_articles(session, articles, now),
        *drafts.tasks,
        *await about_questions.list_of_groups(session, owners),
        *await about_questions.list_of_wishes(session),
        *await about_questions.list_of_lessons(session, titles, owners),
        *await about_questions.list_misread(session, owners),
        *await about_questions.list_thin(session, titles, owners),
    ]
    return Gathered(in_order(found), drafts.reviewed_by_others, _named(owners))


def _named(owners: Mapping[str, str]) -> list[str]:
    named: Iterable[str] = {owner for owner in owners.values() if owner}
    return sorted(named)
