"""The guard of every route of the staff whose address names a case, so that no route can forget to ask.

What the caller may not see is refused as if it did not exist; what is read (GET) is also asked a reason for, unless it
is the caller's own or waits. A step decides once more under the conversation's lock (`steps.lock_for`), and answers
with nothing of what was said unless the caller may read it.
"""

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.agents.identity import case_handler, signed_in_staff
from handover_api.cases import access
from handover_api.database import SessionDep


async def only_what_may_be_seen(request: Request, session: SessionDep) -> None:
    """
    Raises:
        NotSignedInError
        NotFoundError
        ReasonNeededError
    """
    await _require(request, session, is_read=request.method == "GET")


async def only_what_exists(request: Request, session: SessionDep) -> None:
    """For the routes by which a case is opened, where nothing of it is read yet.

    Raises:
        NotSignedInError
        NotFoundError
    """
    await _require(request, session, is_read=False)


async def _require(request: Request, session: AsyncSession, *, is_read: bool) -> None:
    reference = request.path_params.get("reference")
    if reference is None:
        return
    staff = await case_handler(await signed_in_staff(request, session))
    if is_read:
        await access.require_reading(session, staff, reference, request.app.state.clock())
    else:
        await access.require_sight(session, staff, reference)
