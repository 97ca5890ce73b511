"""Bold, lists and links in a reply: written with buttons or keys, and read as they were meant."""

import re

from playwright.async_api import expect
from visitor import Visitor, Visitors


async def case_of(anna: Visitor, bosse: Visitor) -> str:
    await anna.open_chat()
    reference = await anna.ask_for_person()
    await bosse.page.goto(f"/desk/arenden/{reference}")
    await bosse.button("Ta ärendet").click()
    await expect(bosse.field).to_be_visible()
    return reference


async def select(visitor: Visitor, words: str) -> None:
    """Selects these words in the field for replies."""
    await visitor.field.evaluate(
        "(field, words) => field.setSelectionRange(...[0, words.length].map((at) => field.value.indexOf(words) + at))",
        words,
    )


async def test_a_formatted_reply_is_read_by_the_resident_as_it_was_meant(anna: Visitor, bosse: Visitor) -> None:
    await case_of(anna, bosse)
    await bosse.field.fill("Du måste söka bygglov.\nTa med\nritning\nkarta\nLäs sidan först")
    await select(bosse, "måste")
    await bosse.button("Fet").click()
    await expect(bosse.field).to_have_value(re.compile(re.escape("Du **måste** söka")))
    await expect(bosse.field).to_be_focused()
    await select(bosse, "ritning\nkarta")
    await bosse.button("Punktlista").click()
    await select(bosse, "sidan")
    await bosse.field.press("Control+k")
    # The address is what is still to be written.
    await bosse.page.keyboard.type("https://kommun.example/altan")
    await expect(bosse.field).to_have_value(
        "Du **måste** söka bygglov.\nTa med\n- ritning\n- karta\nLäs [sidan](https://kommun.example/altan) först"
    )
    await bosse.assert_accessible()
    await bosse.button("Skicka").click()
    for reader in (anna, bosse):
        line = reader.lines.filter(has_text="bygglov")
        await expect(line.locator("strong", has_text="måste")).to_be_visible()
        await expect(line.get_by_role("listitem")).to_have_text(["ritning", "karta"])
        link = line.get_by_role("link", name=re.compile("^sidan"))
        await expect(link).to_have_attribute("href", "https://kommun.example/altan")
        await expect(link).to_have_attribute("rel", "noopener noreferrer")
        await expect(line).not_to_contain_text("**")


async def test_the_keys_put_marks_on_and_take_them_off(anna: Visitor, bosse: Visitor) -> None:
    await case_of(anna, bosse)
    await bosse.field.fill("Ett viktigt ord")
    await select(bosse, "viktigt ")
    await bosse.field.press("Control+b")
    await expect(bosse.field).to_have_value("Ett **viktigt** ord")
    await bosse.field.press("Control+b")
    await expect(bosse.field).to_have_value("Ett viktigt ord")
    await bosse.button("Punktlista").click()
    await expect(bosse.field).to_have_value("- Ett viktigt ord")
    await bosse.button("Punktlista").click()
    await expect(bosse.field).to_have_value("Ett viktigt ord")
    await bosse.field.fill("https://kommun.example/a")
    await bosse.field.press("Control+a")
    await bosse.field.press("Control+k")
    await bosse.page.keyboard.type("sidan")
    await expect(bosse.field).to_have_value("[sidan](https://kommun.example/a)")


async def test_what_the_resident_writes_has_no_marks(anna: Visitor, bosse: Visitor) -> None:
    await case_of(anna, bosse)
    await anna.write("**inte fet**")
    await bosse.sees("**inte fet**")
    await expect(anna.page.get_by_role("group", name="Format")).to_have_count(0)


async def test_without_a_script_there_are_no_buttons_that_do_nothing(visitors: Visitors, anna: Visitor) -> None:
    bosse = await visitors.agent("medarbetare1", java_script_enabled=False)
    await case_of(anna, bosse)
    await expect(bosse.button("Fet")).to_be_hidden()
    await bosse.write("Du **måste** läsa")
    await expect(anna.lines.locator("strong", has_text="måste")).to_be_visible()


async def test_an_article_that_is_put_into_the_reply_keeps_its_list(anna: Visitor, bosse: Visitor) -> None:
    await case_of(anna, bosse)
    await bosse.page.get_by_label("Sök svar och artiklar").fill("altan bygglov")
    first = bosse.page.locator("[data-found] .answer").first
    await first.get_by_role("button", name="Infoga").click()
    text = await bosse.field.input_value()
    await bosse.button("Skicka").click()
    line = bosse.lines.last
    await expect(line).to_contain_text("Du")
    assert ("**" in text) == (await line.locator("strong").count() > 0)
    await expect(line).not_to_contain_text("**")
    await expect(line).not_to_contain_text("](")
