"""The agents' desk in browsers with scripts: what others do is seen at once, and nothing written is lost."""

import re

from playwright.async_api import expect
from visitor import Visitor, Visitors


async def test_the_queue_fills_and_empties_without_a_reload(visitors: Visitors, anna: Visitor, bosse: Visitor) -> None:
    colleague = await visitors.agent("medarbetare2")
    await anna.open_chat()
    reference = await anna.ask_for_person()
    claim = bosse.page.get_by_role("button", name=f"Ta ärendet {reference}")
    await expect(claim).to_be_visible()
    await colleague.page.get_by_role("button", name=f"Ta ärendet {reference}").click()
    await expect(bosse.page.get_by_text("Ingen väntar just nu.")).to_be_visible()
    await expect(claim).to_have_count(0)


async def test_urgent_cases_go_first(visitors: Visitors, bosse: Visitor) -> None:
    ordinary, urgent = await visitors.resident(), await visitors.resident()
    await ordinary.open_chat()
    await ordinary.ask_for_person()
    await urgent.open_chat()
    await urgent.write("Det är eld i huset")
    await expect(bosse.page.get_by_text("2 ärenden väntar.")).to_be_visible()
    first = bosse.page.locator("[data-list=vantar] > li").first
    await expect(first).to_contain_text("Brådskande")


async def test_danger_that_is_written_in_the_queue_is_answered_at_once_and_goes_first(
    visitors: Visitors, anna: Visitor, bosse: Visitor
) -> None:
    ordinary = await visitors.resident()
    await ordinary.open_chat()
    await ordinary.ask_for_person()
    await anna.open_chat()
    reference = await anna.ask_for_person()
    await expect(bosse.page.get_by_text("2 ärenden väntar.")).to_be_visible()
    await anna.write("Det är eld i huset")
    await expect(anna.page.locator(".message--bot.message--urgent")).to_contain_text("Brådskande")
    first = bosse.page.locator("[data-list=vantar] > li").first
    await expect(first).to_contain_text(reference)
    await expect(first).to_contain_text("Brådskande")
    await anna.assert_accessible()
    await bosse.assert_accessible()


async def test_danger_that_is_written_to_an_agent_is_told_to_the_agent_alone(anna: Visitor, bosse: Visitor) -> None:
    await anna.open_chat()
    reference = await anna.ask_for_person()
    await bosse.page.goto(f"/desk/arenden/{reference}")
    await bosse.button("Ta ärendet").click()
    await expect(bosse.field).to_be_visible()
    await anna.write("Det är eld i huset")
    await expect(bosse.page.locator("[data-case-state]")).to_contain_text("Invånaren har skrivit något brådskande.")
    await bosse.page.get_by_role("link", name="Visa ärendet som det är nu").click()
    await expect(bosse.page.get_by_role("heading", name="Boten såg något brådskande")).to_be_visible()
    await bosse.assert_accessible()
    await expect(anna.page.locator(".message--bot")).to_have_count(0)


async def test_a_button_that_goes_to_a_colleague_leaves_the_focus_in_the_list(
    visitors: Visitors, anna: Visitor, bosse: Visitor
) -> None:
    colleague = await visitors.agent("medarbetare2")
    await anna.open_chat()
    reference = await anna.ask_for_person()
    await bosse.page.get_by_role("button", name=f"Ta ärendet {reference}").focus()
    await colleague.page.get_by_role("button", name=f"Ta ärendet {reference}").click()
    await expect(bosse.page.get_by_role("heading", name="Väntar på svar")).to_be_focused()


async def test_a_button_keeps_its_focus_when_others_come_and_go(visitors: Visitors, bosse: Visitor) -> None:
    ordinary, urgent = await visitors.resident(), await visitors.resident()
    await ordinary.open_chat()
    reference = await ordinary.ask_for_person()
    claim = bosse.page.get_by_role("button", name=f"Ta ärendet {reference}")
    await claim.focus()
    await urgent.open_chat()
    await urgent.write("Det är eld i huset")
    await expect(bosse.page.get_by_text("2 ärenden väntar.")).to_be_visible()
    await expect(claim).to_be_focused()


async def test_an_open_case_tells_that_a_colleague_has_taken_it(
    visitors: Visitors, anna: Visitor, bosse: Visitor
) -> None:
    colleague = await visitors.agent("medarbetare2")
    await anna.open_chat()
    reference = await anna.ask_for_person()
    await bosse.page.goto(f"/desk/arenden/{reference}")
    await colleague.page.get_by_role("button", name=f"Ta ärendet {reference}").click()
    await expect(bosse.page.get_by_text("Medarbetare 2 har ärendet.")).to_be_visible()
    await bosse.page.get_by_role("link", name="Visa ärendet som det är nu").click()
    await expect(bosse.button("Ta ärendet")).to_have_count(0)


async def test_a_reply_that_is_refused_comes_back_to_the_field(anna: Visitor, bosse: Visitor) -> None:
    await anna.open_chat()
    reference = await anna.ask_for_person()
    await bosse.page.goto(f"/desk/arenden/{reference}")
    await bosse.button("Ta ärendet").click()
    await expect(bosse.field).to_be_visible()
    await anna.page.locator("summary", has_text="Meny").click()
    await anna.button("Avsluta och rensa").click()
    await expect(bosse.page.get_by_text("Invånaren har avslutat samtalet.").first).to_be_visible()
    await bosse.write("Ett svar som jag har tänkt på länge")
    await expect(bosse.page.locator("[data-error]")).to_contain_text("når inte fram")
    await expect(bosse.field).to_have_value("Ett svar som jag har tänkt på länge")


async def test_a_reply_written_while_signed_out_is_kept(anna: Visitor, bosse: Visitor) -> None:
    await anna.open_chat()
    reference = await anna.ask_for_person()
    await bosse.page.goto(f"/desk/arenden/{reference}")
    await bosse.button("Ta ärendet").click()
    await expect(bosse.field).to_be_visible()
    await bosse.context.clear_cookies()
    await bosse.write("Mitt svar")
    await expect(bosse.page.locator("[data-error]")).to_contain_text("Du behöver logga in")
    await expect(bosse.field).to_have_value("Mitt svar")


async def test_an_open_queue_notices_that_its_agent_has_signed_out_elsewhere(anna: Visitor, bosse: Visitor) -> None:
    other = Visitor(bosse.context, await bosse.context.new_page())
    await other.page.goto("/desk")
    await bosse.page.goto("/desk")
    await other.button("Logga ut").click()
    await expect(other.page.get_by_text("Du är utloggad.")).to_be_visible()
    await anna.open_chat()
    await anna.ask_for_person()
    await expect(bosse.page.locator("[data-connection]")).to_contain_text("Du är utloggad")
    await expect(bosse.page.get_by_role("button", name=re.compile("Ta ärendet"))).to_have_count(0)


async def test_two_agents_who_press_at_the_same_time(visitors: Visitors, anna: Visitor, bosse: Visitor) -> None:
    colleague = await visitors.agent("medarbetare2")
    await anna.open_chat()
    reference = await anna.ask_for_person()
    for agent in (bosse, colleague):
        await agent.page.goto(f"/desk/arenden/{reference}")
    # The colleague's page knows nothing of what happens meanwhile.
    await colleague.page.evaluate("document.querySelector('case-conversation').stream.close()")
    await bosse.button("Ta ärendet").click()
    await expect(bosse.page.get_by_text("Du har ärendet.")).to_be_visible()
    await colleague.button("Ta ärendet").click()
    await expect(colleague.page.get_by_role("alert")).to_contain_text("En kollega hann före")
    await expect(colleague.page.get_by_text("Medarbetare 1 har ärendet.")).to_be_visible()
