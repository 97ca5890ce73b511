"""Why somebody has opened a case that was not their own: it is asked for, kept, and shown to all who read the case."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.agents.service import actor
from handover_api.cases import steps
from handover_api.cases.trail import record
from handover_api.conversations.remarks import storable_remark
from handover_api.errors import InvalidError
from handover_api.models import Case, CaseOpening, Staff
from handover_api.rules.access import MAX_NOTE_CHARACTERS, OPENING_LASTS, OpeningReason


@dataclass(frozen=True)
class Opening:
    who: str
    reason: OpeningReason
    note: str | None
    at: datetime


async def open_case(
    session: AsyncSession, staff: Staff, reference: str, reason: OpeningReason, note: str, now: datetime
) -> None:
    """Lets the member of staff read the case for as long as OPENING_LASTS. `note` counts for the reason `other` alone.

    Raises:
        NotFoundError
        InvalidError: `note_missing` or `remark_too_long`.
    """
    stored_note = storable_remark(note, MAX_NOTE_CHARACTERS) if reason is OpeningReason.OTHER else None
    if reason is OpeningReason.OTHER and stored_note is None:
        raise InvalidError("note_missing", "Skriv varför du behöver öppna ärendet.")
    locked = await steps.lock_for(session, staff, reference)
    session.add(CaseOpening(case_id=locked.case.id, staff_id=staff.id, reason=reason, note=stored_note, at=now))
    record(session, actor(staff), "open", locked, now, reason=reason)


async def has_opened(session: AsyncSession, staff: Staff, case: Case, now: datetime) -> bool:
    """Whether a reason that they have given still holds."""
    return bool(
        await session.scalar(
            select(
                exists().where(
                    CaseOpening.case_id == case.id,
                    CaseOpening.staff_id == staff.id,
                    CaseOpening.at > now - OPENING_LASTS,
                )
            )
        )
    )


async def list_openings(session: AsyncSession, reference: str) -> list[Opening]:
    """Everybody who has opened the case, oldest first."""
    rows = await session.execute(
        select(Staff.display_name, CaseOpening.reason, CaseOpening.note, CaseOpening.at)
        .join(Case, Case.id == CaseOpening.case_id)
        .join(Staff, Staff.id == CaseOpening.staff_id)
        .where(Case.reference == reference)
        .order_by(CaseOpening.at, CaseOpening.id)
    )
    return [Opening(who, OpeningReason(reason), note, at) for who, reason, note, at in rows]
