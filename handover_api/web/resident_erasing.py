"""The resident wants the conversation erased: what the law lets go, and what becomes of the rest."""

import re

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.cases import erasure_wishes
from handover_api.cases.erasure_wishes import Outcome, Policy, Prospect
from handover_api.content.repository import ContentRepository
from handover_api.database import SessionDep
from handover_api.errors import ConflictError
from handover_api.web import pages
from handover_api.web.visits import Visit, VisitDep, forget

router = APIRouter(include_in_schema=False)

_PATH = f"{pages.CHAT_PATH}/radera"
_RECEIPT_PATH = f"{pages.CHAT_PATH}/kvitto"
# What the receipt says, when the conversation itself can no longer be read here.
_COOKIE = "kvitto"
_COOKIE_SECONDS = 300
_RECEIPT = re.compile(r"(?P<prospect>\w+)/(?P<messages>\d{1,9})/(?P<reference>\d{4}-\d{6,12})?")


@router.get(_PATH)
async def show_what_happens(request: Request, session: SessionDep, visit: VisitDep) -> Response:
    return await _page(request, session, visit)


@router.post(_PATH)
async def erase(request: Request, session: SessionDep, visit: VisitDep) -> Response:
    if visit.conversation is None:
        return RedirectResponse(_PATH, 303)
    try:
        outcome = await erasure_wishes.carry_out(
            session, visit.conversation.id, _policy(request), request.app.state.clock()
        )
    except ConflictError as error:
        return await _page(request, session, visit, error=error)
    response = RedirectResponse(_RECEIPT_PATH, 303)
    forget(response)
    response.set_cookie(
        _COOKIE,
        f"{outcome.prospect}/{outcome.messages}/{outcome.case_reference or ''}",
        max_age=_COOKIE_SECONDS,
        path=_RECEIPT_PATH,
        httponly=True,
        secure=request.app.state.settings.uses_https,
        samesite="lax",
    )
    return response


@router.get(_RECEIPT_PATH)
async def show_receipt(request: Request, session: SessionDep, visit: VisitDep) -> Response:
    outcome = _read_receipt(request)
    if outcome is None or visit.conversation is not None:
        return RedirectResponse(pages.CHAT_PATH, 303)
    facts = await ContentRepository(session).get_facts()
    return pages.page(request, "resident/erased.html.j2", outcome=outcome, facts=facts)


def _policy(request: Request) -> Policy:
    return Policy(request.app.state.settings.resident_may_erase)


def _read_receipt(request: Request) -> Outcome | None:
    match = _RECEIPT.fullmatch(request.cookies.get(_COOKIE, ""))
    if match is None or match["prospect"] not in set(Prospect):
        return None
    return Outcome(Prospect(match["prospect"]), int(match["messages"]), match["reference"])


async def _page(
    request: Request, session: AsyncSession, visit: Visit, *, error: ConflictError | None = None
) -> Response:
    conversation = visit.conversation
    return pages.page(
        request,
        "resident/erase.html.j2",
        status=error.status if error else 200,
        prospect=await erasure_wishes.foresee(session, conversation, _policy(request)) if conversation else None,
        has_former=conversation is not None and conversation.continues is not None,
        has_promised_answer=conversation is not None and conversation.state == "asynchronous",
        facts=await ContentRepository(session).get_facts(),
        error=error.detail if error else None,
    )
