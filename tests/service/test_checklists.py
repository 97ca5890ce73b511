"""The department's checklist in a case: who has the case ticks its steps off, and everybody sees which are."""

import re

import httpx
import pytest
from answers_folder import add_article
from content_folder import ContentFolder, replace
from fakes import FakeBot, FakeClock, reply, says
from people import People, assert_problem, hand_over
from sqlalchemy import select

from handover_api.content.service import import_content
from handover_api.database import SessionFactory, transaction
from handover_api.models import AuditEntry, ChecklistTick

HTML = {"accept": "text/html"}
STEPS = ["Fråga om **adressen**.", "Kontrollera planen.", "Säg att beskedet är allmänt."]


@pytest.fixture
async def reference(
    content: ContentFolder,
    sessions: SessionFactory,
    clock: FakeClock,
    people: People,
    bot: FakeBot,
    action_server: httpx.AsyncClient,
) -> str:
    """A case with a checklist, which an agent has."""
    add_article(content, "staket", "Får jag ha staket?", "Ja.", checklist="\n".join(f"- {step}" for step in STEPS))
    async with transaction(sessions) as session:
        await import_content(session, content.path, clock())
    bot.behaviour = says(reply("clarify"))
    resident = await people.resident()
    await resident.write("Hej")
    await resident.read_until_answered()
    reference = str(
        (await hand_over(action_server, resident, bot, reason="handover_topic", topic="staket")).json()[
            "case_reference"
        ]
    )
    await people.agent.claim(reference)
    return reference


async def page(client: httpx.AsyncClient, reference: str) -> str:
    response = await client.get(f"/desk/arenden/{reference}", headers=HTML)
    assert response.status_code == 200
    return response.text


def keys(html: str) -> list[str]:
    return re.findall(r'data-step="(\w+)"', html)


def ticked(html: str) -> list[str]:
    return re.findall(r'name="were_taken" value="(\w+)"', html)


async def save(
    client: httpx.AsyncClient, reference: str, steps: list[str], were_taken: list[str], **headers: str
) -> httpx.Response:
    form = {"steps": steps, "were_taken": were_taken}
    return await client.post(f"/desk/arenden/{reference}/checklista", data=form, headers=headers)


async def test_a_step_stays_ticked_and_colleagues_see_who_did_it(people: People, reference: str) -> None:
    html = await page(people.agent.client, reference)
    assert "0 av 3 steg klara" in html
    assert "Fråga om <strong>adressen</strong>." in html
    first, second, _ = keys(html)
    saved = await save(people.agent.client, reference, [first, second], [], **HTML)
    assert saved.status_code == 303
    assert saved.headers["location"] == f"/desk/arenden/{reference}#checklista"
    assert ticked(await page(people.agent.client, reference)) == [first, second]
    await people.other_agent.open_case(reference)
    seen = await page(people.other_agent.client, reference)
    assert "2 av 3 steg klara" in seen
    assert seen.count("Agenten, kl. 10.00") == 2
    assert "Spara checklistan" not in seen


async def test_a_step_can_be_unticked(people: People, reference: str, sessions: SessionFactory) -> None:
    first, second, _ = keys(await page(people.agent.client, reference))
    await save(people.agent.client, reference, [first, second], [], **HTML)
    await save(people.agent.client, reference, [first], [first, second], **HTML)
    assert ticked(await page(people.agent.client, reference)) == [first]
    async with transaction(sessions) as session:
        deeds = (
            await session.scalars(
                select(AuditEntry.details).where(AuditEntry.action == "checklist").order_by(AuditEntry.id)
            )
        ).all()
        assert [each["taken"].split() for each in deeds] == [sorted([first, second]), []]


async def test_a_script_ticks_one_step_and_is_told_how_it_stands(people: People, reference: str) -> None:
    first, second, _ = keys(await page(people.agent.client, reference))
    assert (await save(people.agent.client, reference, [first], [])).json()["progress"] == "1 av 3 steg klara"
    told = (await save(people.agent.client, reference, [second], [])).json()["told"]
    assert (told[first], told[second]) == ("Agenten, kl. 10.00", "Agenten, kl. 10.00")
    assert (await save(people.agent.client, reference, [], [first])).json()["progress"] == "1 av 3 steg klara"


async def test_a_page_that_is_not_the_latest_undoes_nothing(people: People, reference: str, clock: FakeClock) -> None:
    first, second, third = keys(await page(people.agent.client, reference))
    await save(people.agent.client, reference, [first], [], **HTML)
    clock.advance(minutes=5)
    # Another tab, which does not know of the first step, ticks it again beside another.
    await save(people.agent.client, reference, [first, third], [], **HTML)
    html = await page(people.agent.client, reference)
    assert ticked(html) == [first, third]
    assert "Agenten, kl. 10.00" in html
    assert "Agenten, kl. 10.05" in html
    assert second not in ticked(html)


async def test_only_who_has_the_case_ticks(people: People, reference: str, sessions: SessionFactory) -> None:
    first = keys(await page(people.agent.client, reference))[0]
    assert_problem(await save(people.other_agent.client, reference, [first], []), 409, "not_yours")
    refused = await save(people.other_agent.client, reference, [first], [], **HTML)
    assert refused.status_code == 409
    assert "Ärendet ligger hos en kollega." in refused.text
    async with transaction(sessions) as session:
        assert (await session.scalars(select(ChecklistTick))).all() == []


async def test_a_step_that_has_been_rewritten_is_another_one(
    people: People, reference: str, content: ContentFolder, sessions: SessionFactory, clock: FakeClock
) -> None:
    first, second, _ = keys(await page(people.agent.client, reference))
    await save(people.agent.client, reference, [first, second], [], **HTML)
    replace(content.radon.parent / "staket.md", STEPS[1], "Kontrollera detaljplanen.")
    async with transaction(sessions) as session:
        await import_content(session, content.path, clock())
    assert ticked(await page(people.agent.client, reference)) == [first]
    assert_problem(await save(people.agent.client, reference, [second], []), 409, "checklist_changed")
    assert_problem(await save(people.agent.client, reference, ["skräp"], []), 409, "checklist_changed")


async def test_a_case_without_a_checklist_says_so(people: People) -> None:
    reference = await (await people.resident()).queue_up()
    assert "Det finns ingen checklista för ämnet." in await page(people.agent.client, reference)
