"""An answer becomes better: an editor writes, somebody else approves, and the next resident reads it."""

import re
from collections.abc import Awaitable, Callable

import pytest
from checking_client import CheckingClient
from keyboard import press_tab_until
from pictures import take_pictures
from playwright.async_api import expect
from running_service import RunningService
from scripted_bot import ALTAN, LOOK_UP
from test_accessibility import assert_fits
from visitor import Visitor, Visitors

LIST = "/redaktion/artiklar"
ARTICLE = f"{LIST}/{ALTAN}"
NEW_TEXT = "En altan under 1,8 meter kräver **inte** bygglov. Ring {telefon_kontaktcenter}."


@pytest.fixture
async def editor(visitors: Visitors) -> Visitor:
    return await visitors.agent("redaktor")


@pytest.fixture
async def lead(visitors: Visitors) -> Visitor:
    return await visitors.agent("teamledare")


async def write(visitor: Visitor, text: str, deed: str = "Spara och skicka för granskning") -> None:
    await visitor.page.goto(ARTICLE)
    await visitor.page.get_by_label("Svaret", exact=True).fill(text)
    await visitor.button(deed).click()


async def send(editor: Visitor) -> None:
    await write(editor, NEW_TEXT)
    await expect(editor.page.locator(".notice[role=status]")).to_contain_text("skickat för granskning")


async def test_an_answer_changes_when_somebody_else_has_approved_it(
    anna: Visitor, editor: Visitor, lead: Visitor
) -> None:
    await anna.open_chat()
    await anna.write(LOOK_UP + ALTAN)
    await anna.sees("Det kan däremot krävas lov")
    await send(editor)
    await editor.page.goto(f"{ARTICLE}/granska")
    await expect(editor.page.get_by_text("någon annan behöver granska det")).to_be_visible()
    await expect(editor.button("Godkänn och publicera")).to_have_count(0)
    await lead.page.goto(f"{LIST}?lage=in_review")
    await lead.page.get_by_role("link", name="Behöver jag bygglov för att bygga en altan?").click()
    await lead.page.get_by_role("link", name="Granska utkastet").click()
    await expect(lead.page.locator(".difference ins").first).to_contain_text("tillagt")
    await lead.button("Godkänn och publicera").click()
    await expect(lead.page.locator(".notice[role=status]")).to_contain_text("Artikeln är publicerad")
    await anna.write(LOOK_UP + ALTAN)
    await anna.sees("En altan under 1,8 meter kräver inte bygglov. Ring 0980-319 200.")


async def test_what_is_written_is_shown_as_residents_will_see_it(editor: Visitor) -> None:
    await editor.page.goto(ARTICLE)
    await expect(editor.button("Förhandsgranska")).to_be_hidden()
    field = editor.page.get_by_label("Svaret", exact=True)
    await field.fill("Ring **oss** på {telefon_kontaktcentr}.")
    await expect(editor.page.locator("[data-preview] strong")).to_have_text("oss")
    await expect(editor.page.locator("#text-fel")).to_contain_text("Menade du {telefon_kontaktcenter}?")
    await expect(field).to_have_attribute("aria-invalid", "true")
    # The fault is told to whoever does not see it, and the focus stays where somebody writes.
    await expect(editor.page.locator("[data-told]")).to_contain_text("Det finns ingen lokal uppgift")
    await expect(field).to_be_focused()
    await field.fill("Ring oss på {telefon_kontaktcenter}.")
    await expect(editor.page.locator("[data-preview]")).to_contain_text("Ring oss på 0980-319 200.")
    await expect(editor.page.locator("#text-fel")).to_be_hidden()
    await expect(field).not_to_have_attribute("aria-invalid", "true")


async def test_two_editors_see_both_texts_and_choose(editor: Visitor, lead: Visitor) -> None:
    await lead.page.goto(ARTICLE)
    await write(editor, "Redaktörens ord.", "Spara utkast")
    field = lead.page.get_by_label("Svaret", exact=True)
    await field.fill("Teamledarens ord.")
    await lead.button("Spara utkast").click()
    await expect(lead.page.get_by_role("alert").first).to_contain_text("Någon annan har ändrat utkastet")
    await expect(field).to_have_value("Teamledarens ord.")
    await expect(lead.page.locator(".difference").first).to_contain_text("Redaktörens")
    await lead.button("Spara det jag har skrivit").click()
    await expect(lead.page.locator(".notice[role=status]")).to_contain_text("Utkastet är sparat")
    await editor.page.reload()
    await expect(editor.page.get_by_label("Svaret", exact=True)).to_have_value("Teamledarens ord.")


async def test_an_article_is_written_and_reviewed_with_a_keyboard(editor: Visitor, lead: Visitor) -> None:
    page = editor.page
    await page.goto(ARTICLE)
    await press_tab_until(page, page.get_by_label("Svaret", exact=True))
    await page.keyboard.press("Control+A")
    await page.keyboard.type("Ring oss.")
    await press_tab_until(page, editor.button("Spara och skicka för granskning"))
    await page.keyboard.press("Enter")
    await expect(page.locator(".notice[role=status]")).to_contain_text("skickat för granskning")
    await lead.page.goto(f"{ARTICLE}/granska")
    await press_tab_until(lead.page, lead.button("Godkänn och publicera"))
    await lead.page.keyboard.press("Enter")
    await expect(lead.page.locator(".notice[role=status]")).to_contain_text("Artikeln är publicerad")


async def test_the_studio_works_without_a_script(service: RunningService, passwords: dict[str, str]) -> None:
    async with CheckingClient(service.url) as editor, CheckingClient(service.url) as lead:
        await editor.sign_in("redaktor", passwords["redaktor"])
        await lead.sign_in("teamledare", passwords["teamledare"])
        page = await editor.get(f"{LIST}?sok=altan")
        assert ARTICLE in page.html
        form = {"text": "Ring oss.", "ansvarig": "Byggnadsnämnden", "granskas": "2099-01-01", "publicerad": "1"}
        page = await editor.post(ARTICLE, gor="forhandsgranska", version="0", **form)
        assert "<p>Ring oss.</p>" in page.html
        page = await editor.post(ARTICLE, gor="skicka", version="0", **form)
        assert "skickat för granskning" in page.html
        page = await lead.get(f"{ARTICLE}/granska")
        version = re.findall(r'name="version" value="(\d+)"', page.html)[0]
        page = await lead.post(f"{ARTICLE}/granska", gor="godkann", version=version)
        assert "Artikeln är publicerad" in page.html


async def all_articles(editor: Visitor, _: Visitor) -> Visitor:
    await write(editor, NEW_TEXT, "Spara utkast")
    await editor.page.goto(LIST)
    return editor


async def no_articles(editor: Visitor, _: Visitor) -> Visitor:
    await editor.page.goto(f"{LIST}?sok=xyzzy")
    return editor


async def article(editor: Visitor, _: Visitor) -> Visitor:
    await write(editor, NEW_TEXT, "Spara utkast")
    for summary in await editor.page.locator("summary").all():
        await summary.click()
    return editor


async def article_with_faults(editor: Visitor, _: Visitor) -> Visitor:
    await write(editor, "Ring {okand}.")
    await expect(editor.page.get_by_role("alert").first).to_be_visible()
    return editor


async def article_written_by_two(editor: Visitor, lead: Visitor) -> Visitor:
    await editor.page.goto(ARTICLE)
    await write(lead, "Något annat.", "Spara utkast")
    await editor.page.get_by_label("Svaret", exact=True).fill(NEW_TEXT)
    await editor.button("Spara utkast").click()
    await expect(editor.page.locator(".difference").first).to_be_visible()
    return editor


async def article_that_waits(editor: Visitor, _: Visitor) -> Visitor:
    await send(editor)
    return editor


async def review_of_anothers(editor: Visitor, lead: Visitor) -> Visitor:
    await send(editor)
    await lead.page.goto(f"{ARTICLE}/granska")
    await lead.button("Skicka tillbaka").click()
    await expect(lead.page.get_by_role("alert")).to_contain_text("Skriv vad som behöver ändras")
    return lead


async def review_of_ones_own(editor: Visitor, _: Visitor) -> Visitor:
    await send(editor)
    await editor.page.goto(f"{ARTICLE}/granska")
    return editor


async def published(editor: Visitor, lead: Visitor) -> Visitor:
    await send(editor)
    await lead.page.goto(f"{ARTICLE}/granska")
    await lead.button("Godkänn och publicera").click()
    await expect(lead.page.locator(".notice[role=status]")).to_be_visible()
    return lead


async def history(editor: Visitor, lead: Visitor) -> Visitor:
    await published(editor, lead)
    await lead.page.goto(f"{ARTICLE}/historik")
    return lead


async def latest_version(editor: Visitor, lead: Visitor) -> Visitor:
    await published(editor, lead)
    await lead.page.goto(f"{ARTICLE}/historik/2")
    return lead


async def older_version(editor: Visitor, lead: Visitor) -> Visitor:
    await published(editor, lead)
    await lead.page.goto(f"{ARTICLE}/historik/1")
    return lead


STATES: list[Callable[[Visitor, Visitor], Awaitable[Visitor]]] = [
    all_articles,
    no_articles,
    article,
    article_with_faults,
    article_written_by_two,
    article_that_waits,
    review_of_anothers,
    review_of_ones_own,
    published,
    history,
    latest_version,
    older_version,
]


@pytest.mark.parametrize("reach", STATES, ids=lambda reach: reach.__name__)
async def test_every_state_of_the_article_studio_is_accessible(
    reach: Callable[[Visitor, Visitor], Awaitable[Visitor]], editor: Visitor, lead: Visitor
) -> None:
    visitor = await reach(editor, lead)
    await take_pictures(visitor, f"studio_{reach.__name__}")
    await assert_fits(visitor)
