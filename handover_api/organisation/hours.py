"""The opening hours as leads set them: the week, and days unlike the others."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from handover_api import live
from handover_api.agents.service import actor
from handover_api.audit import service as audit
from handover_api.errors import ConflictError, InvalidError, NotFoundError
from handover_api.models import OpeningException, OpeningHours, Staff
from handover_api.organisation.repository import OrganisationRepository
from handover_api.rules.message import EmptyTextError, TooLongTextError, clean_text
from handover_api.rules.opening_hours import LOCAL_TIME, Period, SpecialDay
from handover_api.rules.written_hours import HoursError, checked, write_periods, write_time

# Whoever writes 2206 means 2026.
FURTHEST_AHEAD = timedelta(days=3 * 366)
FOR_ALL = "all"


async def set_week(
    session: AsyncSession,
    staff: Staff,
    group: str | None,
    week: Mapping[int, tuple[Period, ...]],
    now: datetime,
) -> None:
    """Puts a whole week in place of the one before, for one group or for all that have no week of their own.

    An empty week takes a group's own hours away; without any week at all it is always open.

    Raises:
        InvalidError: `answer_group_missing`, or `hours_invalid` with the weekday.
    """
    repository = OrganisationRepository(session)
    await _require_group(repository, group)
    ordered = {weekday: _checked(weekday, periods) for weekday, periods in sorted(week.items())}
    await repository.lock_hours()
    await repository.delete_hours(group)
    repository.add(
        *(
            OpeningHours(answer_group=group, weekday=weekday, opens_minute=period.opens, closes_minute=period.closes)
            for weekday, periods in ordered.items()
            for period in periods
        )
    )
    hours = {str(weekday): write_periods(periods) for weekday, periods in ordered.items() if periods}
    _record(session, staff, "opening_hours_set", group, now, hours=hours)
    live.publish(session, live.QUEUE)


async def add_exception(
    session: AsyncSession, staff: Staff, group: str | None, day: date, special: SpecialDay, now: datetime
) -> OpeningException:
    """Closes a day, or gives it hours of its own. What holds for a group goes before what holds for all.

    Raises:
        InvalidError: `answer_group_missing`, `day_passed`, `day_too_far`, `hours_invalid` or `text_too_long`.
        ConflictError: `exception_exists`; the day has one already.
    """
    repository = OrganisationRepository(session)
    await _require_group(repository, group)
    today = local_day(now)
    if day < today:
        raise InvalidError("day_passed", "Dagen har redan varit. Välj i dag eller en dag som kommer.")
    if day > today + FURTHEST_AHEAD:
        raise InvalidError("day_too_far", "Dagen ligger för långt fram. Kontrollera årtalet.")
    if special.period is not None:
        _checked(day.weekday(), (special.period,))
    stored = await repository.insert_exception(
        answer_group=group,
        day=day,
        opens_minute=special.period.opens if special.period else None,
        closes_minute=special.period.closes if special.period else None,
        note=_as_one_line(special.note),
    )
    if stored is None:
        raise ConflictError(
            "exception_exists", "Det finns redan avvikande tider den dagen. Ta bort dem först, och lägg till nya."
        )
    _record(session, staff, "opening_exception_added", group, now, day=day.isoformat(), hours=_hours_of(special))
    live.publish(session, live.QUEUE)
    return stored


async def remove_exception(session: AsyncSession, staff: Staff, exception_id: UUID, now: datetime) -> None:
    """
    Raises:
        NotFoundError
    """
    removed = await OrganisationRepository(session).delete_exception(exception_id)
    if removed is None:
        raise NotFoundError
    _record(session, staff, "opening_exception_removed", removed.answer_group, now, day=removed.day.isoformat())
    live.publish(session, live.QUEUE)


def local_day(now: datetime) -> date:
    return now.astimezone(LOCAL_TIME).date()


async def _require_group(repository: OrganisationRepository, group: str | None) -> None:
    if group is not None and await repository.find_group(group) is None:
        raise InvalidError("answer_group_missing", "Svarsgruppen finns inte.")


def _checked(weekday: int, periods: tuple[Period, ...]) -> tuple[Period, ...]:
    try:
        return checked(periods)
    except HoursError as error:
        raise InvalidError("hours_invalid", str(error), weekday=weekday) from None


def _as_one_line(note: str) -> str:
    """Residents read it within a sentence.

    Raises:
        InvalidError: `text_too_long`.
    """
    try:
        return " ".join(clean_text(note).split()).rstrip(".")
    except EmptyTextError:
        return ""
    except TooLongTextError:
        raise InvalidError("text_too_long", "Förklaringen är för lång.") from None


def _hours_of(special: SpecialDay) -> str:
    period = special.period
    return f"{write_time(period.opens)}-{write_time(period.closes)}" if period else "closed"


def _record(
    session: AsyncSession, staff: Staff, action: str, group: str | None, now: datetime, **details: object
) -> None:
    audit.record(
        session, actor(staff), action, subject_kind="opening_hours", subject_id=group or FOR_ALL, at=now, **details
    )
