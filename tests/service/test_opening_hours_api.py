"""Leads set opening hours over JSON; what cannot be kept is refused with a reason and changes nothing."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from organising import EARLY_FRIDAY, OFFICE_HOURS, add_day, make_groups, set_hours
from people import People, assert_problem
from sqlalchemy import select

from handover_api.database import SessionFactory, transaction
from handover_api.models import AuditEntry

HOURS = "/api/opening-hours"
DAYS = "/api/opening-exceptions"


async def test_a_week_is_kept_whole_for_all_and_for_a_group(people: People, sessions: SessionFactory) -> None:
    await make_groups(sessions, "social", "allmant")
    lead = people.lead.client
    assert (await lead.get(HOURS)).json() == []
    await set_hours(people.lead, OFFICE_HOURS)
    split = [{"weekday": 0, "opens": "13:00", "closes": "24:00"}, {"weekday": 0, "opens": "00:00", "closes": "12:00"}]
    await set_hours(people.lead, split, "social")
    assert (await lead.get(HOURS)).json() == [
        {"answer_group": None, "periods": OFFICE_HOURS},
        {"answer_group": "social", "periods": [split[1], split[0]]},
    ]


async def test_a_new_week_takes_the_place_of_the_old_one_and_of_no_other(
    people: People, sessions: SessionFactory
) -> None:
    await make_groups(sessions, "social")
    await set_hours(people.lead, OFFICE_HOURS)
    await set_hours(people.lead, OFFICE_HOURS, "social")
    await set_hours(people.lead, EARLY_FRIDAY)
    await set_hours(people.lead, [], "social")
    (week,) = (await people.lead.client.get(HOURS)).json()
    assert week["answer_group"] is None
    assert [period["weekday"] for period in week["periods"]] == [0, 4]


@pytest.mark.parametrize(
    ("periods", "said"),
    [
        ([("08:00", "12:00"), ("11:59", "17:00")], "överlappar"),
        ([("17:00", "08:00")], "senare"),
        ([("08:00", "08:00")], "senare"),
        ([("24:00", "24:00")], "senare"),
    ],
)
async def test_a_week_that_cannot_be_is_refused_with_the_weekday_and_changes_nothing(
    people: People, periods: list[tuple[str, str]], said: str
) -> None:
    await set_hours(people.lead, OFFICE_HOURS)
    body = {"periods": [{"weekday": 2, "opens": opens, "closes": closes} for opens, closes in periods]}
    problem = assert_problem(await people.lead.client.put(HOURS, json=body), 422, "hours_invalid")
    assert said in problem["detail"]
    assert problem["weekday"] == 2
    assert (await people.lead.client.get(HOURS)).json()[0]["periods"] == OFFICE_HOURS


@pytest.mark.parametrize(
    "period",
    [
        {"weekday": 7, "opens": "08:00", "closes": "17:00"},
        {"weekday": 0, "opens": "8:00", "closes": "17:00"},
        {"weekday": 0, "opens": "08:00", "closes": "24:01"},
        {"weekday": 0, "opens": "08:60", "closes": "17:00"},
        {"weekday": 0, "opens": "08:00"},
        {"weekday": 0, "opens": 8, "closes": 17},
        {"weekday": 0, "opens": "08:00", "closes": "17:00\n"},
    ],
)
async def test_what_is_no_time_is_no_hours(people: People, period: dict[str, Any]) -> None:
    assert_problem(await people.lead.client.put(HOURS, json={"periods": [period]}), 422, "invalid")


@pytest.mark.parametrize("group", ["finns-inte", "\x00", "Allmänt", ""])
async def test_hours_of_a_group_that_nobody_knows_are_refused(people: People, group: str) -> None:
    for response in (
        await people.lead.client.put(HOURS, json={"answer_group": group, "periods": []}),
        await people.lead.client.post(DAYS, json={"answer_group": group, "day": "2026-12-01"}),
    ):
        assert response.status_code == 422


async def test_leads_who_save_at_once_do_not_mix_their_weeks(people: People) -> None:
    await asyncio.gather(*(set_hours(people.lead, week) for week in [OFFICE_HOURS, EARLY_FRIDAY] * 5))
    (week,) = (await people.lead.client.get(HOURS)).json()
    assert week["periods"] in (OFFICE_HOURS, sorted(EARLY_FRIDAY, key=lambda period: int(str(period["weekday"]))))


async def test_days_unlike_the_others_are_listed_from_today_and_can_be_removed(
    people: People, sessions: SessionFactory
) -> None:
    await make_groups(sessions, "social")
    later = await add_day(people.lead, "2026-12-23", opens="08:00", closes="12:00", note="Kort dag.")
    today = await add_day(people.lead, "2026-11-20", answer_group="social", note=" Utbildnings\u0000dag\nhela dagen ")
    assert (await people.lead.client.get(DAYS)).json() == [
        {"id": today, "answer_group": "social", "day": "2026-11-20", "opens": None, "closes": None,
         "note": "Utbildningsdag hela dagen"},
        {"id": later, "answer_group": None, "day": "2026-12-23", "opens": "08:00", "closes": "12:00",
         "note": "Kort dag"},
    ]  # fmt: skip
    assert (await people.lead.client.delete(f"{DAYS}/{today}")).status_code == 204
    assert_problem(await people.lead.client.delete(f"{DAYS}/{today}"), 404, "not_found")
    assert_problem(await people.lead.client.delete(f"{DAYS}/{uuid4()}"), 404, "not_found")
    assert [day["id"] for day in (await people.lead.client.get(DAYS)).json()] == [later]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"day": "2026-11-19"}, "day_passed"),
        ({"day": "2206-11-20"}, "day_too_far"),
        ({"day": "2026-12-01", "opens": "08:00"}, "hours_incomplete"),
        ({"day": "2026-12-01", "closes": "08:00"}, "hours_incomplete"),
        ({"day": "2026-12-01", "opens": "12:00", "closes": "08:00"}, "hours_invalid"),
        ({"day": "2026-02-29"}, "invalid"),
        ({"day": "2026-12-01", "note": "x" * 201}, "invalid"),
        ({}, "invalid"),
    ],
)
async def test_a_day_that_cannot_be_is_refused(people: People, body: dict[str, Any], code: str) -> None:
    assert_problem(await people.lead.client.post(DAYS, json=body), 422, code)
    assert (await people.lead.client.get(DAYS)).json() == []


async def test_a_day_has_one_exception_for_all_and_one_a_group_even_when_two_leads_add_it_at_once(
    people: People, sessions: SessionFactory
) -> None:
    await make_groups(sessions, "social")
    for group in (None, "social"):
        body = {"answer_group": group, "day": "2026-12-23"}
        answers = await asyncio.gather(*(people.lead.client.post(DAYS, json=body) for _ in range(5)))
        assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]
    assert_problem(await people.lead.client.post(DAYS, json={"day": "2026-12-23"}), 409, "exception_exists")
    assert len((await people.lead.client.get(DAYS)).json()) == 2


async def test_hours_exist_for_leads_alone(people: People) -> None:
    for method, path in [
        ("GET", HOURS),
        ("PUT", HOURS),
        ("GET", DAYS),
        ("POST", DAYS),
        ("DELETE", f"{DAYS}/{uuid4()}"),
    ]:
        body = {"periods": [], "day": "2026-12-01"} if method in {"PUT", "POST"} else None
        for member in (people.agent, people.editor, people.admin):
            assert_problem(await member.client.request(method, path, json=body), 404, "not_found")
        assert_problem(await people.nobody.client.request(method, path, json=body), 401, "not_signed_in")
    assert (await people.lead.client.get(DAYS)).json() == []


async def test_every_change_is_in_the_audit_trail(people: People, sessions: SessionFactory) -> None:
    await make_groups(sessions, "social")
    await set_hours(people.lead, EARLY_FRIDAY, "social")
    day = await add_day(people.lead, "2026-12-23", note="Julmys")
    await people.lead.client.delete(f"{DAYS}/{day}")
    async with transaction(sessions) as session:
        entries = list(
            await session.scalars(
                select(AuditEntry).where(AuditEntry.subject_kind == "opening_hours").order_by(AuditEntry.id)
            )
        )
    assert [(entry.actor_kind, entry.action, entry.subject_id, entry.details) for entry in entries] == [
        ("lead", "opening_hours_set", "social", {"hours": {"0": "8.00–12.00", "4": "8.00–9.00"}}),
        ("lead", "opening_exception_added", "all", {"day": "2026-12-23", "hours": "closed"}),
        ("lead", "opening_exception_removed", "all", {"day": "2026-12-23"}),
    ]
