"""Whatever happens to the network, the tab or the page: each line is there once, in order, on every page."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from cutting_line import CuttingLine
from playwright.async_api import Browser, Locator, Page, expect
from running_service import RunningService
from visitor import NARROW, Visitor, Visitors

CUTS = 200
# What the eye sees in a talk's lines: each one's number, and its words.
SHOWN = """lines => lines.map((line) => [
  line.dataset.seq ?? "", line.querySelector(".message__text").textContent.replace(/\\s+/g, " ").trim()])"""
SILENT_STREAM = "window.EventSource = class extends EventTarget { readyState = 1; close() {} }"
PATIENCE_MS = 60_000
PATIENCE_SECONDS = 300


@pytest.fixture
def line(service: RunningService) -> Iterator[CuttingLine]:
    line = CuttingLine(service.port, seed=5)
    line.start()
    yield line
    line.stop()


@pytest.fixture
async def by_line(
    browser: Browser, line: CuttingLine, staff_sessions: dict[str, str], service: RunningService
) -> AsyncIterator[Visitors]:
    """People whose browsers reach the service over the bad network."""
    assert service
    visitors = Visitors(browser, line.url, staff_sessions)
    yield visitors
    await visitors.leave()


async def join(anna: Visitor, bosse: Visitor) -> None:
    """A resident and an agent in the same conversation."""
    await anna.open_chat()
    reference = await anna.ask_for_person()
    await bosse.page.goto(f"/desk/arenden/{reference}")
    await bosse.button("Ta ärendet").click()
    await anna.sees("har tagit över")
    # The resident hears of it before the agent's own page has come, and a line cut in between would lose that page.
    await bosse.sees("har tagit över")
    await bosse.page.wait_for_load_state("load")


async def shown(visitor: Visitor) -> list[tuple[int, str]]:
    return [(int(seq or 0), words) for seq, words in await visitor.lines.evaluate_all(SHOWN)]


def stored(database_url: str) -> list[tuple[int, str]]:
    with psycopg.connect(database_url) as connection:
        rows = connection.execute("SELECT seq, text FROM messages WHERE audience = 'everyone' ORDER BY seq")
        return [(seq, " ".join(text.split())) for seq, text in rows]


def numbered(texts: list[tuple[int, str]], who: str) -> list[int]:
    return [int(words.removeprefix(f"{who} ")) for _, words in texts if re.fullmatch(rf"{who} \d+", words)]


async def send(visitor: Visitor, text: str) -> None:
    """By the page's own form, without waiting for anything."""
    await visitor.field.fill(text)
    await visitor.field.press("Enter")


async def test_two_hundred_cuts_lose_and_double_nothing(
    by_line: Visitors, line: CuttingLine, database_url: str
) -> None:
    anna, bosse = await by_line.resident(), await by_line.agent("medarbetare1")
    await join(anna, bosse)
    second = Visitor(anna.context, await anna.context.new_page())
    await second.open_chat()
    await expect(second.lines).to_have_count(2)
    written = {"anna": 0, "bosse": 0}
    line.cuts_left = CUTS
    # What is open already breaks too, so that all of it comes under the knife.
    line.cut_all()

    async def write(visitor: Visitor, name: str, most_unsent: int) -> None:
        while line.cuts_left > 0:
            # Some wait for the line before, and some are written while it is still on its way.
            await expect(visitor.page.locator("[data-pending]").nth(most_unsent)).to_have_count(0, timeout=PATIENCE_MS)
            written[name] += 1
            await send(visitor, f"{name} {written[name]}")

    async def go_offline_and_back() -> None:
        await expect(second.page.get_by_text("anna 3", exact=True)).to_be_visible(timeout=PATIENCE_MS)
        await anna.context.set_offline(offline=True)
        await expect(second.status).to_contain_text("Ingen förbindelse")
        await anna.context.set_offline(offline=False)

    async with asyncio.timeout(PATIENCE_SECONDS):
        await asyncio.gather(write(anna, "anna", 2), write(bosse, "bosse", 1), go_offline_and_back())
        last = [f"{name} {count}" for name, count in written.items()]
        for visitor in (anna, second, bosse):
            await expect(visitor.page.locator("[data-pending]")).to_have_count(0, timeout=PATIENCE_MS)
            for text in last:
                await expect(visitor.page.get_by_text(text, exact=True)).to_have_count(1, timeout=PATIENCE_MS)

    in_database = stored(database_url)
    assert [seq for seq, _ in in_database] == sorted({seq for seq, _ in in_database})
    for name, count in written.items():
        assert numbered(in_database, name) == list(range(1, count + 1))
    for visitor in (anna, second, bosse):
        assert await shown(visitor) == in_database


async def test_two_tabs_of_the_same_resident_show_the_same_from_the_first_message_to_the_last(
    visitors: Visitors,
) -> None:
    anna = await visitors.resident()
    other = Visitor(anna.context, await anna.context.new_page())
    for tab in (anna, other):
        await tab.open_chat()
    await anna.write("Hej")
    await expect(other.lines).to_have_count(2)
    await other.write("Får jag bygga en altan?")
    for tab in (anna, other):
        await tab.sees("En låg altan")
        await expect(tab.lines).to_have_count(4)
    assert await shown(anna) == await shown(other)
    await other.field.fill("Ett påbörjat meddelande")
    # Where it is ended nothing is left to read, and the other tab does not go on showing it.
    await anna.page.locator("summary", has_text="Meny").click()
    await anna.button("Avsluta och rensa").click()
    for tab in (anna, other):
        await expect(tab.page.locator("h1")).to_have_text("Samtalet är avslutat")
    await other.open_chat()
    await expect(other.lines).to_have_count(0)
    await expect(other.field).to_have_value("")


async def test_a_conversation_that_follows_another_is_not_mixed_with_it_in_the_other_tab(
    visitors: Visitors, bosse: Visitor
) -> None:
    anna = await visitors.resident()
    await join(anna, bosse)
    other = Visitor(anna.context, await anna.context.new_page())
    await other.open_chat()
    await bosse.close_case("Hänvisat")
    for tab in (anna, other):
        await expect(tab.status).to_contain_text("Samtalet är avslutat")
    # As a tab that slept and did not hear that the other has begun a new conversation.
    await other.page.evaluate("BroadcastChannel.prototype.postMessage = () => {}")
    await other.write("Hej igen")
    await other.sees("Hej igen")
    await expect(other.page.get_by_text("Ditt förra samtal")).to_be_visible()
    await anna.page.evaluate("document.querySelector('resident-chat').stream.open()")
    await anna.sees("Hej igen")
    await expect(anna.page.get_by_text("Ditt förra samtal")).to_be_visible()
    assert (await shown(anna))[0] == (1, "Hej igen")


async def test_a_page_that_the_browser_has_frozen_catches_up(anna: Visitor, bosse: Visitor) -> None:
    await join(anna, bosse)
    devtools = await anna.context.new_cdp_session(anna.page)
    await devtools.send("Page.setWebLifecycleState", {"state": "frozen"})
    for number in range(3):
        await bosse.write(f"Medan du sov {number}")
        await bosse.sees(f"Medan du sov {number}")
    await devtools.send("Page.setWebLifecycleState", {"state": "active"})
    await anna.sees("Medan du sov 2")
    await expect(anna.page.get_by_text("Medan du sov")).to_have_count(3)
    await anna.write("Nu är jag vaken")
    await bosse.sees("Nu är jag vaken")


async def test_another_network_is_not_noticed_by_who_writes(by_line: Visitors, line: CuttingLine) -> None:
    anna, bosse = await by_line.resident(), await by_line.agent("medarbetare1")
    await join(anna, bosse)
    line.cut_all()
    await anna.write("Från det nya nätet")
    await bosse.sees("Från det nya nätet")
    await bosse.write("Det kom fram")
    await anna.sees("Det kom fram")
    await expect(anna.status).to_contain_text("Du chattar med Medarbetare 1")


async def begun(visitor: Visitor) -> None:
    """The service has taken the first message, so that the page goes on to ask what is new."""
    await expect(visitor.page.locator("resident-chat")).not_to_have_attribute("data-conversation", "")


async def let_time_pass_until(visitor: Visitor, shown: Locator) -> None:
    """The page's clock goes on by so much at a time as the page waits before it asks again."""
    for _ in range(10):
        await visitor.page.clock.run_for(6000)
        with contextlib.suppress(AssertionError):
            await expect(shown).to_be_visible(timeout=2000)
            return
    raise AssertionError("the page never asked")


async def test_where_streams_are_blocked_everything_comes_by_asking(by_line: Visitors, line: CuttingLine) -> None:
    line.refuses = lambda request: "/chatt/handelser" in request
    anna, bosse = await by_line.resident(), await by_line.agent("medarbetare1")
    await anna.page.clock.install()
    await anna.open_chat()
    await anna.page.locator(".chat__status").get_by_role("button", name="Prata med en människa").click()
    await begun(anna)
    await let_time_pass_until(anna, anna.status.filter(has_text="i kön"))
    reference = await anna.waits()
    await bosse.page.goto(f"/desk/arenden/{reference}")
    await bosse.button("Ta ärendet").click()
    await bosse.write("Ett")
    await bosse.write("Två")
    await bosse.sees("Två")
    await let_time_pass_until(anna, anna.lines.filter(has_text="Två"))
    await expect(anna.status).to_contain_text("Du chattar med Medarbetare 1")
    await anna.write("Tre")
    await bosse.sees("Tre")
    assert [words for _, words in await shown(anna)][-3:] == ["Ett", "Två", "Tre"]


async def test_a_stream_that_says_nothing_is_not_believed(anna: Visitor) -> None:
    """A proxy that keeps what it is sent until it is full opens the stream and lets nothing through."""
    await anna.page.clock.install()
    await anna.page.add_init_script(SILENT_STREAM)
    await anna.open_chat()
    await anna.write("Får jag bygga en altan?")
    await begun(anna)
    await let_time_pass_until(anna, anna.lines.filter(has_text="En låg altan"))


async def test_what_is_written_without_a_network_goes_by_itself_once_and_in_order(
    anna: Visitor, bosse: Visitor
) -> None:
    await join(anna, bosse)
    await anna.context.set_offline(offline=True)
    await expect(anna.status).to_contain_text("Ingen förbindelse just nu. Vi försöker igen.")
    for word in ("Första", "Andra", "Tredje"):
        await anna.write(word)
    await expect(anna.page.get_by_text("Inte skickat än.", exact=True)).to_have_count(3)
    await expect(anna.status).to_contain_text("Det finns kvar här")
    await anna.assert_accessible()
    await anna.context.set_offline(offline=False)
    await expect(anna.page.get_by_text("Inte skickat än.", exact=True)).to_have_count(0)
    await expect(anna.status).to_contain_text("Du chattar med Medarbetare 1")
    await bosse.sees("Tredje")
    for side in (anna, bosse):
        assert [words for _, words in await shown(side)][-3:] == ["Första", "Andra", "Tredje"]


async def write_in_vain(anna: Visitor) -> None:
    """Two lines that do not arrive, on a page that is then loaded anew."""
    await anna.page.route("**/chatt/meddelanden", lambda route: route.abort())
    for word in ("Första", "Andra"):
        await anna.write(word)
    await expect(anna.page.get_by_text("Inte skickat än.", exact=True)).to_have_count(2)
    await anna.page.reload()
    await expect(anna.button("Försök igen")).to_have_count(2)


async def assert_both_have_arrived(anna: Visitor, bosse: Visitor) -> None:
    await bosse.sees("Andra")
    await anna.page.reload()
    assert [words for _, words in await shown(anna)][-2:] == ["Första", "Andra"]
    await expect(bosse.lines).to_have_count(4)


async def test_what_was_not_sent_survives_a_reload_and_goes_by_itself(anna: Visitor, bosse: Visitor) -> None:
    await join(anna, bosse)
    await write_in_vain(anna)
    await anna.page.unroute("**/chatt/meddelanden")
    await assert_both_have_arrived(anna, bosse)


async def test_what_was_not_sent_is_sent_at_once_when_one_asks_for_it(anna: Visitor, bosse: Visitor) -> None:
    # Neither the clock nor the stream makes the page try by itself: the button alone does.
    await anna.page.clock.install()
    await join(anna, bosse)
    await anna.page.clock.pause_at(datetime.now(UTC) + timedelta(seconds=5))
    await anna.page.add_init_script(SILENT_STREAM)
    await write_in_vain(anna)
    await anna.page.unroute("**/chatt/meddelanden")
    await anna.button("Försök igen").first.click()
    await assert_both_have_arrived(anna, bosse)


async def test_what_an_agent_writes_without_a_network_goes_by_itself_too(anna: Visitor, bosse: Visitor) -> None:
    await join(anna, bosse)
    await bosse.context.set_offline(offline=True)
    await bosse.write("Skrivet i en tunnel")
    await expect(bosse.page.get_by_text("Inte skickat än.", exact=True)).to_be_visible()
    await bosse.context.set_offline(offline=False)
    await anna.sees("Skrivet i en tunnel")
    await expect(anna.page.get_by_text("Skrivet i en tunnel")).to_have_count(1)


async def test_the_same_conversation_goes_on_on_the_next_page_of_the_site(anna: Visitor) -> None:
    async def open_launcher(page: Page) -> None:
        await page.get_by_role("button", name=re.compile("^Chatta med oss")).click()
        await expect(page.frame_locator("iframe").locator("#text")).to_be_focused()

    await anna.page.set_viewport_size(NARROW)
    await anna.page.goto("/")
    await open_launcher(anna.page)
    chat = anna.page.frame_locator("iframe")
    await chat.locator("#text").fill("Får jag bygga en altan?")
    await chat.get_by_role("button", name="Skicka", exact=True).click()
    await expect(chat.locator("[data-messages]")).to_contain_text("En låg altan")
    await anna.page.goto("/?nasta=sida")
    if not await anna.page.frame_locator("iframe").locator("#text").is_visible():
        await open_launcher(anna.page)
    await expect(anna.page.frame_locator("iframe").locator("[data-messages] > li")).to_have_count(2)
