"""Who is asking: the signed-in member of staff, for JSON routes and for pages."""

from typing import Annotated

from fastapi import Depends, Request

from handover_api.agents import service
from handover_api.database import SessionDep
from handover_api.errors import NotFoundError, NotSignedInError
from handover_api.models import Staff
from handover_api.rules.roles import HANDLES_CASES, KEEPS_ANSWERS, KEEPS_SITES, Role

COOKIE = "staff_session"
# Under this name a transaction remembers who asks: its guard and its route both want to know.
_ASKING = "asking"


async def signed_in_staff(request: Request, session: SessionDep) -> Staff:
    known: Staff | None = session.info.get(_ASKING)
    if known is not None:
        return known
    token = request.cookies.get(COOKIE)
    staff = await service.find_signed_in(session, token, request.app.state.clock()) if token else None
    if staff is None:
        raise NotSignedInError
    session.info[_ASKING] = staff
    return staff


async def case_handler(staff: Annotated[Staff, Depends(signed_in_staff, scope="function")]) -> Staff:
    """Agents and leads. For the others the desk does not exist."""
    if staff.role not in HANDLES_CASES:
        raise NotFoundError
    return staff


async def lead(staff: Annotated[Staff, Depends(case_handler, scope="function")]) -> Staff:
    """Leads. For agents, what only leads may do does not exist either."""
    if staff.role != Role.LEAD:
        raise NotFoundError
    return staff


async def site_keeper(staff: Annotated[Staff, Depends(signed_in_staff, scope="function")]) -> Staff:
    """Leads, editors and administrators. For agents the page about the sites does not exist."""
    if staff.role not in KEEPS_SITES:
        raise NotFoundError
    return staff


async def answer_keeper(staff: Annotated[Staff, Depends(signed_in_staff, scope="function")]) -> Staff:
    """Leads and editors. For the others the pages where answers are written do not exist."""
    if staff.role not in KEEPS_ANSWERS:
        raise NotFoundError
    return staff


StaffDep = Annotated[Staff, Depends(signed_in_staff, scope="function")]
CaseHandlerDep = Annotated[Staff, Depends(case_handler, scope="function")]
LeadDep = Annotated[Staff, Depends(lead, scope="function")]
SiteKeeperDep = Annotated[Staff, Depends(site_keeper, scope="function")]
AnswerKeeperDep = Annotated[Staff, Depends(answer_keeper, scope="function")]
