"""People with browsers: they open pages, write, press and read."""

import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, async_playwright, expect

from handover_api.agents.identity import COOKIE

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
CHROMIUM_WITHOUT_WINDOWS = os.environ.get("CHROMIUM_WITHOUT_WINDOWS", CHROMIUM)
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A key that is pressed while the one before it still scrolls can be lost on a busy machine.
    "--disable-smooth-scrolling",
]
DESKTOP = {"width": 1280, "height": 800}
NARROW = {"width": 320, "height": 640}
_AXE_OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}


@asynccontextmanager
async def open_browser(path: str) -> AsyncIterator[Browser]:
    """Started for as long as it is needed; `path`: one of the two above."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        yield browser
        await browser.close()


class Visitor:
    """Somebody with a page open. Errors in scripts and breaches of the security policy are collected as they happen."""

    def __init__(self, context: BrowserContext, page: Page) -> None:
        self.context = context
        self.page = page
        self.faults: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", self._hear)

    def _hear(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            self.faults.append(message.text)

    @property
    def field(self) -> Locator:
        return self.page.locator("#text")

    @property
    def transcript(self) -> Locator:
        return self.page.get_by_role("region", name="Samtalet")

    @property
    def lines(self) -> Locator:
        return self.page.locator("[data-messages] > li")

    @property
    def status(self) -> Locator:
        return self.page.locator("[data-status]")

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    async def open_chat(self) -> None:
        await self.page.goto("/chatt")

    async def write(self, text: str) -> None:
        await self.field.fill(text)
        await self.button("Skicka").click()

    async def sees(self, text: str) -> None:
        await expect(self.page.locator("[data-messages]")).to_contain_text(text)

    async def ask_for_person(self) -> str:
        """Presses the button that is always there. Returns the case's reference."""
        await self.page.locator(".chat__status").get_by_role("button", name="Prata med en människa").click()
        return await self.waits()

    async def waits(self) -> str:
        """Sees that it stands in the queue. Returns the case's reference."""
        await expect(self.status).to_contain_text("i kön")
        match = re.search(r"\d{4}-\d{6}", await self.status.inner_text())
        assert match
        return match[0]

    async def open_anothers_case(self, reference: str) -> None:
        """Says why, and reads a case that somebody else has."""
        await self.page.goto(f"/desk/arenden/{reference}")
        await self.page.get_by_label("Jag hjälper kollegan").check()
        await self.button("Öppna ärendet").click()
        await expect(self.page.locator("h1")).to_have_text(f"Ärende {reference}")

    async def close_case(self, resolution: str = "Löst vid första kontakten") -> None:
        """Says what the open case was about and how it ended."""
        await self.page.get_by_label("Vad gällde ärendet?").select_option(label="Något annat: Kommun och demokrati")
        await self.page.get_by_label(resolution).check()
        await self.do_now("Avsluta ärendet")

    async def do_now(self, deed: str) -> None:
        """Presses a button whose deed can be undone for some seconds, and does not wait for them."""
        await self.button(deed).click()
        if await self.page.locator("undoable-form:defined").count():
            await self.button("Gör det nu").click()

    async def violations(self) -> list[str]:
        """What axe finds wrong with the page as it stands, when all that it is made of has come."""
        # What is to be read can be there before the styles, and nothing is large enough for a finger then.
        await self.page.wait_for_load_state("load")
        results = await Axe().run(self.page, options=_AXE_OPTIONS)
        assert results.response["testEngine"]["name"] == "axe-core"
        return [
            f"{each['id']}: {each['help']} {[node['target'] for node in each['nodes']]}"
            for each in results.response["violations"]
        ]

    async def assert_accessible(self) -> None:
        found = await self.violations()
        assert not found, found

    async def scrolls_sideways(self) -> bool:
        await self.page.wait_for_load_state("load")
        return bool(
            await self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        )


class Visitors:
    def __init__(self, browser: Browser, url: str, sessions: dict[str, str]) -> None:
        self._browser = browser
        self._url = url
        self._sessions = sessions
        self._present: list[Visitor] = []

    async def resident(self, **context: Any) -> Visitor:
        return await self._arrive(**context)

    async def agent(self, username: str, **context: Any) -> Visitor:
        """Somebody who has signed in a while ago, with the queue (or what else their role begins with) open."""
        visitor = await self._arrive(**context)
        await visitor.context.add_cookies([{"name": COOKIE, "value": self._sessions[username], "url": self._url}])
        await visitor.page.goto("/desk")
        await expect(visitor.page.locator("h1")).to_be_visible()
        return visitor

    async def sign_in(self, username: str, password: str) -> Visitor:
        """The same, by the page that asks who it is."""
        visitor = await self._arrive()
        await visitor.page.goto("/desk")
        await visitor.page.get_by_label("Användarnamn").fill(username)
        await visitor.page.get_by_label("Lösenord").fill(password)
        await visitor.button("Logga in").click()
        await expect(visitor.page.locator("h1")).to_be_visible()
        return visitor

    async def _arrive(self, **context: Any) -> Visitor:
        options = {"viewport": DESKTOP, "locale": "sv-SE", "base_url": self._url, **context}
        browser_context = await self._browser.new_context(**options)
        visitor = Visitor(browser_context, await browser_context.new_page())
        self._present.append(visitor)
        return visitor

    async def leave(self) -> None:
        for visitor in self._present:
            await visitor.context.close()
        assert [fault for visitor in self._present for fault in visitor.faults] == []
