"""Who could answer now, and when the next time is: over JSON for staff, and for the action server."""

from typing import Any

import httpx
import pytest
from fakes import FakeClock
from organising import EARLY_FRIDAY, OFFICE_HOURS, add_day, make_groups, make_topic, set_hours
from people import Json, People, assert_problem

from handover_api.database import SessionFactory, transaction
from handover_api.organisation.holidays import holiday_name
from handover_api.organisation.service import add_working_days, find_group

AVAILABILITY = "/internal/availability"


async def ask(action_server: httpx.AsyncClient, **params: Any) -> Json:
    response = await action_server.get(AVAILABILITY, params=params)
    assert response.status_code == 200, response.text
    return dict(response.json())


async def test_without_hours_it_is_always_open_and_staffed_by_whoever_is_at_the_desk(
    people: People, action_server: httpx.AsyncClient
) -> None:
    empty = await ask(action_server)
    assert empty == {
        "answer_group": "allmant",
        "is_open": True,
        "agents_present": 0,
        "is_staffed": False,
        "opens_at": None,
        "opens_in_words": "",
        "note": "",
    }
    await people.agent.be("available")
    await people.other_agent.be("on_break")
    staffed = await ask(action_server)
    assert (staffed["agents_present"], staffed["is_staffed"]) == (1, True)


async def test_agents_at_the_desk_do_not_open_what_is_closed(people: People, action_server: httpx.AsyncClient) -> None:
    await set_hours(people.lead, EARLY_FRIDAY)
    await people.agent.be("available")
    closed = await ask(action_server)
    assert (closed["is_open"], closed["agents_present"], closed["is_staffed"]) == (False, 1, False)
    assert closed["opens_at"] == "2026-11-23T07:00:00Z"
    assert closed["opens_in_words"] == "på måndag klockan 8.00"


async def test_it_closes_and_opens_by_the_clock(
    people: People, action_server: httpx.AsyncClient, clock: FakeClock
) -> None:
    await set_hours(people.lead, OFFICE_HOURS)
    clock.advance(hours=6, minutes=59)
    assert (await ask(action_server))["is_open"]
    clock.advance(minutes=1)
    assert not (await ask(action_server))["is_open"]
    clock.advance(days=2, hours=15)
    assert (await ask(action_server))["is_open"]


async def test_a_group_has_its_own_hours_before_those_of_all(
    people: People, action_server: httpx.AsyncClient, sessions: SessionFactory
) -> None:
    await make_groups(sessions, "social", "naringsliv")
    await set_hours(people.lead, EARLY_FRIDAY)
    await set_hours(people.lead, OFFICE_HOURS, "social")
    assert (await ask(action_server, answer_group="social"))["is_open"]
    for other in ("naringsliv", "ingen-har-hort-talas-om-den"):
        assert not (await ask(action_server, answer_group=other))["is_open"]


async def test_a_groups_own_day_goes_before_that_of_all(
    people: People, action_server: httpx.AsyncClient, sessions: SessionFactory
) -> None:
    await make_groups(sessions, "social", "naringsliv")
    await add_day(people.lead, "2026-11-20", note="Flytt")
    await add_day(people.lead, "2026-11-20", answer_group="social", opens="09:00", closes="11:00")
    assert (await ask(action_server, answer_group="social"))["is_open"]
    moving = await ask(action_server, answer_group="naringsliv")
    assert (moving["is_open"], moving["note"]) == (False, "Flytt")
    assert moving["opens_in_words"] == "i morgon klockan 0.00"


async def test_a_topic_is_asked_about_by_its_answer_group(
    people: People, action_server: httpx.AsyncClient, sessions: SessionFactory
) -> None:
    await make_groups(sessions, "social")
    await make_topic(sessions, "socialjour", "social")
    await set_hours(people.lead, EARLY_FRIDAY, "social")
    about = await ask(action_server, topic="socialjour")
    assert (about["answer_group"], about["is_open"]) == ("social", False)
    unknown = await ask(action_server, topic="pahittat-amne")
    assert (unknown["answer_group"], unknown["is_open"]) == ("allmant", True)


@pytest.mark.parametrize("is_closed_on_holidays", [True, False])
async def test_a_holiday_closes_the_groups_that_keep_holidays(
    people: People,
    action_server: httpx.AsyncClient,
    sessions: SessionFactory,
    clock: FakeClock,
    is_closed_on_holidays: bool,  # noqa: FBT001 - a case of the test
) -> None:
    await make_groups(sessions, "social", is_closed_on_holidays=is_closed_on_holidays)
    await set_hours(people.lead, OFFICE_HOURS)
    clock.advance(days=34)
    christmas_eve = await ask(action_server, answer_group="social")
    assert christmas_eve["is_open"] is not is_closed_on_holidays
    if is_closed_on_holidays:
        assert christmas_eve["note"] == "Julafton"
        assert christmas_eve["opens_in_words"] == "på måndag klockan 8.00"


async def test_only_the_action_server_asks(people: People) -> None:
    for member in (people.nobody, people.lead):
        assert_problem(await member.client.get(AVAILABILITY), 404, "not_found")


@pytest.mark.parametrize("params", [{"topic": "\x00"}, {"topic": "x" * 101}, {"answer_group": "Ö"}, {"topic": ""}])
async def test_what_is_no_id_is_refused(action_server: httpx.AsyncClient, params: dict[str, str]) -> None:
    assert_problem(await action_server.get(AVAILABILITY, params=params), 422, "invalid")


async def test_the_answer_groups_are_listed_with_their_availability(people: People, sessions: SessionFactory) -> None:
    await make_groups(sessions, "social", "allmant", patience_minutes=5)
    await set_hours(people.lead, EARLY_FRIDAY, "social")
    await people.agent.be("available")
    response = await people.agent.client.get("/api/answer-groups")
    assert [
        (group["id"], group["patience_minutes"], group["availability"]["is_open"], group["availability"]["opens_at"])
        for group in response.json()
    ] == [("allmant", 5, True, None), ("social", 5, False, "2026-11-23T07:00:00Z")]
    for member in (people.editor, people.admin):
        assert_problem(await member.client.get("/api/answer-groups"), 404, "not_found")


async def test_a_group_that_nobody_has_set_up_is_an_ordinary_one(sessions: SessionFactory, clock: FakeClock) -> None:
    async with transaction(sessions) as session:
        group = await find_group(session, "okand")
        assert (group.id, group.patience_minutes, group.due_working_days, group.overflow_to) == ("okand", 10, 2, None)
        due = await add_working_days(session, "okand", clock(), 2)
    assert due.isoformat() == "2026-11-24T16:00:00+00:00"


async def test_the_holidays_are_the_public_ones_and_the_three_eves() -> None:
    days = {
        "2026-12-24": "Julafton",
        "2026-12-31": "Nyårsafton",
        "2026-06-19": "Midsommarafton",
        "2026-06-06": "Nationaldagen",
        "2027-03-26": "Långfredagen",
        "2028-05-25": "Kristi himmelsfärdsdag",
    }
    assert {day: holiday_name(FakeClock.START.date().fromisoformat(day)) for day in days} == days
    # An ordinary Sunday, and days that only some close on.
    for day in ("2026-11-22", "2026-01-05", "2026-04-30", "2026-05-15"):
        assert holiday_name(FakeClock.START.date().fromisoformat(day)) is None
