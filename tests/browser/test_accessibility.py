"""Every state through axe, with a keyboard only, at 320 px, at great zoom, with wide text spacing, and with a finger.

The list that these tests keep is docs/accessibility.md.
"""

import re
from collections.abc import Awaitable, Callable

import pytest
from english import assert_in_english
from keyboard import press_tab_until
from pictures import take_pictures
from playwright.async_api import expect
from visitor import NARROW, Visitor, Visitors

# 1280 px at 400 % zoom, which is how much is left of an ordinary screen (WCAG 1.4.10).
ZOOMED = {"width": 320, "height": 256}
TARGET_PX = 44
# What WCAG 1.4.12 says that a page must bear.
TEXT_SPACING = """
  for (const element of document.querySelectorAll("*")) {
    element.style.setProperty("line-height", "1.5", "important");
    element.style.setProperty("letter-spacing", "0.12em", "important");
    element.style.setProperty("word-spacing", "0.16em", "important");
  }
"""
SMALL_TARGETS = f"""
  [...document.querySelectorAll("button, summary, textarea, input, label.choice, a.button")]
    .filter((element) => element.type !== "hidden" && !element.closest("label.choice input"))
    .filter((element) => element.checkVisibility())
    .map((element) => [element.textContent.trim() || element.name, element.getBoundingClientRect()])
    .filter(([, box]) => box.height < {TARGET_PX} || box.width < {TARGET_PX})
    .map(([name]) => name)
"""


OUTSIDE = """
  [...document.querySelectorAll("button, a, summary, textarea, label, p, h1, h2, h3, li, [data-transcript]")]
    .filter((element) => element.checkVisibility() && !element.closest(".visually-hidden, .skip-link"))
    .filter((element) => {
      const { left, right } = element.getBoundingClientRect();
      return left < -1 || right > innerWidth + 1;
    })
    .map((element) => element.outerHTML.slice(0, 100))
"""


async def assert_fits(visitor: Visitor) -> None:
    """Accessible, not scrolling sideways, and with room for a finger, as wide and as narrow as screens are."""
    await visitor.assert_accessible()
    for size in (NARROW, ZOOMED):
        await visitor.page.set_viewport_size(size)
        assert not await visitor.scrolls_sideways(), size
        assert await visitor.page.evaluate(SMALL_TARGETS) == []
        assert await visitor.page.evaluate(OUTSIDE) == []
    await visitor.page.evaluate(TEXT_SPACING)
    assert not await visitor.scrolls_sideways(), "with text spacing"
    await visitor.assert_accessible()


async def start_page(anna: Visitor, _: Visitor) -> Visitor:
    await anna.page.goto("/")
    return anna


async def start_page_with_the_chat_open(anna: Visitor, _: Visitor) -> Visitor:
    await anna.page.goto("/")
    await anna.button("Chatta med oss").click()
    await expect(anna.page.frame_locator("iframe").locator("#text")).to_be_focused()
    return anna


async def welcome(anna: Visitor, _: Visitor) -> Visitor:
    await anna.open_chat()
    for summary in await anna.page.locator(".welcome summary").all():
        await summary.click()
    return anna


async def answered(anna: Visitor, _: Visitor) -> Visitor:
    await anna.open_chat()
    await anna.write("Får jag bygga en altan?")
    await anna.sees("En låg altan")
    return anna


async def asked_to_choose(anna: Visitor, _: Visitor) -> Visitor:
    await anna.open_chat()
    await anna.write("Jag vill bygga")
    await expect(anna.button("En altan")).to_be_visible()
    return anna


async def urgent(anna: Visitor, _: Visitor) -> Visitor:
    await anna.open_chat()
    await anna.write("Det är eld i huset")
    await anna.sees("Brådskande")
    await expect(anna.status).to_contain_text("i kön")
    return anna


async def empty_message(anna: Visitor, _: Visitor) -> Visitor:
    await anna.open_chat()
    await anna.button("Skicka").click()
    await expect(anna.page.get_by_text("Skriv något först")).to_be_visible()
    return anna


async def not_sent(anna: Visitor, _: Visitor) -> Visitor:
    await anna.open_chat()
    await anna.page.route("**/chatt/meddelanden", lambda route: route.abort())
    await anna.write("Hej")
    await expect(anna.button("Försök igen")).to_be_visible()
    return anna


async def about_to_end(anna: Visitor, _: Visitor) -> Visitor:
    await answered(anna, anna)
    await anna.page.locator("summary", has_text="Meny").click()
    return anna


async def ended(anna: Visitor, _: Visitor) -> Visitor:
    await about_to_end(anna, anna)
    await anna.button("Avsluta och rensa").click()
    await expect(anna.page.get_by_text("Fick du hjälp?")).to_be_visible()
    return anna


async def answer_that_did_not_help(anna: Visitor, _: Visitor) -> Visitor:
    await answered(anna, anna)
    await anna.button("Nej").click()
    await anna.page.get_by_label("Vad saknades?").fill("å" * 501)
    await anna.button("Spara kommentaren").click()
    await expect(anna.page.get_by_role("alert")).to_be_visible()
    return anna


async def closed_with_questions(anna: Visitor, bosse: Visitor) -> Visitor:
    await closed_case(anna, bosse)
    await expect(anna.page.get_by_role("link", name="Berätta hur det gick")).to_be_visible()
    return anna


async def survey(anna: Visitor, bosse: Visitor) -> Visitor:
    await closed_with_questions(anna, bosse)
    await anna.page.get_by_role("link", name="Berätta hur det gick").click()
    await anna.page.get_by_label("Vill du säga något mer?").fill("å" * 1001)
    await anna.button("Skicka svaren").click()
    await expect(anna.page.get_by_role("alert")).to_be_visible()
    return anna


async def saving(anna: Visitor, _: Visitor) -> Visitor:
    await answered(anna, anna)
    await anna.page.goto("/chatt/spara")
    await anna.page.get_by_label("E-postadress").fill("fel@")
    await anna.button("Skicka samtalet").click()
    await expect(anna.page.get_by_role("alert")).to_be_visible()
    return anna


async def erasing(anna: Visitor, _: Visitor) -> Visitor:
    await answered(anna, anna)
    await anna.page.goto("/chatt/radera")
    return anna


async def erased(anna: Visitor, _: Visitor) -> Visitor:
    await erasing(anna, anna)
    await anna.button("Radera samtalet nu").click()
    await expect(anna.page.locator("h1")).to_have_text("Samtalet är raderat")
    return anna


async def wishing_erasure(anna: Visitor, bosse: Visitor) -> Visitor:
    await case_in_the_queue(anna, bosse)
    await anna.page.goto("/chatt/radera")
    return anna


async def wish_received(anna: Visitor, bosse: Visitor) -> Visitor:
    await wishing_erasure(anna, bosse)
    await anna.button("Lämna önskemålet").click()
    await expect(anna.page.locator("h1")).to_have_text("Vi har tagit emot ditt önskemål")
    return anna


async def asking_the_bot_while_waiting(anna: Visitor, _: Visitor) -> Visitor:
    await anna.open_chat()
    await anna.ask_for_person()
    await anna.field.fill("Får jag bygga en altan?")
    await anna.button("Fråga chattboten").click()
    await anna.sees("En låg altan")
    return anna


async def about_to_leave_the_queue(anna: Visitor, _: Visitor) -> Visitor:
    await anna.open_chat()
    await anna.ask_for_person()
    await anna.page.locator("summary", has_text="Lämna kön").click()
    await expect(anna.button("Ja, lämna kön")).to_be_visible()
    return anna


async def out_of_the_queue(anna: Visitor, bosse: Visitor) -> Visitor:
    await about_to_leave_the_queue(anna, bosse)
    await anna.button("Ja, lämna kön").click()
    await anna.sees("Du har lämnat kön")
    return anna


async def agent_has_read_and_writes(anna: Visitor, bosse: Visitor) -> Visitor:
    await case_of_mine(anna, bosse)
    await anna.write("Tack! Gäller det också ett skärmtak?")
    await expect(anna.lines.last.locator("[data-read]")).to_be_visible()
    await bosse.field.press_sequentially("Ja")
    await expect(anna.page.locator("[data-writing]")).to_be_visible()
    return anna


async def leaving_details(anna: Visitor, bosse: Visitor) -> Visitor:
    await bosse.button("Ta paus").click()
    await expect(bosse.button("Bli tillgänglig")).to_be_visible()
    await anna.open_chat()
    await anna.ask_for_person()
    await anna.page.locator("#svar summary").click()
    await anna.button("Spara").click()
    await expect(anna.page.get_by_role("alert")).to_be_visible()
    return anna


async def details_left(anna: Visitor, bosse: Visitor) -> Visitor:
    await leaving_details(anna, bosse)
    await anna.page.get_by_label("Jag läser svaret här själv").check()
    await anna.button("Spara").click()
    await expect(anna.page.locator("#svar")).to_contain_text("Din kod är")
    return anna


async def about_to_come_back(anna: Visitor, _: Visitor) -> Visitor:
    await anna.page.goto("/chatt/arende")
    await anna.page.get_by_label("Ärendenummer").fill("2026-000000")
    await anna.page.get_by_label("Kod").fill("fel")
    await anna.button("Öppna ärendet").click()
    await expect(anna.page.get_by_role("alert")).to_be_visible()
    return anna


async def own_case_waiting(anna: Visitor, _: Visitor) -> Visitor:
    await anna.open_chat()
    await anna.ask_for_person()
    await anna.page.get_by_role("link", name="Visa mitt ärende").click()
    await expect(anna.page.get_by_text("Väntar på en medarbetare")).to_be_visible()
    return anna


async def own_case_answered(anna: Visitor, bosse: Visitor) -> Visitor:
    await details_left(anna, bosse)
    await bosse.page.goto("/desk")
    await bosse.page.get_by_role("button", name=re.compile("Ta ärendet")).first.click()
    await bosse.write("Hej! Se https://kommun.example/altan.")
    await bosse.sees("Hej!")
    await anna.page.goto("/chatt/mitt-arende")
    await anna.field.fill("Tack! En fråga till: hur hög får altanen vara?")
    await anna.button("Skicka").click()
    await expect(anna.page.get_by_role("status")).to_contain_text("Det du skrev är tillagt")
    await anna.page.locator("summary", has_text="Ändra hur du får svaret").click()
    return anna


async def own_case_with_nothing_added(anna: Visitor, bosse: Visitor) -> Visitor:
    await own_case_waiting(anna, bosse)
    await anna.button("Skicka").click()
    await expect(anna.page.get_by_role("alert")).to_contain_text("Skriv något först")
    return anna


async def missing_page(anna: Visitor, _: Visitor) -> Visitor:
    await anna.page.goto("/finns-inte")
    return anna


async def sign_in_page(anna: Visitor, _: Visitor) -> Visitor:
    await anna.page.goto("/logga-in")
    await anna.page.get_by_label("Användarnamn").fill("ingen")
    await anna.page.get_by_label("Lösenord").fill("fel")
    await anna.button("Logga in").click()
    await expect(anna.page.get_by_role("alert")).to_be_visible()
    return anna


async def empty_queue(_: Visitor, bosse: Visitor) -> Visitor:
    await bosse.page.goto("/desk")
    return bosse


async def queue(anna: Visitor, bosse: Visitor) -> Visitor:
    await urgent(anna, bosse)
    await bosse.page.goto("/desk")
    await expect(bosse.page.get_by_text("1 ärende väntar.")).to_be_visible()
    return bosse


async def case_in_the_queue(anna: Visitor, bosse: Visitor) -> Visitor:
    await answered(anna, bosse)
    await bosse.page.goto(f"/desk/arenden/{await anna.ask_for_person()}")
    return bosse


async def case_of_mine(anna: Visitor, bosse: Visitor) -> Visitor:
    await case_in_the_queue(anna, bosse)
    await bosse.button("Ta ärendet").click()
    await bosse.write("Hej! Se https://kommun.example/altan.")
    await bosse.sees("Hej!")
    return bosse


async def case_with_answers_and_a_checklist(anna: Visitor, bosse: Visitor) -> Visitor:
    await anna.open_chat()
    await anna.write("Får jag bygga en altan?")
    await anna.sees("En låg altan")
    reference = await anna.ask_for_person()
    await bosse.page.goto(f"/desk/arenden/{reference}")
    await bosse.button("Ta ärendet").click()
    await bosse.page.get_by_label("Sök svar och artiklar").fill("radon")
    await expect(bosse.page.locator("[data-search-told]")).to_contain_text("svar.")
    for summary in await bosse.page.locator(".answer summary").all():
        await summary.click()
    await bosse.page.locator("#funna-1-infoga").click()
    await bosse.button("Skicka").click()
    await expect(bosse.page.locator("[data-used-answers]")).to_be_visible()
    await bosse.page.locator("case-checklist input").first.check()
    await expect(bosse.page.locator("[data-progress]")).to_contain_text("1 av")
    return bosse


async def case_with_every_step_open(anna: Visitor, bosse: Visitor) -> Visitor:
    await case_of_mine(anna, bosse)
    for summary in await bosse.page.locator(".step > summary").all():
        await summary.click()
    await bosse.button("Spara anteckningen").click()
    await expect(bosse.page.get_by_role("alert")).to_be_visible()
    return bosse


async def case_closed_without_a_reason(anna: Visitor, bosse: Visitor) -> Visitor:
    await case_of_mine(anna, bosse)
    await bosse.button("Avsluta ärendet").click()
    await expect(bosse.page.get_by_role("alert")).to_be_visible()
    return bosse


async def read_from_the_top(bosse: Visitor) -> Visitor:
    """What has been scrolled halfway under the column's own links looks too small a target to axe."""
    await bosse.page.locator(".case__side").evaluate("side => side.scrollTo(0, 0)")
    return bosse


async def deed_that_waits_for_the_agent(anna: Visitor, bosse: Visitor) -> Visitor:
    await case_of_mine(anna, bosse)
    await bosse.button("Lämna tillbaka till boten").click()
    await anna.write("Jag har en fråga till")
    await expect(bosse.page.locator("[data-undo-seconds]")).to_contain_text("Invånaren har just skrivit något.")
    return await read_from_the_top(bosse)


async def asked_by_a_form(anna: Visitor, bosse: Visitor) -> Visitor:
    await case_of_mine(anna, bosse)
    await bosse.page.locator("summary", has_text="Kontaktuppgifter").click()
    for detail in ("E-postadress", "Telefonnummer", "Namn"):
        await bosse.page.get_by_label(detail, exact=True).check()
    await bosse.page.get_by_label("Vad behövs de till?").fill("handläggaren ska kunna ringa dig")
    await bosse.button("Fråga efter uppgifterna").click()
    await expect(anna.button("Skicka uppgifterna")).to_be_visible()
    return anna


async def answered_a_form_wrongly(anna: Visitor, bosse: Visitor) -> Visitor:
    await asked_by_a_form(anna, bosse)
    await anna.page.get_by_label("Telefonnummer").fill("112")
    await anna.button("Skicka uppgifterna").click()
    await expect(anna.page.get_by_text("Telefonnumret ser inte rätt ut.")).to_be_visible()
    return anna


async def asking_without_a_purpose(anna: Visitor, bosse: Visitor) -> Visitor:
    await case_of_mine(anna, bosse)
    await bosse.page.locator("summary", has_text="Samtycke").click()
    await bosse.button("Fråga om samtycke").click()
    await expect(bosse.page.get_by_role("alert")).to_have_text("Skriv vad invånaren ska godkänna.")
    return await read_from_the_top(bosse)


async def closed_case(anna: Visitor, bosse: Visitor) -> Visitor:
    await case_of_mine(anna, bosse)
    address = bosse.page.url
    await bosse.close_case("Hänvisat")
    await expect(bosse.page.locator("h1")).to_have_text("Kön")
    await bosse.page.goto(address)
    return bosse


async def registering_a_contact(_: Visitor, bosse: Visitor) -> Visitor:
    await bosse.page.goto("/desk/registrera")
    await bosse.page.get_by_label("Vad gällde ärendet?").select_option(label="Något annat: Bostad")
    await bosse.page.get_by_label("Löst vid första kontakten").check()
    await bosse.button("Registrera kontakten").click()
    await expect(bosse.page.get_by_text("Kontakten är registrerad som ärende")).to_be_visible()
    return bosse


async def registering_without_a_topic(_: Visitor, bosse: Visitor) -> Visitor:
    await bosse.page.goto("/desk/registrera")
    await bosse.button("Registrera kontakten").click()
    await expect(bosse.page.get_by_role("alert")).to_have_count(2)
    return bosse


async def telling_the_editors(anna: Visitor, bosse: Visitor) -> Visitor:
    await anna.open_chat()
    await anna.write("Får jag bygga en altan?")
    await anna.sees("En låg altan")
    reference = await anna.ask_for_person()
    await bosse.page.goto(f"/desk/arenden/{reference}")
    await bosse.page.get_by_role("link", name="Fel i svaret").click()
    await bosse.page.get_by_label("Vilket ämne?").select_option("")
    await bosse.button("Skicka till redaktionen").click()
    await expect(bosse.page.get_by_role("alert")).to_be_visible()
    return bosse


async def opening_anothers_case(anna: Visitor, bosse: Visitor) -> Visitor:
    await anna.open_chat()
    reference = await anna.ask_for_person()
    await anna.page.locator("summary", has_text="Lämna kön").click()
    await anna.button("Ja, lämna kön").click()
    await anna.sees("Du har lämnat kön")
    await bosse.page.goto(f"/desk/arenden/{reference}")
    await bosse.button("Öppna ärendet").click()
    await expect(bosse.page.get_by_role("alert")).to_be_visible()
    return bosse


async def case_under_secrecy(anna: Visitor, bosse: Visitor) -> Visitor:
    await case_of_mine(anna, bosse)
    await bosse.page.get_by_text("Ändra sekretess").click()
    await bosse.page.get_by_label("Socialtjänst").check()
    await bosse.button("Spara sekretess").click()
    await expect(bosse.page.get_by_text("Sekretess: Socialtjänst")).to_be_visible()
    await bosse.page.get_by_text("Ändra sekretess").click()
    return bosse


async def choosing_a_language(anna: Visitor, _: Visitor) -> Visitor:
    await anna.open_chat()
    await anna.page.locator(".chat__language").click()
    await expect(anna.button("English")).to_be_visible()
    return anna


async def welcome_in_english(anna: Visitor, _: Visitor) -> Visitor:
    await choosing_a_language(anna, anna)
    await anna.button("English").click()
    await expect(anna.button("Talk to a person")).to_be_visible()
    return anna


async def welcome_in_persian(anna: Visitor, _: Visitor) -> Visitor:
    await choosing_a_language(anna, anna)
    await anna.button("فارسی").click()
    await expect(anna.page.locator(".welcome .own-words")).to_be_visible()
    return anna


async def waiting_in_tigrinya(anna: Visitor, _: Visitor) -> Visitor:
    await choosing_a_language(anna, anna)
    await anna.button("ትግርኛ").click()
    await anna.ask_for_person()
    return anna


async def answer_in_easy_swedish(anna: Visitor, _: Visitor) -> Visitor:
    await choosing_a_language(anna, anna)
    await anna.button("Lättläst svenska").click()
    await anna.write("Skriv gärna enkelt")
    await anna.sees("Bygglov betyder")
    await anna.page.get_by_text("Läs det vanliga svaret").click()
    await expect(anna.page.get_by_text("En låg altan kräver oftast")).to_be_visible()
    return anna


State = Callable[[Visitor, Visitor], Awaitable[Visitor]]

STATES: list[State] = [
    asked_by_a_form,
    answered_a_form_wrongly,
    asking_without_a_purpose,
    deed_that_waits_for_the_agent,
    start_page,
    start_page_with_the_chat_open,
    welcome,
    answered,
    asked_to_choose,
    urgent,
    empty_message,
    not_sent,
    about_to_end,
    ended,
    answer_that_did_not_help,
    closed_with_questions,
    survey,
    saving,
    erasing,
    erased,
    wishing_erasure,
    wish_received,
    asking_the_bot_while_waiting,
    about_to_leave_the_queue,
    out_of_the_queue,
    agent_has_read_and_writes,
    leaving_details,
    details_left,
    about_to_come_back,
    own_case_waiting,
    own_case_answered,
    own_case_with_nothing_added,
    choosing_a_language,
    welcome_in_english,
    welcome_in_persian,
    waiting_in_tigrinya,
    answer_in_easy_swedish,
    missing_page,
    sign_in_page,
    empty_queue,
    queue,
    case_in_the_queue,
    case_of_mine,
    case_with_answers_and_a_checklist,
    case_with_every_step_open,
    case_closed_without_a_reason,
    closed_case,
    registering_a_contact,
    registering_without_a_topic,
    telling_the_editors,
    opening_anothers_case,
    case_under_secrecy,
]


@pytest.mark.parametrize("reach", STATES, ids=lambda reach: reach.__name__)
async def test_every_state_is_accessible(reach: State, anna: Visitor, bosse: Visitor) -> None:
    visitor = await reach(anna, bosse)
    await take_pictures(visitor, reach.__name__)
    await assert_fits(visitor)
    await assert_in_english(visitor)


@pytest.mark.parametrize("scheme", [{"color_scheme": "dark"}, {"forced_colors": "active"}])
async def test_other_colours_are_accessible_too(visitors: Visitors, scheme: dict[str, str]) -> None:
    anna = await visitors.resident(**scheme)
    bosse = await visitors.agent("medarbetare1", **scheme)
    await urgent(anna, bosse)
    await anna.assert_accessible()
    await bosse.page.goto("/desk")
    await bosse.page.get_by_role("button", name=re.compile("Ta ärendet")).click()
    await expect(bosse.button("Skicka")).to_be_visible()
    await bosse.assert_accessible()


async def test_a_resident_with_a_keyboard_gets_all_the_way(anna: Visitor) -> None:
    page = anna.page
    await anna.open_chat()
    await press_tab_until(page, anna.field)
    await page.keyboard.type("Jag vill bygga")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("något")
    await page.keyboard.press("Enter")
    await anna.sees("Vad gäller din fråga?")
    await expect(anna.field).to_be_focused()
    await page.keyboard.press("Shift+Tab")
    while not await anna.button("En altan").evaluate("element => element === document.activeElement"):
        await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Enter")
    await anna.sees("Du valde")
    await expect(anna.field).to_be_focused()
    await page.reload()
    await press_tab_until(page, anna.page.locator(".chat__status").get_by_role("button"))
    await page.keyboard.press("Enter")
    await expect(anna.status).to_contain_text("i kön")
    # The button is gone, and the focus is somewhere of use.
    await expect(anna.field).to_be_focused()
    await page.reload()
    await press_tab_until(page, anna.page.locator("summary", has_text="Meny"))
    await page.keyboard.press("Enter")
    await press_tab_until(page, anna.button("Avsluta och rensa"))
    await page.keyboard.press("Enter")
    await expect(page.locator("h1")).to_have_text("Samtalet är avslutat")


async def test_the_conversation_can_be_scrolled_with_the_keyboard(anna: Visitor) -> None:
    await anna.open_chat()
    await anna.write("Ge mig ett långt svar")
    await anna.sees("Ett långt stycke")
    await anna.transcript.evaluate("region => { region.scrollTop = 0 }")
    await press_tab_until(anna.page, anna.transcript)
    await anna.page.keyboard.press("End")
    await expect(anna.lines.last.locator("[data-text] > :last-child")).to_be_in_viewport()


async def test_an_agent_with_a_keyboard_gets_all_the_way(anna: Visitor, bosse: Visitor) -> None:
    page = bosse.page
    await anna.open_chat()
    await anna.ask_for_person()
    await page.goto("/desk")
    await press_tab_until(page, page.get_by_role("button", name=re.compile("Ta ärendet")))
    await page.keyboard.press("Enter")
    await expect(bosse.button("Skicka")).to_be_visible()
    await press_tab_until(page, bosse.field)
    await page.keyboard.type("Hej!")
    await page.keyboard.press("Enter")
    await anna.sees("Hej!")
    await press_tab_until(page, page.get_by_label("Vad gällde ärendet?"))
    await page.keyboard.press("ArrowDown")
    await press_tab_until(page, page.get_by_label("Löst vid första kontakten"))
    await page.keyboard.press("Space")
    await press_tab_until(page, bosse.button("Avsluta ärendet"))
    await page.keyboard.press("Enter")
    # The focus is where the deed can be undone, and beside that it is done at once.
    await expect(bosse.button("Ångra")).to_be_focused()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Du har inga öppna ärenden.")).to_be_visible()


async def test_the_focus_stays_where_it_is_when_a_message_arrives(anna: Visitor, bosse: Visitor) -> None:
    await case_in_the_queue(anna, bosse)
    await bosse.button("Ta ärendet").click()
    await anna.sees("har tagit över")
    summary = anna.page.locator("summary", has_text="Meny")
    await summary.focus()
    await bosse.write("Hej!")
    await anna.sees("Hej!")
    await expect(summary).to_be_focused()


async def test_the_focus_is_never_hidden_under_the_field(anna: Visitor) -> None:
    """WCAG 2.4.11, on a screen where the page scrolls and nothing may lie over it."""
    await anna.page.set_viewport_size(ZOOMED)
    await asked_to_choose(anna, anna)
    await anna.button("En altan").focus()
    await expect(anna.button("En altan")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("path", ["/chatt", "/logga-in", "/"])
async def test_the_page_can_be_read_without_styles(anna: Visitor, path: str) -> None:
    await anna.context.route("**/*.css", lambda route: route.abort())
    await anna.page.goto(path)
    await expect(anna.page.locator("h1")).to_be_visible()
    assert not await anna.scrolls_sideways()
