"""Putting the chat on a web site: the page that says how, and the chat in the site's colours."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pictures import take_pictures
from playwright.async_api import expect
from running_service import RunningService, settings_for
from test_accessibility import assert_fits
from visitor import Visitor, Visitors

_SITES = Path(__file__).parents[2] / "data" / "sites.yml"


@pytest.fixture
def service(database_url: str) -> Iterator[RunningService]:
    service = RunningService(settings_for(database_url, SITES_PATH=str(_SITES)))
    service.start()
    yield service
    service.stop()


@pytest.fixture
async def editor(visitors: Visitors, passwords: dict[str, str]) -> Visitor:
    """Somebody who puts the chat on web sites and reads no conversations; signed in, on the page about them."""
    editor = await visitors.sign_in("redaktor", passwords["redaktor"])
    await editor.page.get_by_role("link", name="Webbplatser").click()
    await expect(editor.page.locator("h1")).to_have_text("Chatten på webbplatser")
    return editor


async def test_the_page_is_accessible_with_everything_open(editor: Visitor) -> None:
    for summary in await editor.page.locator("summary").all():
        await summary.click()
    await expect(editor.page.frame_locator("iframe").first.locator("h1")).to_be_visible()
    await take_pictures(editor, "sites_page")
    await assert_fits(editor)


async def test_the_code_can_be_copied(editor: Visitor) -> None:
    await editor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await editor.button("Kopiera koden för Bibliotekets webbplats på svenska").click()
    await expect(editor.page.get_by_text("Koden är kopierad.")).to_be_visible()
    copied = await editor.page.evaluate("navigator.clipboard.readText()")
    assert copied == await editor.page.locator("#kod-biblioteket-1").input_value()
    assert "webbplats=biblioteket" in copied


async def test_where_copying_is_forbidden_the_code_is_marked(editor: Visitor) -> None:
    await editor.page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error()) }")
    await editor.button("Kopiera koden för Exempelkommunens webbplats på engelska").click()
    await expect(editor.page.get_by_text("Koden är markerad")).to_be_visible()
    await expect(editor.page.locator("#kod-kommunen-2")).to_be_focused()
    assert "<chat-launcher" in await editor.page.evaluate("getSelection().toString()")


async def test_an_editor_has_no_way_to_the_queue(editor: Visitor) -> None:
    await expect(editor.page.get_by_role("link", name="Kön")).to_have_count(0)
    await editor.page.goto("/desk")
    await expect(editor.page.locator("h1")).to_have_text("Sidan finns inte")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_chat_in_a_sites_own_colours_is_accessible(visitors: Visitors, scheme: str) -> None:
    anna = await visitors.resident(color_scheme=scheme)
    await anna.page.goto("/chatt?webbplats=biblioteket")
    banner = "rgb(106, 43, 110)" if scheme == "light" else "rgb(76, 28, 80)"
    await expect(anna.page.locator(".chat__header")).to_have_css("background-color", banner)
    await anna.write("Får jag bygga en altan?")
    await anna.sees("En låg altan")
    await anna.assert_accessible()
    # Also on the pages beside the chat, which the address does not name the site of.
    await anna.page.goto("/chatt/arende")
    await expect(anna.page.locator(".chat__header")).to_have_css("background-color", banner)
    await anna.assert_accessible()
