"""Sound and notifications as somebody has chosen them: once, in one tab, and only of what is not in sight."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from checking_client import PATIENCE_SECONDS, CheckingClient
from pictures import take_pictures
from playwright.async_api import Browser, BrowserContext, Page, expect
from test_accessibility import assert_fits
from visitor import CHROMIUM, Visitor, Visitors, open_browser

PAGE = "/desk/installningar"
GROUP = "Allmänna frågor"

# The loudspeaker and the screen of the computer: what reaches them is written down.
_COMPUTER = """
  window.told = [];
  window.tones = 0;
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...when) { window.tones += 1; return start.apply(this, when); };
  window.Notification = class extends EventTarget {
    static permission = window.answered ?? "granted";
    static async requestPermission() { return (window.Notification.permission = window.answer ?? "granted"); }
    constructor(text, options) { super(); window.told.push(text + " | " + options.body); window.latest = this; }
    close() {}
  };
"""

# What tabs keep together reaches each of them late; here it does not reach them at all.
_A_MEMORY_OF_ITS_OWN = """
  const kept = new Map();
  const { getItem, setItem } = Storage.prototype;
  Storage.prototype.getItem = function (name) {
    return name === "desk-told" ? kept.get(name) ?? getItem.call(this, name) : getItem.call(this, name);
  };
  Storage.prototype.setItem = function (name, value) {
    return name === "desk-told" ? void kept.set(name, value) : setItem.call(this, name, value);
  };
"""


async def listen(context: BrowserContext) -> None:
    await context.add_init_script(_COMPUTER)


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    """The whole browser: only there do tabs and notifications behave as on a desk."""
    async with open_browser(CHROMIUM) as browser:
        yield browser


@pytest.fixture
async def bosse(visitors: Visitors) -> Visitor:
    """An agent who is told of everything, by sound and on the screen."""
    bosse = await visitors.agent("medarbetare1")
    await listen(bosse.context)
    await choose(bosse, "Också när någon skriver i dina ärenden")
    await bosse.page.goto("/desk")
    await expect(bosse.page.get_by_text("Ingen väntar just nu.")).to_be_visible()
    return bosse


async def choose(visitor: Visitor, level: str) -> None:
    page = visitor.page
    await page.goto(PAGE)
    for legend in ("Ljud", "Aviseringar på skärmen"):
        await page.get_by_role("group", name=legend).get_by_label(level).check()
    await visitor.button("Spara").click()
    await expect(page.get_by_text("Inställningarna är sparade.")).to_be_visible()


async def told(page: Page) -> list[str]:
    """All that has been shown on the screen, without where it comes from."""
    found: list[str] = await page.evaluate("window.told")
    assert all(each.endswith(" | Handläggarsidan") for each in found)
    return [each.removesuffix(" | Handläggarsidan") for each in found]


async def until_told(page: Page, count: int) -> list[str]:
    await page.wait_for_function("count => window.told.length >= count", arg=count)
    return await told(page)


async def all_told(pages: list[Page], count: int) -> list[str]:
    """What all the tabs have shown together, once there are so many."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(shown := [each for page in pages for each in await told(page)]) < count:  # noqa: ASYNC110 - a page a time
            await asyncio.sleep(0.05)
    return shown


async def until_heard_of(page: Page, key: str) -> None:
    """Until a page of this browser has decided whether to tell it."""
    await page.wait_for_function("key => (localStorage.getItem('desk-told') ?? '').includes(key)", arg=key)


async def wait_in_queue(visitors: Visitors, **context: Any) -> tuple[Visitor, str]:
    anna = await visitors.resident(**context)
    await anna.open_chat()
    return anna, await anna.ask_for_person()


async def test_a_new_case_is_heard_and_shown_once_and_a_message_in_another_case_too(
    visitors: Visitors, bosse: Visitor
) -> None:
    anna, reference = await wait_in_queue(visitors)
    assert await until_told(bosse.page, 1) == [f"Nytt ärende väntar: {GROUP}"]
    await bosse.page.wait_for_function("window.tones === 2")
    await bosse.button(f"Ta ärendet {reference}").click()
    await expect(bosse.field).to_be_visible()
    # In sight: nothing more than the page itself shows.
    await anna.write("kanariefågel")
    await bosse.sees("kanariefågel")
    await wait_in_queue(visitors)
    assert await until_told(bosse.page, 1) == [f"Nytt ärende väntar: {GROUP}"]
    # On another page it is news, in a sentence without a word of it.
    await bosse.page.goto("/desk")
    await anna.write("kanariefågel igen")
    assert await until_told(bosse.page, 1) == [f"Nytt meddelande i {reference}"]
    # Pressing it opens the case.
    await bosse.page.evaluate("window.latest.dispatchEvent(new Event('click'))")
    await expect(bosse.page).to_have_url(f"{bosse.page.url.split('/desk')[0]}/desk/arenden/{reference}")


async def test_what_was_there_already_is_no_news(visitors: Visitors, bosse: Visitor) -> None:
    _, first = await wait_in_queue(visitors)
    await until_told(bosse.page, 1)
    await bosse.page.reload()
    _, second = await wait_in_queue(visitors)
    assert await until_told(bosse.page, 1) == [f"Nytt ärende väntar: {GROUP}"]
    await expect(bosse.page.get_by_text(second)).to_be_visible()
    await expect(bosse.page.get_by_text(first)).to_be_visible()


async def test_of_several_tabs_one_tells(visitors: Visitors, bosse: Visitor) -> None:
    others = [await bosse.context.new_page() for _ in range(2)]
    for page in others:
        await page.goto("/desk")
    _, reference = await wait_in_queue(visitors)
    pages = [bosse.page, *others]
    for page in pages:
        await expect(page.get_by_text(reference)).to_be_visible()
        await until_heard_of(page, f"waits:{reference}")
    # A second thing that everybody has decided about is a sign that they have about the first.
    _, last = await wait_in_queue(visitors)
    for page in pages:
        await expect(page.get_by_text(last)).to_be_visible()
        await until_heard_of(page, f"waits:{last}")
    assert await all_told(pages, 2) == [f"Nytt ärende väntar: {GROUP}"] * 2


async def test_one_tells_although_a_tab_sees_late_what_another_has_kept(visitors: Visitors, bosse: Visitor) -> None:
    await bosse.context.add_init_script(_A_MEMORY_OF_ITS_OWN)
    await bosse.page.reload()
    other = await bosse.context.new_page()
    await other.goto("/desk")
    _, reference = await wait_in_queue(visitors)
    for page in (bosse.page, other):
        await until_heard_of(page, f"waits:{reference}")
    # A second thing that both have decided about is a sign that they have about the first.
    _, last = await wait_in_queue(visitors)
    for page in (bosse.page, other):
        await until_heard_of(page, f"waits:{last}")
    assert await all_told([bosse.page, other], 2) == [f"Nytt ärende väntar: {GROUP}"] * 2


async def test_who_has_chosen_cases_is_told_of_no_messages_and_on_a_break_of_nothing(
    visitors: Visitors, bosse: Visitor
) -> None:
    await choose(bosse, "När ett nytt ärende väntar eller erbjuds dig")
    await bosse.page.goto("/desk")
    anna, reference = await wait_in_queue(visitors)
    await until_told(bosse.page, 1)
    await bosse.button(f"Ta ärendet {reference}").click()
    await expect(bosse.field).to_be_visible()
    await bosse.page.goto("/desk")
    await anna.write("Är du där?")
    await until_heard_of(bosse.page, f"message:{reference}")
    await bosse.button("Ta paus").click()
    await expect(bosse.page.get_by_text("Du har paus")).to_be_visible()
    _, second = await wait_in_queue(visitors)
    await until_heard_of(bosse.page, f"waits:{second}")
    assert await told(bosse.page) == []


async def test_who_has_chosen_nothing_is_told_nothing(visitors: Visitors) -> None:
    berit = await visitors.agent("medarbetare2")
    await listen(berit.context)
    await berit.page.goto("/desk")
    _, reference = await wait_in_queue(visitors)
    await expect(berit.page.get_by_text(reference)).to_be_visible()
    assert (await told(berit.page), await berit.page.evaluate("window.tones")) == ([], 0)


async def test_both_can_be_tried_and_the_page_says_when_the_browser_refuses(visitors: Visitors) -> None:
    berit = await visitors.agent("medarbetare2")
    await listen(berit.context)
    page = berit.page
    await page.goto(PAGE)
    await berit.button("Prova ljudet").click()
    await expect(page.get_by_text("Ljudet spelas.")).to_be_visible()
    assert await page.evaluate("window.tones") == 2
    await berit.button("Prova aviseringen").click()
    await expect(page.get_by_text("Aviseringen visas.")).to_be_visible()
    assert await told(page) == ["Så här ser en avisering ut"]
    await take_pictures(berit, "choices")
    await assert_fits(berit)
    await berit.context.add_init_script("window.answered = 'default'; window.answer = 'denied'; " + _COMPUTER)
    await page.reload()
    await page.get_by_role("group", name="Aviseringar på skärmen").get_by_label("När ett nytt ärende").check()
    await expect(page.get_by_text("Webbläsaren säger nej till aviseringar")).to_be_visible()
    await assert_fits(berit)


async def test_the_choices_are_made_without_a_script(desk: CheckingClient) -> None:
    page = await desk.get(PAGE)
    assert page.h1 == "Mina inställningar"
    page = await desk.post(PAGE, ljud="cases", aviseringar="off", kortkommandon="1")
    assert "Inställningarna är sparade." in page.text
    assert 'data-sound="cases"' in page.html
