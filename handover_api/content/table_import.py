"""Answers from a table become drafts, a row at a time: a row that cannot be used is told of, and the rest goes on."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.audit import service as audit
from handover_api.content import drafts
from handover_api.content.draft_steps import actor, open_article, text_of
from handover_api.content.drafts import Seen, storable
from handover_api.content.drafts_repository import DraftsRepository
from handover_api.content.repository import ContentRepository
from handover_api.content.service import CONTENT_FILES
from handover_api.errors import ConflictError, InvalidError
from handover_api.models import Staff, Topic
from handover_api.rules.article import ArticleText, Fault, FaultKind, faults
from handover_api.rules.article_table import Column, Row, RowFault


@dataclass(frozen=True)
class Imported:
    line: int
    topic: Topic


@dataclass(frozen=True)
class Refused:
    """`reason` is a fault of the row, of what is written in it, or a sentence."""

    line: int
    reason: RowFault | Fault | str


@dataclass(frozen=True)
class ImportReport:
    imported: list[Imported]
    refused: list[Refused]


class _RefusedRowError(Exception):
    def __init__(self, reason: RowFault | Fault | str) -> None:
        self.reason = reason
        super().__init__()


async def import_rows(session: AsyncSession, staff: Staff, rows: Iterable[Row], now: datetime) -> ImportReport:
    """Begins a draft for every row that can be used. What is published stays until the drafts have been reviewed."""
    repository = ContentRepository(session)
    topics = await repository.list_topics_of_file()
    by_name = {topic.id: topic for topic in topics}
    by_title = {_folded(topic.title): topic for topic in topics}
    facts = await repository.get_facts()
    drafted = set(await DraftsRepository(session).list_drafted())
    report = ImportReport([], [])
    for row in rows:
        try:
            topic = _topic_of(row, by_name, by_title, drafted)
            await _begin(session, staff, topic, row, facts, now)
        except _RefusedRowError as error:
            report.refused.append(Refused(row.line, error.reason))
        else:
            drafted.add(topic.id)
            report.imported.append(Imported(row.line, topic))
    audit.record(
        session,
        actor(staff),
        "drafts_imported",
        subject_kind="content",
        subject_id=CONTENT_FILES,
        at=now,
        imported=len(report.imported),
        refused=len(report.refused),
    )
    return report


def _topic_of(row: Row, by_name: Mapping[str, Topic], by_title: Mapping[str, Topic], drafted: Collection[str]) -> Topic:
    if row.fault is not None:
        raise _RefusedRowError(row.fault)
    name, question = row.cells.get(Column.TOPIC, ""), row.cells.get(Column.QUESTION, "")
    topic = by_name.get(_folded(name)) or by_title.get(_folded(name)) or by_title.get(_folded(question))
    if topic is None:
        raise _RefusedRowError(f"Ämnet ”{name or question}” finns inte. Skriv ämnets namn eller rubrik som i listan.")
    if topic.id in drafted:
        raise _RefusedRowError("Det finns redan ett utkast om ämnet.")
    return topic


async def _begin(
    session: AsyncSession, staff: Staff, topic: Topic, row: Row, facts: Mapping[str, str], now: datetime
) -> None:
    opened = await open_article(session, topic.id)
    before = text_of(opened.published)
    try:
        written = storable(_changed(before, row))
    except InvalidError as error:
        raise _RefusedRowError(error.detail) from error
    if opened.published is not None and written == before:
        raise _RefusedRowError("Svaret är detsamma som det som är publicerat.")
    # What is missing can be filled in before the draft is sent; what is wrong cannot be meant.
    for fault in faults(written, topic.handling, facts):
        if fault.kind is not FaultKind.MISSING:
            raise _RefusedRowError(fault)
    seen = Seen(published=opened.published.version if opened.published else None)
    try:
        await drafts.save(session, staff, topic.id, seen, written, None, now)
    except ConflictError as error:
        # Somebody has begun to write about the topic at the same moment.
        raise _RefusedRowError(error.detail) from error


def _changed(before: ArticleText, row: Row) -> ArticleText:
    """What the row does not say stays as it was."""
    return replace(
        before,
        text=row.cells[Column.ANSWER],
        easy_text=row.cells.get(Column.EASY, before.easy_text),
        english_text=row.cells.get(Column.ENGLISH, before.english_text),
        department=row.cells.get(Column.OWNER, before.department),
        review_by=_day(row, before),
    )


def _day(row: Row, before: ArticleText) -> date | None:
    written = row.cells.get(Column.REVIEW_BY)
    if written is None:
        return before.review_by
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise _RefusedRowError(
            f"”{written}” är ingen dag. Skriv den som år-månad-dag, till exempel 2027-01-15."
        ) from None


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
