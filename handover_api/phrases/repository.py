"""All SQL of the phrases. A phrase that has been removed is none, but for `find_same` and `find`; what is said of a
topic that has been retired is not trained on, advised about or looked for, and comes back with it.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast, delete, exists, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.models import Phrase, Topic
from handover_api.rules.phrase import OUTSIDE, PhraseSource

_STANDS = Phrase.removed_at.is_(None)
_IS_USED = or_(
    Phrase.topic.is_(None), exists().where(Topic.id == Phrase.topic, Topic.retired_at.is_(None)).correlate(Phrase)
)


class PhraseRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def lock_topic(self, topic: str) -> bool:
        """Until the transaction ends nobody else adds a phrase to the topic. Returns whether there is such a topic."""
        if topic == OUTSIDE:
            await self._session.execute(select(func.pg_advisory_xact_lock(func.hashtext(OUTSIDE))))
            return True
        statement = select(Topic.id).where(Topic.id == topic).with_for_update(key_share=True)
        return await self._session.scalar(statement) is not None

    async def find(self, phrase_id: UUID) -> Phrase | None:
        return await self._session.get(Phrase, phrase_id, with_for_update=True)

    async def find_same(self, topic: str, plain: str) -> Phrase | None:
        """Also one that has been removed."""
        return await self._session.scalar(select(Phrase).where(_of(topic), Phrase.plain == plain).with_for_update())

    async def list_of(self, topic: str) -> list[Phrase]:
        statement = select(Phrase).where(_of(topic), _STANDS).order_by(Phrase.position, Phrase.added_at, Phrase.id)
        return [*await self._session.scalars(statement)]

    async def count_by_topic(self) -> dict[str, int]:
        rows = await self._session.execute(select(Phrase.topic, func.count()).where(_STANDS).group_by(Phrase.topic))
        return {topic or OUTSIDE: count for topic, count in rows}

    async def next_position(self, topic: str) -> int:
        """The place after the topic's last phrase; for a topic without any, after the last one of its area."""
        last = await self._session.scalar(select(func.max(Phrase.position)).where(_of(topic)))
        if last is None:
            area = select(Topic.area).where(Topic.id == topic).scalar_subquery()
            statement = select(func.max(Phrase.position)).join(Topic, Topic.id == Phrase.topic)
            last = await self._session.scalar(statement.where(Topic.area == area))
        return 0 if last is None else last + 1

    async def list_for_files(self) -> list[tuple[str, str, str]]:
        """Area, topic and text, in the order of their files: the topics as they begin there."""
        begins = func.min(Phrase.position).over(partition_by=Phrase.topic)
        rows = await self._session.execute(
            select(func.coalesce(Topic.area, OUTSIDE), func.coalesce(Phrase.topic, OUTSIDE), Phrase.text)
            .outerjoin(Topic, Topic.id == Phrase.topic)
            .where(_STANDS, _IS_USED)
            .order_by(Topic.area, begins, Phrase.topic, Phrase.position, Phrase.added_at, Phrase.id)
        )
        return [(area, topic, text) for area, topic, text in rows]

    async def list_texts(self) -> dict[UUID, tuple[str, str]]:
        """Topic and text of every phrase."""
        rows = await self._session.execute(select(Phrase.id, Phrase.topic, Phrase.text).where(_STANDS, _IS_USED))
        return {id_: (topic or OUTSIDE, text) for id_, topic, text in rows}

    async def fingerprint(self) -> tuple[int, int]:
        """Another one as soon as any phrase is another."""
        row = func.concat(cast(Phrase.id, Text), Phrase.text)
        found = await self._session.execute(
            select(func.count(), func.coalesce(func.bit_xor(func.hashtextextended(row, 0)), 0)).where(_STANDS, _IS_USED)
        )
        count, checksum = found.one()
        return count, checksum

    async def list_all(self) -> list[Phrase]:
        """Also those that have been removed."""
        return [*await self._session.scalars(select(Phrase))]

    def add(self, phrase: Phrase) -> None:
        self._session.add(phrase)

    async def add_all(self, rows: list[dict[str, Any]]) -> None:
        if rows:
            await self._session.execute(insert(Phrase), rows)

    async def change_all(self, rows: list[dict[str, Any]]) -> None:
        """Each row names the phrase by its `id`."""
        if rows:
            await self._session.execute(update(Phrase), rows)

    async def delete_all(self, ids: Iterable[UUID]) -> None:
        if wanted := list(ids):
            await self._session.execute(delete(Phrase).where(Phrase.id.in_(wanted)))

    async def delete_removed(self, before: datetime) -> int:
        """Those of the content files stay, or the files would bring them back."""
        result = await self._session.execute(
            delete(Phrase).where(Phrase.removed_at < before, Phrase.source != PhraseSource.SEED).returning(Phrase.id)
        )
        return len(result.all())

    async def find_topic(self, topic: str) -> Topic | None:
        return await self._session.get(Topic, topic)

    async def list_topics(self) -> list[Topic]:
        """Those in use, by area and title."""
        statement = select(Topic).where(Topic.retired_at.is_(None)).order_by(Topic.area, Topic.title, Topic.id)
        return [*await self._session.scalars(statement)]

    async def list_topics_saying(self, plain: str) -> set[str]:
        """The topics with a phrase that has these words in a row, as rules.ngrams.plain has made them."""
        rows = await self._session.scalars(
            select(Phrase.topic).where(_STANDS, Phrase.plain.contains(plain, autoescape=True)).distinct()
        )
        return {topic or OUTSIDE for topic in rows}

    async def titles(self) -> dict[str, str]:
        """Also of those that have been retired."""
        rows = await self._session.execute(select(Topic.id, Topic.title))
        return dict(rows.all())


def _of(topic: str) -> ColumnElement[bool]:
    return Phrase.topic.is_(None) if topic == OUTSIDE else Phrase.topic == topic
