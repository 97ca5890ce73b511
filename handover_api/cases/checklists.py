"""The department's checklist in a case: which steps have been taken, by whom and when."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.agents.service import actor
from handover_api.cases import steps
from handover_api.cases.steps import require_owner
from handover_api.cases.trail import record
from handover_api.content import service as content
from handover_api.errors import ConflictError
from handover_api.models import Case, ChecklistTick, Staff
from handover_api.rules.checklist import steps_of


@dataclass(frozen=True)
class Tick:
    who: str
    at: datetime


async def list_ticks(session: AsyncSession, reference: str) -> dict[str, Tick]:
    """The ticks of a case, by the step's key; also of steps that the checklist has no longer."""
    rows = await session.execute(
        select(ChecklistTick.step, Staff.display_name, ChecklistTick.ticked_at)
        .join(Case, Case.id == ChecklistTick.case_id)
        .join(Staff, Staff.id == ChecklistTick.staff_id)
        .where(Case.reference == reference)
    )
    return {step: Tick(who, at) for step, who, at in rows}


async def tick(
    session: AsyncSession,
    staff: Staff,
    reference: str,
    now: datetime,
    *,
    taken: AbstractSet[str] = frozenset(),
    not_taken: AbstractSet[str] = frozenset(),
) -> None:
    """Ticks some steps off and unticks others, by their keys. A step that is ticked keeps who ticked it first.

    Raises:
        NotFoundError
        ConflictError: `checklist_changed`, or as `steps.require_owner`.
    """
    locked = await steps.lock_for(session, staff, reference)
    require_owner(locked, staff)
    case = locked.case
    checklist = await content.find_checklist(session, case.topic) if case.topic else ""
    if taken - {step.key for step in steps_of(checklist)}:
        raise ConflictError(
            "checklist_changed", "Checklistan har ändrats. Här är den som den är nu, med det som redan är gjort."
        )
    for step in sorted(taken):
        await session.execute(
            insert(ChecklistTick)
            .values(case_id=case.id, step=step, staff_id=staff.id, ticked_at=now)
            .on_conflict_do_nothing()
        )
    await session.execute(
        delete(ChecklistTick).where(ChecklistTick.case_id == case.id, ChecklistTick.step.in_(not_taken))
    )
    if taken or not_taken:
        record(session, actor(staff), "checklist", locked, now, taken=" ".join(sorted(taken)))
