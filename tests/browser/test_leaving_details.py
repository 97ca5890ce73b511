"""A resident whom nobody can answer at once leaves an address, and reads the answer later in another browser."""

import re

from playwright.async_api import expect
from visitor import NARROW, Visitor, Visitors


async def leave_address(anna: Visitor, address: str) -> None:
    panel = anna.page.locator("#svar")
    if not await panel.get_by_label("E-postadress").is_visible():
        await panel.locator("summary").click()
    await panel.get_by_label("Med e-post").check()
    await panel.get_by_label("E-postadress").fill(address)
    await panel.get_by_role("button", name="Spara").click()


async def reference_and_code(anna: Visitor) -> tuple[str, str]:
    panel = anna.page.locator("#svar")
    reference = re.search(r"\d{4}-\d{6}", await panel.inner_text())
    assert reference
    return reference[0], await panel.locator(".answer-panel__code").inner_text()


async def come_back(visitor: Visitor, reference: str, code: str) -> None:
    await visitor.open_chat()
    await visitor.page.get_by_role("link", name="Läs svaret i ett ärende").click()
    await visitor.page.get_by_label("Ärendenummer").fill(reference)
    await visitor.page.get_by_label("Kod").fill(code)
    await visitor.button("Öppna ärendet").click()


async def test_leaving_an_address_and_coming_back(visitors: Visitors) -> None:
    anna = await visitors.resident(viewport=NARROW)
    await anna.open_chat()
    await anna.ask_for_person()
    # The page shows the way out by itself: nobody is signed in.
    await expect(anna.page.locator("#svar")).to_be_visible()
    await anna.field.fill("Det här skriver jag på")

    await leave_address(anna, "anna.exempel.se")
    await expect(anna.page.get_by_role("alert")).to_contain_text("E-postadressen ser inte rätt ut")
    await expect(anna.page.get_by_label("E-postadress")).to_be_focused()
    await expect(anna.page.get_by_label("E-postadress")).to_have_value("anna.exempel.se")
    await expect(anna.field).to_have_value("Det här skriver jag på")
    assert not await anna.scrolls_sideways()
    await anna.assert_accessible()

    await leave_address(anna, "anna@exempel.se")
    await expect(anna.status).to_contain_text("Du behöver inte vänta kvar här")
    await anna.sees("Vi mejlar dig när det finns ett svar.")
    reference, code = await reference_and_code(anna)
    assert not await anna.scrolls_sideways()
    await anna.assert_accessible()

    bosse = await visitors.agent("medarbetare1")
    await bosse.page.goto(f"/desk/arenden/{reference}")
    await bosse.button("Ta ärendet").click()
    await bosse.write("Här är svaret.")
    await anna.sees("Här är svaret.")

    elsewhere = await visitors.resident()
    await come_back(elsewhere, reference, "ACDEF-GHJKM")
    await expect(elsewhere.page.get_by_role("alert")).to_contain_text("hör inte ihop")
    await elsewhere.assert_accessible()
    await elsewhere.page.get_by_label("Kod").fill(code.lower())
    await elsewhere.button("Öppna ärendet").click()
    await expect(elsewhere.page.get_by_role("region", name="Senaste svaret")).to_contain_text("Här är svaret.")
    await elsewhere.page.get_by_role("link", name="Läs hela samtalet").click()
    await elsewhere.sees("Här är svaret.")
    await elsewhere.write("Tack!")
    await bosse.sees("Tack!")


async def test_the_same_without_a_script(visitors: Visitors) -> None:
    anna = await visitors.resident(java_script_enabled=False)
    await anna.open_chat()
    await anna.ask_for_person()
    panel = anna.page.locator("#svar")
    await panel.locator("summary").click()
    await anna.button("Spara").click()
    await expect(anna.page.get_by_role("alert")).to_contain_text("Välj hur du vill ha svaret")
    await leave_address(anna, "anna@exempel.se")
    await expect(anna.status).to_contain_text("Du behöver inte vänta kvar här")
    reference, code = await reference_and_code(anna)

    bosse = await visitors.agent("medarbetare1", java_script_enabled=False)
    await bosse.page.goto(f"/desk/arenden/{reference}")
    await bosse.button("Ta ärendet").click()
    await bosse.write("Här är svaret.")

    elsewhere = await visitors.resident(java_script_enabled=False)
    await come_back(elsewhere, reference, code)
    await expect(elsewhere.page.get_by_role("region", name="Senaste svaret")).to_contain_text("Här är svaret.")
