"""The whole loop with all of the content, on the whole real system: from a resident's question to the bot's answer.

What people think about and write takes no time here; what is measured is the machines' part of it.
"""

import asyncio
import os
import time
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright, expect

from bench import results
from bench.studio import steps
from bench.studio.steps import GARDEN_PLOTS
from stack.temporary_system import TemporarySystem

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
CHROMIUM_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]


def measure(folder: Path) -> dict[str, float]:
    with TemporarySystem(results.ROOT, folder / "run") as system:
        return asyncio.run(_go_round(system))


async def _go_round(system: TemporarySystem) -> dict[str, float]:
    passwords = {account["username"]: account["password"] for account in system.accounts()}
    expect.set_options(timeout=20_000)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        resident, another = [await _page(browser, system.url) for _ in range(2)]
        agent, editor, lead = [
            await _signed_in(browser, system.url, username, passwords[username])
            for username in ("medarbetare1", "redaktor", "teamledare")
        ]
        began = time.monotonic()
        await steps.ask(resident, GARDEN_PLOTS.question)
        await steps.answer_and_mark(agent, await steps.wait_for_person(resident), GARDEN_PLOTS)
        await steps.make_topic(editor, GARDEN_PLOTS)
        await steps.add_phrases(editor, GARDEN_PLOTS.topic, GARDEN_PLOTS.phrases)
        await steps.write_article(editor, GARDEN_PLOTS)
        await steps.approve(lead, GARDEN_PLOTS)
        written = time.monotonic()
        await steps.train(editor)
        trained = time.monotonic()
        await steps.open_candidate(editor)
        await steps.put_in_use(editor)
        await steps.see_bot_follow(editor)
        followed = time.monotonic()
        await steps.ask(another, GARDEN_PLOTS.again)
        await steps.see_answer(another, GARDEN_PLOTS)
        ended = time.monotonic()
        await browser.close()
    return {
        "loop_seconds": round(ended - began, 1),
        "loop_pages_seconds": round(written - began + ended - followed, 1),
        # With the examination and the delivery.
        "loop_training_seconds": round(trained - written, 1),
        "loop_following_seconds": round(followed - trained, 1),
    }


async def _page(browser: Browser, url: str) -> Page:
    context = await browser.new_context(viewport={"width": 1280, "height": 800}, locale="sv-SE", base_url=url)
    return await context.new_page()


async def _signed_in(browser: Browser, url: str, username: str, password: str) -> Page:
    page = await _page(browser, url)
    await page.goto("/desk")
    await page.get_by_label("Användarnamn").fill(username)
    await page.get_by_label("Lösenord").fill(password)
    await page.get_by_role("button", name="Logga in").click()
    await expect(page.get_by_role("button", name="Logga ut")).to_be_visible()
    return page
