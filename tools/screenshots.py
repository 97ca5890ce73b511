"""Takes the pictures in the documents from the running system, so that they stay true: `make screenshots`."""

import os
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from stack.temporary_system import TemporarySystem

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "images"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
DESKTOP = {"width": 1280, "height": 860}
DESK = {"width": 1280, "height": 1240}
CHAT = {"width": 760, "height": 1500}
NARROW = {"width": 320, "height": 640}


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    expect.set_options(timeout=20_000)
    with tempfile.TemporaryDirectory(prefix="screenshots-") as folder:
        Path(folder).chmod(0o711)  # The database's own system user passes through.
        with TemporarySystem(ROOT, Path(folder) / "run") as system, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
            )
            take(browser, system)
            browser.close()


def take(browser: Browser, system: TemporarySystem) -> None:
    account = next(each for each in system.accounts() if each["role"] == "agent")
    home = open_page(browser, system.url, "/", DESKTOP)
    home.screenshot(path=FOLDER / "start.png")

    resident = open_page(browser, system.url, "/chatt", CHAT)
    write(resident, "Behöver jag bygglov för att bygga en altan?")
    expect(resident.locator(".message--bot")).to_have_count(1)
    write(resident, "Hur går det med min bygglovsansökan?")
    expect(resident.locator("[data-status]")).to_contain_text("i kön")

    agent = open_page(browser, system.url, "/desk", DESK)
    agent.get_by_label("Användarnamn").fill(account["username"])
    agent.get_by_label("Lösenord").fill(account["password"])
    agent.get_by_role("button", name="Logga in").click()
    agent.locator("[data-list=vantar] > li").first.wait_for()
    agent.screenshot(path=FOLDER / "queue.png")
    agent.locator("[data-list=vantar] > li").first.get_by_role("link").click()
    agent.get_by_role("button", name="Ta ärendet", exact=True).click()
    agent.locator("#text").fill("Hej! Jag tittar gärna på det. Hur hög är altanen som mest?")
    agent.get_by_role("button", name="Skicka", exact=True).click()
    expect(agent.locator("[data-messages]")).to_contain_text("Hur hög är altanen")
    agent.evaluate("scrollTo(0, 0)")
    agent.screenshot(path=FOLDER / "desk.png")

    expect(resident.locator("[data-messages]")).to_contain_text("Hur hög är altanen")
    resident.screenshot(path=FOLDER / "chat.png")
    resident.set_viewport_size(NARROW)
    resident.screenshot(path=FOLDER / "chat-320.png")


def open_page(browser: Browser, url: str, path: str, viewport: dict[str, int]) -> Page:
    page = browser.new_context(viewport=viewport, locale="sv-SE", base_url=url).new_page()  # type: ignore[arg-type]
    page.goto(path)
    return page


def write(page: Page, text: str) -> None:
    page.locator("#text").fill(text)
    page.get_by_role("button", name="Skicka", exact=True).click()


if __name__ == "__main__":
    main()
