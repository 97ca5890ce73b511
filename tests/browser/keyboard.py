"""People who have nothing but a keyboard."""

from playwright.async_api import Locator, Page

_FURTHEST = 80


async def press_tab_until(page: Page, target: Locator) -> None:
    """Goes on with the keyboard until the control is reached. What has the focus is always seen to have it."""
    for _ in range(_FURTHEST):
        await page.keyboard.press("Tab")
        focused = page.locator(":focus")
        # Between the last control and the first the focus is the browser's own.
        if await focused.count():
            outline = await focused.evaluate("element => getComputedStyle(element).outlineStyle")
            assert outline != "none", await focused.evaluate("element => element.outerHTML")
        if await target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError("the keyboard does not reach the control")
