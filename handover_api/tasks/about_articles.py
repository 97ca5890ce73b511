"""What is to be done about articles and drafts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.content.article_list import ListedArticle, Standing
from handover_api.content.service import LOCAL_TIME
from handover_api.models import ArticleDraft, Case, Handover
from handover_api.rules.article import DraftState, may_review
from handover_api.rules.case import Reason
from handover_api.rules.task import Task, TaskKind, is_left

_KINDS = {
    Standing.EXPIRED: TaskKind.EXPIRED,
    Standing.DUE: TaskKind.DUE,
    Standing.LOW_SCORE: TaskKind.LOW_SCORE,
    Standing.UNWRITTEN: TaskKind.UNWRITTEN,
}


@dataclass(frozen=True)
class OfDrafts:
    tasks: list[Task]
    # Drafts that wait for a review by somebody else than the one who looks.
    reviewed_by_others: int


async def list_of_articles(session: AsyncSession, articles: Iterable[ListedArticle], now: datetime) -> list[Task]:
    """About what residents read, or read no longer. What somebody is writing anew already is due no more."""
    today = now.astimezone(LOCAL_TIME).date()
    standing = [(article, each) for article in articles for each in article.standings(today) if each in _KINDS]
    expired = {article.topic: article.review_by for article, each in standing if each is Standing.EXPIRED}
    asked = await _count_asked_since(session, {topic: day for topic, day in expired.items() if day})
    tasks = []
    for article, each in standing:
        if each is Standing.DUE and article.draft is not None:
            continue
        count, of = {
            Standing.EXPIRED: (asked.get(article.topic, 0), 0),
            Standing.LOW_SCORE: (article.helped, article.opinions),
        }.get(each, (0, 0))
        tasks.append(
            Task(
                _KINDS[each],
                article.title,
                article.department,
                article.topic,
                count=count,
                of=of,
                day=article.review_by if each in {Standing.EXPIRED, Standing.DUE} else None,
            )
        )
    return tasks


async def list_of_drafts(
    session: AsyncSession, titles: Mapping[str, str], owners: Mapping[str, str], staff_id: UUID, now: datetime
) -> OfDrafts:
    """About what is being written. `titles` and `owners` are by topic; `staff_id` is whoever looks."""
    tasks, reviewed_by_others = [], 0
    for draft in await session.scalars(select(ArticleDraft)):
        kind, day = _about(draft, now)
        if kind is TaskKind.IN_REVIEW and not may_review(staff_id, draft.written_by, draft.sent_by):
            reviewed_by_others += 1
        elif kind is not None and draft.topic in titles:
            owner = draft.department or owners.get(draft.topic, "")
            tasks.append(Task(kind, titles[draft.topic], owner, draft.topic, day=day))
    return OfDrafts(tasks, reviewed_by_others)


def _about(draft: ArticleDraft, now: datetime) -> tuple[TaskKind | None, date]:
    """What is to be done about a draft, and since when; None when somebody is at it, or it only waits for its time."""
    written_on = draft.written_at.astimezone(LOCAL_TIME).date()
    match draft.state:
        case DraftState.IN_REVIEW:
            return TaskKind.IN_REVIEW, (draft.sent_at or draft.written_at).astimezone(LOCAL_TIME).date()
        case DraftState.SENT_BACK:
            return TaskKind.SENT_BACK, written_on
        case DraftState.DRAFT if is_left(draft.written_at, now):
            return TaskKind.LEFT, written_on
        case _:
            return None, written_on


async def _count_asked_since(session: AsyncSession, review_by: Mapping[str, date]) -> dict[str, int]:
    """How often a person has been asked for because an article had expired, since it last did, by topic."""
    if not review_by:
        return {}
    rows = await session.execute(
        select(Case.topic, Handover.created_at)
        .join(Handover, Handover.case_id == Case.id)
        .where(
            Case.topic.in_(review_by),
            Handover.reason == Reason.ARTICLE_EXPIRED,
            Handover.created_at >= min(map(_expired_at, review_by.values())),
        )
    )
    counts = dict.fromkeys(review_by, 0)
    for topic, at in rows:
        if topic is not None and at >= _expired_at(review_by[topic]):
            counts[topic] += 1
    return counts


def _expired_at(review_by: date) -> datetime:
    return datetime.combine(review_by + timedelta(days=1), time(), LOCAL_TIME)
