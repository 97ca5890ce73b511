"""The whole way without JavaScript, for the resident and for the agent."""

import re

from playwright.async_api import expect
from visitor import Visitors


async def test_a_resident_and_an_agent_need_no_script(visitors: Visitors) -> None:
    anna = await visitors.resident(java_script_enabled=False)
    bosse = await visitors.agent("medarbetare1", java_script_enabled=False)

    await anna.open_chat()
    await anna.write("Jag vill bygga")
    refresh = anna.button("Hämta nya svar")
    await expect(refresh).to_be_visible()
    while not await anna.button("En altan").is_visible():
        await refresh.click()
    await anna.button("En altan").click()
    while "Du valde" not in await anna.transcript.inner_text():
        await refresh.click()

    await anna.page.locator(".chat__status").get_by_role("button", name="Prata med en människa").click()
    await expect(anna.status).to_contain_text("Du är nummer 1 i kön")

    await bosse.page.goto("/desk")
    await bosse.page.get_by_role("button", name=re.compile("Ta ärendet")).click()
    await bosse.write("Hej! Jag hjälper dig.")
    await bosse.sees("Jag hjälper dig")
    await refresh.click()
    await anna.sees("Hej! Jag hjälper dig.")
    await expect(anna.status).to_contain_text("Du chattar med Medarbetare 1")

    await bosse.do_now("Lämna tillbaka till boten")
    await expect(bosse.page.get_by_text("Samtalet är tillbaka hos boten")).to_be_visible()
    await bosse.close_case()
    await expect(bosse.page.get_by_text("Du har inga öppna ärenden.")).to_be_visible()
    # Twice, because a page that is open already must be fetched anew too.
    await refresh.click()
    await refresh.click()
    await expect(anna.status).to_contain_text("Samtalet är avslutat")

    await anna.page.locator("summary", has_text="Meny").click()
    await anna.button("Avsluta och rensa").click()
    await expect(anna.lines).to_have_count(0)


async def test_the_newest_message_is_in_view_after_sending(visitors: Visitors) -> None:
    anna = await visitors.resident(java_script_enabled=False)
    await anna.open_chat()
    for number in range(8):
        await anna.write(f"Meddelande nummer {number}")
    await expect(anna.page.get_by_text("Meddelande nummer 7")).to_be_in_viewport()


async def test_a_browser_that_is_too_old_for_the_script_has_the_plain_forms(visitors: Visitors) -> None:
    anna = await visitors.resident()
    await anna.page.add_init_script("delete window.BroadcastChannel")
    await anna.open_chat()
    await anna.write("Får jag bygga en altan?")
    while "En låg altan" not in await anna.transcript.inner_text():
        await anna.button("Hämta nya svar").click()
    await expect(anna.lines).to_have_count(2)
    assert any("BroadcastChannel" in fault for fault in anna.faults)
    anna.faults.clear()
