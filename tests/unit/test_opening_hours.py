"""When an answer group is open: against a walk through every minute, over clock changes, leap days and new years."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover_api.rules.opening_hours import (
    HORIZON_DAYS,
    LOCAL_TIME,
    WHOLE_DAY,
    OpeningCalendar,
    Period,
    SpecialDay,
)

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
OFFICE = Period(8 * 60, 17 * 60)
OFFICE_WEEK = dict.fromkeys(range(5), (OFFICE,))

SPRING_2026, AUTUMN_2026 = date(2026, 3, 29), date(2026, 10, 25)
SPRING_2027, AUTUMN_2027 = date(2027, 3, 28), date(2027, 10, 31)
CLOCK_CHANGES = [SPRING_2026, AUTUMN_2026, SPRING_2027, AUTUMN_2027]
# Days that calendars get wrong: clock changes, a leap day, a new year.
REMARKABLE_DAYS = [*CLOCK_CHANGES, date(2028, 2, 29), date(2026, 12, 31), date(2027, 1, 1)]

minutes = st.one_of(st.integers(0, 1440), st.sampled_from([0, 119, 120, 121, 150, 179, 180, 181, 1440]))
periods = st.tuples(minutes, minutes).filter(lambda pair: pair[0] < pair[1]).map(lambda pair: Period(*pair))
days_of_interest = st.builds(
    lambda day, offset: day + timedelta(days=offset), st.sampled_from(REMARKABLE_DAYS), st.integers(-2, 2)
)
weeks = st.dictionaries(st.integers(0, 6), st.lists(periods, min_size=1, max_size=3).map(tuple), max_size=7)
special_days = st.dictionaries(days_of_interest, st.builds(SpecialDay, st.none() | periods), max_size=3)
holiday_names = st.frozensets(days_of_interest, max_size=2).map(
    lambda days: lambda day: "Helgdag" if day in days else None
)
calendars = st.builds(OpeningCalendar, weeks, special_days, holiday_names, st.booleans())
moments = st.builds(
    lambda day, minute: datetime(day.year, day.month, day.day, tzinfo=LOCAL_TIME).astimezone(UTC) + minute * MINUTE,
    days_of_interest,
    st.integers(0, 1439),
)


def calendar(
    weekly: Mapping[int, tuple[Period, ...]] | None = None,
    special: Mapping[date, SpecialDay] | None = None,
    holidays: Mapping[date, str] | None = None,
    *,
    is_closed_on_holidays: bool = True,
) -> OpeningCalendar:
    return OpeningCalendar(
        OFFICE_WEEK if weekly is None else weekly, special or {}, (holidays or {}).get, is_closed_on_holidays
    )


def local(year: int, month: int, day: int, hour: int = 0, minute: int = 0, *, fold: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=LOCAL_TIME, fold=fold)


def open_minutes(hours: OpeningCalendar, day: date) -> set[datetime]:
    """The open minutes of a day, by looking at the clock at every one of them."""
    start = datetime(day.year, day.month, day.day, tzinfo=LOCAL_TIME).astimezone(UTC)
    every = [start + n * MINUTE for n in range(25 * 60)]
    every = [moment for moment in every if moment.astimezone(LOCAL_TIME).date() == day]
    shown = [moment.astimezone(LOCAL_TIME).hour * 60 + moment.astimezone(LOCAL_TIME).minute for moment in every]
    found = set()
    for period in hours.day(day).periods:
        begun = [index for index, minute in enumerate(shown) if minute >= period.opens]
        unfinished = [index for index, minute in enumerate(shown) if minute < period.closes]
        if begun and unfinished:
            found.update(every[begun[0] : unfinished[-1] + 1])
    return found


def walk(start: datetime, end: datetime | None) -> Iterator[datetime]:
    """Every minute for some hours, every now and then for a week, and the last minutes."""
    yield from (start + n * MINUTE for n in range(6 * 60) if end is None or start + n * MINUTE < end)
    yield from (start + n * 47 * MINUTE for n in range(200) if end is None or start + n * 47 * MINUTE < end)
    if end is not None:
        yield from (end - n * MINUTE for n in range(1, 60) if end - n * MINUTE >= start)


@given(calendars, days_of_interest)
def test_a_moment_is_open_exactly_when_a_walk_through_the_day_finds_it_open(hours: OpeningCalendar, day: date) -> None:
    start = datetime(day.year, day.month, day.day, tzinfo=LOCAL_TIME).astimezone(UTC)
    walked = open_minutes(hours, day)
    for n in range(25 * 60):
        moment = start + n * MINUTE
        if moment.astimezone(LOCAL_TIME).date() == day:
            assert hours.is_open(moment) == (moment in walked), moment


@given(calendars, moments)
def test_the_next_opening_is_open_and_nothing_before_it_is(hours: OpeningCalendar, at: datetime) -> None:
    opening = hours.next_opening(at)
    if hours.is_open(at):
        assert opening == at
        return
    if opening is not None:
        assert opening > at
        assert hours.is_open(opening)
    assert not any(hours.is_open(moment) for moment in walk(at, opening))


@given(calendars, moments)
def test_it_is_open_until_it_closes_and_not_then(hours: OpeningCalendar, at: datetime) -> None:
    closing = hours.closes_at(at)
    if closing is None:
        assert not hours.is_open(at) or hours.is_open(at + HORIZON_DAYS * DAY - 2 * DAY)
        return
    assert closing > at
    assert not hours.is_open(closing)
    assert all(hours.is_open(moment) for moment in walk(at, closing))


@given(calendars, moments, st.integers(1, 30), st.timedeltas(timedelta(), timedelta(days=10)))
def test_a_later_start_or_more_days_are_never_due_earlier(
    hours: OpeningCalendar, start: datetime, days: int, later: timedelta
) -> None:
    due = hours.add_working_days(start, days)
    assert start < due <= hours.add_working_days(start + later, days)
    assert due < hours.add_working_days(start, days + 1)


@given(calendars, moments, st.integers(1, 30))
def test_exactly_so_many_working_days_follow_until_what_is_due(
    hours: OpeningCalendar, start: datetime, days: int
) -> None:
    first = start.astimezone(LOCAL_TIME).date()
    last = hours.add_working_days(start, days).astimezone(LOCAL_TIME).date()
    after_it = [first + timedelta(days=n) for n in range(1, (last - first).days + 1)]
    assert len([day for day in after_it if hours.is_working_day(day)]) == days
    assert hours.is_working_day(last)


@given(calendars, moments, st.integers(1, 30))
def test_what_is_promised_is_due_while_somebody_answers_and_not_at_midnight(
    hours: OpeningCalendar, start: datetime, days: int
) -> None:
    due = hours.add_working_days(start, days)
    wall = due.astimezone(LOCAL_TIME)
    assert wall.time() != wall.min.time()
    if hours.closes_at(due - MINUTE) == due:
        assert not any(moment >= due for moment in open_minutes(hours, wall.date()))
    else:
        assert (wall.hour, wall.minute) == (17, 0)


@pytest.mark.parametrize("day", CLOCK_CHANGES)
@pytest.mark.parametrize("period", [Period(8 * 60, 17 * 60), Period(9 * 60 + 30, 12 * 60)])
def test_office_hours_are_those_on_the_wall_on_the_day_the_clocks_change(day: date, period: Period) -> None:
    hours = calendar({6: (period,)})
    opens = datetime(day.year, day.month, day.day, period.opens // 60, period.opens % 60, tzinfo=LOCAL_TIME)
    closes = datetime(day.year, day.month, day.day, period.closes // 60, period.closes % 60, tzinfo=LOCAL_TIME)
    assert not hours.is_open(opens - MINUTE)
    assert hours.is_open(opens)
    assert hours.next_opening(opens - 8 * timedelta(hours=1)) == opens
    assert hours.is_open(closes - MINUTE)
    assert not hours.is_open(closes)
    assert hours.closes_at(opens) == closes


@pytest.mark.parametrize("day", [SPRING_2026, SPRING_2027])
def test_a_time_that_the_clock_jumps_over_is_the_moment_of_the_jump(day: date) -> None:
    jump = datetime(day.year, day.month, day.day, 1, tzinfo=UTC)
    begins_in_the_gap = calendar({6: (Period(150, 300),)})
    assert begins_in_the_gap.next_opening(jump - 2 * DAY) == jump
    ends_in_the_gap = calendar({6: (Period(60, 150),)})
    assert ends_in_the_gap.closes_at(jump - MINUTE) == jump
    within_the_gap = calendar({6: (Period(130, 170),)})
    assert within_the_gap.next_opening(jump - DAY) == local(day.year, day.month, day.day, 2, 10) + 7 * DAY


@pytest.mark.parametrize("day", [AUTUMN_2026, AUTUMN_2027])
def test_the_hour_that_comes_twice_is_open_once_and_whole(day: date) -> None:
    within_the_hour = calendar({6: (Period(150, 160),)})
    # In UTC, since times that the clock shows twice are never equal to another zone's.
    first = local(day.year, day.month, day.day, 2, 30).astimezone(UTC)
    last = local(day.year, day.month, day.day, 2, 40, fold=1).astimezone(UTC)
    assert within_the_hour.next_opening(first - DAY) == first
    assert within_the_hour.closes_at(first) == last
    assert last - first == timedelta(minutes=70)


@pytest.mark.parametrize("day", CLOCK_CHANGES)
def test_a_promise_is_by_the_clock_on_the_wall_when_the_clocks_change(day: date) -> None:
    friday = datetime(day.year, day.month, day.day, 9, tzinfo=LOCAL_TIME) - 2 * DAY
    monday = datetime(day.year, day.month, day.day, 17, tzinfo=LOCAL_TIME) + DAY
    assert calendar().add_working_days(friday.astimezone(UTC), 1) == monday


def test_without_hours_every_moment_is_open_and_holidays_too() -> None:
    hours = calendar({}, holidays={date(2026, 12, 24): "Julafton"})
    christmas_eve = local(2026, 12, 24, 3)
    assert hours.is_open(christmas_eve)
    assert hours.closes_at(christmas_eve) is None


def test_a_closure_shuts_what_is_otherwise_always_open() -> None:
    hours = calendar({}, {date(2026, 11, 24): SpecialDay(None, "Flytt")})
    noon = local(2026, 11, 24, 12)
    assert not hours.is_open(noon)
    assert hours.closed_because(noon) == "Flytt"
    assert hours.next_opening(noon) == local(2026, 11, 25)
    assert hours.closes_at(noon - DAY) == local(2026, 11, 24)


def test_a_holiday_is_closed_unless_the_group_works_then_or_the_staff_say_otherwise() -> None:
    christmas_eve = date(2026, 12, 24)
    noon = local(2026, 12, 24, 12)
    names = {christmas_eve: "Julafton"}
    assert not calendar(holidays=names).is_open(noon)
    assert calendar(holidays=names).closed_because(noon) == "Julafton"
    assert calendar(holidays=names, is_closed_on_holidays=False).is_open(noon)
    shortened = {christmas_eve: SpecialDay(Period(10 * 60, 13 * 60), "Kort dag")}
    assert calendar(special=shortened, holidays=names).is_open(noon)
    closed_without_a_word = calendar({}, {christmas_eve: SpecialDay(None)}, names)
    assert closed_without_a_word.closed_because(noon) == "Julafton"


def test_nothing_is_given_as_the_reason_for_an_ordinary_evening() -> None:
    assert calendar(holidays={date(2026, 12, 24): "Julafton"}).closed_because(local(2026, 12, 23, 20)) == ""
    open_on_holidays = calendar(holidays={date(2026, 12, 24): "Julafton"}, is_closed_on_holidays=False)
    assert open_on_holidays.closed_because(local(2026, 12, 24, 20)) == ""


def test_periods_that_meet_close_once() -> None:
    hours = calendar({0: (Period(480, 720), Period(720, 1440)), 1: (Period(0, 60),)})
    assert hours.closes_at(local(2026, 11, 23, 9)) == local(2026, 11, 24, 1)


def test_what_is_closed_for_good_has_no_next_opening() -> None:
    closed = {date(2026, 1, 1) + timedelta(days=n): SpecialDay(None) for n in range(2 * HORIZON_DAYS)}
    assert calendar(special=closed).next_opening(local(2026, 1, 1)) is None


def test_a_leap_day_and_a_new_year_are_days_like_others() -> None:
    always = calendar(dict.fromkeys(range(7), (OFFICE,)))
    assert always.next_opening(local(2028, 2, 28, 18)) == local(2028, 2, 29, 8)
    assert always.next_opening(local(2026, 12, 31, 18)) == local(2027, 1, 1, 8)
    assert calendar().add_working_days(local(2028, 2, 28, 10), 2) == local(2028, 3, 1, 17)


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        (local(2026, 11, 20, 15), 1, local(2026, 11, 23, 17)),
        (local(2026, 11, 20, 23, 59), 1, local(2026, 11, 23, 17)),
        (local(2026, 11, 21), 1, local(2026, 11, 23, 17)),
        (local(2026, 11, 22, 23, 59), 1, local(2026, 11, 23, 17)),
        (local(2026, 11, 23), 1, local(2026, 11, 24, 17)),
        (local(2026, 12, 23, 10), 2, local(2026, 12, 29, 17)),
        (local(2026, 12, 30, 10), 1, local(2027, 1, 4, 17)),
    ],
)
def test_working_days_leave_out_weekends_and_holidays(start: datetime, days: int, due: datetime) -> None:
    names = {date(2026, 12, day): "Jul" for day in (24, 25, 26, 31)} | {date(2027, 1, 1): "Nyårsdagen"}
    assert calendar(holidays=names).add_working_days(start, days) == due


def test_what_the_staff_close_is_no_working_day_and_a_shortened_day_is_one() -> None:
    special = {date(2026, 11, 24): SpecialDay(None), date(2026, 11, 25): SpecialDay(Period(600, 660))}
    assert calendar(special=special).add_working_days(local(2026, 11, 23, 15), 1) == local(2026, 11, 25, 11)


@pytest.mark.parametrize("weekly", [{}, {3: (OFFICE,)}, dict.fromkeys(range(7), (WHOLE_DAY,))])
def test_a_day_that_does_not_close_or_is_not_open_ends_with_the_office_hours(
    weekly: Mapping[int, tuple[Period, ...]],
) -> None:
    assert calendar(weekly).add_working_days(local(2026, 11, 23, 15), 1) == local(2026, 11, 24, 17)


def test_days_that_are_open_to_their_ends_never_close() -> None:
    assert calendar(dict.fromkeys(range(7), (WHOLE_DAY,))).closes_at(local(2026, 3, 28, 12)) is None
