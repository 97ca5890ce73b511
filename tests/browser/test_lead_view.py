"""What a lead sees and switches, and what everybody then sees, at once: with a script and without, and through axe."""

import re

import pytest
from checking_client import CheckingClient
from keyboard import press_tab_until
from pictures import take_pictures
from playwright.async_api import expect
from running_service import RunningService
from test_accessibility import assert_fits
from visitor import Visitor, Visitors

PAGE = "/desk/lage"
CRISIS = (
    "Vattnet i Centrum och Norra hamnen måste kokas innan du dricker det eller lagar mat. Du kan duscha som vanligt. "
    "Hämta vatten vid brandstationen. Vi vet mer i kväll."
)
OFF = "Chattboten är avstängd just nu"


@pytest.fixture
async def lead(service: RunningService, passwords: dict[str, str]) -> CheckingClient:
    client = CheckingClient(service.url)
    await client.sign_in("teamledare", passwords["teamledare"])
    return client


@pytest.fixture
async def karin(visitors: Visitors) -> Visitor:
    """A lead, signed in, who looks at the wall."""
    visitor = await visitors.agent("teamledare")
    await visitor.page.goto(PAGE)
    return visitor


async def show_crisis(karin: Visitor) -> None:
    await karin.page.get_by_label("Text på svenska").fill(CRISIS)
    await karin.button("Visa för alla").click()
    await expect(karin.button("Ta bort krismeddelandet")).to_be_visible()


async def switch_bot_off(karin: Visitor) -> None:
    await karin.page.get_by_label("Anledning").fill("Fel telefonnummer i svaren")
    await karin.button("Stäng av boten").click()
    await expect(karin.button("Sätt på boten för alla frågor")).to_be_visible()


async def test_the_crisis_message_is_an_alert_that_comes_once_and_goes(anna: Visitor, karin: Visitor) -> None:
    await anna.open_chat()
    await anna.write("Hej")
    await expect(anna.lines).to_have_count(2)
    await anna.field.fill("Det jag skriver på")
    await show_crisis(karin)
    alert = anna.page.get_by_role("alert").filter(has_text="Viktigt just nu")
    await expect(alert).to_contain_text("måste kokas")
    await expect(anna.field).to_have_value("Det jag skriver på")
    await expect(anna.field).to_be_focused()
    # Something else that everybody is told leaves the alert as it is: it is not read aloud again.
    await alert.evaluate("element => { element.dataset.same = 'yes' }")
    await switch_bot_off(karin)
    await expect(anna.page.get_by_text(OFF)).to_be_visible()
    await expect(alert).to_have_attribute("data-same", "yes")
    await assert_fits(anna)
    await karin.button("Ta bort krismeddelandet").click()
    await expect(alert).to_have_count(0)


async def test_whoever_opens_the_chat_later_reads_it_too(anna: Visitor, karin: Visitor) -> None:
    await show_crisis(karin)
    await anna.open_chat()
    await expect(anna.page.get_by_role("alert")).to_contain_text("måste kokas")
    await take_pictures(anna, "welcome_with_crisis_message")
    await assert_fits(anna)


async def test_while_the_bot_is_off_a_question_goes_to_a_person(anna: Visitor, bosse: Visitor, karin: Visitor) -> None:
    await switch_bot_off(karin)
    await expect(bosse.page.get_by_text("Boten är av för alla frågor.")).to_be_visible()
    await anna.open_chat()
    await anna.write("När öppnar biblioteket?")
    await anna.sees("Chattboten är avstängd för den här frågan just nu")
    reference = await anna.waits()
    await expect(bosse.page.get_by_text(reference)).to_be_visible()
    await expect(bosse.page.get_by_text("Boten är avstängd", exact=True)).to_be_visible()
    await assert_fits(bosse)
    await karin.button("Sätt på boten för alla frågor").click()
    await expect(bosse.page.get_by_text("Boten är av för alla frågor.")).to_have_count(0)


async def test_the_wall_is_live_and_keeps_the_focus(anna: Visitor, karin: Visitor) -> None:
    waiting = karin.page.locator(".wall__number", has_text="Väntar nu")
    await expect(waiting).to_contain_text("0")
    link = karin.page.get_by_role("link", name="Allmänna frågor")
    await press_tab_until(karin.page, link)
    await karin.page.get_by_label("Text på svenska").evaluate("field => { field.value = 'Halvskrivet' }")
    await anna.open_chat()
    await anna.ask_for_person()
    await expect(waiting).to_contain_text("1")
    await expect(link).to_be_focused()
    await expect(karin.page.get_by_label("Text på svenska")).to_have_value("Halvskrivet")
    row = karin.page.get_by_role("row", name="Allmänna frågor")
    await expect(row.get_by_role("cell").first).to_contain_text("1")
    await assert_fits(karin)
    await expect(row.get_by_role("cell").first).to_contain_text("1")


async def test_the_wall_with_everything_on_is_accessible(karin: Visitor) -> None:
    await show_crisis(karin)
    await switch_bot_off(karin)
    await take_pictures(karin, "wall")
    await assert_fits(karin)


async def test_a_refused_text_is_told_beside_its_field(karin: Visitor) -> None:
    await karin.page.get_by_label("Text på svenska").fill("x" * 301)
    await karin.button("Visa för alla").click()
    await expect(karin.page.get_by_role("alert")).to_have_text(re.compile("högst 300 tecken"))
    await expect(karin.page.get_by_label("Text på svenska")).to_have_value("x" * 301)
    await assert_fits(karin)


async def test_everything_can_be_switched_without_a_script(lead: CheckingClient, pages: CheckingClient) -> None:
    page = await lead.post("/desk/krismeddelande", text=CRISIS, text_en="")
    assert page.h1 == "Läget"
    page = await lead.post("/desk/boten/av", svarsgrupp="", anledning="Fel i svaren")
    assert "Boten är av för alla frågor." in page.text
    text = (await pages.get("/chatt")).text
    assert CRISIS in text
    assert OFF in text
    await lead.post("/desk/krismeddelande/ta-bort")
    await lead.post("/desk/boten/pa", svarsgrupp="")
    text = (await pages.get("/chatt")).text
    assert CRISIS not in text
    assert OFF not in text


async def test_the_tab_says_how_many_wait_and_what_is_unread(anna: Visitor, bosse: Visitor) -> None:
    await anna.open_chat()
    reference = await anna.ask_for_person()
    await expect(bosse.page).to_have_title("1 väntar – Kön – Handläggarsidan")
    await bosse.button(f"Ta ärendet {reference}").click()
    await expect(bosse.field).to_be_visible()
    await bosse.page.goto("/desk")
    await expect(bosse.page).to_have_title("Kön – Handläggarsidan")
    await anna.write("Är du där?")
    await expect(bosse.page).to_have_title("1 oläst – Kön – Handläggarsidan")
    await bosse.page.get_by_role("link", name="Öppna").click()
    await expect(bosse.page).to_have_title(re.compile("^Ärende"))


async def test_the_choice_in_the_queue_is_kept_by_the_live_list(
    visitors: Visitors, anna: Visitor, bosse: Visitor
) -> None:
    await bosse.page.get_by_label("Bara brådskande").check()
    await bosse.button("Visa urvalet").click()
    await expect(bosse.page).to_have_url(re.compile(r"bradskande=1"))
    await expect(bosse.page.get_by_text("Inget som väntar stämmer med ditt urval.")).to_be_visible()
    await anna.open_chat()
    ordinary = await anna.ask_for_person()
    beata = await visitors.resident()
    await beata.open_chat()
    await beata.write("Det är eld i huset")
    urgent = await beata.waits()
    await expect(bosse.page.get_by_text(urgent)).to_be_visible()
    await expect(bosse.page.get_by_text(ordinary)).to_have_count(0)
    await assert_fits(bosse)
    await bosse.page.get_by_role("link", name="Visa allt").click()
    await expect(bosse.page.get_by_text(ordinary)).to_be_visible()
