"""All SQL of answer groups, departments and opening hours."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import delete, inspect, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.models import AnswerGroup, Base, Department, DueTime, OpeningException, OpeningHours, Topic

Row = dict[str, Any]


class OrganisationRepository:
    """`group` is an answer group's id, or None for what holds for all groups."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find_group(self, group: str) -> AnswerGroup | None:
        return await self._session.get(AnswerGroup, group)

    async def list_groups(self) -> list[AnswerGroup]:
        return list(await self._session.scalars(select(AnswerGroup).order_by(AnswerGroup.name, AnswerGroup.id)))

    async def list_names(self) -> dict[str, str]:
        """What each answer group is called, in the order of the names."""
        rows = await self._session.execute(
            select(AnswerGroup.id, AnswerGroup.name).order_by(AnswerGroup.name, AnswerGroup.id)
        )
        return {row.id: row.name for row in rows}

    async def find_group_of_topic(self, topic: str) -> str | None:
        return await self._session.scalar(select(Topic.answer_group).where(Topic.id == topic))

    async def list_hours(self) -> list[OpeningHours]:
        rows = select(OpeningHours).order_by(OpeningHours.weekday, OpeningHours.opens_minute)
        return list(await self._session.scalars(rows))

    async def lock_hours(self) -> None:
        """Until the transaction ends nobody else changes the hours; everyone may read them."""
        await self._session.execute(text("LOCK TABLE opening_hours IN SHARE ROW EXCLUSIVE MODE"))

    async def delete_hours(self, group: str | None) -> None:
        await self._session.execute(
            delete(OpeningHours).where(OpeningHours.answer_group.is_not_distinct_from(group)),
            execution_options={"synchronize_session": False},
        )

    async def list_exceptions(self, since: date = date.min) -> list[OpeningException]:
        rows = (
            select(OpeningException)
            .where(OpeningException.day >= since)
            .order_by(OpeningException.day, OpeningException.answer_group)
        )
        return list(await self._session.scalars(rows))

    async def insert_exception(self, **values: Any) -> OpeningException | None:
        """The new day, or None when the group has one already."""
        return await self._session.scalar(
            insert(OpeningException).values(**values).on_conflict_do_nothing().returning(OpeningException)
        )

    async def delete_exception(self, exception_id: UUID) -> OpeningException | None:
        return await self._session.scalar(
            delete(OpeningException)
            .where(OpeningException.id == exception_id)
            .returning(OpeningException)
            .execution_options(synchronize_session=False)
        )

    async def add_missing_groups(self, groups: list[Row]) -> int:
        return await self._add_missing(AnswerGroup, groups)

    async def add_missing_departments(self, departments: list[Row]) -> int:
        return await self._add_missing(Department, departments)

    async def add_missing_due_times(self, due_times: list[Row]) -> int:
        return await self._add_missing(DueTime, due_times)

    async def _add_missing(self, table: type[Base], rows: list[Row]) -> int:
        """In one statement, so that rows may refer to each other. Returns how many were new."""
        if not rows:
            return 0
        added = await self._session.execute(
            insert(table).values(rows).on_conflict_do_nothing().returning(*inspect(table).primary_key)
        )
        return len(added.all())

    def add(self, *rows: OpeningHours) -> None:
        self._session.add_all(rows)
