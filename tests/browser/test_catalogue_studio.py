"""Topics and local facts: made, changed, taken out of use and taken back, with and without a script."""

import re
from collections.abc import Awaitable, Callable

import pytest
from checking_client import CheckingClient
from keyboard import enter_next_page, press_tab_until
from pictures import take_pictures
from playwright.async_api import expect
from running_service import RunningService
from scripted_bot import ALTAN
from test_accessibility import assert_fits
from visitor import Visitor, Visitors

TOPICS = "/redaktion/amnen"
NEW = f"{TOPICS}/nytt"
FACTS = "/redaktion/uppgifter"
PHONE = f"{FACTS}/telefon_kontaktcenter"
# The scripted bot has to ask back about what somebody wants to build.
QUESTION = "Får jag bygga ett utekök?"
UNUSED = "telefon_badhus"


@pytest.fixture
async def editor(visitors: Visitors) -> Visitor:
    return await visitors.agent("redaktor")


async def fill_in(editor: Visitor, title: str = QUESTION) -> None:
    page = editor.page
    await page.get_by_label("Rubrik").fill(title)
    await page.get_by_label("Område").select_option("bygga-bo")
    await page.get_by_role("radio", name=re.compile("Vägleder")).check()
    await page.get_by_label("ROSA-nivå").select_option("2")
    await page.get_by_label("Svarsgrupp", exact=True).select_option("bygga-bo-miljo")


async def make(editor: Visitor) -> None:
    await editor.page.goto(NEW)
    await fill_in(editor)
    await editor.button("Skapa ämnet").click()
    await expect(editor.page.get_by_role("status").filter(has_text="Ämnet är skapat.")).to_be_visible()


async def test_a_question_of_a_resident_becomes_a_topic_of_its_own(visitors: Visitors, editor: Visitor) -> None:
    resident = await visitors.resident()
    await resident.open_chat()
    await resident.write(QUESTION)
    await resident.sees("Vad gäller din fråga?")
    page = editor.page
    await page.goto("/redaktion/fragor")
    await page.get_by_role("link", name=QUESTION).click()
    await page.get_by_role("link", name="Skapa ett nytt ämne av frågorna").click()
    await expect(page.get_by_label("Rubrik")).to_have_value(QUESTION)
    await fill_in(editor)
    await editor.button("Skapa ämnet").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(QUESTION)
    await expect(page.locator(".phrases__row", has_text=QUESTION)).to_contain_text("Från en invånares fråga")
    await page.get_by_role("link", name="Skriv artikeln").click()
    await expect(page.get_by_role("heading", name=QUESTION)).to_be_visible()


async def test_a_topic_is_taken_out_of_use_and_back_with_a_keyboard(editor: Visitor) -> None:
    page = editor.page
    await page.goto(f"{TOPICS}/{ALTAN}")
    await enter_next_page(page, page.get_by_role("link", name="Avveckla ämnet"))
    await press_tab_until(page, editor.button("Avveckla ämnet"))
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status").first).to_contain_text("Ämnet är avvecklat.")
    await press_tab_until(page, editor.button("Ta tillbaka ämnet"))
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status").first).to_contain_text("Ämnet är tillbaka.")


async def test_a_changed_telephone_number_is_in_the_chat_at_once(visitors: Visitors, editor: Visitor) -> None:
    page = editor.page
    await page.goto(PHONE)
    await press_tab_until(page, page.get_by_label("Uppgiften"))
    await page.keyboard.press("ControlOrMeta+a")
    await page.keyboard.type("0980-319 299")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("ställen ändras så snart du sparar")).to_be_visible()
    await press_tab_until(page, editor.button("Spara, det blir rätt"))
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("Uppgiften är ändrad.")
    resident = await visitors.resident()
    await resident.page.goto("/")
    await expect(resident.page.get_by_text("0980-319 299").first).to_be_visible()


async def test_topics_and_facts_work_without_a_script(service: RunningService, passwords: dict[str, str]) -> None:
    async with CheckingClient(service.url) as editor:
        await editor.sign_in("redaktor", passwords["redaktor"])
        page = await editor.post(NEW, rubrik=QUESTION)
        assert "Välj ett område." in page.text
        form = {"omrade": "bygga-bo", "gor": "guide", "niva": "2", "svarsgrupp": "bygga-bo-miljo"}
        page = await editor.post(NEW, rubrik=QUESTION, **form)
        assert page.h1 == QUESTION
        page = await editor.post(f"{TOPICS}/bygga-utekok/andra", rubrik="Utekök?", version="1", **form)
        assert page.h1 == "Utekök?"
        page = await editor.post(f"{TOPICS}/bygga-utekok/avveckla", version="2")
        assert "Ämnet är avvecklat." in page.text
        assert "Utekök?" in (await editor.get(f"{TOPICS}/avvecklade")).text
        page = await editor.post(PHONE, varde="0980-319 299", sag="0980-319 200", gor="visa")
        assert "ställen ändras så snart du sparar" in page.text
        page = await editor.post(PHONE, varde="0980-319 299", sag="0980-319 200", gor="spara")
        assert "Uppgiften är ändrad." in page.text
        page = await editor.post(f"{PHONE}/angra")
        assert "Ändringen är ångrad." in page.text


async def new_topic(editor: Visitor, _: Visitors) -> None:
    await editor.page.goto(NEW)
    await expect(editor.page.get_by_label("Rubrik")).to_be_visible()


async def new_topic_with_faults(editor: Visitor, _: Visitors) -> None:
    await editor.page.goto(NEW)
    await editor.page.get_by_label("Liknande ämne 1").fill("Något som inte finns")
    await editor.button("Skapa ämnet").click()
    await expect(editor.page.get_by_role("alert").first).to_be_visible()


async def topic_just_made(editor: Visitor, _: Visitors) -> None:
    await make(editor)


async def topic_to_change(editor: Visitor, _: Visitors) -> None:
    await editor.page.goto(f"{TOPICS}/{ALTAN}/andra")
    await expect(editor.page.get_by_label("Rubrik")).not_to_be_empty()


async def topic_changed_by_two(editor: Visitor, visitors: Visitors) -> None:
    other = await visitors.agent("teamledare")
    for each in (editor, other):
        await each.page.goto(f"{TOPICS}/{ALTAN}/andra")
    await other.page.get_by_label("Rubrik").fill("Får jag bygga altan utan lov?")
    await other.button("Spara ämnet").click()
    await editor.page.get_by_label("Rubrik").fill("Altan?")
    await editor.button("Spara ämnet").click()
    await expect(editor.page.get_by_role("heading", name="Så är det sparat nu")).to_be_visible()


async def topic_of_danger(editor: Visitor, _: Visitors) -> None:
    await editor.page.goto(f"{TOPICS}/akut-fara-112/andra")
    await expect(editor.page.get_by_text("Det hör till programmet")).to_be_visible()


async def about_to_retire_a_topic(editor: Visitor, _: Visitors) -> None:
    await editor.page.goto(f"{TOPICS}/{ALTAN}/avveckla")
    await expect(editor.button("Avveckla ämnet")).to_be_visible()


async def retired_topic(editor: Visitor, visitors: Visitors) -> None:
    await about_to_retire_a_topic(editor, visitors)
    await editor.button("Avveckla ämnet").click()
    await expect(editor.button("Ta tillbaka ämnet")).to_be_visible()


async def retired_topics(editor: Visitor, visitors: Visitors) -> None:
    await retired_topic(editor, visitors)
    await editor.page.goto(f"{TOPICS}/avvecklade")
    await expect(editor.page.get_by_role("listitem").last).to_be_visible()


async def all_facts(editor: Visitor, _: Visitors) -> None:
    await editor.page.goto(f"{FACTS}?sok=telefon")
    await expect(editor.page.get_by_role("link", name="telefon_kontaktcenter")).to_be_visible()


async def fact_in_use(editor: Visitor, _: Visitors) -> None:
    await editor.page.goto(PHONE)
    await expect(editor.page.get_by_role("heading", name="Här används den")).to_be_visible()


async def fact_about_to_be_changed(editor: Visitor, _: Visitors) -> None:
    await editor.page.goto(PHONE)
    await editor.page.get_by_label("Uppgiften").fill("0980-319 299")
    await editor.button("Visa vad som ändras").click()
    await expect(editor.button("Spara, det blir rätt")).to_be_visible()


async def fact_with_a_fault(editor: Visitor, _: Visitors) -> None:
    await editor.page.goto(PHONE)
    await editor.page.get_by_label("Uppgiften").fill("")
    await editor.button("Visa vad som ändras").click()
    await expect(editor.page.get_by_role("alert")).to_be_visible()


async def new_fact_with_faults(editor: Visitor, _: Visitors) -> None:
    await editor.page.goto(f"{FACTS}/ny")
    await editor.button("Lägg till").click()
    await expect(editor.page.get_by_role("alert").first).to_be_visible()


async def fact_with_a_history(editor: Visitor, _: Visitors) -> None:
    await editor.page.goto(f"{FACTS}/ny?namn={UNUSED}")
    await editor.page.get_by_label("Uppgiften").fill("0980-319 298")
    await editor.button("Lägg till").click()
    await expect(editor.button("Ta bort uppgiften")).to_be_visible()


async def removed_facts(editor: Visitor, visitors: Visitors) -> None:
    await fact_with_a_history(editor, visitors)
    await editor.button("Ta bort uppgiften").click()
    await editor.page.goto(f"{FACTS}?sok=badhus")
    await expect(editor.page.get_by_role("button", name=f"Ta tillbaka {UNUSED}")).to_be_visible()


async def steps_to_other_topics(editor: Visitor, _: Visitors) -> None:
    page = editor.page
    await page.goto(f"/redaktion/artiklar/{ALTAN}")
    await page.get_by_label("Text på länk 1").fill("Läs igen")
    await page.get_by_label("Adress 1", exact=True).fill(f"amne:{ALTAN}")
    await page.get_by_label("Text på länk 2").fill("Läs om något annat")
    await page.get_by_label("Adress 2", exact=True).fill("amne:finns-inte")
    await editor.button("Spara utkast").click()
    await expect(page.get_by_text("Stegen leder runt")).to_be_visible()


STATES: list[Callable[[Visitor, Visitors], Awaitable[None]]] = [
    new_topic,
    new_topic_with_faults,
    topic_just_made,
    topic_to_change,
    topic_changed_by_two,
    topic_of_danger,
    about_to_retire_a_topic,
    retired_topic,
    retired_topics,
    all_facts,
    fact_in_use,
    fact_about_to_be_changed,
    fact_with_a_fault,
    new_fact_with_faults,
    fact_with_a_history,
    removed_facts,
    steps_to_other_topics,
]


@pytest.mark.parametrize("reach", STATES, ids=lambda reach: reach.__name__)
async def test_every_state_of_topics_and_facts_is_accessible(
    reach: Callable[[Visitor, Visitors], Awaitable[None]], editor: Visitor, visitors: Visitors
) -> None:
    await reach(editor, visitors)
    await take_pictures(editor, f"studio_{reach.__name__}")
    await assert_fits(editor)
