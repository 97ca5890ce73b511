"""What editors do with an import: send the files, choose topics, ask for the drafts, or stop it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from handover_api import live
from handover_api.content.importing.checking import check_words, from_json, one_line
from handover_api.content.importing.found import NamedFile, Reason, Remark
from handover_api.content.importing.repository import ImportRepository
from handover_api.errors import ConflictError, NotFoundError
from handover_api.models import ContentImport, ContentImportItem, Staff
from handover_api.rules.import_course import (
    KEPT_DAYS,
    USABLE,
    ImportState,
    ImportStep,
    Verdict,
    after,
    is_possible,
)

_MOST_NAME = 100


async def begin(session: AsyncSession, staff: Staff, files: Sequence[NamedFile], now: datetime) -> UUID:
    """Takes the files in; the worker reads them. Nothing of the content is changed by it."""
    named = [NamedFile(one_line(file.name, _MOST_NAME) or "fil", file.content) for file in files]
    begun = ContentImport(
        state=ImportState.READING,
        begun_by=staff.id,
        begun_at=now,
        handed_over_at=now,
        file_names=[file.name for file in named],
    )
    await ImportRepository(session).add(begun, named)
    live.publish(session, live.IMPORTS)
    return begun.id


async def choose_topics(session: AsyncSession, import_id: UUID, chosen: Mapping[int, str]) -> dict[int, Reason]:
    """Says what files are about, by their positions: a topic's id or title, or nothing. Returns what could not be
    followed, with the reasons; the others are kept.

    Raises:
        NotFoundError: there is no such import.
        ConflictError: `import_moved`; it is not waiting for anybody's choice any more.
    """
    repository = ImportRepository(session)
    await _lock(session, import_id, ImportStep.CHOOSE)
    catalogue = await repository.read_catalogue()
    faults: dict[int, Reason] = {}
    for position, name in sorted(chosen.items()):
        item = await repository.find_item(import_id, position)
        if item is None or not item.is_raw:
            continue
        topic = catalogue.find(name)
        if topic is None:
            _set_aside(item)
            if name.strip():
                faults[position] = catalogue.why_not(name)
            continue
        other = await repository.find_place(import_id, topic.id, position)
        checked = check_words(catalogue, topic, from_json(item.says), is_raw=True)
        if other is not None:
            faults[position] = Reason(Remark.SAME_TOPIC, other.file)
        elif checked.verdict not in USABLE:
            faults[position] = checked.reasons[0]
        else:
            item.verdict, item.topic, item.based_on = checked.verdict, topic.id, checked.based_on
            continue
        _set_aside(item)
    await session.flush()
    return faults


async def ask_for_drafts(session: AsyncSession, staff: Staff, import_id: UUID, now: datetime) -> None:
    """The worker makes the drafts, all at once, in the name of whoever asks.

    Raises:
        NotFoundError: there is no such import.
        ConflictError: `import_moved`, or `nothing_to_import`.
    """
    repository = ImportRepository(session)
    moved = await _lock(session, import_id, ImportStep.CREATE)
    counts = await repository.count_items(import_id)
    usable = sum(counts[verdict] for verdict in USABLE)
    if not usable:
        raise ConflictError("nothing_to_import", "Det finns inget som kan bli utkast.")
    moved.state = after(ImportState(moved.state), ImportStep.CREATE)
    moved.asked_by = staff.id
    moved.handed_over_at = now
    moved.done, moved.total, moved.attempts = 0, usable, 0
    live.publish(session, live.IMPORTS)


async def find_topic_to_make(session: AsyncSession, import_id: UUID, position: int) -> Reason:
    """The topic that a row is about and that does not exist: its title, and its area as `other`.

    Raises:
        NotFoundError: there is no such row, or nothing to make of it.
    """
    item = await ImportRepository(session).find_item(import_id, position)
    for reason in item.reasons if item else []:
        if reason["kind"] == Remark.TOPIC_TO_MAKE:
            return Reason(**reason)
    raise NotFoundError


async def cancel(session: AsyncSession, import_id: UUID, now: datetime) -> None:
    """Stops it, wherever it is. What has not been finished is undone, so nothing of the content is changed.

    Raises:
        NotFoundError: there is no such import.
        ConflictError: `import_moved`; it has come to its end already.
    """
    repository = ImportRepository(session)
    moved = await _lock(session, import_id, ImportStep.CANCEL)
    moved.state = after(ImportState(moved.state), ImportStep.CANCEL)
    moved.ended_at = now
    # The worker's hands are on what it works with, and it clears away after itself.
    if await repository.take(import_id):
        await repository.clear(import_id)


async def delete_outdated(session: AsyncSession, now: datetime) -> int:
    """Deletes what was begun some days ago, with all that was read. Returns how many there were."""
    return await ImportRepository(session).delete_outdated(now - timedelta(days=KEPT_DAYS))


def _set_aside(item: ContentImportItem) -> None:
    item.verdict, item.topic, item.based_on = Verdict.TO_CHOOSE, None, None


async def _lock(session: AsyncSession, import_id: UUID, step: ImportStep) -> ContentImport:
    found = await ImportRepository(session).lock(import_id)
    if found is None:
        raise NotFoundError
    if not is_possible(ImportState(found.state), step):
        raise ConflictError("import_moved", "Inläsningen har gått vidare. Läs hur det ligger till nu.")
    return found
