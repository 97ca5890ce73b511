"""A lead's moves, and how much colleagues have: live for everybody whom they concern."""

import pytest
from checking_client import CheckingClient
from pictures import take_pictures
from playwright.async_api import expect
from running_service import RunningService
from test_accessibility import assert_fits
from visitor import Visitor, Visitors

COLLEAGUE = "/desk/lage/medarbetare/medarbetare1"


@pytest.fixture
async def karin(visitors: Visitors) -> Visitor:
    """A lead, signed in, at the queue."""
    return await visitors.agent("teamledare")


async def take(bosse: Visitor, anna: Visitor) -> str:
    await anna.open_chat()
    reference = await anna.ask_for_person()
    await bosse.page.goto(f"/desk/arenden/{reference}")
    await bosse.button("Ta ärendet").click()
    await expect(bosse.field).to_be_visible()
    return reference


async def test_a_lead_takes_over_from_the_list_and_resident_and_agent_learn_it_at_once(
    anna: Visitor, bosse: Visitor, karin: Visitor
) -> None:
    reference = await take(bosse, anna)
    await bosse.field.fill("Det jag skriver på")
    await karin.page.goto("/desk/lage")
    await karin.page.get_by_role("link", name="Medarbetare 1").click()
    await expect(karin.page.get_by_role("row", name=reference)).to_contain_text("Pågår")
    await take_pictures(karin, "colleague_cases")
    await assert_fits(karin)
    await karin.button(f"Ta över {reference}").click()
    await expect(karin.page.get_by_role("heading", name=f"Ärende {reference}")).to_be_visible()
    await anna.sees("Teamledaren")
    await expect(bosse.page.get_by_text("Teamledaren har ärendet.")).to_be_visible()
    await expect(bosse.field).to_have_value("Det jag skriver på")


async def test_ticked_cases_are_moved_from_the_live_list(visitors: Visitors, anna: Visitor, karin: Visitor) -> None:
    await anna.open_chat()
    first = await anna.ask_for_person()
    tick = karin.page.get_by_role("checkbox", name=f"Välj {first}")
    await tick.check()
    # The row is made anew, and the tick stays.
    beata = await visitors.resident()
    await beata.open_chat()
    second = await beata.ask_for_person()
    await karin.page.get_by_role("checkbox", name=f"Välj {second}").check()
    await anna.write("Det är eld i huset")
    await expect(karin.page.locator(f'[data-key="{first}"]')).to_contain_text("Brådskande")
    await expect(tick).to_be_checked()
    await karin.page.get_by_text("Flytta markerade ärenden").click()
    await assert_fits(karin)
    await karin.page.get_by_label("Flytta till").select_option(label="Kultur och fritid")
    await karin.button("Flytta").click()
    await expect(karin.page.get_by_text("2 ärenden är flyttade.")).to_be_visible()
    await expect(karin.page.locator(f'[data-key="{second}"]')).to_contain_text("Kultur och fritid")


async def test_the_page_says_what_was_not_moved(anna: Visitor, bosse: Visitor, karin: Visitor) -> None:
    await anna.open_chat()
    reference = await anna.ask_for_person()
    await karin.page.get_by_role("checkbox", name=f"Välj {reference}").check()
    await karin.page.get_by_text("Flytta markerade ärenden").click()
    await karin.button("Flytta").click()
    await expect(karin.page.get_by_role("alert")).to_have_text("Välj antingen en kollega eller en svarsgrupp.")
    await expect(karin.page.get_by_role("checkbox", name=reference)).to_be_checked()
    await assert_fits(karin)
    await bosse.page.goto(f"/desk/arenden/{reference}")
    await bosse.button("Ta ärendet").click()
    await expect(bosse.field).to_be_visible()
    await karin.page.get_by_label("Flytta till").select_option(label="Socialtjänst")
    await karin.page.get_by_label("Meddelande till den som tar emot").fill("Ni kan det här")
    await karin.button("Flytta").click()
    await expect(karin.page.get_by_role("alert")).to_have_text("1 ärende flyttades inte.")
    await expect(karin.page.get_by_text("Läget har ändrats sedan du såg det.")).to_be_visible()
    await expect(karin.page.get_by_label("Meddelande till den som tar emot")).to_have_value("Ni kan det här")
    await take_pictures(karin, "moving_refused")
    await assert_fits(karin)


async def test_how_much_colleagues_have_is_live_for_agents(visitors: Visitors, anna: Visitor, bosse: Visitor) -> None:
    berit = await visitors.agent("medarbetare2")
    section = berit.page.get_by_role("region", name="Kollegor just nu")
    await expect(section.get_by_role("listitem")).to_have_count(1)
    await expect(section).to_contain_text("0 av 3 samtal")
    await take(bosse, anna)
    await expect(section).to_contain_text("1 av 3 samtal")
    await bosse.button("Ta paus").click()
    await expect(section).to_contain_text("Paus")
    await expect(section).to_contain_text("Ingen kollega är tillgänglig.")
    await assert_fits(berit)


async def test_moving_works_without_a_script(
    pages: CheckingClient, service: RunningService, passwords: dict[str, str]
) -> None:
    await pages.post("/chatt/manniska", start=(await pages.get("/chatt")).value("start"))
    async with CheckingClient(service.url) as lead:
        await lead.sign_in("teamledare", passwords["teamledare"])
        page = await lead.get("/desk")
        chosen = page.value("arende")
        page = await lead.post("/desk/flytta", arende=chosen, target="group:social", till="/desk")
        assert "1 ärende är flyttat." in page.text
        assert (await lead.get(COLLEAGUE)).h1 == "Medarbetare 1: öppna ärenden"
        page = await lead.post("/desk/flytta", target="group:social", till="/desk")
        assert "Du har inte valt något ärende." in page.text
