"""The page of a case: the agent's conversations beside each other, the reply always in sight, keys for those who choose
them.
"""

import psycopg
from playwright.async_api import Locator, expect
from visitor import DESKTOP, Visitor, Visitors

WIDE = {"width": 1366, "height": 768}
TABLET = {"width": 820, "height": 1180}
PHONE = {"width": 320, "height": 640}


def my_cases(agent: Visitor) -> Locator:
    return agent.page.get_by_role("navigation", name="Mina samtal")


async def take_case_of(agent: Visitor, resident: Visitor) -> str:
    await resident.open_chat()
    reference = await resident.ask_for_person()
    await agent.page.goto(f"/desk/arenden/{reference}")
    await agent.button("Ta ärendet").click()
    await resident.sees("har tagit över")
    await agent.sees("har tagit över")
    return reference


async def test_what_is_written_in_another_of_my_conversations_is_seen_and_one_press_away(
    visitors: Visitors, anna: Visitor, bosse: Visitor
) -> None:
    first = await take_case_of(bosse, anna)
    cecilia = await visitors.resident()
    second = await take_case_of(bosse, cecilia)
    await expect(my_cases(bosse).get_by_role("link")).to_have_count(2)
    await expect(my_cases(bosse).locator("[aria-current=page]")).to_contain_text(second)
    await anna.write("Är du kvar?")
    other = my_cases(bosse).get_by_role("link", name=first)
    await expect(other).to_contain_text("1 nytt")
    await anna.write("Hallå?")
    await expect(other).to_contain_text("2 nya")
    await bosse.field.fill("Ett halvt svar till")
    await other.click()
    await bosse.sees("Hallå?")
    await expect(my_cases(bosse).get_by_role("link", name=first)).not_to_contain_text("nya")
    await my_cases(bosse).get_by_role("link", name=second).click()
    await expect(bosse.field).to_have_value("Ett halvt svar till")
    await bosse.assert_accessible()


async def test_the_next_case_is_one_press_and_says_when_there_is_none(anna: Visitor, bosse: Visitor) -> None:
    await bosse.button("Ta nästa ärende").click()
    await expect(bosse.page.get_by_text("Inget ärende i kön passar dig just nu.")).to_be_visible()
    await anna.open_chat()
    reference = await anna.ask_for_person()
    await bosse.button("Ta nästa ärende").click()
    await expect(bosse.page.get_by_role("heading", name=f"Ärende {reference}")).to_be_visible()
    await anna.sees("har tagit över")
    await expect(bosse.button("Ta nästa ärende")).to_be_visible()


async def test_asking_twice_for_the_next_case_is_asking_once(visitors: Visitors, anna: Visitor, bosse: Visitor) -> None:
    for resident in (anna, await visitors.resident()):
        await resident.open_chat()
        await resident.ask_for_person()
    key = await bosse.page.locator("form[action='/desk/nasta'] [name=key]").input_value()
    for _ in range(2):
        await bosse.page.request.post("/desk/nasta", form={"key": key})
    await bosse.page.goto("/desk")
    await expect(bosse.page.get_by_text("Du har 1 öppet ärende.")).to_be_visible()
    await expect(bosse.page.get_by_text("1 ärende väntar.")).to_be_visible()


async def test_a_long_conversation_scrolls_by_itself_and_the_reply_stays_in_sight(
    anna: Visitor, bosse: Visitor
) -> None:
    await take_case_of(bosse, anna)
    await bosse.page.set_viewport_size(WIDE)
    for number in range(12):
        await bosse.write(f"Rad {number}")
        await bosse.sees(f"Rad {number}")
    for size in (WIDE, {"width": 1024, "height": 768}):
        await bosse.page.set_viewport_size(size)
        await expect(bosse.button("Skicka")).to_be_in_viewport(ratio=1)
        await expect(bosse.page.locator("[data-messages] > li").last).to_be_in_viewport()
        is_still = "document.documentElement.scrollHeight <= document.documentElement.clientHeight"
        assert await bosse.page.evaluate(is_still)
    await bosse.page.get_by_role("link", name="Avsluta", exact=True).click()
    await expect(bosse.page.get_by_role("heading", name="Avsluta", exact=True)).to_be_in_viewport()
    await expect(bosse.button("Skicka")).to_be_in_viewport(ratio=1)


async def test_on_small_screens_all_follows_without_sideways_scrolling(anna: Visitor, bosse: Visitor) -> None:
    await take_case_of(bosse, anna)
    for size in (TABLET, PHONE):
        await bosse.page.set_viewport_size(size)
        assert not await bosse.scrolls_sideways()
        await bosse.assert_accessible()


async def test_the_menu_of_a_narrow_screen_opens_and_closes_by_keyboard(visitors: Visitors) -> None:
    lead = await visitors.agent("teamledare", viewport=PHONE)
    wall = lead.page.get_by_role("link", name="Läget")
    await expect(wall).to_be_hidden()
    await lead.button("Meny").press("Enter")
    await expect(wall).to_be_visible()
    await lead.assert_accessible()
    await lead.page.keyboard.press("Escape")
    await expect(wall).to_be_hidden()
    await lead.button("Meny").press("Enter")
    await wall.click()
    await expect(lead.page.get_by_role("heading", name="Läget", level=1)).to_be_visible()
    await lead.page.set_viewport_size(DESKTOP)
    await expect(lead.page.get_by_role("link", name="Läget")).to_have_attribute("aria-current", "page")


async def test_single_keys_do_nothing_until_they_are_chosen(anna: Visitor, bosse: Visitor) -> None:
    await take_case_of(bosse, anna)
    await bosse.page.locator("[data-transcript]").focus()
    await bosse.page.keyboard.press("r")
    await expect(bosse.field).not_to_be_focused()


async def test_whoever_has_chosen_them_works_with_single_keys(
    visitors: Visitors, anna: Visitor, bosse: Visitor, database_url: str
) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE staff SET has_shortcuts = true WHERE username = 'medarbetare1'")
    first = await take_case_of(bosse, anna)
    second = await take_case_of(bosse, await visitors.resident())
    keys = bosse.page.keyboard
    await bosse.page.locator("[data-transcript]").focus()
    await keys.press("r")
    await expect(bosse.field).to_be_focused()
    # In a field a letter is a letter.
    await keys.type("r1")
    await expect(bosse.field).to_have_value("r1")
    await keys.press("Escape")
    await expect(bosse.page.locator("[data-transcript]")).to_be_focused()
    await keys.press("s")
    await expect(bosse.page.get_by_role("searchbox", name="Sök svar och artiklar")).to_be_focused()
    await bosse.page.locator("[data-transcript]").focus()
    await keys.press("?")
    help_dialog = bosse.page.get_by_role("dialog", name="Snabbtangenter här")
    await expect(help_dialog).to_contain_text("Svara invånaren")
    await bosse.assert_accessible()
    # What the keys say is not done behind the list of them.
    await keys.press("k")
    await keys.press("Escape")
    await expect(help_dialog).to_have_count(0)
    await expect(bosse.page.get_by_role("heading", name=f"Ärende {second}")).to_be_visible()
    await keys.press("1")
    await expect(bosse.page.get_by_role("heading", name=f"Ärende {first}")).to_be_visible()
    await bosse.page.locator("[data-transcript]").focus()
    await keys.press("k")
    await expect(bosse.page.get_by_role("heading", name="Kön", level=1)).to_be_visible()
