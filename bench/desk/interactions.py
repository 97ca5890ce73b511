"""What an agent does all day, each measured from the key or the press until it is to be seen."""

import itertools
import statistics

import psycopg
from playwright.async_api import Page

from bench.desk.chats import Chat
from bench.desk.place import Desk
from bench.desk.stopwatch import Shown, Stopwatch
from bench.handover.people import Agent
from handover_api.rules.case import CaseState

# Searches that find something, and something else than the one before.
SEARCHES = ("radon", "altan", "förskola", "parkering")
GROUPS = ("bygga-bo-miljo", "kultur-fritid")
FIRST_HIT = "[data-found] .answer__title"
WARM_UP_ROUNDS = 3
ROUNDS = 20
# The pause between two keys is waited for on purpose, so it is no delay of the desk's.
NOT_COUNTED = ("search_while_typing",)
# More than any answer group has, and fewer than are shown of all.
MANY_ROWS = 90
# An agent sees the cases that have waited longest.
TAKEN_FROM_TOP = 40


class AgentAtWork:
    """One agent with two tabs: the queue, and a case. Every round does everything once."""

    def __init__(self, queue: Page, case: Page, agent: Agent, chats: list[Chat], stopwatch: Stopwatch) -> None:
        self._queue = queue
        self._case = case
        self._agent = agent
        self._chats = itertools.cycle(chats)
        self._chat = next(self._chats)
        self._watch = stopwatch
        self._numbers = itertools.count(1)
        self._searches = itertools.cycle(SEARCHES)
        self._groups = itertools.cycle(GROUPS)

    async def begin(self) -> None:
        await self._queue.goto("/desk")
        await self._case.goto(address_of(self._chat.reference))

    async def round(self) -> None:
        await self._in_the_queue()
        await self._in_the_conversation()
        await self._beside_the_conversation()

    async def _in_the_queue(self) -> None:
        page, group = self._queue, next(self._groups)
        await page.goto("/desk")
        await page.get_by_label("Svarsgrupp").first.select_option(group)
        async with self._watch.from_press("filter_queue", page, Shown("[data-list=vantar] > li", address=group)):
            await page.get_by_role("button", name="Visa urvalet").click()
        async with self._watch.from_press("show_all", page, Shown(f"[data-list=vantar] > li:nth-child({MANY_ROWS})")):
            await page.get_by_role("link", name="Visa allt").click()
        reference = await self._one_that_waits()
        opened = Shown("h1", text=reference, address=reference)
        async with self._watch.from_press("open_case", page, opened):
            await page.locator(f"[data-key='{reference}']").get_by_role("link").first.click()
        async with self._watch.from_press("show_queue", page, Shown(f"[data-list=vantar] > li:nth-child({MANY_ROWS})")):
            await page.get_by_role("link", name="Till kön").click()
        async with self._watch.from_press("claim", page, Shown("#text", address=reference)):
            await page.get_by_role("button", name=f"Ta ärendet {reference}").click()
        await self._agent.put_back(reference)

    async def _in_the_conversation(self) -> None:
        page, mark = self._case, f"yttrande{next(self._numbers)}slut"
        self._chat = next(self._chats)
        mine = page.get_by_role("navigation", name="Mina samtal")
        arrived = Shown("h1", text=self._chat.reference, address=self._chat.reference)
        async with self._watch.from_press("switch_case", page, arrived):
            await mine.get_by_role("link", name=self._chat.reference).click()
        async with self._watch.from_now("message_shown", page, Shown("[data-messages] > li", text=mark)):
            await self._chat.resident.write(f"Här är mitt {mark}.")
        await page.locator("#text").fill(f"Tack för ditt {mark}.")
        # Shown as the service has stored it, and not only as it is being sent.
        async with self._watch.from_press("send_reply", page, Shown("li[data-own][data-seq]", text=mark)):
            await page.locator("#text").press("Enter")

    async def _beside_the_conversation(self) -> None:
        page, mark = self._case, f"anteckning{next(self._numbers)}slut"
        field, search = page.get_by_label("Sök svar och artiklar"), next(self._searches)
        await field.fill("xyzzy")
        await page.locator("[data-search-told]", has_text="Inga svar").wait_for()
        await field.evaluate("(field, text) => { field.value = text }", search)
        async with self._watch.from_press("search_answers", page, Shown(FIRST_HIT)):
            await field.press("Enter")
        await field.fill("xyzzy")
        await page.locator("[data-search-told]", has_text="Inga svar").wait_for()
        await field.evaluate("(field, text) => { field.value = text }", search[:-1])
        async with self._watch.from_press("search_while_typing", page, Shown(FIRST_HIT)):
            await field.press(search[-1])
        async with self._watch.from_press("insert_answer", page, Shown("#text", value=" ")):
            await page.locator("#funna-1-infoga").click()
        await page.locator("#text").fill("")
        await self._tick()
        note = page.get_by_label("Anteckning", exact=True)
        if not await note.is_visible():
            async with self._watch.from_press("open_step", page, Shown("#anteckning-text")):
                await page.locator("summary", has_text="Skriv en anteckning").click()
        await note.fill(f"Jag har sett {mark}.")
        async with self._watch.from_press("add_note", page, Shown("[data-messages] > li", text=mark)):
            await page.get_by_role("button", name="Spara anteckningen").click()

    async def _tick(self) -> None:
        page = self._case
        box = page.locator("case-checklist input[type=checkbox]").first
        is_ticked = await box.is_checked()
        wanted = Shown("[data-progress]", text="0 av " if is_ticked else "1 av ")
        async with self._watch.from_press("untick_step" if is_ticked else "tick_step", page, wanted):
            await box.click()

    async def _one_that_waits(self) -> str:
        number = next(self._numbers) % TAKEN_FROM_TOP
        row = self._queue.locator("[data-list=vantar] > li").nth(number)
        return str(await row.get_attribute("data-key"))


def address_of(reference: str) -> str:
    return f"/desk/arenden/{reference}"


async def count_cases(database_url: str) -> dict[str, int]:
    """How many cases there are in each state."""
    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        counted = await connection.execute("SELECT state, count(*) FROM cases GROUP BY state")
        return {str(state): int(count) for state, count in await counted.fetchall()}


async def measure(desk: Desk) -> dict[str, float]:
    counted = await count_cases(desk.service.database_url)
    stopwatch = Stopwatch()
    await stopwatch.attach(desk.browser)
    own = [chat for chat in desk.crowd.chats if chat.agent is desk.agent]
    at_work = AgentAtWork(await desk.browser.new_page(), await desk.browser.new_page(), desk.agent, own, stopwatch)
    await at_work.begin()
    async with desk.crowd.talking():
        for number in range(WARM_UP_ROUNDS + ROUNDS):
            if number == WARM_UP_ROUNDS:
                stopwatch.forget()
            await at_work.round()
    for page in desk.browser.pages:
        await page.close()
    figures = {}
    for name, took in sorted(stopwatch.milliseconds.items()):
        figures |= {f"{name}_p50_ms": percentile(took, 50), f"{name}_p95_ms": percentile(took, 95)}
    every = [each for name, took in stopwatch.milliseconds.items() if name not in NOT_COUNTED for each in took]
    return {
        "interaction_p50_ms": percentile(every, 50),
        "interaction_p95_ms": percentile(every, 95),
        "interactions": len(every),
        "open_cases": sum(count for state, count in counted.items() if state != CaseState.CLOSED),
        **{f"cases_{state}": count for state, count in sorted(counted.items())},
        "open_chats": len(desk.crowd.chats),
        **figures,
    }


def percentile(milliseconds: list[float], percent: int) -> float:
    return round(statistics.quantiles(milliseconds, n=100)[percent - 1], 1)
