"""A resident's question finds its topic: from the inbox to a phrase, with and without a script."""

import re
from collections.abc import Awaitable, Callable

import pytest
from checking_client import CheckingClient
from keyboard import enter_next_page, press_tab_until
from pictures import take_pictures
from playwright.async_api import expect
from running_service import RunningService
from test_accessibility import assert_fits
from visitor import Visitor, Visitors

PATH = "/redaktion/fragor"
# The scripted bot has to ask back about what somebody wants to build.
QUESTION = "Får jag bygga ett utekök?"


@pytest.fixture
async def editor(visitors: Visitors) -> Visitor:
    return await visitors.agent("redaktor")


async def ask(visitors: Visitors, *questions: str) -> None:
    for question in questions:
        resident = await visitors.resident()
        await resident.open_chat()
        await resident.write(question)
        await resident.sees("Vad gäller din fråga?")


async def open_group(editor: Visitor) -> None:
    await editor.page.goto(PATH)
    await editor.page.get_by_role("link", name=QUESTION).click()


async def test_questions_alike_become_one_phrase_and_can_be_opened_again(visitors: Visitors, editor: Visitor) -> None:
    await ask(visitors, QUESTION, "får jag bygga ett utekök", "Vad kostar det att bygga en mur vid havet?")
    await editor.page.goto(PATH)
    await expect(editor.page.get_by_role("heading", name="Att ta hand om: 3 frågor i 2 grupper")).to_be_visible()
    await editor.page.get_by_role("link", name=QUESTION).click()
    await editor.page.get_by_label("Sök ämne").fill("bygglov altan")
    await expect(editor.page.get_by_text("Ett ämne passar och är valt.")).to_be_visible()
    await editor.button("Spara frasen och kontrollfrågan").click()
    await expect(editor.page.get_by_role("status")).to_contain_text("Frågorna hör nu till ämnet.")
    await editor.page.get_by_role("link", name="Visa kontrollfrågorna").click()
    await expect(editor.page.get_by_role("button", name=f"Ta bort {QUESTION}")).to_be_visible()
    await editor.page.go_back()
    await editor.button("Ångra").click()
    await expect(editor.page.get_by_role("link", name=QUESTION)).to_be_visible()


async def test_a_question_is_assigned_with_a_keyboard(visitors: Visitors, editor: Visitor) -> None:
    await ask(visitors, QUESTION)
    page = editor.page
    await page.goto(PATH)
    await enter_next_page(page, page.get_by_role("link", name=QUESTION))
    await press_tab_until(page, editor.button("Spara frasen och kontrollfrågan"))
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("Frågorna hör nu till ämnet.")


async def test_the_inbox_works_without_a_script(
    visitors: Visitors, service: RunningService, passwords: dict[str, str]
) -> None:
    await ask(visitors, QUESTION)
    async with CheckingClient(service.url) as editor:
        await editor.sign_in("redaktor", passwords["redaktor"])
        group = re.findall(rf'href="({PATH}/grupper/[\w-]+)"', (await editor.get(PATH)).html)[0]
        assert QUESTION in (await editor.get(group)).text
        page = await editor.post(f"{group}/tilldela", amne="bygglov-altan", fras="")
        assert "Skriv en fråga så som en invånare kan ställa den." in page.text
        page = await editor.post(f"{group}/tilldela", amne="bygglov-altan", fras=QUESTION)
        assert "Frågorna hör nu till ämnet." in page.text
        assert QUESTION in (await editor.get(f"{PATH}/regression")).text
        page = await editor.post(f"{group}/oppna")
        assert QUESTION in page.text
        page = await editor.post(f"{group}/nytt-amne", onskemal="Utekök")
        assert "Önskemålet om ett nytt ämne är sparat." in page.text


async def inbox_with_questions(editor: Visitor, visitors: Visitors) -> None:
    long = "Vi vill bygga " + "längs hela tomtgränsen mot skogen, " * 12
    await ask(visitors, QUESTION, "får jag bygga ett utekök", long)
    await editor.page.goto(PATH)
    await expect(editor.page.get_by_role("link", name=QUESTION)).to_be_visible()


async def empty_inbox(editor: Visitor, _: Visitors) -> None:
    await editor.page.goto(f"{PATH}?slag=marked")
    await expect(editor.page.get_by_role("heading", name="Inga frågor här")).to_be_visible()


async def group_of_questions(editor: Visitor, visitors: Visitors) -> None:
    await ask(visitors, QUESTION, "får jag bygga ett utekök")
    await open_group(editor)


async def group_with_faults(editor: Visitor, visitors: Visitors) -> None:
    await group_of_questions(editor, visitors)
    await editor.page.get_by_label("Fras som boten lär sig av").fill(" ")
    await editor.button("Spara frasen och kontrollfrågan").click()
    await expect(editor.page.get_by_role("alert")).to_be_visible()


async def questions_just_assigned(editor: Visitor, visitors: Visitors) -> None:
    await group_of_questions(editor, visitors)
    await editor.button("Spara frasen och kontrollfrågan").click()
    await expect(editor.button("Ångra")).to_be_visible()


async def group_that_waits_for_a_topic(editor: Visitor, visitors: Visitors) -> None:
    await group_of_questions(editor, visitors)
    await editor.page.get_by_label("Vad ska det nya ämnet handla om?").fill("Utekök och grillplatser")
    await editor.button("Spara önskemålet").click()
    await editor.page.goto(f"{PATH}?lage=topic_wished")
    await editor.page.get_by_role("link", name=QUESTION).click()
    await expect(editor.button("Öppna igen")).to_be_visible()


async def regression_questions(editor: Visitor, visitors: Visitors) -> None:
    await questions_just_assigned(editor, visitors)
    await editor.page.goto(f"{PATH}/regression")
    await expect(editor.page.get_by_role("button", name=re.compile("Ta bort"))).to_be_visible()


STATES: list[Callable[[Visitor, Visitors], Awaitable[None]]] = [
    inbox_with_questions,
    empty_inbox,
    group_of_questions,
    group_with_faults,
    questions_just_assigned,
    group_that_waits_for_a_topic,
    regression_questions,
]


@pytest.mark.parametrize("reach", STATES, ids=lambda reach: reach.__name__)
async def test_every_state_of_the_inbox_is_accessible(
    reach: Callable[[Visitor, Visitors], Awaitable[None]], editor: Visitor, visitors: Visitors
) -> None:
    await reach(editor, visitors)
    await take_pictures(editor, f"studio_{reach.__name__}")
    await assert_fits(editor)
