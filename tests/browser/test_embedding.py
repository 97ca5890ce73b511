"""The launcher on another site, which has a strict security policy of its own."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import override

import pytest
from playwright.async_api import FrameLocator, expect
from running_service import RunningService, settings_for
from visitor import NARROW, Visitor, Visitors


class HostSite:
    """A municipality's website, with nothing of ours but the two lines that everyone copies."""

    def __init__(self) -> None:
        self.chat_url = ""
        site = self

        class Page(BaseHTTPRequestHandler):
            @override
            def do_GET(self) -> None:
                body = site.html().encode()
                self.send_response(200)
                self.send_header("content-type", "text/html; charset=utf-8")
                policy = f"default-src 'none'; script-src {site.chat_url}; frame-src {site.chat_url}; img-src data:"
                self.send_header("content-security-policy", policy)
                self.end_headers()
                self.wfile.write(body)

            @override
            def log_message(self, format: str, *args: object) -> None:
                """The test's output is the test's."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def html(self) -> str:
        return f"""<!doctype html><html lang="sv"><head><meta charset="utf-8"><title>Kommunen</title>
            <link rel="icon" href="data:,"><script type="module" src="{self.chat_url}/launcher/1.js"></script></head>
            <body><main><h1>Kommunen</h1><chat-launcher data-frame-title="Chatt med kommunen">
            <a href="{self.chat_url}/chatt">Chatta med oss</a></chat-launcher></main></body></html>"""

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def host_site() -> Iterator[HostSite]:
    site = HostSite()
    yield site
    site.close()


@pytest.fixture
def service(database_url: str, host_site: HostSite) -> Iterator[RunningService]:
    service = RunningService(settings_for(database_url, FRAME_ANCESTORS=host_site.url))
    host_site.chat_url = service.url
    service.start()
    yield service
    service.stop()


@pytest.fixture
async def guest(visitors: Visitors, host_site: HostSite) -> Visitor:
    """A resident on the municipality's website."""
    guest = await visitors.resident()
    await guest.page.goto(host_site.url)
    return guest


def frame(visitor: Visitor) -> FrameLocator:
    return visitor.page.frame_locator("iframe")


async def test_the_link_becomes_a_button_that_opens_the_chat_in_a_frame(guest: Visitor) -> None:
    launcher = guest.button("Chatta med oss")
    await expect(launcher).to_have_attribute("aria-expanded", "false")
    await launcher.press("Enter")
    await expect(frame(guest).locator("#text")).to_be_focused()
    await expect(guest.page.locator("iframe")).to_have_attribute("title", "Chatt med kommunen")
    await guest.page.keyboard.type("Får jag bygga en altan?")
    await guest.page.keyboard.press("Enter")
    await expect(frame(guest).locator("[data-messages]")).to_contain_text("En låg altan")


async def test_escape_closes_and_the_focus_goes_back(guest: Visitor) -> None:
    await guest.button("Chatta med oss").press("Enter")
    await expect(frame(guest).locator("#text")).to_be_focused()
    await guest.page.keyboard.press("Escape")
    await expect(guest.page.locator("iframe")).to_be_hidden()
    await expect(guest.button("Chatta med oss")).to_be_focused()


async def test_the_button_closes_and_what_was_written_stays(guest: Visitor) -> None:
    await guest.button("Chatta med oss").click()
    await frame(guest).locator("#text").fill("Halvskrivet")
    await guest.button("Stäng chatten").click()
    await expect(guest.button("Chatta med oss")).to_be_focused()
    await guest.button("Chatta med oss").click()
    await expect(frame(guest).locator("#text")).to_have_value("Halvskrivet")
    await expect(frame(guest).locator("#text")).to_be_focused()


async def test_the_conversation_is_there_on_the_sites_next_page(guest: Visitor) -> None:
    await guest.button("Chatta med oss").click()
    await expect(frame(guest).locator("#text")).to_be_focused()
    await guest.page.keyboard.type("Hej")
    await guest.page.keyboard.press("Enter")
    await expect(frame(guest).locator("[data-messages] > li")).to_have_count(2)
    await guest.page.reload()
    await guest.button("Chatta med oss").click()
    await expect(frame(guest).locator("[data-messages] > li")).to_have_count(2)


async def test_only_the_chat_itself_may_close_the_frame(guest: Visitor) -> None:
    await guest.button("Chatta med oss").click()
    await expect(frame(guest).locator("#text")).to_be_focused()
    await guest.page.evaluate(
        "() => new Promise((done) => { window.postMessage({ type: 'chat:close' }, '*'); setTimeout(done) })"
    )
    await expect(guest.page.locator("iframe")).to_be_visible()


async def test_the_launcher_and_the_open_chat_are_accessible(guest: Visitor) -> None:
    await guest.assert_accessible()
    await guest.button("Chatta med oss").click()
    await expect(frame(guest).locator("#text")).to_be_focused()
    await guest.assert_accessible()


async def test_on_a_narrow_screen_the_chat_takes_it_all(guest: Visitor) -> None:
    await guest.page.set_viewport_size(NARROW)
    await guest.button("Chatta med oss").click()
    box = await guest.page.locator("iframe").bounding_box()
    assert box is not None
    assert box["width"] == NARROW["width"]
    assert not await guest.scrolls_sideways()


async def test_without_scripts_the_link_leads_to_the_chat(visitors: Visitors, host_site: HostSite) -> None:
    guest = await visitors.resident(java_script_enabled=False)
    await guest.page.goto(host_site.url)
    await guest.page.get_by_role("link", name="Chatta med oss").click()
    await expect(guest.page.locator("h1")).to_have_text("Chatta med Exempelkommunen")


async def test_a_site_that_is_not_named_cannot_frame_the_chat(
    visitors: Visitors, host_site: HostSite, service: RunningService
) -> None:
    stranger = HostSite()
    stranger.chat_url = service.url
    guest = await visitors.resident()
    await guest.page.goto(stranger.url)
    await guest.button("Chatta med oss").click()
    await expect(guest.button("Stäng chatten")).to_be_visible()
    await expect(frame(guest).locator("#text")).to_have_count(0)
    assert any("frame-ancestors" in fault for fault in guest.faults)
    assert host_site.url != stranger.url
    guest.faults.clear()
    stranger.close()
