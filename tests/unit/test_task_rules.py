"""The order of what is to be done, and the day on which somebody gets it by e-mail."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from uuid import UUID

from hypothesis import example, given
from hypothesis import strategies as st

from handover_api.rules.digest import LATEST, SENT_FROM, due_day
from handover_api.rules.opening_hours import LOCAL_TIME
from handover_api.rules.task import LEFT_AFTER, Task, TaskKind, in_order, is_left, of_owner

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)

owners = st.sampled_from(["", "Miljönämnden", "Byggnadsnämnden"])
tasks = st.lists(
    st.builds(
        Task,
        kind=st.sampled_from(TaskKind),
        title=st.text(max_size=5),
        owner=owners,
        topic=st.text(max_size=3),
        group=st.none() | st.uuids(),
        count=st.integers(0, 50),
        of=st.integers(0, 50),
        day=st.none() | st.dates(),
    )
)


@given(tasks)
@example([Task(TaskKind.EXPIRED, "", of=number) for number in (0, 1)])
@example([Task(TaskKind.DUE, "", day=day) for day in (None, date.max)])
def test_nothing_is_lost_in_the_order_and_the_pressing_is_first(given_tasks: list[Task]) -> None:
    ordered = in_order(given_tasks)
    assert sorted(map(repr, ordered)) == sorted(map(repr, given_tasks))
    places = [list(TaskKind).index(task.kind) for task in ordered]
    assert places == sorted(places)
    assert in_order(ordered[::-1]) == ordered


@given(st.lists(st.integers(0, 100), min_size=2))
def test_what_most_have_asked_is_first(counts: list[int]) -> None:
    asked = [Task(TaskKind.UNANSWERED, "", group=UUID(int=number), count=each) for number, each in enumerate(counts)]
    assert [task.count for task in in_order(asked)] == sorted(counts, reverse=True)


def test_the_day_that_comes_first_and_the_answer_that_helps_least_are_first() -> None:
    due = [Task(TaskKind.DUE, "", topic=str(number), day=date(2026, 12, number)) for number in (9, 3, 5)]
    assert [task.topic for task in in_order(due)] == ["3", "5", "9"]
    low = [Task(TaskKind.LOW_SCORE, "", topic=topic, count=count, of=10) for topic, count in [("a", 5), ("b", 1)]]
    assert [task.topic for task in in_order(low)] == ["b", "a"]


@given(tasks, owners)
def test_an_owner_sees_the_own_tasks_and_nobody_all(given_tasks: list[Task], owner: str) -> None:
    theirs = of_owner(given_tasks, owner)
    assert theirs == [task for task in given_tasks if not owner or task.owner == owner]
    assert of_owner(given_tasks, "") == given_tasks


def test_a_draft_is_forgotten_from_the_limit_on() -> None:
    assert not is_left(NOW - LEFT_AFTER + timedelta(seconds=1), NOW)
    assert is_left(NOW - LEFT_AFTER, NOW)


moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - given a zone


@given(st.integers(0, 6), moments, st.none() | st.dates(date(2026, 1, 1), date(2028, 1, 1)), moments)
def test_a_day_that_is_due_has_begun_is_fresh_and_has_not_been_decided_about(
    weekday: int, chosen_at: datetime, decided_on: date | None, now: datetime
) -> None:
    day = due_day(weekday, chosen_at, decided_on, now)
    if day is None:
        return
    begins = datetime.combine(day, SENT_FROM, LOCAL_TIME)
    assert day.weekday() == weekday
    assert chosen_at < begins <= now < begins + LATEST
    assert decided_on is None or decided_on < day
    assert due_day(weekday, chosen_at, day, now) is None


@given(st.integers(0, 6), moments, st.lists(st.timedeltas(timedelta(minutes=1), timedelta(hours=40)), max_size=60))
@example(0, datetime(2026, 3, 25, tzinfo=UTC), [timedelta(minutes=10)] * 60)
def test_however_the_worker_looks_each_week_is_decided_about_at_most_once(
    weekday: int, chosen_at: datetime, waits: list[timedelta]
) -> None:
    """It looks at least every 40 hours here, and so it never misses a week either."""
    now, decided = chosen_at, list[date]()
    for wait in waits:
        now += wait
        day = due_day(weekday, chosen_at, decided[-1] if decided else None, now)
        if day is not None:
            decided.append(day)
    assert len(set(decided)) == len(decided)
    assert all(later - earlier == timedelta(days=7) for earlier, later in pairwise(decided))
    whole_weeks = (now - chosen_at) // timedelta(days=7)
    assert whole_weeks - 1 <= len(decided) <= whole_weeks + 1
