"""People who have nothing but a keyboard."""

from playwright.async_api import Locator, Page
from playwright.async_api import TimeoutError as PageTimeoutError

_FURTHEST = 80
# Longer than any look at an element takes; one that has gone with its page is not waited for.
_LOOK_MS = 2000


async def press_tab_until(page: Page, target: Locator) -> None:
    """Goes on with the keyboard until the control is reached. What has the focus is always seen to have it."""
    for _ in range(_FURTHEST):
        await page.keyboard.press("Tab")
        focused = page.locator(":focus")
        # Between the last control and the first the focus is the browser's own.
        if await focused.count():
            try:
                outline = await focused.evaluate("element => getComputedStyle(element).outlineStyle", timeout=_LOOK_MS)
            except PageTimeoutError:
                # The page, or this part of it, has become another one since the key was pressed.
                continue
            assert outline != "none", await focused.evaluate("element => element.outerHTML")
        if await target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError("the keyboard does not reach the control")


async def enter_next_page(page: Page, control: Locator) -> None:
    """Goes to a control and presses Enter; the page that it leads to is there. Keys that are pressed before that are
    the old page's, and lost with it.
    """
    await press_tab_until(page, control)
    async with page.expect_navigation():
        await page.keyboard.press("Enter")
