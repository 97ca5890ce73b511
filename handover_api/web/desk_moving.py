"""A lead's moves: a colleague's open cases, and moving several cases at once. It works without a script."""

from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.agents.identity import LeadDep
from handover_api.cases import reading
from handover_api.cases.moving import Move, NotMoved, move_all
from handover_api.cases.schemas import CaseSummary
from handover_api.database import SessionDep
from handover_api.errors import InvalidError, NotFoundError
from handover_api.models import Staff
from handover_api.queue.people import find_colleague
from handover_api.rules.case import CaseState
from handover_api.web import case_steps, desk_wall, pages
from handover_api.web.desk_addresses import QUEUE_PATH, case_path
from handover_api.web.moving_form import PATH, MovingForm, read_moved, read_moving_form
from handover_api.web.sign_in import local_path

router = APIRouter(include_in_schema=False)

COLLEAGUE_PATH = f"{desk_wall.PATH}/medarbetare"
# As many as a list shows.
_MOST = reading.MOST_SHOWN
# Whoever takes the case reads why it came; a lead who says nothing has at least moved it on purpose.
_WITHOUT_WORDS = "En teamledare har flyttat ärendet."
# What a lead can move: what somebody is to answer.
MOVABLE = frozenset({CaseState.WAITING, CaseState.ASSIGNED, CaseState.FORWARDED})


@router.get(COLLEAGUE_PATH + "/{username}")
async def show_colleague(
    request: Request,
    session: SessionDep,
    lead: LeadDep,
    username: Annotated[str, Path(max_length=100)],
    flyttade: str = "",
) -> Response:
    now = request.app.state.clock()
    colleague = await find_colleague(session, username, now)
    return pages.page(
        request,
        "desk/colleague_cases.html.j2",
        staff=lead,
        colleague=colleague,
        cases=(await reading.list_owned(session, [colleague.id]))[colleague.id],
        movable=MOVABLE,
        moving=await read_moving_form(session, request.url.path, now),
        moved=read_moved(flyttade),
        case_path=case_path,
        new_key=lambda: str(uuid4()),
        now=now,
    )


@router.post(PATH)
async def move(
    request: Request,
    session: SessionDep,
    lead: LeadDep,
    arende: Annotated[list[str] | None, Form()] = None,
    target: Annotated[str, Form()] = "",
    text: Annotated[str, Form()] = "",
    till: Annotated[str, Form()] = QUEUE_PATH,
) -> Response:
    """`arende`: each case with the version that the list showed, as in 2026-000012:3."""
    now, back = request.app.state.clock(), local_path(till)
    moves = _read_moves(arende or [])
    if not moves:
        form = await read_moving_form(session, back, now, target=target, text=text)
        return await _result(request, session, lead, form, status=422)
    try:
        stayed = await move_all(
            request.app.state.sessions, lead, moves, case_steps.read_target(target), text.strip() or _WITHOUT_WORDS, now
        )
    except InvalidError as error:
        is_of_text = error.code.startswith("text_")
        form = await read_moving_form(
            session,
            back,
            now,
            target=target,
            text=text,
            target_error="" if is_of_text else error.detail,
            text_error=error.detail if is_of_text else "",
        )
        return await _result(request, session, lead, form, left=moves, status=error.status)
    if not stayed:
        return RedirectResponse(f"{back}{'&' if '?' in back else '?'}flyttade={len(moves)}", 303)
    form = await read_moving_form(session, back, now, text=text)
    moved = len(moves) - len(stayed)
    return await _result(request, session, lead, form, moved=moved, stayed=stayed, status=409)


def _read_moves(chosen: list[str]) -> list[Move]:
    """A case that stands in two lists is moved once; a version that is none is never the present one."""
    versions: dict[str, int] = {}
    for each in chosen[: 2 * _MOST]:
        reference, _, version = each.partition(":")
        versions.setdefault(reference, int(version) if version.isdecimal() and len(version) < 10 else 0)  # noqa: PLR2004
    return [Move(reference, version) for reference, version in versions.items()][:_MOST]


async def _result(
    request: Request,
    session: AsyncSession,
    lead: Staff,
    form: MovingForm,
    *,
    left: list[Move] | None = None,
    moved: int = 0,
    stayed: list[NotMoved] | None = None,
    status: int,
) -> Response:
    """What was not moved, as it stands now: with the reason, or ticked as before when the form itself was refused."""
    reasons = {each.reference: each.reason for each in stayed or []}
    references = [*reasons, *(each.reference for each in left or [])]
    found = {reference: await _find(session, reference) for reference in references}
    return pages.page(
        request,
        "desk/moving.html.j2",
        status=status,
        staff=lead,
        moving=form,
        cases=[case for case in found.values() if case],
        reasons=reasons,
        gone=[reason for reference, reason in reasons.items() if found[reference] is None],
        is_ticked=left is not None,
        has_chosen=bool(references),
        moved=moved,
        movable=MOVABLE,
        case_path=case_path,
    )


async def _find(session: AsyncSession, reference: str) -> CaseSummary | None:
    try:
        return await reading.get_summary(session, reference)
    except NotFoundError:
        return None
