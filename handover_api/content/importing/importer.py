"""Reads what editors have sent, and makes the drafts that they ask for. Runs in the worker.

Each import has one transaction for all that it does: either everything is kept or nothing. How far it has come is told
beside it, and that is also where it hears that it is to stop. A worker that dies leaves nothing behind, and the import
is begun anew; one whose files make the reader fall over has failed in the end.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api import live
from handover_api.audit import service as audit
from handover_api.audit.service import Actor
from handover_api.clock import Clock
from handover_api.content import drafts
from handover_api.content.draft_steps import open_article, text_of
from handover_api.content.drafts import Seen
from handover_api.content.importing.checking import Checked, Checker, from_json
from handover_api.content.importing.found import Found, NamedFile, Note, Reason, Remark
from handover_api.content.importing.reading import read_files
from handover_api.content.importing.repository import ImportRepository
from handover_api.content.service import CONTENT_FILES
from handover_api.database import SessionFactory, transaction
from handover_api.errors import ConflictError
from handover_api.models import ContentImportItem, Staff
from handover_api.rules.import_course import MOST_ATTEMPTS, ImportState, ImportStep, after
from handover_api.rules.roles import KEEPS_ANSWERS

SWEEP_SECONDS = 2.0
TELL_SECONDS = 0.5

log = structlog.get_logger()


class _StoppedError(Exception):
    """Somebody has cancelled it, or it has come to its end otherwise."""


@dataclass
class _Progress:
    """What the worker's hands and whoever tells of them share."""

    total: int | None = None
    done: int = 0
    is_stopped: bool = False

    def step(self) -> None:
        if self.is_stopped:
            raise _StoppedError
        self.done += 1


@dataclass
class _Read:
    checked: list[Checked] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


class Importer:
    """`areas`: the names of the municipality's areas, by id."""

    def __init__(self, sessions: SessionFactory, hub: live.Hub, clock: Clock, areas: Mapping[str, str]) -> None:
        self._sessions = sessions
        self._hub = hub
        self._clock = clock
        self._areas = areas

    async def run(self) -> None:
        """Works until cancelled."""
        with self._hub.subscribe(live.IMPORTS) as subscription:
            while True:
                try:
                    await self.work()
                except Exception:
                    # The database is away; the sweep tries again.
                    log.exception("imports.sweep_failed")
                await subscription.wait(SWEEP_SECONDS)

    async def work(self) -> None:
        """Does all that waits, one import after the other."""
        async with transaction(self._sessions) as session:
            waiting = await ImportRepository(session).list_at_work()
        for import_id in waiting:
            try:
                await self._work_on(import_id)
            except _StoppedError:
                await self._clear_if_ended(import_id)
            except Exception as error:  # noqa: BLE001 - it is begun anew, and in the end given up
                # Not what the error says: it may be what somebody wrote.
                log.error("imports.attempt_failed", import_id=str(import_id), error=type(error).__name__)  # noqa: TRY400

    async def _clear_if_ended(self, import_id: UUID) -> None:
        async with transaction(self._sessions) as session:
            repository = ImportRepository(session)
            found = await repository.find(import_id)
            if found is not None and found.state == ImportState.CANCELLED:
                await repository.clear(import_id)
        log.info("imports.stopped", import_id=str(import_id))

    async def _work_on(self, import_id: UUID) -> None:
        async with transaction(self._sessions) as session:
            if not await ImportRepository(session).take(import_id):
                return
            state = await self._begin(import_id)
            match state:
                case ImportState.READING:
                    await self._read(session, import_id)
                case ImportState.WRITING:
                    await self._write(session, import_id)

    async def _begin(self, import_id: UUID) -> ImportState | None:
        """Counts the attempt, before anything can go wrong. Returns what is to be done."""
        async with transaction(self._sessions) as session:
            repository = ImportRepository(session)
            found = await repository.lock(import_id)
            if found is None:
                return None
            found.attempts += 1
            if found.attempts > MOST_ATTEMPTS and found.ended_at is None:
                found.state = after(ImportState(found.state), ImportStep.GIVE_UP)
                found.ended_at = self._clock()
                await repository.clear(import_id)
                log.error("imports.given_up", import_id=str(import_id))
            return ImportState(found.state)

    async def _read(self, session: AsyncSession, import_id: UUID) -> None:
        repository = ImportRepository(session)
        files = await repository.list_files(import_id)
        checker = Checker(await repository.read_catalogue(), self._areas)
        async with self._telling(import_id, ImportState.READING, _Progress()) as progress:
            read = await asyncio.to_thread(_read, files, checker, progress)
            await repository.add_items(import_id, read.checked)
        await repository.delete_files(import_id)
        notes = [{"file": note.file, **asdict(note.reason)} for note in read.notes]
        ready = after(ImportState.READING, ImportStep.READ)
        await self._move(session, import_id, ImportState.READING, ready, None, done=len(read.checked), notes=notes)

    async def _write(self, session: AsyncSession, import_id: UUID) -> None:
        repository = ImportRepository(session)
        found = await repository.find(import_id)
        staff = await session.get(Staff, found.asked_by) if found else None
        if found is None or staff is None or not staff.is_active or staff.role not in KEEPS_ANSWERS:
            raise _StoppedError
        items = await repository.list_usable(import_id)
        now = self._clock()
        async with self._telling(import_id, ImportState.WRITING, _Progress(total=len(items))) as progress:
            for item in items:
                progress.step()
                await _draft(session, staff, item, now)
        drafted = sum(bool(item.is_drafted) for item in items)
        counts = await repository.count_items(import_id)
        audit.record(
            session,
            Actor(staff.role, staff.id),
            "drafts_imported",
            subject_kind="content",
            subject_id=CONTENT_FILES,
            at=now,
            imported=drafted,
            refused=sum(counts.values()) - drafted,
        )
        done = after(ImportState.WRITING, ImportStep.WRITTEN)
        await self._move(session, import_id, ImportState.WRITING, done, now, done=len(items))

    @contextlib.asynccontextmanager
    async def _telling(self, import_id: UUID, state: ImportState, progress: _Progress) -> AsyncIterator[_Progress]:
        """Tells how far the work has come while it is done, and stops it when it is not wanted any more."""
        teller = asyncio.create_task(self._tell(import_id, state, progress))
        try:
            yield progress
        finally:
            # A thread cannot be cancelled; it asks.
            progress.is_stopped = True
            teller.cancel()
            await asyncio.gather(teller, return_exceptions=True)

    async def _tell(self, import_id: UUID, state: ImportState, progress: _Progress) -> None:
        while not progress.is_stopped:
            async with transaction(self._sessions) as session:
                is_wanted = await ImportRepository(session).tell(import_id, state, progress.done, progress.total)
            if not is_wanted:
                progress.is_stopped = True
            await asyncio.sleep(TELL_SECONDS)

    async def _move(
        self,
        session: AsyncSession,
        import_id: UUID,
        state: ImportState,
        to: ImportState,
        ended_at: datetime | None,
        **values: object,
    ) -> None:
        if not await ImportRepository(session).move(import_id, state, to, ended_at, **values):
            raise _StoppedError


def _read(files: Sequence[NamedFile], checker: Checker, progress: _Progress) -> _Read:
    read = _Read()
    answers: list[Found] = []
    for found in read_files(files):
        progress.step()
        if isinstance(found, Note):
            read.notes.append(found)
        else:
            answers.append(found)
    progress.total, progress.done = len(answers), 0
    for answer in answers:
        progress.step()
        read.checked.append(checker.check(answer))
    return read


async def _draft(session: AsyncSession, staff: Staff, item: ContentImportItem, now: datetime) -> None:
    """Begins the draft, unless somebody has begun one, or published another version, since the file was read."""
    topic = item.topic or ""
    opened = await open_article(session, topic)
    written = replace(text_of(opened.published), **from_json(item.says))
    try:
        await drafts.save(session, staff, topic, Seen(published=item.based_on), written, None, now)
    except ConflictError as error:
        kind = Remark.PUBLISHED_SINCE if error.code == "article_changed" else Remark.DRAFTED
        item.is_drafted = False
        item.reasons = [asdict(Reason(kind))]
    else:
        item.is_drafted = True
