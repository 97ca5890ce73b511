"""The agent asks by a form in the resident's chat, and the answer comes to the agent's open page."""

from playwright.async_api import expect
from visitor import NARROW, Visitor, Visitors

EMAIL = "svar@exempel.se"


async def case_of(anna: Visitor, bosse: Visitor) -> str:
    await anna.open_chat()
    reference = await anna.ask_for_person()
    await bosse.page.goto(f"/desk/arenden/{reference}")
    await bosse.button("Ta ärendet").click()
    await expect(bosse.page.get_by_text("Du har ärendet.")).to_be_visible()
    return reference


async def ask_for_details(bosse: Visitor) -> None:
    await bosse.page.locator("summary", has_text="Kontaktuppgifter").click()
    await bosse.page.get_by_label("E-postadress").check()
    await bosse.page.get_by_label("Namn", exact=True).check()
    await bosse.page.get_by_label("Vad behövs de till?").fill("handläggaren ska kunna svara dig")
    await bosse.button("Fråga efter uppgifterna").click()


async def ask_for_consent(bosse: Visitor) -> None:
    await bosse.page.locator("summary", has_text="Samtycke").click()
    await bosse.page.get_by_label("Vad ska invånaren godkänna?").fill("att vi skickar din fråga till hyresvärden")
    await bosse.button("Fråga om samtycke").click()


async def test_details_are_asked_for_left_and_read_without_loading_a_page_anew(anna: Visitor, bosse: Visitor) -> None:
    await case_of(anna, bosse)
    await ask_for_details(bosse)
    await anna.sees("Kan du lämna din e-postadress och ditt namn? Vi behöver det för att handläggaren ska kunna svara")
    await anna.assert_accessible()
    await anna.page.set_viewport_size(NARROW)
    assert not await anna.scrolls_sideways()
    field = anna.page.get_by_label("E-postadress")
    await field.fill("namn@")
    await anna.button("Skicka uppgifterna").click()
    await expect(anna.page.get_by_text("E-postadressen ser inte rätt ut.")).to_be_visible()
    await expect(field).to_be_focused()
    await expect(field).to_have_value("namn@")
    await anna.assert_accessible()
    await field.fill(EMAIL)
    await anna.button("Skicka uppgifterna").click()
    await anna.sees("Jag har lämnat min e-postadress.")
    await expect(anna.button("Skicka uppgifterna")).to_have_count(0)
    await expect(anna.field).to_be_focused()
    await expect(anna.transcript).not_to_contain_text(EMAIL)
    await bosse.sees("Invånaren har lämnat uppgifter för att handläggaren ska kunna svara dig.")
    await bosse.sees(EMAIL)
    await bosse.page.reload()
    await expect(bosse.page.get_by_role("region", name="Be invånaren om …")).to_contain_text(EMAIL)
    await bosse.assert_accessible()
    await anna.page.reload()
    await expect(anna.button("Skicka uppgifterna")).to_have_count(0)


async def test_an_answer_in_one_tab_takes_the_form_out_of_the_other(anna: Visitor, bosse: Visitor) -> None:
    await case_of(anna, bosse)
    other_tab = Visitor(anna.context, await anna.context.new_page())
    await other_tab.page.goto("/chatt")
    await ask_for_consent(bosse)
    await expect(other_tab.button("Ja, jag godkänner")).to_be_visible()
    await anna.button("Nej, jag godkänner inte").click()
    await other_tab.sees("Nej, jag godkänner inte att vi skickar din fråga till hyresvärden.")
    await expect(other_tab.button("Ja, jag godkänner")).to_be_hidden()
    await bosse.sees("Invånaren godkänner inte att vi skickar din fråga till hyresvärden.")


async def test_a_form_that_is_over_says_so_and_stays_where_it_is(anna: Visitor, bosse: Visitor) -> None:
    await case_of(anna, bosse)
    await ask_for_consent(bosse)
    await expect(anna.button("Ja, jag godkänner")).to_be_visible()
    await bosse.do_now("Lämna tillbaka till boten")
    await expect(anna.status).to_contain_text("Du chattar med chattboten")
    await anna.button("Ja, jag godkänner").click()
    await expect(anna.page.get_by_role("alert")).to_contain_text("frågan gäller inte längre")
    await anna.page.reload()
    await expect(anna.page.get_by_text("Frågan går inte att besvara längre.")).to_be_visible()


async def test_all_of_it_works_without_a_script(visitors: Visitors) -> None:
    anna = await visitors.resident(java_script_enabled=False)
    bosse = await visitors.agent("medarbetare1", java_script_enabled=False)
    await anna.open_chat()
    reference = await anna.ask_for_person()
    await bosse.page.goto(f"/desk/arenden/{reference}")
    await bosse.button("Ta ärendet").click()
    await bosse.page.locator("summary", has_text="Kontaktuppgifter").click()
    await bosse.page.get_by_label("Vad behövs de till?").fill("vi ska kunna ringa dig")
    await bosse.button("Fråga efter uppgifterna").click()
    await expect(bosse.page.get_by_role("alert")).to_have_text("Välj minst en uppgift att be om.")
    await expect(bosse.page.get_by_label("Vad behövs de till?")).to_have_value("vi ska kunna ringa dig")
    await bosse.page.get_by_label("Telefonnummer").check()
    await bosse.button("Fråga efter uppgifterna").click()
    await anna.page.reload()
    await anna.page.get_by_label("Telefonnummer").fill("112")
    await anna.button("Skicka uppgifterna").click()
    await expect(anna.page.get_by_text("Telefonnumret ser inte rätt ut.")).to_be_visible()
    await expect(anna.page.get_by_label("Telefonnummer")).to_have_value("112")
    await anna.page.get_by_label("Telefonnummer").fill("070-174 06 05")
    await anna.button("Skicka uppgifterna").click()
    await anna.sees("Jag har lämnat mitt telefonnummer.")
    await bosse.page.reload()
    await bosse.sees("+46701740605")


async def test_the_question_is_english_for_who_writes_english(visitors: Visitors, bosse: Visitor) -> None:
    anna = await visitors.resident(locale="en-GB")
    await anna.page.goto("/chatt/sprak")
    await anna.page.get_by_role("button", name="English").click()
    await anna.page.locator(".chat__status").get_by_role("button", name="Talk to a person").click()
    await bosse.page.goto("/desk")
    await bosse.page.get_by_role("button", name="Ta ärendet").first.click()
    await ask_for_details(bosse)
    await anna.sees("Can you give us your e-mail address and your name?")
    await anna.button("No, thank you").click()
    await anna.sees("No, thank you. I do not want to give these details.")
    await bosse.sees("Invånaren vill inte lämna uppgifterna.")
