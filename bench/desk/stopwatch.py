"""Measures, in the browser itself, from a key or a press until what it brings is on the screen, over page loads too."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass

from playwright.async_api import BrowserContext, Page

SECONDS = 20.0
# Nobody presses the next thing in the moment when they see the first; meanwhile the page finishes what it does.
THINKING_SECONDS = 0.3
_SHOWN = "stopwatchShown"

# In every document. What is awaited is kept in the tab's memory, because a press may load another document. The frame
# that finds it is drawn just after; then the watch stops.
_IN_PAGE = """
(() => {
  const KEY = "stopwatch";
  const clock = (at = performance.now()) => performance.timeOrigin + at;
  const read = () => JSON.parse(sessionStorage.getItem(KEY) ?? "null");
  const write = (watch) => sessionStorage.setItem(KEY, JSON.stringify(watch));
  const isShown = ({ selector, text, address, value }) => {
    if (!location.href.includes(address)) return false;
    return [...document.querySelectorAll(selector)].some((element) =>
      element.textContent.includes(text) && (!value || element.value.includes(value)) && element.checkVisibility());
  };
  let isLooking = false;
  const look = () => {
    const watch = read();
    isLooking = Boolean(watch?.began);
    if (!isLooking) return;
    if (document.body && isShown(watch)) {
      sessionStorage.removeItem(KEY);
      isLooking = false;
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => window.stopwatchShown(clock() - watch.began);
      port2.postMessage("drawn");
    } else requestAnimationFrame(look);
  };
  const begin = (at) => {
    const watch = read();
    if (!watch || watch.began) return;
    write({ ...watch, began: at });
    if (!isLooking) requestAnimationFrame(look);
  };
  window.stopwatch = { set: (watch) => write(watch), begin: () => begin(clock()) };
  for (const kind of ["keydown", "pointerdown"]) {
    addEventListener(kind, (event) => begin(clock(event.timeStamp)), { capture: true });
  }
  requestAnimationFrame(look);
})();
"""


@dataclass(frozen=True)
class Shown:
    """What is to be seen: an element with this text and this value, on a page with this in its address."""

    selector: str
    text: str = ""
    value: str = ""
    address: str = ""


class Stopwatch:
    """The milliseconds of each kind of interaction, on all pages of a browser."""

    def __init__(self) -> None:
        self.milliseconds: dict[str, list[float]] = defaultdict(list)
        self._shown: asyncio.Future[float] | None = None

    async def attach(self, context: BrowserContext) -> None:
        await context.expose_binding(_SHOWN, lambda _source, took: self._stop(float(took)))
        await context.add_init_script(_IN_PAGE)

    @contextlib.asynccontextmanager
    async def from_press(self, name: str, page: Page, shown: Shown) -> AsyncIterator[None]:
        """Begins with the first key or press within; returns when it is shown."""
        await asyncio.sleep(THINKING_SECONDS)
        future = self._shown = asyncio.get_running_loop().create_future()
        await page.evaluate("(watch) => stopwatch.set(watch)", asdict(shown))
        yield
        await self._until(future, name)

    @contextlib.asynccontextmanager
    async def from_now(self, name: str, page: Page, shown: Shown) -> AsyncIterator[None]:
        """For what somebody else does: begins just before it."""
        future = self._shown = asyncio.get_running_loop().create_future()
        await page.evaluate("(watch) => { stopwatch.set(watch); stopwatch.begin(); }", asdict(shown))
        yield
        await self._until(future, name)

    def forget(self) -> None:
        """What was measured so far was for warming up."""
        self.milliseconds.clear()

    async def _until(self, shown: asyncio.Future[float], name: str) -> None:
        try:
            async with asyncio.timeout(SECONDS):
                self.milliseconds[name].append(await shown)
        except TimeoutError:
            raise RuntimeError(f"{name} was never shown") from None

    def _stop(self, took: float) -> None:
        if self._shown is not None and not self._shown.done():
            self._shown.set_result(took)
