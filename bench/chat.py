"""How soon a resident on a slow phone can write in the chat, and how much the chat asks the phone to fetch.

The profile is Lighthouse's for mobile: a processor four times slower than this one, 150 ms to the service and back,
1.6 Mbit/s down and 0.75 up. Chromium adds the delay to each request and not to setting up the connection.
"""

import asyncio
import gzip
import os
import re
import statistics
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import override

from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from bench import results
from bench.service_alone import service_alone
from handover_api.web.launcher import served_script
from handover_api.web.pages import STATIC_FOLDER, TEMPLATES_FOLDER, with_imports
from handover_api.web.scripts import as_sent

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
LOADS = 9
PHONE = {"width": 360, "height": 740}
CPU_SLOWDOWN = 4
LATENCY_MS = 150
DOWN_BYTES_PER_SECOND = 1_600_000 / 8
UP_BYTES_PER_SECOND = 750_000 / 8
WAIT_MS = 30_000

# In every page: when somebody pressed, and when the field had the focus and the script had taken over the page.
WATCH = """
  const { promise, resolve } = Promise.withResolvers();
  const watched = (window.watched = { pressed: performance.timeOrigin, usable: promise });
  addEventListener("click", () => { watched.pressed = Date.now(); }, { capture: true, once: true });
  const look = () => {
    const chat = document.querySelector("resident-chat:defined");
    const field = document.querySelector("#text");
    const isFocused = window.parent === window || document.activeElement === field;
    if (chat?.field && field && isFocused) resolve(Date.now());
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
"""


class HostSite:
    """A municipality's website: a page on another port with the two lines that everyone copies."""

    def __init__(self) -> None:
        self.chat_url = ""
        site = self

        class Answer(BaseHTTPRequestHandler):
            @override
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("content-type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(site.html().encode())

            @override
            def log_message(self, format: str, *args: object) -> None:
                """The benchmark's output is its figures."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def html(self) -> str:
        return f"""<!doctype html><html lang="sv"><meta charset="utf-8"><title>Kommunen</title>
            <meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
            <script type="module" src="{self.chat_url}/launcher/1.js"></script>
            <h1>Kommunen</h1><chat-launcher><a href="{self.chat_url}/chatt">Chatta med oss</a></chat-launcher>"""


async def slow_page(context: BrowserContext) -> Page:
    page = await context.new_page()
    await page.add_init_script(WATCH)
    phone = await context.new_cdp_session(page)
    await phone.send("Network.enable")
    await phone.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": LATENCY_MS,
            "downloadThroughput": DOWN_BYTES_PER_SECOND,
            "uploadThroughput": UP_BYTES_PER_SECOND,
        },
    )
    await phone.send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWDOWN})
    return page


async def frame_usable(context: BrowserContext, host: HostSite) -> float:
    """Milliseconds from the press on the launcher until one can write in the frame."""
    page = await slow_page(context)
    await page.goto(host.url, wait_until="load")
    await page.get_by_role("button", name="Chatta med oss").click()
    await page.frame_locator("iframe").locator("#text").wait_for(timeout=WAIT_MS)
    frame = page.frames[1]
    took = float(await frame.evaluate("watched.usable")) - float(await page.evaluate("watched.pressed"))
    await page.keyboard.type("Hej")
    # The field has what was typed, and the script has kept it.
    await expect(page.frame_locator("iframe").locator("#text")).to_have_value("Hej")
    if await frame.evaluate("sessionStorage.getItem('chatt:draft')") != "Hej":
        raise RuntimeError("the script does not see what is typed")
    await page.close()
    return took


async def page_usable(context: BrowserContext, chat_url: str) -> float:
    """The same from the moment when the chat's own page is asked for."""
    page = await slow_page(context)
    await page.goto(f"{chat_url}/chatt")
    took = float(await page.evaluate("watched.usable.then((usable) => usable - watched.pressed)"))
    await page.close()
    return took


async def measure(browser: Browser, host: HostSite) -> dict[str, float]:
    cold, warm, alone = [], [], []
    for _ in range(LOADS):
        context = await browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True, locale="sv-SE")  # type: ignore[arg-type]
        cold.append(await frame_usable(context, host))
        warm.append(await frame_usable(context, host))
        await context.close()
        context = await browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True, locale="sv-SE")  # type: ignore[arg-type]
        alone.append(await page_usable(context, host.chat_url))
        await context.close()
    return {
        "frame_usable_cold_ms": round(statistics.median(cold)),
        "frame_usable_cold_slowest_ms": round(max(cold)),
        "frame_usable_warm_ms": round(statistics.median(warm)),
        "page_usable_cold_ms": round(statistics.median(alone)),
        "loads": LOADS,
    }


def sizes() -> dict[str, float]:
    """Bytes as they travel, compressed file by file."""
    scripts = with_imports("js/resident-chat.js")
    styles = {
        name
        for template in ("base.html.j2", "resident/chat.html.j2")
        for name in re.findall(r"static\('(css/[^']+)'\)", (TEMPLATES_FOLDER / template).read_text(encoding="utf-8"))
    }
    return {
        "launcher_gzip_bytes": len(gzip.compress(served_script())),
        "scripts_gzip_bytes": sum(len(gzip.compress(as_sent(STATIC_FOLDER / name))) for name in scripts),
        "styles_gzip_bytes": sum(len(gzip.compress((STATIC_FOLDER / name).read_bytes())) for name in styles),
    }


async def open_browser(host: HostSite) -> dict[str, float]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        try:
            return await measure(browser, host)
        finally:
            await browser.close()


def main() -> None:
    host = HostSite()
    with tempfile.TemporaryDirectory(prefix="bench-chat-") as folder:
        Path(folder).chmod(0o711)  # The database's own system user passes through.
        with service_alone(Path(folder), FRAME_ANCESTORS=host.url) as service:
            host.chat_url = service.url
            figures = asyncio.run(open_browser(host))
    results.save("chat", "make bench-chat", {**figures, **sizes()})


if __name__ == "__main__":
    main()
