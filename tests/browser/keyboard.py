"""People who have nothing but a keyboard."""

from playwright.async_api import Locator, Page

_FURTHEST = 80
# Asked in one step: the page may put another thing in the place of what has the focus at any time. Between the last
# control and the first the focus is the browser's own.
_FOCUSED_UNSEEN = """() => {
  const focused = document.querySelector(":focus");
  return focused && getComputedStyle(focused).outlineStyle === "none" ? focused.outerHTML : null;
}"""


async def press_tab_until(page: Page, target: Locator) -> None:
    """Goes on with the keyboard until the control is reached. What has the focus is always seen to have it."""
    for _ in range(_FURTHEST):
        await page.keyboard.press("Tab")
        unseen = await page.evaluate(_FOCUSED_UNSEEN)
        assert unseen is None, unseen
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
