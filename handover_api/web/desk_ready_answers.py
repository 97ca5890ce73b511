"""Ready answers, for leads and editors: a list, and a page for each, where it is written, changed and put away.

It works without a script. What cannot be kept comes back as it was written, with the reason beside it.
"""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.agents.identity import AnswerKeeperDep
from handover_api.agents.service import actor
from handover_api.content import ready_answers
from handover_api.content.answers_repository import AnswersRepository
from handover_api.content.ready_answers import MAX_TEXT_CHARACTERS, MAX_TITLE_CHARACTERS, Written
from handover_api.content.service import list_topics
from handover_api.database import SessionDep
from handover_api.errors import ConflictError, InvalidError
from handover_api.models import ReadyAnswer, Staff
from handover_api.organisation.repository import OrganisationRepository
from handover_api.rules.case import DEFAULT_ANSWER_GROUP
from handover_api.web import pages, wording

router = APIRouter(include_in_schema=False)

PATH = "/desk/svar"
FOR_ALL = ""
_NAME_OF_ALL = "Alla svarsgrupper"


class AnswerForm(BaseModel):
    """`version`: of the answer that the form showed; 0 for a new one."""

    rubrik: str = ""
    svar: str = ""
    svarsgrupp: str = FOR_ALL
    version: int = 0


@dataclass(frozen=True)
class Row:
    address: str
    title: str
    group: str
    changed: str
    is_active: bool


@router.get(PATH)
async def show_answers(request: Request, session: SessionDep, staff: AnswerKeeperDep, sparat: str = "") -> Response:
    now = request.app.state.clock()
    groups = await _groups(session)
    rows = [
        Row(
            address=_address(answer.id),
            title=answer.title,
            group=_name_of(answer.answer_group, groups),
            changed=f"Ändrat {wording.clock_time(answer.changed_at, now)} av {name}",
            is_active=answer.is_active,
        )
        for answer, name in await AnswersRepository(session).list_ready_answers()
    ]
    return pages.page(
        request,
        "desk/ready_answers.html.j2",
        staff=staff,
        in_use=[row for row in rows if row.is_active],
        put_away=[row for row in rows if not row.is_active],
        is_saved=bool(sparat),
        new_address=f"{PATH}/nytt",
    )


@router.get(f"{PATH}/nytt")
async def show_new(request: Request, session: SessionDep, staff: AnswerKeeperDep) -> Response:
    return await _page(request, session, staff, AnswerForm())


@router.post(f"{PATH}/nytt")
async def add(
    request: Request, session: SessionDep, staff: AnswerKeeperDep, form: Annotated[AnswerForm, Form()]
) -> Response:
    try:
        written = await _written(session, form)
        await ready_answers.add(session, actor(staff), staff.id, written, request.app.state.clock())
    except InvalidError as error:
        return await _page(request, session, staff, form, error=error)
    return RedirectResponse(f"{PATH}?sparat=1", 303)


@router.get(PATH + "/{answer_id}")
async def show_answer(request: Request, session: SessionDep, staff: AnswerKeeperDep, answer_id: UUID) -> Response:
    answer = await ready_answers.get(session, answer_id)
    return await _page(request, session, staff, _form_of(answer), answer=answer)


@router.post(PATH + "/{answer_id}")
async def change(
    request: Request,
    session: SessionDep,
    staff: AnswerKeeperDep,
    answer_id: UUID,
    form: Annotated[AnswerForm, Form()],
) -> Response:
    answer = await ready_answers.get(session, answer_id)
    now = request.app.state.clock()
    try:
        written = await _written(session, form)
        await ready_answers.change(session, actor(staff), staff.id, answer_id, form.version, written, now)
    except (InvalidError, ConflictError) as error:
        return await _page(request, session, staff, form, answer=answer, error=error)
    return RedirectResponse(f"{PATH}?sparat=1", 303)


@router.post(PATH + "/{answer_id}/lagg-undan")
async def put_away(
    request: Request, session: SessionDep, staff: AnswerKeeperDep, answer_id: UUID, version: Annotated[int, Form()]
) -> Response:
    return await _set_active(request, session, staff, answer_id, version, is_active=False)


@router.post(PATH + "/{answer_id}/ta-fram")
async def take_out(
    request: Request, session: SessionDep, staff: AnswerKeeperDep, answer_id: UUID, version: Annotated[int, Form()]
) -> Response:
    return await _set_active(request, session, staff, answer_id, version, is_active=True)


async def _set_active(
    request: Request, session: AsyncSession, staff: Staff, answer_id: UUID, version: int, *, is_active: bool
) -> Response:
    now = request.app.state.clock()
    try:
        await ready_answers.set_active(session, actor(staff), staff.id, answer_id, version, now, is_active=is_active)
    except ConflictError as error:
        answer = await ready_answers.get(session, answer_id)
        return await _page(request, session, staff, _form_of(answer), answer=answer, error=error)
    return RedirectResponse(f"{PATH}?sparat=1", 303)


async def _page(
    request: Request,
    session: AsyncSession,
    staff: Staff,
    form: AnswerForm,
    *,
    answer: ReadyAnswer | None = None,
    error: InvalidError | ConflictError | None = None,
) -> Response:
    """The form of one answer, a new one without `answer`."""
    return pages.page(
        request,
        "desk/ready_answer.html.j2",
        status=error.status if error else 200,
        staff=staff,
        form=form,
        answer=answer,
        # What somebody else has changed meanwhile is shown beside what was written.
        changed_meanwhile=answer if isinstance(error, ConflictError) else None,
        version=answer.version if answer else 0,
        address=_address(answer.id) if answer else f"{PATH}/nytt",
        list_address=PATH,
        error=error,
        fields_error=error.extra.get("field") if error else None,
        groups=[(FOR_ALL, _NAME_OF_ALL), *(await _groups(session)).items()],
        max_title=MAX_TITLE_CHARACTERS,
        max_text=MAX_TEXT_CHARACTERS,
    )


async def _written(session: AsyncSession, form: AnswerForm) -> Written:
    """
    Raises:
        InvalidError: `answer_group_missing`.
    """
    if form.svarsgrupp != FOR_ALL and form.svarsgrupp not in await _groups(session):
        raise InvalidError("answer_group_missing", "Svarsgruppen finns inte. Välj en i listan.", field="group")
    return Written(form.rubrik, form.svar, form.svarsgrupp or None)


async def _groups(session: AsyncSession) -> dict[str, str]:
    """Their names, by id; a municipality that has written down no groups has those of its topics."""
    groups = {group.id: group.name for group in await OrganisationRepository(session).list_groups()}
    if groups:
        return groups
    used = {topic.answer_group for topic in await list_topics(session)} | {DEFAULT_ANSWER_GROUP}
    return {group: wording.answer_group(group) for group in sorted(used, key=wording.answer_group)}


def _name_of(group: str | None, groups: dict[str, str]) -> str:
    return _NAME_OF_ALL if group is None else groups.get(group, wording.answer_group(group))


def _form_of(answer: ReadyAnswer) -> AnswerForm:
    return AnswerForm(
        rubrik=answer.title, svar=answer.text, svarsgrupp=answer.answer_group or FOR_ALL, version=answer.version
    )


def _address(answer_id: UUID) -> str:
    return f"{PATH}/{answer_id}"
