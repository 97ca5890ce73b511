"""Opening hours, for leads: the ordinary week, days unlike the others, and how the coming fortnight turns out.

It works without a script. What cannot be kept comes back as it was written, with the reason beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.agents.identity import LeadDep
from handover_api.database import SessionDep
from handover_api.errors import ConflictError, InvalidError, NotFoundError
from handover_api.models import AnswerGroup, OpeningException, OpeningHours, Staff
from handover_api.organisation import hours
from handover_api.organisation.repository import OrganisationRepository
from handover_api.organisation.schemas import MAX_NOTE_CHARACTERS
from handover_api.organisation.service import Calendars, period_of, read_calendars
from handover_api.rules.opening_hours import WHOLE_DAY, Day, Period, SpecialDay
from handover_api.rules.spoken_time import WEEKDAYS
from handover_api.rules.written_hours import HoursError, read_periods, write_periods
from handover_api.web import pages

router = APIRouter(include_in_schema=False)

PATH = "/desk/oppettider"
FOR_ALL = ""
_DAYS_SHOWN = 14
_NAME_OF_ALL = "Alla svarsgrupper"


class WeekForm(BaseModel):
    svarsgrupp: str = FOR_ALL
    mandag: str = ""
    tisdag: str = ""
    onsdag: str = ""
    torsdag: str = ""
    fredag: str = ""
    lordag: str = ""
    sondag: str = ""

    @property
    def days(self) -> tuple[str, ...]:
        return (self.mandag, self.tisdag, self.onsdag, self.torsdag, self.fredag, self.lordag, self.sondag)


_FIELDS = tuple(name for name in WeekForm.model_fields if name != "svarsgrupp")


class DayForm(BaseModel):
    svarsgrupp: str = FOR_ALL
    dag: str = ""
    tider: str = ""
    anledning: str = ""


@dataclass(frozen=True)
class WeekView:
    """The ordinary week of one group, or of all (`id` is empty), as the form shows it."""

    id: str
    name: str
    follows: str
    days: tuple[str, ...]
    # Beside the days that cannot be kept, by weekday.
    errors: Mapping[int, str] = field(default_factory=dict)
    error: str = ""

    @property
    def is_refused(self) -> bool:
        return bool(self.errors or self.error)

    @property
    def fields(self) -> list[tuple[str, str, str, str]]:
        """Of each weekday: the field's name, the day's, what stands in it, and what is wrong with that."""
        return [
            (name, WEEKDAYS[weekday], self.days[weekday], self.errors.get(weekday, ""))
            for weekday, name in enumerate(_FIELDS)
        ]


@dataclass(frozen=True)
class ExceptionView:
    id: UUID
    day: date
    hours: str
    note: str
    group: str


@dataclass(frozen=True)
class Fortnight:
    """The coming days of all groups that have the same hours on each of them."""

    groups: tuple[str, ...]
    days: tuple[Day, ...]


@dataclass(frozen=True)
class Refused:
    """What was sent in and could not be kept."""

    error: InvalidError | ConflictError
    week: WeekForm | None = None
    errors: Mapping[int, str] = field(default_factory=dict)
    day: DayForm | None = None


@router.get(PATH)
async def show_hours(request: Request, session: SessionDep, staff: LeadDep, sparat: str = "") -> Response:
    return await _page(request, session, staff, is_saved=bool(sparat))


@router.post(f"{PATH}/vecka")
async def save_week(
    request: Request, session: SessionDep, staff: LeadDep, form: Annotated[WeekForm, Form()]
) -> Response:
    week, errors = _read_week(form)
    if errors:
        refusal = InvalidError("hours_invalid", "Några tider går inte att använda. Inget är ändrat ännu.")
        return await _page(request, session, staff, refused=Refused(refusal, week=form, errors=errors))
    try:
        group = await _known_group(session, form.svarsgrupp)
        await hours.set_week(session, staff, group, week, request.app.state.clock())
    except InvalidError as error:
        return await _page(request, session, staff, refused=Refused(error, week=form))
    return RedirectResponse(f"{PATH}?sparat=vecka", 303)


@router.post(f"{PATH}/dagar")
async def add_day(request: Request, session: SessionDep, staff: LeadDep, form: Annotated[DayForm, Form()]) -> Response:
    try:
        group = await _known_group(session, form.svarsgrupp)
        special = SpecialDay(_read_period(form.tider), _read_note(form.anledning))
        await hours.add_exception(session, staff, group, _read_day(form.dag), special, request.app.state.clock())
    except (InvalidError, ConflictError) as error:
        return await _page(request, session, staff, refused=Refused(error, day=form))
    return RedirectResponse(f"{PATH}?sparat=dag", 303)


@router.post(f"{PATH}/dagar/{{exception_id}}/ta-bort")
async def remove_day(request: Request, session: SessionDep, staff: LeadDep, exception_id: UUID) -> Response:
    try:
        await hours.remove_exception(session, staff, exception_id, request.app.state.clock())
    except NotFoundError:
        # Somebody else was faster; the page shows that the day is gone.
        return RedirectResponse(PATH, 303)
    return RedirectResponse(f"{PATH}?sparat=borta", 303)


async def _page(
    request: Request, session: AsyncSession, staff: Staff, *, is_saved: bool = False, refused: Refused | None = None
) -> Response:
    repository = OrganisationRepository(session)
    today = hours.local_day(request.app.state.clock())
    groups = await repository.list_groups()
    names = {group.id: group.name for group in groups}
    return pages.page(
        request,
        "desk/hours.html.j2",
        status=refused.error.status if refused else 200,
        staff=staff,
        weeks=_week_views(groups, await repository.list_hours(), refused),
        groups=[(FOR_ALL, _NAME_OF_ALL), *names.items()],
        exceptions=[_exception_view(row, names) for row in await repository.list_exceptions(today)],
        day_form=refused.day if refused and refused.day else DayForm(),
        day_error=refused.error.detail if refused and refused.day else "",
        fortnights=_fortnights(groups, await read_calendars(session), today),
        today=today,
        last_day=today + hours.FURTHEST_AHEAD,
        max_note=MAX_NOTE_CHARACTERS,
        is_saved=is_saved,
        as_written=_as_written,
    )


def _week_views(groups: list[AnswerGroup], rows: list[OpeningHours], refused: Refused | None) -> list[WeekView]:
    stored: dict[str, dict[int, list[Period]]] = {}
    for row in rows:
        week = stored.setdefault(row.answer_group or FOR_ALL, {})
        week.setdefault(row.weekday, []).append(Period(row.opens_minute, row.closes_minute))
    general = "följer tiderna för alla" if FOR_ALL in stored else "alltid öppen"
    views = []
    for group, name in [(FOR_ALL, _NAME_OF_ALL), *((group.id, group.name) for group in groups)]:
        own = stored.get(group, {})
        follows = ("har tider" if group == FOR_ALL else "har egna tider") if own else general
        days = tuple(write_periods(own.get(weekday, ())) for weekday in range(len(WEEKDAYS)))
        if refused and refused.week and refused.week.svarsgrupp == group:
            views.append(WeekView(group, name, follows, refused.week.days, refused.errors, refused.error.detail))
        else:
            views.append(WeekView(group, name, follows, days))
    return views


def _exception_view(row: OpeningException, names: Mapping[str, str]) -> ExceptionView:
    period = period_of(row)
    return ExceptionView(
        id=row.id,
        day=row.day,
        hours=f"Öppet {write_periods([period])}" if period else "Stängt",
        note=row.note,
        group=_NAME_OF_ALL if row.answer_group is None else names.get(row.answer_group, row.answer_group),
    )


def _fortnights(groups: list[AnswerGroup], calendars: Calendars, today: date) -> list[Fortnight]:
    days = [today + timedelta(days=number) for number in range(_DAYS_SHOWN)]
    alike: dict[tuple[Day, ...], list[str]] = {}
    for group in groups:
        calendar = calendars.of(group.id)
        alike.setdefault(tuple(calendar.day(day) for day in days), []).append(group.name)
    if not groups:
        alike[tuple(calendars.of(None).day(day) for day in days)] = []
    if len(alike) == 1:
        return [Fortnight((_NAME_OF_ALL,), next(iter(alike)))]
    return [Fortnight(tuple(names), turned_out) for turned_out, names in alike.items()]


def _as_written(day: Day) -> str:
    if not day.periods:
        return "Stängt"
    return "Dygnet runt" if day.periods == (WHOLE_DAY,) else write_periods(day.periods)


async def _known_group(session: AsyncSession, group: str) -> str | None:
    """The form's answer group; None for all.

    Raises:
        InvalidError: `answer_group_missing`.
    """
    if group == FOR_ALL:
        return None
    if group not in {known.id for known in await OrganisationRepository(session).list_groups()}:
        raise InvalidError("answer_group_missing", "Svarsgruppen finns inte. Välj en i listan.")
    return group


def _read_week(form: WeekForm) -> tuple[dict[int, tuple[Period, ...]], dict[int, str]]:
    """The periods by weekday, and what is wrong by weekday."""
    week, errors = {}, {}
    for weekday, text in enumerate(form.days):
        try:
            week[weekday] = read_periods(text)
        except HoursError as error:
            errors[weekday] = str(error)
    return week, errors


def _read_period(text: str) -> Period | None:
    try:
        periods = read_periods(text)
    except HoursError as error:
        raise InvalidError("hours_invalid", str(error)) from None
    if len(periods) > 1:
        raise InvalidError("hours_invalid", "En dag som avviker kan bara ha en tid, till exempel 10.00–14.00.")
    return periods[0] if periods else None


def _read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidError("day_missing", "Välj en dag, eller skriv den som 2026-12-23.") from None


def _read_note(text: str) -> str:
    if len(text) > MAX_NOTE_CHARACTERS:
        raise InvalidError("text_too_long", f"Förklaringen får vara högst {MAX_NOTE_CHARACTERS} tecken.")
    return text
