"""The crisis message: one switch, and every resident reads it at once."""

from contextlib import AsyncExitStack

import httpx
import pytest
from people import PATIENCE_SECONDS, People, assert_problem
from sqlalchemy import select
from watching import Office, PageEvent, asked_of_the_database, chat_cookie, staff_cookie

from handover_api.database import SessionFactory, transaction
from handover_api.models import AuditEntry, CrisisMessage

CRISIS = "/api/crisis-message"
TEXT = "Vattnet i hela kommunen måste kokas innan du dricker det."
ENGLISH = "Boil all tap water before you drink it."
ALERT = 'role="alert"'


async def test_what_is_shown_says_who_shows_it_and_since_when(people: People) -> None:
    assert (await people.agent.client.get(CRISIS)).json() is None
    shown = await people.lead.client.put(CRISIS, json={"text": f"  {TEXT}\n", "text_en": ENGLISH})
    assert shown.json() == {
        "text": TEXT,
        "text_en": ENGLISH,
        "shown_by": "Teamledaren",
        "shown_at": "2026-11-20T09:00:00Z",
    }
    assert (await people.agent.client.get(CRISIS)).json() == shown.json()


async def test_a_resident_is_told_by_the_api_and_on_the_page_before_writing_and_while_waiting(people: People) -> None:
    resident = await people.resident()
    await resident.queue_up()
    assert (await resident.status())["crisis_message"] is None
    await people.lead.client.put(CRISIS, json={"text": TEXT})
    assert (await resident.status())["crisis_message"]["text"] == TEXT
    for cookies in ({}, chat_cookie(resident)):
        page = (await people.connect(cookies=cookies).get("/chatt", headers={"Accept": "text/html"})).text
        assert page.count(TEXT) == 1
        assert page.count(ALERT) == 1
    polled = (await people.connect(cookies=chat_cookie(resident)).get("/chatt/meddelanden")).json()["events"]
    assert [TEXT in event["data"] for event in polled if event["event"] == "notices"] == [True]


async def test_on_a_page_in_english_it_is_in_english_if_it_can_be(people: People) -> None:
    english = people.connect(cookies={"sprak": "en"}, headers={"Accept": "text/html"})
    await people.lead.client.put(CRISIS, json={"text": TEXT})
    assert f'<span lang="sv">{TEXT}</span>' in (await english.get("/chatt")).text
    await people.lead.client.put(CRISIS, json={"text": TEXT, "text_en": ENGLISH})
    page = (await english.get("/chatt")).text
    assert f'<span lang="en">{ENGLISH}</span>' in page
    assert TEXT not in page


async def test_open_pages_are_told_over_their_stream_without_asking_the_database(
    office: Office, staff_sessions: dict[str, str]
) -> None:
    def says(event: PageEvent) -> bool:
        return event.name == "notices" and TEXT in event.data

    async with AsyncExitStack() as stack:
        lead = await stack.enter_async_context(
            httpx.AsyncClient(
                base_url=office.url,
                cookies=staff_cookie(staff_sessions["lead"]),
                timeout=PATIENCE_SECONDS,
                trust_env=False,
            )
        )
        residents = [await office.resident() for _ in range(5)]
        pages = [await stack.enter_async_context(office.chat(resident)) for resident in residents]
        for page in pages:
            await page.until(lambda event: event.name == "notices")
        with asked_of_the_database(office.app) as statements:
            await lead.put(CRISIS, json={"text": TEXT})
            for page in pages:
                await page.until(says)
        # The lead's own answer, and the process once for all.
        assert 1 <= sum("FROM crisis_messages JOIN staff" in each.replace("\n", "") for each in statements) <= 2
        await lead.delete(CRISIS)
        for page in pages:
            assert ALERT not in (await page.until(lambda event: event.name == "notices")).data


async def test_a_new_message_takes_the_place_of_the_old_and_the_same_again_changes_nothing(
    people: People, sessions: SessionFactory
) -> None:
    for text in (TEXT, TEXT, "Faran är över."):
        assert (await people.lead.client.put(CRISIS, json={"text": text})).json()["text"] == text
    for _ in range(2):
        assert (await people.lead.client.delete(CRISIS)).status_code == 204
    async with transaction(sessions) as session:
        kept = list(await session.scalars(select(CrisisMessage).order_by(CrisisMessage.id)))
        entries = select(AuditEntry).where(AuditEntry.subject_kind == "crisis_message").order_by(AuditEntry.id)
        trail = list(await session.scalars(entries))
    assert [(each.text, each.ended_at is not None) for each in kept] == [(TEXT, True), ("Faran är över.", True)]
    assert [(each.action, each.actor_kind) for each in trail] == [
        ("crisis_message_shown", "lead"),
        ("crisis_message_shown", "lead"),
        ("crisis_message_ended", "lead"),
    ]
    # What it said stands in its own table.
    assert all(TEXT not in str(each.details) for each in trail)


@pytest.mark.parametrize(("text", "code"), [(" \n ", "text_empty"), ("a" * 301, "text_too_long")])
async def test_what_cannot_be_shown_is_refused_and_what_is_shown_stays(people: People, text: str, code: str) -> None:
    await people.lead.client.put(CRISIS, json={"text": TEXT})
    assert_problem(await people.lead.client.put(CRISIS, json={"text": text}), 422, code)
    assert (await people.agent.client.get(CRISIS)).json()["text"] == TEXT


async def test_only_leads_can_show_it(people: People) -> None:
    for member in (people.agent, people.editor, people.admin):
        assert_problem(await member.client.put(CRISIS, json={"text": TEXT}), 404, "not_found")
        assert_problem(await member.client.delete(CRISIS), 404, "not_found")
    assert (await people.agent.client.get(CRISIS)).json() is None
