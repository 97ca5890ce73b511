"""What every step with a draft begins and ends with: a locked topic, the version that was read, a recorded deed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.audit import service as audit
from handover_api.audit.service import Actor
from handover_api.content.drafts_repository import DraftsRepository
from handover_api.content.repository import ContentRepository
from handover_api.content.service import LOCAL_TIME
from handover_api.errors import ConflictError, NotFoundError
from handover_api.models import ArticleDraft, ArticleVersion, Staff, Topic
from handover_api.rules.article import (
    ArticleText,
    DraftState,
    DraftStep,
    Fault,
    after,
    faults,
    faults_at_publication,
    is_possible,
)


@dataclass(frozen=True)
class Opened:
    """A topic's article as editors see it. `published` None: nothing is; `draft` None: nobody is writing."""

    topic: Topic
    published: ArticleVersion | None
    draft: ArticleDraft | None

    @property
    def text(self) -> ArticleText:
        """What is to be gone on with: the draft, or what is published."""
        return text_of(self.draft or self.published)


def text_of(row: ArticleDraft | ArticleVersion | None) -> ArticleText:
    if row is None:
        return ArticleText("")
    return ArticleText(
        text=row.text,
        easy_text=row.easy_text,
        english_text=row.english_text,
        checklist=row.checklist,
        department=row.department,
        sources=[{"title": each["title"], "url": each["url"]} for each in row.sources],
        next_steps=[{"label": each["label"], "url": each["url"]} for each in row.next_steps],
        review_by=row.review_by,
    )


async def open_article(session: AsyncSession, topic_id: str) -> Opened:
    """
    Raises:
        NotFoundError: there is no such topic.
    """
    repository = DraftsRepository(session)
    topic = await repository.find_topic(topic_id)
    if topic is None:
        raise NotFoundError
    return Opened(topic, await repository.find_published(topic_id), await repository.find_draft(topic_id))


async def lock(session: AsyncSession, topic_id: str) -> Opened:
    repository = DraftsRepository(session)
    topic = await repository.lock_topic(topic_id)
    if topic is None:
        raise NotFoundError
    return Opened(topic, await repository.find_published(topic_id), await repository.find_draft(topic_id))


async def find_faults(
    session: AsyncSession, topic: Topic, written: ArticleText, publish_at: datetime | None, now: datetime
) -> list[Fault]:
    """What has to be done before a draft can be sent for review."""
    facts = await ContentRepository(session).get_facts()
    at = publish_at if publish_at and publish_at > now else now
    return [*faults(written, topic.handling, facts), *faults_at_publication(written.review_by, day(at))]


def draft_of(opened: Opened, version: int) -> ArticleDraft:
    if opened.draft is None:
        raise NotFoundError("draft_missing", "Utkastet finns inte längre. Det har publicerats eller kastats.")
    check_version(opened.draft, version)
    return opened.draft


def check_version(draft: ArticleDraft, seen: int) -> None:
    if draft.version != seen:
        raise ConflictError(
            "draft_changed", "Någon annan har ändrat utkastet sedan du öppnade det. Läs det som det är nu."
        )


def check_step(draft: ArticleDraft, step: DraftStep) -> None:
    if is_possible(DraftState(draft.state), step):
        return
    if draft.state in {DraftState.IN_REVIEW, DraftState.SCHEDULED}:
        raise ConflictError("draft_sent", "Utkastet är skickat för granskning. Ta tillbaka det om det ska ändras.")
    raise ConflictError("draft_not_sent", "Utkastet är inte skickat för granskning längre.")


def take(draft: ArticleDraft, step: DraftStep) -> None:
    check_step(draft, step)
    draft.state = after(DraftState(draft.state), step) or draft.state
    draft.version += 1


def record(session: AsyncSession, who: Actor, action: str, draft: ArticleDraft, now: datetime, **details: int) -> None:
    audit.record(
        session, who, action, subject_kind="article", subject_id=draft.topic, at=now, draft=draft.version, **details
    )


def actor(staff: Staff) -> Actor:
    return Actor(staff.role, staff.id)


def number(version: ArticleVersion | None) -> int | None:
    return version.version if version else None


def day(at: datetime) -> date:
    return at.astimezone(LOCAL_TIME).date()


def people_of(*rows: ArticleDraft | ArticleVersion | None) -> Iterator[UUID | None]:
    """Everybody who is named in what is shown."""
    for row in rows:
        if isinstance(row, ArticleVersion):
            yield from (row.author_id, row.reviewer_id)
        elif row is not None:
            yield from (row.begun_by, row.written_by, row.sent_by, row.reviewed_by)
