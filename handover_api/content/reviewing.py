"""The way of a draft to residents: sent for review, approved by somebody else, published at once or in its time.

Each step names the version of the draft that it was decided from, so nobody approves words that were not read.
"""

from dataclasses import asdict
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.audit.service import SYSTEM, Actor
from handover_api.content.draft_steps import (
    Opened,
    actor,
    check_step,
    day,
    draft_of,
    find_faults,
    lock,
    number,
    record,
    take,
    text_of,
)
from handover_api.content.drafts_repository import DraftsRepository
from handover_api.content.repository import ContentRepository
from handover_api.database import SessionFactory, transaction
from handover_api.errors import ConflictError, InvalidError
from handover_api.models import ArticleDraft, Staff, Topic
from handover_api.rules.article import DraftState, DraftStep, is_time, may_review
from handover_api.rules.message import EmptyTextError, TooLongTextError, clean_text
from handover_api.rules.personal_data import mask

MAX_REMARK_CHARACTERS = 1000

log = structlog.get_logger()


async def send(session: AsyncSession, staff: Staff, topic_id: str, version: int, now: datetime) -> None:
    """Asks somebody else to review the draft.

    Raises:
        NotFoundError: there is no such topic, or no draft.
        InvalidError: `draft_unfinished`, with `faults`.
        ConflictError: `draft_changed` or `draft_sent`.
    """
    opened = await lock(session, topic_id)
    draft = draft_of(opened, version)
    check_step(draft, DraftStep.SEND)
    await _check_faults(session, opened.topic, draft, now)
    take(draft, DraftStep.SEND)
    draft.sent_by, draft.sent_at, draft.remark = staff.id, now, ""
    draft.reviewed_by = draft.reviewed_at = None
    record(session, actor(staff), "article_sent_for_review", draft, now)


async def withdraw(session: AsyncSession, staff: Staff, topic_id: str, version: int, now: datetime) -> None:
    """Takes back what is reviewed, or approved and waiting for its time, to write more.

    Raises:
        NotFoundError: there is no such topic, or no draft.
        ConflictError: `draft_changed` or `draft_not_sent`.
    """
    draft = draft_of(await lock(session, topic_id), version)
    take(draft, DraftStep.WITHDRAW)
    draft.sent_by = draft.sent_at = draft.reviewed_by = draft.reviewed_at = None
    record(session, actor(staff), "article_withdrawn", draft, now)


async def send_back(
    session: AsyncSession, staff: Staff, topic_id: str, version: int, remark: str, now: datetime
) -> None:
    """Gives the draft back to its writers, with what has to be done.

    Raises:
        NotFoundError: there is no such topic, or no draft.
        InvalidError: `remark_missing` or `remark_too_long`.
        ConflictError: `draft_changed` or `draft_not_sent`.
    """
    try:
        cleaned = mask(clean_text(remark))
    except EmptyTextError:
        raise InvalidError("remark_missing", "Skriv vad som behöver ändras.", field="remark") from None
    except TooLongTextError:
        cleaned = ""
    if not 0 < len(cleaned) <= MAX_REMARK_CHARACTERS:
        sentence = f"Skriv högst {MAX_REMARK_CHARACTERS} tecken."
        raise InvalidError("remark_too_long", sentence, field="remark")
    draft = draft_of(await lock(session, topic_id), version)
    _send_back(draft, cleaned)
    record(session, actor(staff), "article_sent_back", draft, now)


async def approve(session: AsyncSession, staff: Staff, topic_id: str, version: int, now: datetime) -> datetime | None:
    """Publishes the draft, or has the worker do it when its time comes. Returns that time, None when it is published.

    Raises:
        NotFoundError: there is no such topic, or no draft.
        InvalidError: `draft_unfinished`, with `faults`; what it rests on has changed.
        ConflictError: `reviewer_is_author`, `draft_changed` or `draft_not_sent`.
    """
    opened = await lock(session, topic_id)
    draft = draft_of(opened, version)
    check_step(draft, DraftStep.APPROVE)
    if not may_review(staff.id, draft.written_by, draft.sent_by):
        raise ConflictError(
            "reviewer_is_author",
            "Du har själv skrivit eller skickat det här. Någon annan behöver granska det innan det publiceras.",
        )
    await _check_faults(session, opened.topic, draft, now)
    draft.reviewed_by, draft.reviewed_at, draft.remark = staff.id, now, ""
    if not is_time(draft.publish_at, now):
        take(draft, DraftStep.APPROVE)
        record(session, actor(staff), "article_approved", draft, now)
        return draft.publish_at
    await _publish(session, actor(staff), draft, now)
    return None


async def publish_all_due(sessions: SessionFactory, now: datetime) -> None:
    """The worker's: each in its own transaction, so that one that fails does not keep the others."""
    async with transaction(sessions) as session:
        topics = await DraftsRepository(session).list_due(now)
    for topic in topics:
        async with transaction(sessions) as session:
            is_published = await publish_due(session, topic, now)
        log.info("content.scheduled_article", topic=topic, is_published=is_published)


async def publish_due(session: AsyncSession, topic_id: str, now: datetime) -> bool:
    """Publishes an approved draft whose time has come. What it rests on may have changed: then it is sent back with the
    reason. Returns whether it was published.
    """
    opened = await lock(session, topic_id)
    draft = opened.draft
    if draft is None or draft.state != DraftState.SCHEDULED or not is_time(draft.publish_at, now):
        return False
    reason = await _reason_against(session, opened, draft, now)
    if reason is not None:
        _send_back(draft, reason)
        record(session, SYSTEM, "article_sent_back", draft, now)
        return False
    await _publish(session, SYSTEM, draft, now)
    return True


def _send_back(draft: ArticleDraft, remark: str) -> None:
    take(draft, DraftStep.SEND_BACK)
    draft.remark = remark
    draft.sent_by = draft.sent_at = draft.reviewed_by = draft.reviewed_at = None


async def _check_faults(session: AsyncSession, topic: Topic, draft: ArticleDraft, now: datetime) -> None:
    found = await find_faults(session, topic, text_of(draft), draft.publish_at, now)
    if found:
        raise InvalidError("draft_unfinished", "Något behöver rättas innan artikeln kan publiceras.", faults=found)


async def _reason_against(session: AsyncSession, opened: Opened, draft: ArticleDraft, now: datetime) -> str | None:
    if draft.based_on != number(opened.published):
        return "En ny version av artikeln publicerades medan utkastet väntade. Jämför dem och skicka utkastet igen."
    if await find_faults(session, opened.topic, text_of(draft), draft.publish_at, now):
        return "Något som utkastet bygger på har ändrats medan det väntade. Rätta det och skicka utkastet igen."
    return None


async def _publish(session: AsyncSession, who: Actor, draft: ArticleDraft, now: datetime) -> None:
    repository = ContentRepository(session)
    article = await repository.lock_article(draft.topic)
    values = asdict(text_of(draft))
    values |= {
        "reviewed_on": day(draft.reviewed_at or now),
        "author_id": draft.written_by,
        "reviewer_id": draft.reviewed_by,
    }
    version = await repository.publish(article, values, now)
    record(session, who, "article_published", draft, now, published=version)
    await DraftsRepository(session).remove(draft)
