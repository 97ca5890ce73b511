"""What the clock brings back: promised answers that are near, departments that do not answer, owners who are gone."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import pytest
from departments import add_departments
from fakes import FakeClock
from hypothesis import given
from hypothesis import strategies as st
from people import OTHER_AGENT, People, Resident, said_by
from sqlalchemy import select, text, update

from handover_api.cases import follow_up
from handover_api.database import SessionFactory, transaction
from handover_api.models import OpeningException, OpeningHours, Staff, StaffSession
from handover_api.organisation.holidays import holiday_name
from handover_api.queue.keeper import Keeper
from handover_api.rules.follow_up import after_open_time, after_working_hours
from handover_api.rules.opening_hours import OpeningCalendar, Period, SpecialDay

CLOSED_DAY = SpecialDay(None)


def calendar(*free_days: date, weekly: dict[int, tuple[Period, ...]] | None = None) -> OpeningCalendar:
    return OpeningCalendar(
        weekly=weekly or {},
        special_days=dict.fromkeys(free_days, CLOSED_DAY),
        holiday_name=lambda _: None,
    )


class Time:
    """The clock, and the worker's duties of follow-up."""

    def __init__(self, sessions: SessionFactory, clock: FakeClock) -> None:
        self._sessions = sessions
        self._clock = clock

    async def passes(self, **duration: float) -> None:
        self._clock.advance(**duration)
        await self.works()

    async def works(self) -> None:
        async with transaction(self._sessions) as session:
            await follow_up.raise_due(session, self._clock())
        async with transaction(self._sessions) as session:
            await follow_up.return_unanswered(session, self._clock(), follow_up_hours=24)


@pytest.fixture
async def time(sessions: SessionFactory, clock: FakeClock) -> Time:
    await add_departments(sessions)
    return Time(sessions, clock)


@pytest.fixture(autouse=True)
async def long_days_at_the_desk(sessions: SessionFactory) -> AsyncIterator[None]:
    """Days pass here, and the staff stay signed in. Accounts and sign-ins outlive a test, so they are put back."""
    async with transaction(sessions) as session:
        [usual] = set(await session.scalars(select(StaffSession.expires_at)))
        await session.execute(update(StaffSession).values(expires_at=usual + timedelta(days=365)))
    yield
    async with transaction(sessions) as session:
        await session.execute(update(StaffSession).values(expires_at=usual))
        await session.execute(update(Staff).values(is_active=True))


async def forwarded(people: People) -> tuple[Resident, str]:
    resident = await people.resident()
    reference = await resident.queue_up()
    await people.agent.claim(reference)
    response = await people.agent.forward(reference)
    assert response.status_code == 200, response.text
    return resident, reference


async def left_to_be_answered(people: People) -> str:
    """A case in the queue that nobody sits and waits for."""
    resident = await people.resident()
    reference = await resident.queue_up()
    response = await people.agent.client.post(
        f"{resident.path}/contact", json={"channel": "anonymous"}, headers=resident.headers
    )
    assert response.status_code == 200, response.text
    assert (await resident.status())["state"] == "asynchronous"
    return reference


async def count_events(people: People, reference: str, event: str) -> int:
    return [each["event"] for each in await people.agent.list_events(reference)].count(event)


async def test_a_department_that_has_time_left_is_left_alone(people: People, time: Time) -> None:
    _, reference = await forwarded(people)
    # From Friday morning to the last minute before the same time on Monday.
    await time.passes(days=2, hours=23, minutes=59)
    assert (await people.agent.get_case(reference))["state"] == "forwarded"


async def test_a_case_that_the_department_has_not_answered_comes_back_to_its_owner(people: People, time: Time) -> None:
    resident, reference = await forwarded(people)
    await time.passes(days=3)
    case = await people.agent.get_case(reference)
    assert (case["state"], case["owner"], case["priority"]) == ("assigned", "Agenten", "due_soon")
    assert case["follow_up_level"] == 1
    assert case["messages"][-1]["text"].startswith("Byggförvaltningen har inte svarat i tid.")
    assert all("inte svarat i tid" not in said for said in said_by("system", await resident.read()))
    event = (await people.agent.list_events(reference))[-1]
    assert (event["event"], event["actor"]["kind"], event["evidence"]["level"]) == ("follow_up_due", "system", 1)


async def test_what_still_has_no_answer_after_another_working_day_is_shown_to_the_leads(
    people: People, time: Time
) -> None:
    _, reference = await forwarded(people)
    await time.passes(days=3)
    await time.passes(hours=23)
    assert (await people.agent.get_case(reference))["follow_up_level"] == 1
    await time.passes(hours=1)
    case = await people.agent.get_case(reference)
    assert (case["state"], case["owner"], case["follow_up_level"]) == ("assigned", "Agenten", 2)
    assert "Teamledaren ser nu också ärendet" in case["messages"][-1]["text"]
    # The leads have it in their list until it is answered; it is not called for again.
    await time.passes(days=30)
    assert await count_events(people, reference, "follow_up_due") == 2


async def test_forwarding_again_gives_the_department_another_day_and_then_the_leads_see_it(
    people: People, time: Time
) -> None:
    _, reference = await forwarded(people)
    await time.passes(days=3)
    await people.agent.forward(reference, note="Har ni hunnit titta?")
    await time.passes(hours=23)
    assert (await people.agent.get_case(reference))["state"] == "forwarded"
    await time.passes(hours=1)
    case = await people.agent.get_case(reference)
    assert (case["state"], case["follow_up_level"]) == ("assigned", 2)


async def test_an_answer_to_the_resident_ends_the_follow_up(people: People, time: Time) -> None:
    _, reference = await forwarded(people)
    await time.passes(days=3)
    await people.agent.write(reference, "Förvaltningen behöver mer tid. Du får svar i veckan.")
    await time.passes(days=1)
    case = await people.agent.get_case(reference)
    assert (case["follow_up_level"], case["follow_up_at"]) == (0, None)
    assert await count_events(people, reference, "follow_up_due") == 1


async def test_what_has_been_answered_at_last_is_no_longer_shown_to_the_leads(people: People, time: Time) -> None:
    _, reference = await forwarded(people)
    await time.passes(days=3)
    await time.passes(days=1)
    assert "1 ärende har kommit tillbaka två gånger." in (await people.lead.client.get("/desk")).text
    await people.agent.write(reference, "Nu har förvaltningen svarat: du får bygga.")
    assert (await people.agent.get_case(reference))["follow_up_level"] == 0
    assert "Inget ärende har blivit liggande." in (await people.lead.client.get("/desk")).text
    await time.passes(days=10)
    assert await count_events(people, reference, "follow_up_due") == 2


async def test_a_word_to_the_resident_does_not_end_what_a_department_is_to_answer(people: People, time: Time) -> None:
    _, reference = await forwarded(people)
    await time.passes(days=3)
    await people.agent.forward(reference, note="Har ni hunnit titta?")
    await people.agent.write(reference, "Jag har frågat förvaltningen igen.")
    await time.passes(days=1)
    assert (await people.agent.get_case(reference))["follow_up_level"] == 2


async def test_the_departments_answer_ends_the_follow_up(people: People, time: Time) -> None:
    _, reference = await forwarded(people)
    await time.passes(days=3)
    await people.agent.record_department_answer(reference)
    await time.passes(days=10)
    assert (await people.agent.get_case(reference))["follow_up_level"] == 0
    assert await count_events(people, reference, "follow_up_due") == 1


async def test_a_closed_case_is_never_followed_up(people: People, time: Time) -> None:
    _, reference = await forwarded(people)
    await people.agent.close(reference)
    await time.passes(days=10)
    assert (await people.agent.get_case(reference))["state"] == "closed"
    assert await count_events(people, reference, "follow_up_due") == 0


async def test_two_workers_follow_up_once(people: People, time: Time, clock: FakeClock) -> None:
    references = [(await forwarded(people))[1] for _ in range(4)]
    clock.advance(days=3)
    await asyncio.gather(*(time.works() for _ in range(4)))
    await time.works()
    for reference in references:
        assert await count_events(people, reference, "follow_up_due") == 1


async def test_more_than_a_batch_is_followed_up_in_the_end(
    people: People, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handover_api.cases.follow_up_repository.BATCH", 2)
    references = [(await forwarded(people))[1] for _ in range(5)]
    await time.passes(days=3)
    for _ in range(2):
        await time.works()
    assert [await count_events(people, reference, "follow_up_due") for reference in references] == [1] * 5


async def test_whoever_is_deciding_about_a_case_is_not_waited_for(
    people: People, time: Time, sessions: SessionFactory, clock: FakeClock
) -> None:
    (busy, busy_reference), (_, reference) = await forwarded(people), await forwarded(people)
    clock.advance(days=3)
    async with transaction(sessions) as session:
        await session.execute(text("SELECT FROM conversations WHERE id = :id FOR UPDATE"), {"id": busy.uuid})
        async with asyncio.timeout(10):
            await time.works()
    assert await count_events(people, reference, "follow_up_due") == 1
    assert await count_events(people, busy_reference, "follow_up_due") == 0
    await time.works()
    assert await count_events(people, busy_reference, "follow_up_due") == 1


async def test_the_case_of_somebody_who_no_longer_works_here_goes_back_to_the_queue(
    people: People, time: Time, sessions: SessionFactory
) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    await people.other_agent.claim(reference)
    await people.other_agent.forward(reference)
    async with transaction(sessions) as session:
        await session.execute(update(Staff).where(Staff.username == OTHER_AGENT.username).values(is_active=False))
    await time.works()
    case = await people.agent.get_case(reference)
    assert (case["state"], case["owner"], case["priority"]) == ("waiting", None, "due_soon")
    assert (case["conversation_state"], case["follow_up_at"]) == ("asynchronous", None)
    event = (await people.agent.list_events(reference))[-1]
    assert (event["event"], event["reason"]) == ("returned_to_queue", "owner_gone")
    await time.works()
    assert await count_events(people, reference, "returned_to_queue") == 1
    assert (await people.agent.claim(reference)).status_code == 200


async def test_a_promised_answer_goes_first_two_hours_before_its_time(
    people: People, time: Time, clock: FakeClock
) -> None:
    reference = await left_to_be_answered(people)
    due_at = datetime.fromisoformat((await people.agent.get_case(reference))["due_at"])
    await time.passes(seconds=(due_at - clock() - timedelta(hours=2, seconds=1)).total_seconds())
    assert (await people.agent.get_case(reference))["priority"] == "can_wait"
    newcomer = await (await people.resident()).queue_up()
    assert [case["reference"] for case in await people.agent.list_cases()] == [newcomer, reference]
    await time.passes(seconds=1)
    assert [case["reference"] for case in await people.agent.list_cases()] == [reference, newcomer]
    event = (await people.agent.list_events(reference))[-1]
    assert (event["event"], event["reason"]) == ("priority_raised", "due")
    await time.passes(days=3)
    assert await count_events(people, reference, "priority_raised") == 1


async def test_two_hours_are_those_in_which_people_answer(
    people: People, time: Time, sessions: SessionFactory, clock: FakeClock
) -> None:
    async with transaction(sessions) as session:
        session.add_all([OpeningHours(weekday=day, opens_minute=8 * 60, closes_minute=17 * 60) for day in range(5)])
    # Friday at 10 on the clock on the wall: due on Monday at 9, if one day is promised and Monday's opening hour is 8.
    reference = await left_to_be_answered(people)
    async with transaction(sessions) as session:
        await session.execute(text("UPDATE cases SET due_at = '2026-11-23 09:00+01'"))
    await time.passes(hours=5, minutes=59)
    assert (await people.agent.get_case(reference))["priority"] == "can_wait"
    await time.passes(minutes=1)
    assert clock() == datetime(2026, 11, 20, 15, tzinfo=UTC)
    assert (await people.agent.get_case(reference))["priority"] == "due_soon"


async def test_what_is_urgent_stays_urgent(people: People, time: Time, sessions: SessionFactory) -> None:
    reference = await left_to_be_answered(people)
    async with transaction(sessions) as session:
        await session.execute(text("UPDATE cases SET priority = 'urgent', priority_rank = 0"))
    await time.passes(days=30)
    assert (await people.agent.get_case(reference))["priority"] == "urgent"


async def test_the_keeper_of_the_queue_does_these_duties(
    people: People, time: Time, keeper: Keeper, clock: FakeClock
) -> None:
    _, reference = await forwarded(people)
    clock.advance(days=3)
    await keeper.work()
    assert (await people.agent.get_case(reference))["follow_up_level"] == 1
    assert time is not None


async def test_a_holiday_gives_the_department_another_day(
    people: People, time: Time, sessions: SessionFactory, clock: FakeClock
) -> None:
    assert time is not None
    async with transaction(sessions) as session:
        session.add(OpeningException(day=date(2026, 11, 23), note="Utbildningsdag"))
    _, reference = await forwarded(people)
    case = await people.agent.get_case(reference)
    assert datetime.fromisoformat(case["follow_up_at"]) == clock() + timedelta(days=4)


@pytest.mark.parametrize(
    ("begins", "ends"),
    [
        ("2026-11-20 15:00", "2026-11-23 15:00"),  # A weekend.
        ("2026-03-27 15:00", "2026-03-30 15:00"),  # The clocks go forward on the Sunday.
        ("2026-10-23 15:00", "2026-10-26 15:00"),  # The clocks go back on the Sunday.
        ("2026-12-23 15:00", "2026-12-28 15:00"),  # Christmas, and a weekend.
        ("2026-06-18 15:00", "2026-06-22 15:00"),  # Midsummer Eve, and a weekend.
        ("2027-01-05 15:00", "2027-01-07 15:00"),  # Epiphany, in the middle of a week.
        ("2028-02-28 15:00", "2028-02-29 15:00"),  # A leap day.
        ("2026-11-21 03:00", "2026-11-24 00:00"),  # Begun on a Saturday: all of Monday.
    ],
)
def test_24_hours_of_working_days_by_the_clock_on_the_wall(begins: str, ends: str) -> None:
    year = OpeningCalendar(weekly={}, special_days={}, holiday_name=holiday_name)
    start, end = (datetime.fromisoformat(each).replace(tzinfo=year.zone) for each in (begins, ends))
    assert after_working_hours(start, 24, year) == end


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - with zone


@given(MOMENTS, st.integers(1, 200))
def test_working_hours_end_on_a_working_day_and_never_before_the_hours_have_passed(start: datetime, hours: int) -> None:
    week = calendar()
    end = after_working_hours(start, hours, week)
    assert end >= start + timedelta(hours=hours)
    # A midnight ends the day before it.
    assert week.is_working_day((end - timedelta(seconds=1)).astimezone(week.zone).date())


@given(MOMENTS, st.integers(1, 100), st.integers(1, 100))
def test_working_hours_can_be_counted_in_two_steps(start: datetime, first: int, then: int) -> None:
    week = calendar(date(2026, 12, 24), date(2026, 12, 25))
    in_steps = after_working_hours(after_working_hours(start, first, week), then, week)
    assert in_steps == after_working_hours(start, first + then, week)


@given(MOMENTS, st.integers(1, 40 * 60))
def test_open_time_is_as_long_as_was_asked_for(start: datetime, minutes: int) -> None:
    week = calendar(weekly={day: (Period(8 * 60, 12 * 60), Period(13 * 60, 17 * 60)) for day in range(5)})
    end = after_open_time(start, timedelta(minutes=minutes), week)
    shorter = after_open_time(start, timedelta(minutes=minutes - 1), week)
    assert start <= shorter < end
    assert week.is_open(end - timedelta(microseconds=1))


def test_whoever_never_opens_is_not_searched_for_ever() -> None:
    never = calendar(*(date(2026, 1, 1) + timedelta(days=day) for day in range(1000)))
    start = datetime(2026, 2, 2, 12, tzinfo=UTC)
    assert after_open_time(start, timedelta(hours=2), never) == start + timedelta(hours=2)
    assert after_working_hours(start, 24, never) < start + timedelta(days=70)
