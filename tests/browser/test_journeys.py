"""A resident's whole way: with a keyboard, without a script, from right to left, and as a screen reader has it."""

import re

from keyboard import press_tab_until
from playwright.async_api import Locator, Page, expect
from visitor import Visitor, Visitors

HEARD = """() => {
  window.heard = [];
  new MutationObserver((changes) => {
    for (const change of changes) for (const node of change.addedNodes) window.heard.push(node.textContent);
  }).observe(document.querySelector("[data-announcer]"), { childList: true });
}"""
DIRECTION = "element => getComputedStyle(element).direction"


async def press(page: Page, target: Locator, key: str = "Enter") -> None:
    await press_tab_until(page, target)
    await page.keyboard.press(key)


async def type_into(page: Page, target: Locator, text: str) -> None:
    await press_tab_until(page, target)
    await page.keyboard.type(text)


async def reference_and_code(anna: Visitor) -> tuple[str, str]:
    panel = anna.page.locator("#svar")
    reference = re.search(r"\d{4}-\d{6}", await panel.inner_text())
    assert reference
    return reference[0], await panel.locator(".answer-panel__code").inner_text()


async def test_leaving_details_and_coming_back_with_a_keyboard(visitors: Visitors) -> None:
    anna = await visitors.resident()
    page = anna.page
    await anna.open_chat()
    await press(page, page.locator(".chat__status").get_by_role("button", name="Prata med en människa"))
    await anna.waits()
    panel = page.locator("#svar")
    await press(page, panel.locator("summary"))
    # The arrows choose among radio buttons, and reaching one is not choosing it.
    await press(page, panel.get_by_label("Med e-post"), "Space")
    await type_into(page, panel.get_by_label("E-postadress"), "invanare@brev.example")
    await page.keyboard.press("Enter")
    await expect(anna.status).to_contain_text("Du behöver inte vänta kvar här")
    reference, code = await reference_and_code(anna)

    elsewhere = await visitors.resident()
    page = elsewhere.page
    await elsewhere.open_chat()
    await press(page, page.locator(".welcome").get_by_role("link", name="Läs svaret i ett ärende"))
    await expect(page.get_by_label("Ärendenummer")).to_be_visible()
    await type_into(page, page.get_by_label("Ärendenummer"), reference)
    await type_into(page, page.get_by_label("Kod"), code)
    await page.keyboard.press("Enter")
    await expect(page.locator("h1")).to_contain_text(f"Mitt ärende {reference}")
    await type_into(page, page.get_by_label("Vad vill du lägga till?"), "Det läcker även i källaren.")
    await press(page, elsewhere.button("Skicka"))
    await expect(page.get_by_role("status")).to_contain_text("Det du skrev är tillagt")
    await press(page, page.get_by_role("link", name="Läs hela samtalet"))
    await elsewhere.sees("Det läcker även i källaren.")


async def test_the_way_to_ones_case_and_out_of_the_chat_with_a_keyboard(anna: Visitor) -> None:
    page = anna.page
    await anna.open_chat()
    await press(page, page.locator(".chat__status").get_by_role("button", name="Prata med en människa"))
    reference = await anna.waits()
    await page.reload()
    await press(page, page.get_by_role("link", name="Visa mitt ärende"))
    await expect(page.locator("h1")).to_contain_text(reference)
    await press(page, page.get_by_role("link", name="Tillbaka till chatten"))
    await expect(anna.field).to_be_visible()
    await press(page, page.locator("summary", has_text="Meny"))
    await press(page, page.locator(".menu").get_by_role("link", name="Mitt ärende"))
    await expect(page.locator("h1")).to_contain_text(reference)
    await press(page, page.get_by_role("link", name="Läs hela samtalet"))
    await press(page, page.locator("summary", has_text="Meny"))
    await press(page, anna.button("Avsluta och rensa"))
    await expect(page.locator("h1")).to_have_text("Samtalet är avslutat")


async def test_rating_keeping_and_erasing_with_a_keyboard(anna: Visitor) -> None:
    page = anna.page
    await anna.open_chat()
    await type_into(page, anna.field, "Får jag bygga en altan?")
    await page.keyboard.press("Enter")
    await anna.sees("En låg altan")
    await press(page, anna.button("Nej"))
    missing = page.get_by_label("Vad saknades?")
    await expect(missing).to_be_visible()
    await expect(anna.button("Nej")).to_be_focused()
    await type_into(page, missing, "Hur hög den får vara")
    await press(page, anna.button("Spara kommentaren"))
    await expect(page.locator(".feedback__thanks", has_text="Tack för ditt svar.")).to_be_visible()
    await expect(missing).to_have_value("Hur hög den får vara")

    await press(page, page.locator("summary", has_text="Meny"))
    await press(page, page.locator(".menu").get_by_role("link", name="Spara samtalet"))
    await type_into(page, page.get_by_label("E-postadress"), "invanare@brev.example")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("Vi skickar samtalet")
    await press(page, page.get_by_role("link", name="Tillbaka till chatten"))

    await press(page, page.locator("summary", has_text="Meny"))
    await press(page, page.locator(".menu").get_by_role("link", name="Radera samtalet"))
    await press(page, anna.button("Radera samtalet nu"))
    await expect(page.locator("h1")).to_have_text("Samtalet är raderat")


async def test_choosing_a_language_and_answering_the_questions_with_a_keyboard(anna: Visitor) -> None:
    page = anna.page
    await anna.open_chat()
    await press(page, page.locator(".chat__language"))
    await press(page, anna.button("English"))
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await type_into(page, anna.field, "Får jag bygga en altan?")
    await page.keyboard.press("Enter")
    await anna.sees("En låg altan")
    await press(page, page.locator("summary", has_text="Menu"))
    await press(page, page.locator("[data-end-form]").get_by_role("button"))
    # One tab stop for each question; the arrows choose among its answers.
    await press(page, page.get_by_label("Yes"), "ArrowDown")
    await expect(page.get_by_label("Partly")).to_be_checked()
    await press(page, page.get_by_label("1, very difficult"), "ArrowUp")
    await expect(page.get_by_label("5, very easy")).to_be_checked()
    await type_into(page, page.locator("#comment"), "It was quick.")
    await press(page, anna.button("Send the answers"))
    await expect(page.locator("h1")).to_contain_text("Thank you")


async def test_the_whole_way_without_a_script(visitors: Visitors) -> None:
    anna = await visitors.resident(java_script_enabled=False)
    page = anna.page
    refresh = anna.button("Hämta nya svar")
    await anna.open_chat()
    await anna.write("Jag vill bygga")
    while not await anna.button("En altan").is_visible():
        await refresh.click()
    await anna.button("En altan").click()
    while "Du valde" not in await anna.transcript.inner_text():
        await refresh.click()
    await page.locator(".chat__status").get_by_role("button", name="Prata med en människa").click()
    await page.locator("#svar summary").click()
    await page.locator("#svar").get_by_label("Jag läser svaret här själv").check()
    await page.locator("#svar").get_by_role("button", name="Spara").click()
    reference, code = await reference_and_code(anna)
    await page.get_by_role("link", name="Visa mitt ärende").click()
    await expect(page.locator("h1")).to_contain_text(reference)
    await expect(page.locator("[aria-current=step]")).to_contain_text("Väntar på en medarbetare")

    bosse = await visitors.agent("medarbetare1", java_script_enabled=False)
    await bosse.page.goto(f"/desk/arenden/{reference}")
    await bosse.button("Ta ärendet").click()
    await bosse.write("Här är svaret.")

    elsewhere = await visitors.resident(java_script_enabled=False)
    await elsewhere.page.goto("/chatt/mitt-arende")
    await elsewhere.page.get_by_label("Ärendenummer").fill(reference)
    await elsewhere.page.get_by_label("Kod").fill(code)
    await elsewhere.button("Öppna ärendet").click()
    await expect(elsewhere.page.get_by_role("region", name="Senaste svaret")).to_contain_text("Här är svaret.")
    await elsewhere.page.get_by_label("Vad vill du lägga till?").fill("Tack! En sak till.")
    await elsewhere.button("Skicka").click()
    await expect(elsewhere.page.get_by_role("status")).to_contain_text(f"Det du skrev är tillagt i ärende {reference}")
    await elsewhere.page.get_by_role("link", name="Läs hela samtalet").click()
    await elsewhere.sees("Tack! En sak till.")
    await elsewhere.page.locator("summary", has_text="Meny").click()
    await elsewhere.button("Avsluta och rensa").click()
    await elsewhere.open_chat()
    await expect(elsewhere.lines).to_have_count(0)


async def test_what_is_written_from_right_to_left_is_read_so_and_nothing_else_is(anna: Visitor, bosse: Visitor) -> None:
    arabic = "مرحبا، هل يمكنني بناء altan؟"
    await anna.open_chat()
    await anna.field.fill(arabic)
    assert await anna.field.evaluate(DIRECTION) == "rtl"
    await anna.button("Skicka").click()
    await anna.sees("En låg altan")
    reference = await anna.ask_for_person()
    await bosse.page.goto(f"/desk/arenden/{reference}")
    for visitor in (anna, bosse):
        line = visitor.lines.filter(has_text="مرحبا")
        assert await line.locator(".message__text > p").evaluate(DIRECTION) == "rtl"
        assert await line.locator(".message__meta").evaluate(DIRECTION) == "ltr"
        answer = visitor.lines.filter(has_text="En låg altan")
        assert await answer.locator(".message__text > p").first.evaluate(DIRECTION) == "ltr"
        assert await visitor.page.locator("body").evaluate(DIRECTION) == "ltr"


async def test_what_the_bot_and_an_agent_write_is_announced_once_with_the_speaker_first(
    anna: Visitor, bosse: Visitor
) -> None:
    await anna.open_chat()
    await anna.page.evaluate(HEARD)
    await anna.write("Får jag bygga en altan?")
    await anna.sees("En låg altan")
    reference = await anna.ask_for_person()
    await bosse.page.goto(f"/desk/arenden/{reference}")
    await bosse.button("Ta ärendet").click()
    await expect(anna.page.get_by_role("status").filter(has_text="Du chattar med Medarbetare 1")).to_be_visible()
    await bosse.write("Hej! Jag hjälper dig.")
    await anna.sees("Jag hjälper dig.")
    heard = await anna.page.evaluate("window.heard")
    assert [each.split(":")[0] for each in heard] == [
        "Chattboten",
        "Automatiskt meddelande",
        "Automatiskt meddelande",
        "Medarbetare 1, medarbetare",
    ]
    assert heard[-1] == "Medarbetare 1, medarbetare: Hej! Jag hjälper dig."


async def test_the_chat_is_what_a_screen_reader_needs_it_to_be(anna: Visitor) -> None:
    await anna.open_chat()
    await anna.write("Jag vill bygga")
    await expect(anna.button("En altan")).to_be_visible()
    await expect(anna.page.locator("body")).to_match_aria_snapshot("""
        - banner:
          - heading "Chatta med Exempelkommunen" [level=1]
          - group: Meny
        - main:
          - status:
            - paragraph: Du chattar med chattboten.
          - button "Prata med en människa"
          - region "Samtalet":
            - region "Hej! Vad undrar du?":
              - heading "Hej! Vad undrar du?" [level=2]
            - list:
              - listitem:
                - paragraph:
                  - text: Du
                  - time: /kl/
                - paragraph: Jag vill bygga
              - listitem:
                - paragraph:
                  - text: Chattboten
                  - time: /kl/
                - paragraph: /Vad gäller din fråga/
                - list:
                  - listitem:
                    - button "En altan"
                  - listitem:
                    - button "Ett attefallshus"
          - textbox "Skriv din fråga"
          - button "Skicka"
    """)


async def test_the_own_case_is_what_a_screen_reader_needs_it_to_be(anna: Visitor) -> None:
    await anna.open_chat()
    reference = await anna.ask_for_person()
    await anna.page.get_by_role("link", name="Visa mitt ärende").click()
    await expect(anna.page.locator("main")).to_match_aria_snapshot(f"""
        - main:
          - heading "Mitt ärende {reference}" [level=1]
          - list "Så långt har ärendet kommit":
            - listitem:
              - text: Mottaget
              - time: /kl/
              - text: Klart.
            - listitem: Väntar på en medarbetare
            - listitem: Svar i chatten Återstår.
          - paragraph:
            - link "Läs hela samtalet"
          - region "Lägg till något i ärendet":
            - heading "Lägg till något i ärendet" [level=2]
            - textbox "Vad vill du lägga till?"
            - paragraph:
              - button "Skicka"
          - region "Så får du svaret":
            - heading "Så får du svaret" [level=2]
    """)
    await expect(anna.page.locator("[aria-current=step]")).to_have_count(1)
