"""Answers, checklists and ready answers in browsers: found while writing, put in by a key, and without a script."""

import re

from checking_client import CheckingClient
from keyboard import press_tab_until
from pictures import take_pictures
from playwright.async_api import expect
from test_accessibility import assert_fits
from visitor import Visitor, Visitors


async def take_case(anna: Visitor, bosse: Visitor, said: str = "Får jag bygga en altan?") -> str:
    await anna.open_chat()
    await anna.write(said)
    await anna.sees("Chattboten")
    reference = await anna.ask_for_person()
    await bosse.page.goto(f"/desk/arenden/{reference}")
    await bosse.button("Ta ärendet").click()
    await expect(bosse.field).to_be_visible()
    return reference


async def test_an_answer_is_found_and_put_into_the_reply_with_a_keyboard(anna: Visitor, bosse: Visitor) -> None:
    await take_case(anna, bosse)
    page = bosse.page
    await page.get_by_label("Sök svar och artiklar").focus()
    await page.keyboard.type("radon")
    await expect(page.locator("[data-search-told]")).to_have_text(re.compile(r"\d svar\."))
    first = page.locator("[data-found] [data-insert]").first
    await page.keyboard.press("ArrowDown")
    await expect(first).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await expect(first).not_to_be_focused()
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("ArrowUp")
    await expect(page.get_by_label("Sök svar och artiklar")).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(bosse.field).to_be_focused()
    await expect(bosse.field).to_have_value(re.compile("radon", re.IGNORECASE))
    await page.keyboard.type(" Hör av dig igen.")
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-used-answers]")).to_contain_text("Använt svar")
    await anna.sees("Hör av dig igen.")
    await expect(anna.page.get_by_text("Använt svar")).to_have_count(0)
    # The next one is the agent's own.
    await bosse.write("Något annat?")
    await anna.sees("Något annat?")
    await expect(page.locator("[data-used-answers]")).to_have_count(1)


async def test_an_answer_stands_after_what_was_written_and_is_remembered_over_a_reload(
    anna: Visitor, bosse: Visitor
) -> None:
    await take_case(anna, bosse)
    await bosse.field.fill("Hej Anna!")
    suggested = bosse.page.locator("#forslag-1-infoga")
    await expect(suggested).to_have_accessible_name(re.compile("^Infoga .*altan"))
    await suggested.click()
    await expect(bosse.field).to_have_value(re.compile(r"^Hej Anna!\n\nEn låg altan"))
    await bosse.page.reload()
    await expect(bosse.field).to_have_value(re.compile("^Hej Anna!"))
    await bosse.button("Skicka").click()
    await expect(bosse.page.locator("[data-used-answers]")).to_contain_text("altan")


async def test_a_reply_that_is_written_anew_is_made_from_nothing(anna: Visitor, bosse: Visitor) -> None:
    await take_case(anna, bosse)
    await bosse.page.locator("#forslag-1-infoga").click()
    await bosse.field.fill("")
    await bosse.write("Jag tar reda på det.")
    await anna.sees("Jag tar reda på det.")
    await expect(bosse.page.locator("[data-used-answers]")).to_have_count(0)


async def test_a_refused_reply_comes_back_with_the_answers_that_it_was_made_from(anna: Visitor, bosse: Visitor) -> None:
    reference = await take_case(anna, bosse)
    address = f"**/desk/arenden/{reference}/meddelanden"
    await bosse.page.route(address, lambda route: route.fulfill(status=422, json={"detail": "Det gick inte."}))
    await bosse.page.locator("#forslag-1-infoga").click()
    await bosse.button("Skicka").click()
    await expect(bosse.page.locator("[data-error]")).to_have_text("Det gick inte.")
    await bosse.page.unroute(address)
    await bosse.button("Skicka").click()
    await expect(bosse.page.locator("[data-used-answers]")).to_contain_text("altan")


async def test_a_search_that_cannot_be_made_says_so_and_the_next_one_works(anna: Visitor, bosse: Visitor) -> None:
    reference = await take_case(anna, bosse)
    address = f"**/desk/arenden/{reference}/svar?*"
    await bosse.page.route(address, lambda route: route.abort())
    await bosse.page.get_by_label("Sök svar och artiklar").fill("radon")
    await expect(bosse.page.locator("[data-search-told]")).to_have_text("Sökningen gick inte. Försök igen.")
    await bosse.page.unroute(address)
    await bosse.page.get_by_role("button", name="Sök", exact=True).click()
    await expect(bosse.page.locator("[data-search-told]")).to_have_text(re.compile(r"\d svar\."))
    await bosse.page.get_by_label("Sök svar och artiklar").fill("xyzzy")
    await expect(bosse.page.locator("[data-search-told]")).to_contain_text("Inga svar.")
    await expect(bosse.page.locator("[data-found] [data-insert]")).to_have_count(0)


async def test_a_checklist_is_ticked_off_with_a_keyboard_and_colleagues_see_it(
    visitors: Visitors, anna: Visitor, bosse: Visitor
) -> None:
    reference = await take_case(anna, bosse)
    first = bosse.page.locator("case-checklist input[type=checkbox]").first
    await press_tab_until(bosse.page, first)
    await bosse.page.keyboard.press("Space")
    await expect(bosse.page.locator("[data-progress]")).to_have_text(re.compile("^1 av "))
    await expect(first).to_be_focused()
    await expect(bosse.page.locator("[data-step]").first).to_contain_text("Medarbetare 1")
    await bosse.page.reload()
    await expect(first).to_be_checked()
    colleague = await visitors.agent("medarbetare2")
    await colleague.open_anothers_case(reference)
    await expect(colleague.page.locator("[data-progress]")).to_have_text(re.compile("^1 av "))
    await expect(colleague.page.get_by_text("Klart:")).to_have_count(1)
    await first.uncheck()
    await expect(bosse.page.locator("[data-progress]")).to_have_text(re.compile("^0 av "))
    await expect(bosse.page.locator("[data-step]").first).to_be_empty()


async def test_a_tick_that_could_not_be_kept_goes_back_and_says_so(anna: Visitor, bosse: Visitor) -> None:
    reference = await take_case(anna, bosse)
    await bosse.page.route(f"**/desk/arenden/{reference}/checklista", lambda route: route.abort())
    first = bosse.page.locator("case-checklist input[type=checkbox]").first
    await first.click()
    await expect(bosse.page.locator("[data-checklist-error]")).to_contain_text("kunde inte")
    await expect(first).not_to_be_checked()
    await bosse.assert_accessible()


async def test_answers_and_checklist_work_without_a_script(visitors: Visitors, anna: Visitor, bosse: Visitor) -> None:
    reference = await take_case(anna, bosse)
    plain = await visitors.agent("medarbetare1", java_script_enabled=False)
    page = plain.page
    await page.goto(f"/desk/arenden/{reference}")
    await page.get_by_label("Sök svar och artiklar").fill("radon")
    await page.get_by_role("button", name="Sök", exact=True).click()
    await expect(page.locator("[data-search-told]")).to_have_text(re.compile(r"\d svar\."))
    await plain.field.fill("Hej!")
    await page.locator("#funna-1-infoga").click()
    await expect(plain.field).to_have_value(re.compile(r"^Hej!\n\n"))
    await plain.button("Skicka").click()
    await expect(page.locator("[data-used-answers]")).to_have_count(1)
    await page.locator("case-checklist input[type=checkbox]").first.check()
    await plain.button("Spara checklistan").click()
    await expect(page.locator("[data-progress]")).to_have_text(re.compile("^1 av "))


async def test_a_lead_writes_changes_and_puts_away_a_ready_answer(visitors: Visitors) -> None:
    lead = await visitors.agent("teamledare")
    page = lead.page
    await page.get_by_role("link", name="Färdiga svar").click()
    await page.get_by_role("link", name="Skriv ett nytt svar").click()
    await lead.button("Spara").click()
    await expect(page.get_by_role("alert")).to_have_text("Skriv en rubrik.")
    await page.get_by_label("Rubrik").fill("Lämna synpunkter")
    await page.get_by_label("Svar", exact=True).fill("Ring {telefon_kontaktcenter}.")
    await lead.button("Spara").click()
    await expect(page.get_by_text("Ändringen är sparad.")).to_be_visible()
    await page.get_by_role("link", name="Lämna synpunkter").click()
    await lead.button("Lägg undan svaret").click()
    await page.get_by_text("Undanlagda (1)").click()
    await expect(page.get_by_role("link", name="Lämna synpunkter")).to_be_visible()
    await take_pictures(lead, "ready_answers")
    await assert_fits(lead)


async def test_the_page_of_a_ready_answer_fits(visitors: Visitors) -> None:
    lead = await visitors.agent("teamledare")
    await lead.page.goto("/desk/svar/nytt")
    await lead.page.get_by_label("Rubrik").fill("Lämna synpunkter")
    await lead.page.get_by_label("Svar", exact=True).fill("Ring {telefonen}.")
    await lead.button("Spara").click()
    await expect(lead.page.get_by_role("alert")).to_contain_text("{telefonen}")
    await take_pictures(lead, "ready_answer_refused")
    await assert_fits(lead)


async def test_the_desk_page_of_a_case_passes_the_checks_of_every_page(desk: CheckingClient, anna: Visitor) -> None:
    await anna.open_chat()
    reference = await anna.ask_for_person()
    await desk.post(f"/desk/arenden/{reference}/ta")
    page = await desk.get(f"/desk/arenden/{reference}?sok=radon")
    assert "svar." in page.text
