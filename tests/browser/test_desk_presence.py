"""The agent's own part of the desk, and the leads' page of who is asked about what."""

import asyncio
import re

import pytest
from asking_agents import AskingAgents
from checking_client import CheckingClient
from playwright.async_api import Browser, Request, expect
from running_service import RunningService, settings_for
from test_accessibility import assert_fits
from visitor import Visitor, Visitors

PAGE = "/desk/medarbetare"


async def test_an_agent_is_asked_says_no_and_then_yes(
    visitors: Visitors, anna: Visitor, bosse: Visitor, asking: AskingAgents
) -> None:
    await expect(bosse.page.get_by_text("Du är tillgänglig. Du har 0 av 3 samtal.")).to_be_visible()
    await anna.open_chat()
    first = await anna.ask_for_person()
    await asking.about(first)
    question = bosse.page.get_by_role("heading", name="Vill du ta det här ärendet?")
    await expect(question).to_be_visible()
    assert (await bosse.page.title()).startswith("(1) ")
    await expect(bosse.page.get_by_role("timer")).to_have_text(re.compile(r"^\d+ s kvar$"))
    await expect(bosse.page.locator("[data-duty-announcer]")).to_contain_text("Vill du ta det här ärendet?")
    await bosse.assert_accessible()
    await bosse.button(f"Avböj {first}").click()
    await expect(question).to_have_count(0)
    await expect(bosse.page).to_have_title("1 väntar – Kön – Handläggarsidan")
    beata = await visitors.resident()
    await beata.open_chat()
    second = await beata.ask_for_person()
    await asking.about(second)
    await bosse.button(f"Jag tar det {second}").click()
    await expect(bosse.page.get_by_role("heading", name=f"Ärende {second}")).to_be_visible()
    await expect(bosse.page.get_by_text("Du har 1 av 3 samtal.")).to_be_visible()
    await assert_fits(bosse)


async def test_an_offer_comes_also_while_the_agent_writes_and_leaves_the_writing_alone(
    visitors: Visitors, anna: Visitor, bosse: Visitor, asking: AskingAgents
) -> None:
    await anna.open_chat()
    reference = await anna.ask_for_person()
    await bosse.page.goto(f"/desk/arenden/{reference}")
    await bosse.button("Ta ärendet").click()
    await bosse.field.fill("Jag håller på att skriva")
    beata = await visitors.resident()
    await beata.open_chat()
    await asking.about(await beata.ask_for_person())
    await expect(bosse.page.get_by_role("heading", name="Vill du ta det här ärendet?")).to_be_visible()
    await expect(bosse.field).to_be_focused()
    await expect(bosse.field).to_have_value("Jag håller på att skriva")
    await assert_fits(bosse)


async def test_a_break_and_back_from_the_page_where_the_agent_is(anna: Visitor, bosse: Visitor) -> None:
    await anna.open_chat()
    path = f"/desk/arenden/{await anna.ask_for_person()}"
    await bosse.page.goto(path)
    await bosse.button("Ta paus").click()
    await expect(bosse.page.get_by_text("Du har paus och får inga nya ärenden.")).to_be_visible()
    assert bosse.page.url.endswith(path)
    await bosse.button("Bli tillgänglig").click()
    await expect(bosse.page.get_by_text("Du är tillgänglig.")).to_be_visible()


async def test_the_page_answers_the_pulse_of_the_stream(
    browser: Browser, database_url: str, staff_sessions: dict[str, str]
) -> None:
    """What comes over the network is not slowed down in a hidden page, as timers are."""
    service = RunningService(settings_for(database_url), keep_alive_seconds=0.2)
    service.start()
    visitors = Visitors(browser, service.url, staff_sessions)
    answered = asyncio.Event()

    def hear(request: Request) -> None:
        if request.method == "POST" and request.url.endswith("/desk/livstecken"):
            answered.set()

    try:
        agent = await visitors.agent("medarbetare1")
        agent.page.on("request", hear)
        await asyncio.wait_for(answered.wait(), 15)
    finally:
        await visitors.leave()
        service.stop()


async def test_without_a_script_the_desk_shows_and_takes_offers(
    pages: CheckingClient, desk: CheckingClient, asking: AskingAgents
) -> None:
    page = await desk.get("/desk")
    assert "Du är tillgänglig. Du har 0 av 3 samtal." in page.text
    chat = await pages.post("/chatt/manniska", start=(await pages.get("/chatt")).value("start"))
    match = re.search(r"\d{4}-\d{6}", chat.text)
    assert match
    await asking.about(match[0])
    page = await desk.get("/desk")
    assert "Vill du ta det här ärendet?" in page.text
    action = next(form.get("action", "") for form in page.tree.iter("form") if "avboj" in form.get("action", ""))
    page = await desk.post(action, till="/desk")
    assert "Vill du ta det här ärendet?" not in page.text
    assert (await desk.post(action, till="/desk")).h1 == "Kön"
    page = await desk.post("/desk/narvaro", status="on_break", till="//ond.example")
    assert page.h1 == "Kön"
    assert "Du har paus" in page.text


async def test_a_lead_sets_what_an_agent_is_asked_about_and_the_queue_follows(
    pages: CheckingClient, desk: CheckingClient, service: RunningService, passwords: dict[str, str]
) -> None:
    await pages.post("/chatt/manniska", start=(await pages.get("/chatt")).value("start"))
    assert "1 ärende väntar." in (await desk.get("/desk")).text
    async with CheckingClient(service.url) as lead:
        await lead.sign_in("teamledare", passwords["teamledare"])
        page = await lead.get(PAGE)
        assert page.h1 == "Medarbetare"
        assert "Tillgänglig" in page.text
        page = await lead.post(f"{PAGE}/medarbetare1", sprak="svenska!", kunskaper="a, b", samtal="50")
        assert page.status == 422
        assert "Skriv ett tal från 1 till 20." in page.text
        assert "svenska!" in page.html
        page = await lead.post(
            f"{PAGE}/medarbetare1", grupper="social", sprak="sv, AR", kunskaper="skuld budget", samtal="2"
        )
        assert "Ändringen är sparad." in page.text
        assert "Socialtjänst Svenska, arabiska" in page.text
    page = await desk.get("/desk")
    assert "Du har 0 av 2 samtal." in page.text
    assert "Ingen väntar just nu." in page.text
    assert "1 ärende väntar." not in page.text


@pytest.mark.parametrize("username", ["medarbetare1", "redaktor", "administrator"])
async def test_for_others_than_leads_the_page_of_colleagues_does_not_exist(
    pages: CheckingClient, passwords: dict[str, str], username: str
) -> None:
    await pages.sign_in(username, passwords[username])
    assert (await pages.get(PAGE)).status == 404
    assert (await pages.post(f"{PAGE}/medarbetare1", samtal="5")).status == 404


async def test_the_page_of_colleagues_fits(visitors: Visitors) -> None:
    lead = await visitors.agent("teamledare")
    await lead.page.goto(PAGE)
    for summary in await lead.page.locator("summary").all():
        await summary.click()
    await assert_fits(lead)
