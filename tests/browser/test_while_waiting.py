"""What a resident sees and does in the queue, and what the two sides see of each other's writing and reading."""

import re

from playwright.async_api import Page, expect
from visitor import NARROW, Visitor, Visitors

# Keeps everything that a screen reader is told, and whether what was changed in the status was to be read aloud.
LISTEN = """
  window.said = [];
  window.statuses = [];
  new MutationObserver((changes) => {
    for (const change of changes) for (const node of change.addedNodes) window.said.push(node.textContent);
  }).observe(document.querySelector("[data-announcer]"), { childList: true });
  const status = document.querySelector("[data-status]");
  new MutationObserver(() => {
    const isQuiet = Boolean(status.closest("[aria-live=off]"));
    window.statuses.push([status.textContent, isQuiet]);
  }).observe(status, { childList: true, characterData: true, subtree: true });
"""
SPEAKER = "[data-speaker]"


async def waiting(visitor: Visitor) -> str:
    await visitor.open_chat()
    return await visitor.ask_for_person()


async def ask_bot(visitor: Visitor, text: str) -> None:
    await visitor.field.fill(text)
    await visitor.button("Fråga chattboten").click()


async def take_case(bosse: Visitor, reference: str) -> None:
    await bosse.page.goto(f"/desk/arenden/{reference}")
    await bosse.button("Ta ärendet").click()
    await expect(bosse.field).to_be_visible()


async def said(page: Page) -> list[str]:
    return list(await page.evaluate("window.said"))


# Asking the bot.


async def test_the_bot_is_asked_while_waiting_and_the_place_is_kept(anna: Visitor) -> None:
    await anna.open_chat()
    await expect(anna.button("Fråga chattboten")).to_be_hidden()
    await anna.ask_for_person()
    await anna.write("Till människan")
    await ask_bot(anna, "Får jag bygga en altan?")
    await anna.sees("En låg altan")
    speakers = await anna.lines.locator(SPEAKER).all_inner_texts()
    assert [speaker for speaker in speakers if speaker.startswith("Du")] == ["Du", "Du, till chattboten"]
    await expect(anna.status).to_contain_text("nummer 1 i kön")
    await expect(anna.field).to_be_focused()
    await expect(anna.field).to_have_value("")


async def test_enter_writes_to_the_person_and_not_to_the_bot(anna: Visitor) -> None:
    await waiting(anna)
    await anna.field.fill("Till människan")
    await anna.field.press("Enter")
    await expect(anna.lines.last.locator(SPEAKER)).to_have_text("Du")


async def test_a_choice_that_the_bot_gives_who_waits_is_answered_by_the_bot(anna: Visitor) -> None:
    await waiting(anna)
    await ask_bot(anna, "Jag vill bygga")
    await anna.button("En altan").click()
    await anna.sees("Du valde bygglov-altan.")
    await expect(anna.status).to_contain_text("i kön")


async def test_the_agent_sees_what_was_written_to_the_bot(anna: Visitor, bosse: Visitor) -> None:
    reference = await waiting(anna)
    await ask_bot(anna, "Får jag bygga en altan?")
    await anna.sees("En låg altan")
    await take_case(bosse, reference)
    await expect(bosse.lines.filter(has_text="Får jag").locator(SPEAKER)).to_have_text("Invånaren, till chattboten")
    await anna.sees("har tagit över")
    await expect(anna.button("Fråga chattboten")).to_be_hidden()


async def test_the_bot_is_asked_without_a_script_too(visitors: Visitors) -> None:
    anna = await visitors.resident(java_script_enabled=False)
    await waiting(anna)
    await ask_bot(anna, "Får jag bygga en altan?")
    await expect(anna.lines.last.locator(SPEAKER)).to_have_text(re.compile("till chattboten|Chattboten"))
    await anna.button("Hämta nya svar").click()
    await anna.sees("En låg altan")
    await expect(anna.status).to_contain_text("i kön")


# Leaving the queue.


async def test_the_queue_is_left_after_one_more_question(anna: Visitor) -> None:
    await waiting(anna)
    await anna.page.locator("summary", has_text="Lämna kön").click()
    await expect(anna.status).to_contain_text("i kön")
    await anna.button("Ja, lämna kön").click()
    await expect(anna.status).to_have_text("Du chattar med chattboten.")
    await anna.sees("Du har lämnat kön")
    await expect(anna.field).to_be_focused()
    await expect(anna.page.locator("summary", has_text="Lämna kön")).to_be_hidden()
    await expect(anna.button("Fråga chattboten")).to_be_hidden()
    await anna.write("Får jag bygga en altan?")
    await anna.sees("En låg altan")
    await anna.ask_for_person()
    # The question is closed again, whatever was answered the last time.
    await expect(anna.button("Ja, lämna kön")).to_be_hidden()


async def test_the_queue_is_left_and_the_bot_asked_with_a_keyboard(anna: Visitor) -> None:
    await waiting(anna)
    keyboard = anna.page.keyboard
    await anna.field.focus()
    await keyboard.type("Får jag bygga en altan?")
    for _ in range(2):
        await keyboard.press("Tab")
    await expect(anna.button("Fråga chattboten")).to_be_focused()
    await keyboard.press("Enter")
    await anna.sees("En låg altan")
    await expect(anna.field).to_be_focused()
    await anna.page.locator("summary", has_text="Lämna kön").focus()
    await keyboard.press("Enter")
    await keyboard.press("Tab")
    await expect(anna.button("Ja, lämna kön")).to_be_focused()
    await keyboard.press("Enter")
    await expect(anna.status).to_have_text("Du chattar med chattboten.")
    await expect(anna.field).to_be_focused()


async def test_the_queue_is_left_without_a_script_too(visitors: Visitors) -> None:
    anna = await visitors.resident(java_script_enabled=False, viewport=NARROW)
    await waiting(anna)
    await anna.page.locator("summary", has_text="Lämna kön").click()
    await anna.button("Ja, lämna kön").click()
    await expect(anna.status).to_have_text("Du chattar med chattboten.")
    await anna.sees("Du har lämnat kön")


async def test_who_leaves_too_late_is_told_so_and_keeps_the_agent(visitors: Visitors, bosse: Visitor) -> None:
    anna = await visitors.resident(java_script_enabled=False)
    reference = await waiting(anna)
    await anna.page.locator("summary", has_text="Lämna kön").click()
    await take_case(bosse, reference)
    await anna.button("Ja, lämna kön").click()
    await expect(anna.page.get_by_role("alert")).to_contain_text("Du står inte i kön längre")
    await expect(anna.status).to_contain_text("Medarbetare 1")


async def test_contact_details_can_be_left_although_somebody_is_there(anna: Visitor, bosse: Visitor) -> None:
    await expect(bosse.button("Ta paus")).to_be_visible()
    await waiting(anna)
    panel = anna.page.locator("#svar")
    await expect(panel).to_contain_text("Vill du inte vänta i kön?")
    await panel.locator("summary").click()
    await panel.get_by_label("Jag läser svaret här själv").check()
    await panel.get_by_role("button", name="Spara").click()
    await expect(anna.status).to_contain_text("Du behöver inte vänta kvar här")


# What a screen reader is told of the queue.


async def test_a_better_place_is_seen_at_once_and_said_at_most_every_half_minute(
    visitors: Visitors, bosse: Visitor
) -> None:
    earlier = [await waiting(await visitors.resident()) for _ in range(3)]
    anna = await visitors.resident()
    await anna.page.clock.install()
    await waiting(anna)
    await expect(anna.status).to_contain_text("nummer 4")
    await anna.page.evaluate(LISTEN)
    for reference, place in zip(earlier[:2], (3, 2), strict=True):
        await take_case(bosse, reference)
        await expect(anna.status).to_contain_text(f"nummer {place}")
    assert [sentence for sentence in await said(anna.page) if "i kön" in sentence] == []
    await anna.page.clock.fast_forward(31_000)
    await anna.page.wait_for_function("window.said.some((sentence) => sentence.includes('nummer 2'))")
    assert len([sentence for sentence in await said(anna.page) if "i kön" in sentence]) == 1
    statuses = await anna.page.evaluate("window.statuses")
    assert [is_quiet for text, is_quiet in statuses if "i kön" in text] == [True, True]
    await take_case(bosse, await waiting_reference(anna))
    await expect(anna.status).to_contain_text("Medarbetare 1")
    statuses = await anna.page.evaluate("window.statuses")
    assert [is_quiet for text, is_quiet in statuses if "Medarbetare 1" in text] == [False]


async def waiting_reference(visitor: Visitor) -> str:
    match = re.search(r"\d{4}-\d{6}", await visitor.status.inner_text())
    assert match
    return match[0]


# Writing and reading.


async def test_each_sees_that_the_other_writes_until_it_is_sent(anna: Visitor, bosse: Visitor) -> None:
    await take_case(bosse, await waiting(anna))
    await anna.sees("har tagit över")
    await anna.page.evaluate(LISTEN)
    note = anna.page.locator("[data-writing]")
    await bosse.field.press_sequentially("Hej")
    await expect(note).to_have_text("Medarbetare 1 skriver …")
    await bosse.button("Skicka").click()
    await anna.sees("Hej")
    await expect(note).to_be_hidden()
    assert [sentence for sentence in await said(anna.page) if "skriver" in sentence] == []
    await anna.field.press_sequentially("Ja")
    await expect(bosse.page.locator("[data-writing]")).to_have_text("Invånaren skriver …")


async def test_who_stops_writing_is_not_said_to_write(visitors: Visitors, bosse: Visitor) -> None:
    anna = await visitors.resident()
    await anna.page.clock.install()
    await take_case(bosse, await waiting(anna))
    await anna.sees("har tagit över")
    await bosse.field.press_sequentially("Hej")
    note = anna.page.locator("[data-writing]")
    await expect(note).to_be_visible()
    await anna.page.clock.fast_forward(7_000)
    await expect(note).to_be_hidden()


async def test_writing_is_told_every_third_second_at_most(anna: Visitor, bosse: Visitor) -> None:
    await take_case(bosse, await waiting(anna))
    await anna.sees("har tagit över")
    # Who writes is told to the pages that listen, so the agent's has to.
    await anna.write("Hej!")
    await bosse.sees("Hej!")
    told: list[str] = []
    anna.page.on("request", lambda request: told.append(request.url) if request.url.endswith("/skriver") else None)
    await anna.page.clock.install()
    await anna.page.clock.pause_at("2030-01-01")
    await anna.field.press_sequentially("Ett långt meddelande")
    await expect(bosse.page.locator("[data-writing]")).to_be_visible()
    assert len(told) == 1
    await anna.page.clock.fast_forward(3_000)
    async with anna.page.expect_request("**/chatt/skriver"):
        await anna.field.press_sequentially(" till")
    assert len(told) == 2


async def test_what_the_bot_is_told_is_told_to_nobody_else(anna: Visitor) -> None:
    told: list[str] = []
    anna.page.on("request", lambda request: told.append(request.url))
    await anna.open_chat()
    await anna.write("Får jag bygga en altan?")
    await anna.sees("En låg altan")
    assert [url for url in told if url.endswith(("/skriver", "/sett"))] == []


async def test_the_last_message_that_the_agent_has_read_says_so(anna: Visitor, bosse: Visitor) -> None:
    await anna.open_chat()
    await anna.write("Hej, jag undrar en sak")
    await take_case(bosse, await anna.ask_for_person())
    await expect(anna.lines.filter(has_text="jag undrar").locator("[data-read]")).to_have_text("Läst")
    await anna.write("Är du där?")
    await expect(anna.lines.filter(has_text="Är du där?").locator("[data-read]")).to_have_text("Läst")
    assert await anna.page.locator("[data-read]").count() == 1
    await bosse.write("Ja")
    await expect(bosse.lines.filter(has_text="Ja").last.locator("[data-read]")).to_have_text("Läst")
    await anna.page.reload()
    await expect(anna.lines.filter(has_text="Är du där?").locator("[data-read]")).to_have_text("Läst")


async def test_a_page_that_nobody_looks_at_has_not_been_read(anna: Visitor, bosse: Visitor) -> None:
    await take_case(bosse, await waiting(anna))
    await anna.sees("har tagit över")
    await anna.page.evaluate("Object.defineProperty(document, 'hidden', { value: true, configurable: true })")
    await bosse.write("Är du där?")
    await anna.sees("Är du där?")
    await expect(bosse.page.locator("[data-read]")).to_have_count(0)
    async with anna.page.expect_request("**/chatt/sett"):
        await anna.page.evaluate(
            "delete document.hidden; document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))"
        )
    await expect(bosse.page.locator("[data-read]")).to_have_text("Läst")


async def test_without_a_script_the_mark_comes_with_the_page(visitors: Visitors, bosse: Visitor) -> None:
    anna = await visitors.resident(java_script_enabled=False)
    await anna.open_chat()
    await anna.write("Hej, jag undrar en sak")
    await take_case(bosse, await anna.ask_for_person())
    await anna.button("Hämta nya svar").click()
    await expect(anna.lines.filter(has_text="jag undrar").locator("[data-read]")).to_have_text("Läst")
