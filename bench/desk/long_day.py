"""Whether the desk's pages keep what they should let go, over as much as happens in eight hours.

The events are real: residents, colleagues and the agent do through the service what they do in a day, only faster. One
tab shows the queue all the time, another a conversation in which nothing is said; a third goes from case to case, as an
agent does. Before and after, the garbage is collected and what is left is counted, at the same place of each page.
"""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass

import psycopg
from playwright.async_api import BrowserContext, CDPSession, Page

from bench.desk.chats import Chat, Crowd
from bench.desk.place import TOPIC, Desk
from bench.handover.people import Agent

CASES = 60
AT_ONCE = 3
MESSAGES_EACH = 25
# So many are written before the page is waited for, as when somebody writes in short lines.
IN_A_ROW = 4
# Before the first counting; then everything that is made once has been made.
WARM_UP_CASES = 6
# The stream ends by itself every ten minutes, and the browser takes it up again: 48 times in eight hours, and here so
# often for each group of cases.
REOPENINGS_EACH = 3
# So many cases are taken and put back by a colleague, one after the other, all the time.
CHANGING_CASES = 60
SETTLING_SECONDS = 3.0
COUNT_EVENTS = """
(() => {
  window.eventCounts = {};
  const listen = EventSource.prototype.addEventListener;
  EventSource.prototype.addEventListener = function (name, take, ...rest) {
    return listen.call(this, name, (event) => {
      eventCounts[name] = (eventCounts[name] ?? 0) + 1;
      take(event);
    }, ...rest);
  };
})();
"""


@dataclass(frozen=True)
class Kept:
    """What a page holds after its garbage is collected."""

    heap_bytes: float
    nodes: float
    listeners: float


class Tab:
    def __init__(self, page: Page, tools: CDPSession) -> None:
        self.page = page
        self._tools = tools

    @classmethod
    async def open(cls, browser: BrowserContext, address: str) -> "Tab":
        page = await browser.new_page()
        await page.add_init_script(COUNT_EVENTS)
        tools = await browser.new_cdp_session(page)
        await tools.send("HeapProfiler.enable")
        await tools.send("Performance.enable")
        await page.goto(address)
        return cls(page, tools)

    async def count_kept(self) -> Kept:
        # What a first collection lets go may hold more.
        for _ in range(3):
            await self._tools.send("HeapProfiler.collectGarbage")
        heap = await self._tools.send("Runtime.getHeapUsage")
        metrics = {
            each["name"]: each["value"] for each in (await self._tools.send("Performance.getMetrics"))["metrics"]
        }
        return Kept(heap["usedSize"], metrics["Nodes"], metrics["JSEventListeners"])

    async def events(self) -> dict[str, int]:
        """How many of each have come to the document that is open now."""
        return dict(await self.page.evaluate("eventCounts"))


class Day:
    def __init__(self, crowd: Crowd, agent: Agent, queue: Tab, case: Tab) -> None:
        self._crowd = crowd
        self._agent = agent
        self._queue = queue
        self._case = case
        self.messages = 0

    async def cases(self, count: int) -> None:
        """So many cases, some at a time, from the claim until the agent closes them."""
        for _ in range(count // AT_ONCE):
            chats = [await self._crowd.begin(self._agent, TOPIC) for _ in range(AT_ONCE)]
            await asyncio.gather(*(chat.resident.page.open() for chat in chats))
            for chat in itertools.chain(chats, chats):
                await self._talk(chat, MESSAGES_EACH // 2)
            for chat in chats:
                await self._agent.close_case(chat.reference)
                await chat.resident.page.close()
                self._crowd.chats.remove(chat)
            for _ in range(REOPENINGS_EACH):
                # What a page does when its network comes back: the stream is opened anew.
                await self._queue.page.evaluate("dispatchEvent(new Event('online'))")

    async def _talk(self, chat: Chat, count: int) -> None:
        """The agent goes to the case and they write to each other; some of it is written in the page itself."""
        page = self._case.page
        await page.goto(f"/desk/arenden/{chat.reference}")
        for number in range(count):
            self.messages += 1
            text = f"Rad {self.messages} i samtalet, ungefär så lång som folk brukar skriva när de undrar något."
            if number % 2 == 0:
                await chat.resident.write(text)
            elif number % 4 == 1:
                await page.locator("#text").fill(text)
                await page.locator("#text").press("Enter")
            else:
                await self._agent.write(chat.reference, text)
            if number % IN_A_ROW == IN_A_ROW - 1:
                await page.locator("[data-messages] > li[data-seq]", has_text=f"Rad {self.messages} ").wait_for()


@contextlib.asynccontextmanager
async def changing_queue(colleague: Agent, references: list[str]) -> AsyncIterator[None]:
    """A colleague takes and puts back cases that wait: each time the queue is another on every desk."""

    is_over = asyncio.Event()

    async def change() -> None:
        for reference in itertools.cycle(references):
            if is_over.is_set():
                return
            await colleague.claim(reference)
            await colleague.put_back(reference)

    changing = asyncio.create_task(change())
    try:
        yield
    finally:
        is_over.set()
        await changing


async def measure(desk: Desk) -> dict[str, float]:
    own = [chat.reference for chat in desk.crowd.chats if chat.agent is desk.agent]
    home, quiet_case = (f"/desk/arenden/{reference}" for reference in own[:2])
    queue, case, quiet = [await Tab.open(desk.browser, address) for address in ("/desk", home, quiet_case)]
    tabs = {"queue_page": queue, "case_page": case, "quiet_case_page": quiet}
    day = Day(desk.crowd, desk.agent, queue, case)
    waiting = await list_waiting(desk.service.database_url)
    for cases in (WARM_UP_CASES, CASES):
        before = {name: await tab.count_kept() for name, tab in tabs.items()}
        seen_before, day.messages = await queue.events(), 0
        async with changing_queue(desk.crowd.colleagues[0], waiting):
            await day.cases(cases)
        # At the same place as when it was counted first, and with nothing under way.
        await case.page.goto(home)
        await asyncio.sleep(SETTLING_SECONDS)
    after = {name: await tab.count_kept() for name, tab in tabs.items()}
    seen = await queue.events()
    growth = {name: after[name].heap_bytes / before[name].heap_bytes - 1 for name in tabs}
    figures: dict[str, float] = {"heap_growth_share_8h": round(max(growth.values()), 3)}
    for name in tabs:
        figures |= {
            f"{name}_heap_growth_share": round(growth[name], 3),
            f"{name}_heap_mb": round(after[name].heap_bytes / 1e6, 2),
            f"{name}_nodes_more": after[name].nodes - before[name].nodes,
            f"{name}_listeners_more": after[name].listeners - before[name].listeners,
        }
    return {
        **figures,
        "day_cases": CASES,
        "day_messages": day.messages,
        "day_queue_events": seen.get("queue", 0) - seen_before.get("queue", 0),
        "day_presence_events": seen.get("presence", 0) - seen_before.get("presence", 0),
        "day_streams_taken_up_again": CASES // AT_ONCE * REOPENINGS_EACH,
    }


async def list_waiting(database_url: str) -> list[str]:
    """Some of those who wait, from the beginning of the queue, where everybody sees them."""
    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        found = await connection.execute(
            "SELECT reference FROM cases WHERE state = 'waiting' ORDER BY waiting_since LIMIT %s", [CHANGING_CASES]
        )
        return [str(reference) for (reference,) in await found.fetchall()]
