"""Answer groups and opening hours over JSON, for staff, and what the bot may promise, for the action server."""

from collections import defaultdict
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request

from handover_api.agents.identity import CaseHandlerDep, LeadDep
from handover_api.database import SessionDep
from handover_api.errors import InvalidError
from handover_api.models import AnswerGroup, OpeningException
from handover_api.organisation import hours, service, wording
from handover_api.organisation.repository import OrganisationRepository
from handover_api.organisation.schemas import (
    AnswerGroupRead,
    AvailabilityRead,
    GroupId,
    OpeningExceptionCreate,
    OpeningExceptionRead,
    OpeningPeriod,
    OpeningWeek,
    PromiseRead,
    wall_time,
)
from handover_api.rules.opening_hours import Period, SpecialDay

router = APIRouter(prefix="/api", tags=["staff"])
internal_router = APIRouter(prefix="/internal", tags=["internal"])

TopicId = Annotated[str | None, Query(max_length=100, pattern=r"^[a-z0-9-]+$")]


@router.get("/answer-groups")
async def list_answer_groups(_: CaseHandlerDep, session: SessionDep, request: Request) -> list[AnswerGroupRead]:
    now = request.app.state.clock()
    return [_group(group, found) for group, found in await service.list_groups(session, now)]


@router.get("/opening-hours")
async def list_opening_hours(_: LeadDep, session: SessionDep) -> list[OpeningWeek]:
    """Every week that has been set. A group without one has the hours of all; without any, it is always open."""
    weeks: dict[str | None, list[OpeningPeriod]] = defaultdict(list)
    for row in await OrganisationRepository(session).list_hours():
        weeks[row.answer_group].append(
            OpeningPeriod(weekday=row.weekday, opens=wall_time(row.opens_minute), closes=wall_time(row.closes_minute))
        )
    groups = sorted(weeks, key=lambda group: group or "")
    return [OpeningWeek(answer_group=group, periods=weeks[group]) for group in groups]


@router.put("/opening-hours")
async def put_opening_hours(
    week: OpeningWeek, staff: LeadDep, session: SessionDep, request: Request
) -> list[OpeningWeek]:
    periods: dict[int, tuple[Period, ...]] = {}
    for each in week.periods:
        periods[each.weekday] = (*periods.get(each.weekday, ()), each.period)
    await hours.set_week(session, staff, week.answer_group, periods, request.app.state.clock())
    return await list_opening_hours(staff, session)


@router.get("/opening-exceptions")
async def list_opening_exceptions(_: LeadDep, session: SessionDep, request: Request) -> list[OpeningExceptionRead]:
    """Days unlike the others, from today on."""
    today = hours.local_day(request.app.state.clock())
    return [_exception(row) for row in await OrganisationRepository(session).list_exceptions(today)]


@router.post("/opening-exceptions", status_code=201)
async def create_opening_exception(
    body: OpeningExceptionCreate, staff: LeadDep, session: SessionDep, request: Request
) -> OpeningExceptionRead:
    special = SpecialDay(_period(body), body.note)
    now = request.app.state.clock()
    return _exception(await hours.add_exception(session, staff, body.answer_group, body.day, special, now))


@router.delete("/opening-exceptions/{exception_id}", status_code=204)
async def delete_opening_exception(exception_id: UUID, staff: LeadDep, session: SessionDep, request: Request) -> None:
    await hours.remove_exception(session, staff, exception_id, request.app.state.clock())


@internal_router.get("/availability")
async def get_availability(
    session: SessionDep,
    request: Request,
    topic: TopicId = None,
    answer_group: Annotated[GroupId | None, Query()] = None,
) -> PromiseRead:
    """Of the group that a case about the topic would go to; a topic that nobody knows goes where such cases go."""
    now = request.app.state.clock()
    group = answer_group or await service.group_of_topic(session, topic)
    found = await service.availability(session, group, now)
    return PromiseRead(
        answer_group=group,
        is_open=found.is_open,
        agents_present=found.agents_present,
        is_staffed=found.is_staffed,
        opens_at=found.opens_at,
        opens_in_words=wording.opens(found, now),
        note=found.note,
    )


def _group(group: AnswerGroup, found: service.Availability) -> AnswerGroupRead:
    return AnswerGroupRead(
        id=group.id,
        name=group.name,
        skills=group.skills,
        is_closed_on_holidays=group.is_closed_on_holidays,
        overflow_to=group.overflow_to,
        overflow_after_minutes=group.overflow_after_minutes,
        patience_minutes=group.patience_minutes,
        due_working_days=group.due_working_days,
        availability=AvailabilityRead(
            is_open=found.is_open,
            agents_present=found.agents_present,
            opens_at=found.opens_at,
            note=found.note,
        ),
    )


def _period(body: OpeningExceptionCreate) -> Period | None:
    if body.opens is None and body.closes is None:
        return None
    if body.opens is None or body.closes is None:
        raise InvalidError(
            "hours_incomplete", "Ange både när ni öppnar och när ni stänger, eller ingetdera om ni har stängt."
        )
    return OpeningPeriod(weekday=body.day.weekday(), opens=body.opens, closes=body.closes).period


def _exception(row: OpeningException) -> OpeningExceptionRead:
    return OpeningExceptionRead(
        id=row.id,
        answer_group=row.answer_group,
        day=row.day,
        opens=None if row.opens_minute is None else wall_time(row.opens_minute),
        closes=None if row.closes_minute is None else wall_time(row.closes_minute),
        note=row.note,
    )
