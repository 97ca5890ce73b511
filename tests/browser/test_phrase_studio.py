"""The phrases that the bot recognises a topic by: added with advice, removed and taken back, tried on the bot."""

from collections.abc import Awaitable, Callable

import pytest
from checking_client import CheckingClient
from keyboard import press_tab_until
from pictures import take_pictures
from playwright.async_api import expect
from running_service import RunningService
from scripted_bot import ALTAN
from test_accessibility import assert_fits
from visitor import Visitor, Visitors

LIST = "/redaktion/amnen"
TOPIC = f"{LIST}/{ALTAN}"
TRY = "/redaktion/prova"
NEW = "min kusins gamla trätrall vid sjöboden"
# As they stand in the content files: one of the topic, one of another.
OWN = "trädäck utan lov"
OTHERS = "hur ställer man sitt barn i kö"


@pytest.fixture
async def editor(visitors: Visitors) -> Visitor:
    return await visitors.agent("redaktor")


async def add(editor: Visitor, text: str = NEW) -> None:
    await editor.page.goto(TOPIC)
    await editor.page.get_by_label("Nya frågor").fill(text)
    await editor.button("Lägg till").click()


async def test_a_phrase_is_added_removed_and_taken_back(editor: Visitor) -> None:
    page = editor.page
    await add(editor)
    await expect(page.locator(".notice[role=status]")).to_contain_text("Frågan är tillagd")
    row = page.locator(".phrases__row", has_text=NEW)
    await expect(row).to_contain_text("Tillagd här")
    await row.get_by_role("button").click()
    await expect(page.get_by_role("status").filter(has_text="är borttagen")).to_be_visible()
    await expect(row).to_have_count(0)
    await editor.button("Ångra").click()
    await expect(row).to_have_count(1)


async def test_advice_comes_while_somebody_writes(editor: Visitor) -> None:
    page = editor.page
    await page.goto(TOPIC)
    await expect(editor.button("Visa råd")).to_be_hidden()
    field = page.get_by_label("Nya frågor")
    await field.fill(f"{OWN}\n{OTHERS}")
    advice = page.locator("[data-advice]")
    await expect(advice).to_contain_text("Frågan finns redan i ämnet.")
    await expect(advice).to_contain_text("Samma fråga står i ett annat ämne.")
    # It is told to whoever does not see it, and the focus stays where somebody writes.
    await expect(page.locator("[data-told]")).to_have_text("Det finns råd om 2 frågor.")
    await expect(field).to_be_focused()
    await field.fill("")
    await expect(page.locator("[data-advice-box]")).to_be_hidden()


async def test_phrases_are_added_and_removed_with_a_keyboard(editor: Visitor) -> None:
    page = editor.page
    await page.goto(TOPIC)
    await press_tab_until(page, page.get_by_label("Nya frågor"))
    await page.keyboard.type(NEW)
    await press_tab_until(page, editor.button("Lägg till"))
    await page.keyboard.press("Enter")
    await expect(page.locator(".phrases__row", has_text=NEW)).to_have_count(1)


async def test_the_phrases_work_without_a_script(service: RunningService, passwords: dict[str, str]) -> None:
    async with CheckingClient(service.url) as editor:
        await editor.sign_in("redaktor", passwords["redaktor"])
        assert TOPIC in (await editor.get(f"{LIST}?sok=altan")).html
        page = await editor.post(TOPIC, gor="kontrollera", fragor=OTHERS)
        assert "Samma fråga står i ett annat ämne." in page.html
        page = await editor.post(TOPIC, gor="lagg-till", fragor=NEW)
        assert "Frågan är tillagd." in page.html
        page = await editor.post(TRY, fraga=NEW, amne=ALTAN)
        assert "Boten som den är nu" in page.html
        assert NEW in page.html


async def topics(editor: Visitor) -> None:
    await editor.page.goto(LIST)


async def no_topics(editor: Visitor) -> None:
    await editor.page.goto(f"{LIST}?sok=xyzzy")


async def phrases(editor: Visitor) -> None:
    await add(editor)


async def advice(editor: Visitor) -> None:
    await editor.page.goto(TOPIC)
    await editor.page.get_by_label("Nya frågor").fill(f"{OWN}\n{OTHERS}\n{NEW}")
    await expect(editor.page.locator("[data-told]")).to_contain_text("Det finns råd")


async def refused(editor: Visitor) -> None:
    await add(editor, OWN)
    await expect(editor.page.get_by_role("alert").first).to_be_visible()


async def removed(editor: Visitor) -> None:
    await add(editor)
    await editor.page.locator(".phrases__row", has_text=NEW).get_by_role("button").click()
    await expect(editor.button("Ångra")).to_be_visible()


async def outside(editor: Visitor) -> None:
    await editor.page.goto(f"{LIST}/utanfor?sida=2")


async def tried(editor: Visitor) -> None:
    await editor.page.goto(TOPIC)
    await editor.page.get_by_label("En fråga att prova").fill("får jag bygga ett trädäck")
    await editor.button("Prova").click()
    await expect(editor.page.get_by_text("Det här är en gissning.")).to_be_visible()


async def nothing_to_try(editor: Visitor) -> None:
    await editor.page.goto(TRY)
    await editor.button("Prova").click()
    await expect(editor.page.get_by_role("alert")).to_be_visible()


STATES: list[Callable[[Visitor], Awaitable[None]]] = [
    topics,
    no_topics,
    phrases,
    advice,
    refused,
    removed,
    outside,
    tried,
    nothing_to_try,
]


@pytest.mark.parametrize("reach", STATES, ids=lambda reach: reach.__name__)
async def test_every_state_of_the_phrase_studio_is_accessible(
    reach: Callable[[Visitor], Awaitable[None]], editor: Visitor
) -> None:
    await reach(editor)
    await take_pictures(editor, f"studio_phrases_{reach.__name__}")
    await assert_fits(editor)
