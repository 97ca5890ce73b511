"""Pictures for a handbook, taken from the running system so that they stay true."""

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from stack.temporary_system import TemporarySystem

ROOT = Path(__file__).parent.parent
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
# The least width at which an agent sees all three columns of a case is a little less.
DESKTOP = {"width": 1366, "height": 820}
TABLET = {"width": 820, "height": 1180}
# On a screen as high as this nothing of a part has to be scrolled to.
HIGH = {"width": 1366, "height": 3000}


class PictureBook:
    """People with browsers, and the pictures that are taken of what they see."""

    def __init__(self, browser: Browser, system: TemporarySystem, folder: Path) -> None:
        self._browser = browser
        self._url = system.url
        self._passwords = {each["username"]: each["password"] for each in system.accounts()}
        self._folder = folder
        self._taken: list[str] = []

    def _resident(self) -> Page:
        return self._page("/chatt")

    def _staff(self, username: str) -> Page:
        page = self._page("/desk")
        self._sign_in(page, username)
        return page

    def _sign_in(self, page: Page, username: str) -> None:
        page.get_by_label("Användarnamn").fill(username)
        page.get_by_label("Lösenord").fill(self._passwords[username])
        page.get_by_role("button", name="Logga in").click()
        expect(page.get_by_role("button", name="Logga ut")).to_be_visible()

    def _page(self, path: str) -> Page:
        context = self._browser.new_context(viewport=DESKTOP, locale="sv-SE", base_url=self._url)  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(path)
        return page

    def _screen(self, page: Page, name: str) -> None:
        page.wait_for_load_state()
        page.screenshot(path=self._path(name))

    def _on_tablet(self, page: Page, name: str) -> None:
        page.set_viewport_size(TABLET)  # type: ignore[arg-type]
        self._screen(page, name)
        page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]

    def _part(self, part: Locator, name: str) -> None:
        part.page.set_viewport_size(HIGH)  # type: ignore[arg-type]
        part.page.wait_for_load_state()
        # In one step: a part that the page renews meanwhile would be gone while it is waited for to stand still.
        part.page.screenshot(path=self._path(name), clip=part.bounding_box())
        part.page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]

    def _path(self, name: str) -> Path:
        self._taken.append(name)
        return self._folder / f"{name}.png"


@contextmanager
def running(build: Callable[[Path], Path]) -> Iterator[tuple[Browser, TemporarySystem]]:
    """A system of its own and a browser. `build` returns the clone that is run, and may make it in the folder given."""
    expect.set_options(timeout=20_000)
    with tempfile.TemporaryDirectory(prefix="handbook-") as folder:
        Path(folder).chmod(0o711)  # The database's own system user passes through.
        with TemporarySystem(build(Path(folder)), Path(folder) / "run") as system, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
            )
            yield browser, system
            browser.close()


def require_all(taken: Sequence[str], wanted: Sequence[str]) -> None:
    """
    Raises:
        RuntimeError: a picture has not been taken, or one that nobody knows of has.
    """
    if set(taken) != set(wanted):
        raise RuntimeError(f"not all pictures were taken, or others: {set(taken) ^ set(wanted)}")


def write(page: Page, text: str) -> None:
    page.locator("#text").fill(text)
    page.get_by_role("button", name="Skicka", exact=True).click()
