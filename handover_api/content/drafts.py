"""Articles that are written: a draft is begun, kept, thrown away, or begun anew from an older version.

Each step names the version of the draft that it was decided from, so nobody writes over words that were not read.
"""

from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.content.draft_steps import (
    Opened,
    actor,
    check_version,
    day,
    draft_of,
    lock,
    number,
    record,
    take,
    text_of,
)
from handover_api.content.drafts_repository import DraftsRepository
from handover_api.errors import ConflictError, InvalidError, NotFoundError
from handover_api.models import ArticleDraft, Staff
from handover_api.rules.article import MAX_LINE_CHARACTERS, ArticleText, DraftState, DraftStep
from handover_api.rules.message import EmptyTextError, TooLongTextError, clean_text
from handover_api.rules.personal_data import mask


@dataclass(frozen=True)
class Seen:
    """What an editor had in front of them: the draft's version, 0 without one, and the published one, if any."""

    draft: int = 0
    published: int | None = None


async def save(
    session: AsyncSession,
    staff: Staff,
    topic_id: str,
    seen: Seen,
    written: ArticleText,
    publish_at: datetime | None,
    now: datetime,
) -> ArticleDraft:
    """Keeps what is written, finished or not. The first time, a draft is begun.

    Raises:
        NotFoundError: there is no such topic.
        InvalidError: `text_too_long`; more than anybody could mean to write.
        ConflictError: `draft_changed`, `draft_gone` or `article_changed`; somebody else has been faster.
            `draft_sent`; it is being reviewed.
    """
    values = {**asdict(storable(written)), "publish_at": publish_at, "written_by": staff.id, "written_at": now}
    opened = await lock(session, topic_id)
    if opened.draft is None:
        draft = _begin(session, opened, seen, staff, values, now)
    else:
        draft = opened.draft
        check_version(draft, seen.draft)
        take(draft, DraftStep.WRITE)
        for name, value in values.items():
            setattr(draft, name, value)
    await session.flush()
    return draft


async def discard(session: AsyncSession, staff: Staff, topic_id: str, version: int, now: datetime) -> None:
    """Throws a draft away; what is published stays.

    Raises:
        NotFoundError: there is no such topic, or no draft.
        ConflictError: `draft_changed` or `draft_sent`.
    """
    draft = draft_of(await lock(session, topic_id), version)
    take(draft, DraftStep.DISCARD)
    record(session, actor(staff), "article_draft_discarded", draft, now)
    await DraftsRepository(session).remove(draft)


async def restore(session: AsyncSession, staff: Staff, topic_id: str, version: int, now: datetime) -> None:
    """Begins a draft with the words of an older version; it goes the way of every draft.

    Raises:
        NotFoundError: there is no such topic, or no such version.
        ConflictError: `draft_exists`.
    """
    opened = await lock(session, topic_id)
    old = await DraftsRepository(session).find_version(topic_id, version)
    if old is None:
        raise NotFoundError
    if opened.draft is not None:
        raise ConflictError("draft_exists", "Det finns redan ett utkast. Publicera det eller kasta det först.")
    values = {**asdict(text_of(old)), "written_by": staff.id, "written_at": now, "publish_at": None}
    draft = _begin(session, opened, Seen(published=number(opened.published)), staff, values, now)
    # A day that has passed would only have to be taken away again.
    if draft.review_by is not None and draft.review_by <= day(now):
        draft.review_by = None
    record(session, actor(staff), "article_restored", draft, now, restored=version)


def storable(written: ArticleText) -> ArticleText:
    """The words as they may be stored: cleaned, and personal numbers masked.

    Raises:
        InvalidError: `text_too_long`, with the field.
    """
    return replace(
        written,
        text=_clean("text", written.text),
        easy_text=_clean("easy_text", written.easy_text),
        english_text=_clean("english_text", written.english_text),
        checklist=_clean("checklist", written.checklist),
        department=_line("department", written.department),
        sources=[
            {"title": _line("sources", each["title"]), "url": _line("sources", each["url"] or "") or None}
            for each in written.sources
        ],
        next_steps=[
            {"label": _line("next_steps", each["label"]), "url": _line("next_steps", each["url"])}
            for each in written.next_steps
        ],
    )


def _begin(
    session: AsyncSession, opened: Opened, seen: Seen, staff: Staff, values: dict[str, object], now: datetime
) -> ArticleDraft:
    if seen.draft:
        raise ConflictError(
            "draft_gone",
            "Utkastet har publicerats eller kastats medan du skrev. Spara igen om det du har skrivit ska bli ett nytt "
            "utkast.",
        )
    if seen.published != number(opened.published):
        raise ConflictError(
            "article_changed",
            "En ny version har publicerats medan du skrev. Läs den nedan. Spara igen om det du har skrivit ska gälla "
            "i stället.",
        )
    draft = ArticleDraft(
        topic=opened.topic.id,
        state=DraftState.DRAFT,
        version=1,
        based_on=seen.published,
        begun_by=staff.id,
        begun_at=now,
        **values,
    )
    DraftsRepository(session).add(draft)
    record(session, actor(staff), "article_draft_begun", draft, now)
    return draft


def _clean(name: str, text: str) -> str:
    try:
        return mask(clean_text(text))
    except EmptyTextError:
        return ""
    except TooLongTextError:
        raise InvalidError("text_too_long", "Texten är för lång för att sparas.", field=name) from None


def _line(name: str, text: str) -> str:
    line = " ".join(_clean(name, text).split())
    if len(line) > MAX_LINE_CHARACTERS:
        raise InvalidError("text_too_long", f"Skriv högst {MAX_LINE_CHARACTERS} tecken.", field=name)
    return line
