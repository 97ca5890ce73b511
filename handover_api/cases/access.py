"""Whether a member of staff may know of a case, and whether they may read it.

What they may not see is refused like what does not exist. What they may see, but is not theirs, is read for a reason.
"""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.cases.openings import has_opened
from handover_api.cases.repository import CaseRepository
from handover_api.cases.sight import may_see, require_seen
from handover_api.errors import ReasonNeededError
from handover_api.models import Case, Staff
from handover_api.rules.access import needs_reason
from handover_api.rules.case import CaseState


async def require_sight(session: AsyncSession, staff: Staff, reference: str) -> Case:
    """
    Raises:
        NotFoundError
    """
    case = await CaseRepository(session).get(reference)
    require_seen(staff, case)
    return case


async def require_reading(session: AsyncSession, staff: Staff, reference: str, now: datetime) -> Case:
    """
    Raises:
        NotFoundError
        ReasonNeededError
    """
    case = await require_sight(session, staff, reference)
    if not await may_read(session, staff, case, now):
        raise ReasonNeededError(reference)
    return case


async def may_read(session: AsyncSession, staff: Staff, case: Case, now: datetime) -> bool:
    """Whether what was said in the case is for them now."""
    if not may_see(staff, case):
        return False
    if not needs_reason(CaseState(case.state), is_owner=case.owner_id == staff.id):
        return True
    return await has_opened(session, staff, case, now)
