"""Closing with a category, registering contacts, telling the editors: in a browser, by keyboard, without a script."""

import re

from checking_client import CheckingClient
from keyboard import press_tab_until
from playwright.async_api import expect
from running_service import RunningService
from test_accessibility import assert_fits
from visitor import Visitor, Visitors

ALTAN = "Behöver jag bygglov för att bygga en altan?"


async def answered_case(anna: Visitor) -> str:
    """A case after an answer about a topic. Returns its reference."""
    await anna.open_chat()
    await anna.write("Får jag bygga en altan?")
    await anna.sees("En låg altan")
    return await anna.ask_for_person()


async def tell_editors(agent: Visitor, reference: str) -> None:
    await agent.page.goto(f"/desk/arenden/{reference}")
    await agent.page.get_by_role("link", name="Fel i svaret").click()
    await agent.button("Skicka till redaktionen").click()
    await expect(agent.page.get_by_text("Frågan ligger nu i redaktionens inkorg.")).to_be_visible()


async def test_one_press_closes_when_the_bot_had_guessed_right(anna: Visitor, bosse: Visitor) -> None:
    reference = await answered_case(anna)
    await bosse.page.goto(f"/desk/arenden/{reference}")
    await bosse.button("Ta ärendet").click()
    await expect(bosse.page.get_by_label("Vad gällde ärendet?")).to_have_value("bygglov-altan")
    await bosse.do_now("Boten gissade rätt, avsluta som löst")
    await expect(bosse.page.locator("h1")).to_have_text("Kön")
    await expect(anna.status).to_contain_text("Samtalet är avslutat")
    await bosse.page.goto(f"/desk/arenden/{reference}")
    await expect(bosse.page.get_by_text(f"Gällde: {ALTAN}")).to_be_visible()


async def test_a_contact_is_registered_with_a_keyboard(bosse: Visitor) -> None:
    page = bosse.page
    await page.goto("/desk/registrera")
    await press_tab_until(page, page.get_by_label("Telefon"))
    await press_tab_until(page, page.get_by_label("Vad gällde ärendet?"))
    await page.keyboard.press("ArrowDown")
    await press_tab_until(page, page.get_by_label("Löst vid första kontakten"))
    await page.keyboard.press("Space")
    await press_tab_until(page, bosse.button("Registrera kontakten"))
    await page.keyboard.press("Enter")
    saved = page.get_by_text("Kontakten är registrerad som ärende")
    await expect(saved).to_be_visible()
    await expect(page.locator(".registered > li")).to_have_count(1)
    await saved.get_by_role("link").click()
    await expect(page.get_by_text("Kontakten kom per telefon och registrerades efteråt.")).to_be_visible()
    await bosse.assert_accessible()


async def test_a_topic_is_found_by_words_and_one_alone_is_chosen(bosse: Visitor) -> None:
    page = bosse.page
    await page.goto("/desk/registrera")
    finder, topics = page.get_by_label("Sök ämne"), page.get_by_label("Vad gällde ärendet?")
    everything = await topics.locator("option").count()
    await finder.press_sequentially("bygglov altan")
    await expect(page.get_by_text("Ett ämne passar och är valt.")).to_be_visible()
    await expect(topics).to_have_value("bygglov-altan")
    await finder.press("Enter")
    await finder.fill("finns inte")
    await expect(page.get_by_text("Inget ämne passar.")).to_be_visible()
    await expect(topics).to_have_value("")
    await finder.fill("bygglov")
    await expect(page.get_by_text("ämnen passar. Välj i listan.")).to_be_visible()
    await topics.select_option("bygglov-altan")
    await finder.fill("")
    await expect(topics.locator("option")).to_have_count(everything)
    await expect(topics).to_have_value("bygglov-altan")


async def test_the_editors_inbox_is_accessible_empty_and_full(
    visitors: Visitors, anna: Visitor, bosse: Visitor
) -> None:
    editor = await visitors.agent("redaktor")
    await editor.page.goto("/desk/redaktion")
    await expect(editor.page.get_by_text("Inkorgen är tom.")).to_be_visible()
    await assert_fits(editor)
    await tell_editors(bosse, await answered_case(anna))
    await tell_editors(bosse, await answered_case(await visitors.resident()))
    await editor.page.reload()
    handle = editor.page.get_by_role("button", name=re.compile("Markera som hanterad"))
    await expect(handle).to_have_count(2)
    await handle.first.click()
    await expect(handle).to_have_count(1)
    await expect(editor.page.get_by_text("Hanterad av")).to_be_visible()
    await assert_fits(editor)


async def test_the_whole_way_without_a_script(
    anna: Visitor, desk: CheckingClient, service: RunningService, passwords: dict[str, str]
) -> None:
    reference = await answered_case(anna)
    case = f"/desk/arenden/{reference}"
    await desk.post(f"{case}/ta")
    page = await desk.get(case)
    links = {link.get("href", "") for link in page.tree.iter("a")}
    address = next(link for link in links if link.startswith("/desk/boten-borde/"))
    form = await desk.get(address)
    assert "Boten lär sig inget av sig själv." in form.text
    fields = {"key": form.value("key"), "kind": "article_needed"}
    refused = await desk.post(address, question="", remark="Skriv om altaner.", **fields)
    assert (refused.status, refused.value("remark")) == (422, "Skriv om altaner.")
    told = await desk.post(address, question="Får man bygga en altan?", **fields)
    assert "Frågan ligger nu i redaktionens inkorg." in told.text
    closed = await desk.post(f"{case}/avsluta", category="bygglov-altan", resolution="solved")
    assert closed.h1 == "Kön"
    page = await desk.get("/desk/registrera")
    contact = {"key": page.value("key"), "channel": "visit", "resolution": "referred"}
    refused = await desk.post("/desk/registrera", note="Min anteckning", **contact)
    assert (refused.status, refused.value("note")) == (422, "Min anteckning")
    kept = await desk.post("/desk/registrera", category="omrade:bostad", **contact)
    assert "Kontakten är registrerad som ärende" in kept.text
    async with CheckingClient(service.url) as editor:
        await editor.sign_in("redaktor", passwords["redaktor"])
        inbox = await editor.get("/desk/redaktion")
        assert "Får man bygga en altan?" in inbox.text
        action = next(form.get("action", "") for form in inbox.tree.iter("form") if "klar" in form.get("action", ""))
        handled = await editor.post(action)
        assert "Inkorgen är tom." in handled.text
