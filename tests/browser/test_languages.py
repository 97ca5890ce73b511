"""The chat in English, in a language of which it has ten sentences, and in easy Swedish."""

import re

import pytest
from english import assert_in_english
from playwright.async_api import expect
from test_accessibility import assert_fits
from visitor import NARROW, Visitor, Visitors

ARABIC_WAITING = "أنت في قائمة الانتظار"
ARABIC_NO_CONNECTION = "لا يوجد اتصال الآن"
# Told again until it shows: the stream of a page that has just been loaded may still be opening.
GOES_OFFLINE = """
  (sentence) => {
    dispatchEvent(new Event("offline"));
    return document.querySelector("[data-own-words]").textContent.includes(sentence);
  }
"""


async def choose(visitor: Visitor, name: str) -> None:
    await visitor.open_chat()
    await visitor.page.locator(".chat__language").click()
    await visitor.button(name).click()
    await expect(visitor.field).to_be_visible()


async def test_the_whole_way_in_english(visitors: Visitors) -> None:
    anna = await visitors.resident(viewport=NARROW)
    await choose(anna, "English")
    await assert_in_english(anna)
    await expect(anna.page.get_by_role("heading", name="Hello! What would you like to know?")).to_be_visible()
    await anna.field.fill("Får jag bygga en altan?")
    await anna.button("Send").click()
    await anna.sees("En låg altan")
    # The answer is in Swedish, and says so.
    await expect(anna.lines.last.locator("[data-text]")).to_have_attribute("lang", "sv")
    await anna.button("Talk to a person").first.click()
    await expect(anna.status).to_contain_text("You are number 1 in the queue")
    await anna.sees("You will talk to a person.")
    await assert_in_english(anna)
    await assert_fits(anna)

    bosse = await visitors.agent("medarbetare1")
    await bosse.page.get_by_role("link", name=re.compile("altan|Okänt", re.IGNORECASE)).first.click()
    await expect(bosse.page.locator("html")).to_have_attribute("lang", "sv")
    await expect(bosse.page.locator("[data-text][lang=en]").last).to_contain_text("You will talk to a person.")
    await bosse.button("Ta ärendet").click()
    await anna.sees("Medarbetare 1 has taken over the conversation")
    await expect(anna.status).to_contain_text("member of staff at the municipality")


async def test_an_error_is_in_english(visitors: Visitors) -> None:
    anna = await visitors.resident()
    await choose(anna, "English")
    await anna.button("Send").click()
    await expect(anna.page.get_by_text("Write something first")).to_be_visible()
    await anna.page.goto("/chatt/finns-inte")
    await expect(anna.page.locator("h1")).to_have_text("The page does not exist")
    await assert_in_english(anna)


async def test_the_ten_sentences_stand_before_the_swedish_with_their_language_and_direction(visitors: Visitors) -> None:
    anna = await visitors.resident(viewport=NARROW)
    await choose(anna, "العربية")
    await expect(anna.page.locator("html")).to_have_attribute("lang", "sv")
    welcome = anna.page.locator(".welcome .own-words")
    await expect(welcome).to_have_attribute("lang", "ar")
    await expect(welcome).to_have_css("direction", "rtl")
    await expect(welcome).to_contain_text("مرحبًا بك")
    await expect(anna.page.get_by_role("heading", name="Hej! Vad undrar du?")).to_be_visible()
    await anna.ask_for_person()
    own = anna.page.locator("[data-own-words]")
    await expect(own).to_contain_text(ARABIC_WAITING)
    await expect(own).to_have_css("direction", "rtl")
    await assert_fits(anna)
    await anna.page.reload()
    await expect(own).to_contain_text(ARABIC_WAITING)
    await anna.page.wait_for_function(GOES_OFFLINE, arg=ARABIC_NO_CONNECTION)
    await anna.page.evaluate("dispatchEvent(new Event('online'))")
    await expect(own).to_contain_text(ARABIC_WAITING)


async def test_a_language_is_chosen_without_a_script(visitors: Visitors) -> None:
    anna = await visitors.resident(java_script_enabled=False)
    await choose(anna, "Suomi")
    await expect(anna.page.locator(".welcome .own-words")).to_contain_text("Tervetuloa!")
    await choose(anna, "Svenska")
    await expect(anna.page.locator(".own-words")).to_have_count(0)


@pytest.mark.parametrize(
    ("locale", "name"), [("en-GB", "English"), ("ar", "العربية"), ("ku", "Kurdî (Kurmancî)"), ("de-DE", None)]
)
async def test_the_browsers_language_is_offered_and_never_chosen(
    visitors: Visitors, locale: str, name: str | None
) -> None:
    anna = await visitors.resident(locale=locale)
    await anna.open_chat()
    await expect(anna.page.locator("html")).to_have_attribute("lang", "sv")
    offered = anna.page.locator(".suggested button")
    if name is None:
        await expect(offered).to_have_count(0)
        return
    await expect(offered).to_have_text(name)
    await anna.assert_accessible()
    await offered.click()
    await expect(offered).to_have_count(0)
