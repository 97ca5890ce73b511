"""All SQL of imports."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.content.draft_steps import text_of
from handover_api.content.drafts_repository import DraftsRepository
from handover_api.content.importing.checking import Catalogue, Checked, KnownTopic
from handover_api.content.importing.found import NamedFile
from handover_api.content.repository import ContentRepository
from handover_api.content.topics_repository import TopicsRepository
from handover_api.models import ContentImport, ContentImportFile, ContentImportItem, Staff
from handover_api.rules.article import NextStep
from handover_api.rules.import_course import AT_WORK, USABLE, ImportState, Verdict

_AT_ONCE = 500
# The first half of the advisory locks' keys; the second is the import.
_LOCK_SPACE = 7


class ImportRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, begun: ContentImport, files: Sequence[NamedFile]) -> None:
        self._session.add(begun)
        await self._session.flush()
        for position, file in enumerate(files):
            row = ContentImportFile(import_id=begun.id, position=position, name=file.name, content=file.content)
            self._session.add(row)
        await self._session.flush()

    async def find(self, import_id: UUID) -> ContentImport | None:
        return await self._session.get(ContentImport, import_id, populate_existing=True)

    async def lock(self, import_id: UUID) -> ContentImport | None:
        return await self._session.get(ContentImport, import_id, with_for_update=True, populate_existing=True)

    async def list_latest(self, limit: int) -> list[tuple[ContentImport, str]]:
        """With the names of those who began them; the latest first."""
        rows = await self._session.execute(
            select(ContentImport, Staff.display_name)
            .join(Staff, Staff.id == ContentImport.begun_by)
            .order_by(ContentImport.begun_at.desc(), ContentImport.id.desc())
            .limit(limit)
        )
        return [(each, name) for each, name in rows]

    async def list_at_work(self) -> list[UUID]:
        """Those that wait for the worker, or are in its hands; the oldest first."""
        ids = await self._session.scalars(
            select(ContentImport.id).where(ContentImport.state.in_(AT_WORK)).order_by(ContentImport.begun_at)
        )
        return [*ids]

    async def take(self, import_id: UUID) -> bool:
        """Whether nobody else works on it; until the transaction ends nobody else does."""
        lock = func.pg_try_advisory_xact_lock(_LOCK_SPACE, func.hashtext(str(import_id)))
        return bool(await self._session.scalar(select(lock)))

    async def move(
        self, import_id: UUID, state: ImportState, to: ImportState, ended_at: datetime | None, **values: Any
    ) -> bool:
        """Moves it on, unless somebody has moved it meanwhile. Returns whether it was."""
        moved = await self._session.scalar(
            update(ContentImport)
            .where(ContentImport.id == import_id, ContentImport.state == state)
            .values(state=to, ended_at=ended_at, **values)
            .returning(ContentImport.id)
        )
        return moved is not None

    async def tell(self, import_id: UUID, state: ImportState, done: int, total: int | None) -> bool:
        """How far it has come. Returns whether it is still to be gone on with."""
        told = await self._session.scalar(
            update(ContentImport)
            .where(ContentImport.id == import_id, ContentImport.state == state)
            .values(done=done, total=total)
            .returning(ContentImport.id)
        )
        return told is not None

    async def list_files(self, import_id: UUID) -> list[NamedFile]:
        files = await self._session.scalars(
            select(ContentImportFile)
            .where(ContentImportFile.import_id == import_id)
            .order_by(ContentImportFile.position)
        )
        return [NamedFile(file.name, file.content) for file in files]

    async def delete_files(self, import_id: UUID) -> None:
        await self._session.execute(delete(ContentImportFile).where(ContentImportFile.import_id == import_id))

    async def clear(self, import_id: UUID) -> None:
        """Deletes all that was read, and what was to be read."""
        await self.delete_files(import_id)
        await self._session.execute(delete(ContentImportItem).where(ContentImportItem.import_id == import_id))

    async def add_items(self, import_id: UUID, checked: Iterable[Checked]) -> None:
        rows = [
            {
                "import_id": import_id,
                "position": position,
                "verdict": each.verdict,
                **asdict(each.place),
                "title": each.title,
                "topic": each.topic,
                "based_on": each.based_on,
                "says": dict(each.says or {}),
                "is_raw": each.is_raw,
                "reasons": [asdict(reason) for reason in each.reasons],
                "is_drafted": None,
            }
            for position, each in enumerate(checked)
        ]
        for first in range(0, len(rows), _AT_ONCE):
            await self._session.execute(insert(ContentImportItem), rows[first : first + _AT_ONCE])

    async def count_items(self, import_id: UUID) -> dict[Verdict, int]:
        rows = await self._session.execute(
            select(ContentImportItem.verdict, func.count())
            .where(ContentImportItem.import_id == import_id)
            .group_by(ContentImportItem.verdict)
        )
        return dict.fromkeys(Verdict, 0) | {Verdict(verdict): count for verdict, count in rows}

    async def count_drafted(self, import_id: UUID) -> int:
        count = await self._session.scalar(
            select(func.count())
            .select_from(ContentImportItem)
            .where(ContentImportItem.import_id == import_id, ContentImportItem.is_drafted.is_(True))
        )
        return count or 0

    async def list_items(
        self, import_id: UUID, verdicts: Collection[Verdict], limit: int, first: int = 0
    ) -> list[ContentImportItem]:
        """In the order of the files."""
        items = await self._session.scalars(
            select(ContentImportItem)
            .where(ContentImportItem.import_id == import_id, ContentImportItem.verdict.in_(verdicts))
            .order_by(ContentImportItem.position)
            .offset(first)
            .limit(limit)
        )
        return [*items]

    async def list_usable(self, import_id: UUID) -> list[ContentImportItem]:
        """In the order of their topics, so that two imports never wait for each other."""
        items = await self._session.scalars(
            select(ContentImportItem)
            .where(ContentImportItem.import_id == import_id, ContentImportItem.verdict.in_(USABLE))
            .order_by(ContentImportItem.topic, ContentImportItem.position)
        )
        return [*items]

    async def list_steps(self, import_id: UUID) -> list[tuple[str, str, list[NextStep] | None]]:
        """Of what becomes drafts: topic, file and next steps. None: the file does not say any."""
        rows = await self._session.execute(
            select(ContentImportItem.topic, ContentImportItem.file, ContentImportItem.says["next_steps"])
            .where(
                ContentImportItem.import_id == import_id,
                ContentImportItem.verdict.in_(USABLE),
                ContentImportItem.is_drafted.is_not(False),
            )
            .order_by(ContentImportItem.position)
        )
        return [(topic, file, steps) for topic, file, steps in rows]

    async def find_item(self, import_id: UUID, position: int) -> ContentImportItem | None:
        return await self._session.get(ContentImportItem, (import_id, position))

    async def find_place(self, import_id: UUID, topic: str, besides: int) -> ContentImportItem | None:
        """Another item that would become the topic's draft."""
        return await self._session.scalar(
            select(ContentImportItem)
            .where(
                ContentImportItem.import_id == import_id,
                ContentImportItem.topic == topic,
                ContentImportItem.position != besides,
                ContentImportItem.verdict.in_(USABLE),
            )
            .limit(1)
        )

    async def delete_outdated(self, before: datetime) -> int:
        gone = await self._session.scalars(
            delete(ContentImport).where(ContentImport.begun_at < before).returning(ContentImport.id)
        )
        return len(gone.all())

    async def read_catalogue(self) -> Catalogue:
        content = ContentRepository(self._session)
        published = {topic.id: version for topic, version in await content.list_published()}
        topics = [
            KnownTopic(
                id=topic.id,
                title=topic.title,
                area=topic.area,
                handling=topic.handling,
                version=published[topic.id].version if topic.id in published else None,
                text=text_of(published.get(topic.id)),
            )
            for topic in await content.list_topics_of_file()
        ]
        retired = {topic.id: topic.title for topic in await TopicsRepository(self._session).list_retired()}
        drafted = await DraftsRepository(self._session).list_drafted()
        return Catalogue(topics, retired, drafted, await content.get_facts())
