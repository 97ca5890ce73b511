"""The launcher on another site, which has a strict security policy of its own."""

import re
from collections.abc import Iterator

import pytest
from host_site import HostSite
from pictures import take_pictures
from playwright.async_api import FrameLocator, expect
from running_service import RunningService, settings_for
from test_accessibility import assert_fits
from visitor import NARROW, Visitor, Visitors


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


async def test_escape_closes_an_open_menu_before_the_chat(guest: Visitor) -> None:
    await guest.button("Chatta med oss").press("Enter")
    await expect(frame(guest).locator("#text")).to_be_focused()
    menu = frame(guest).locator("summary", has_text="Meny")
    await menu.press("Enter")
    await frame(guest).get_by_role("link", name="Spara samtalet").focus()
    await guest.page.keyboard.press("Escape")
    await expect(frame(guest).get_by_role("link", name="Spara samtalet")).to_be_hidden()
    await expect(menu).to_be_focused()
    await guest.page.keyboard.press("Escape")
    await expect(guest.page.locator("iframe")).to_be_hidden()


async def test_the_menu_closes_when_something_beside_it_is_pressed(guest: Visitor) -> None:
    await guest.button("Chatta med oss").click()
    await expect(frame(guest).locator("#text")).to_be_focused()
    await frame(guest).locator("summary", has_text="Meny").click()
    await expect(frame(guest).get_by_role("link", name="Spara samtalet")).to_be_visible()
    await frame(guest).locator("#text").click()
    await expect(frame(guest).get_by_role("link", name="Spara samtalet")).to_be_hidden()


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
    await guest.button("Stäng chatten").click()
    await guest.page.goto(f"{guest.page.url}/en-annan-sida")
    await guest.button("Chatta med oss").click()
    await expect(frame(guest).locator("[data-messages] > li")).to_have_count(2)


async def test_an_open_chat_is_open_on_the_sites_next_page_and_takes_no_focus(guest: Visitor) -> None:
    await guest.button("Chatta med oss").click()
    await expect(frame(guest).locator("#text")).to_be_focused()
    await guest.page.goto(f"{guest.page.url}/en-annan-sida")
    await expect(frame(guest).locator("#text")).to_be_visible()
    assert await guest.page.evaluate("document.activeElement === document.body")
    await guest.button("Stäng chatten").click()
    await guest.page.reload()
    await expect(guest.button("Chatta med oss")).to_be_visible()
    await expect(guest.page.locator("iframe")).to_have_count(0)


async def test_a_chat_that_would_cover_the_next_page_stays_closed(guest: Visitor) -> None:
    await guest.page.set_viewport_size(NARROW)
    await guest.button("Chatta med oss").click()
    await expect(frame(guest).locator("#text")).to_be_focused()
    await guest.page.goto(f"{guest.page.url}/en-annan-sida")
    await expect(guest.button("Chatta med oss")).to_be_visible()
    await expect(guest.page.locator("iframe")).to_be_hidden()


async def test_what_is_said_while_the_chat_is_closed_is_counted_and_announced(guest: Visitor, bosse: Visitor) -> None:
    await guest.button("Chatta med oss").click()
    await expect(frame(guest).locator("#text")).to_be_focused()
    await frame(guest).locator(".chat__status").get_by_role("button", name="Prata med en människa").click()
    await expect(frame(guest).locator("[data-status]")).to_contain_text("i kön")
    await bosse.page.goto("/desk")
    await bosse.page.get_by_role("button", name=re.compile("Ta ärendet")).click()
    await expect(frame(guest).locator("[data-messages]")).to_contain_text("har tagit över")
    await guest.button("Stäng chatten").click()
    await bosse.write("Hej!")
    await expect(guest.button("Chatta med oss – 1 nytt meddelande")).to_be_visible()
    # On the next page too, where nobody has opened the chat.
    await guest.page.goto(f"{guest.page.url}/en-annan-sida")
    await expect(guest.page.locator("iframe")).to_have_count(1)
    await expect(guest.page.frames[1].locator("[data-messages]")).to_contain_text("Hej!")
    await bosse.write("Är du kvar?")
    await bosse.write("Jag väntar.")
    await expect(guest.button("Chatta med oss – 2 nya meddelanden")).to_be_visible()
    await expect(guest.page.locator(".told")).to_have_text("2 nya meddelanden")
    assert await guest.page.evaluate("document.activeElement === document.body")
    await guest.button("Chatta med oss – 2 nya meddelanden").click()
    await expect(frame(guest).locator("#text")).to_be_focused()
    await guest.button("Stäng chatten").click()
    await expect(guest.button("Chatta med oss")).to_be_visible()


async def test_the_page_that_the_resident_came_from_is_shown_in_the_case(
    guest: Visitor, bosse: Visitor, host_site: HostSite
) -> None:
    await guest.page.goto(f"{host_site.url}/bygga/altan?namn=hemligt#plats")
    await guest.button("Chatta med oss").click()
    await expect(frame(guest).locator("#text")).to_be_focused()
    await frame(guest).locator(".chat__status").get_by_role("button", name="Prata med en människa").click()
    await expect(frame(guest).locator("[data-status]")).to_contain_text("i kön")
    await bosse.page.goto("/desk")
    await bosse.page.get_by_role("button", name=re.compile("Ta ärendet")).click()
    shown = bosse.page.get_by_text("Kom från sidan")
    await expect(shown).to_contain_text(f"{host_site.url}/bygga/altan")
    await expect(shown).not_to_contain_text("hemligt")


async def test_a_chat_that_does_not_answer_says_what_to_do_instead(guest: Visitor, host_site: HostSite) -> None:
    host_site.attributes += ' data-telephone="0980-319 200" data-hours="vardagar klockan 8–16"'
    await guest.page.clock.install()
    await guest.context.route("**/chatt", lambda route: route.abort())
    await guest.page.goto(host_site.url)
    await guest.button("Chatta med oss").click()
    await expect(guest.page.locator(".silent")).to_be_hidden()
    await guest.page.clock.fast_forward(8000)
    notice = guest.page.get_by_role("status").filter(has_text="Chatten svarar inte")
    await expect(notice).to_contain_text("Du kan också ringa 0980-319 200, vardagar klockan 8–16.")
    await expect(notice.get_by_role("link", name="0980-319 200")).to_have_attribute("href", "tel:0980319200")
    alone = notice.get_by_role("link", name="Öppna chatten i ett eget fönster")
    await expect(alone).to_have_attribute("href", f"{host_site.chat_url}/chatt")
    await take_pictures(guest, "chat_that_does_not_answer")
    await assert_fits(guest)
    # It is tried again when somebody tries again.
    await guest.context.unroute("**/chatt")
    await guest.button("Stäng chatten").click()
    await guest.button("Chatta med oss").click()
    await expect(frame(guest).locator("#text")).to_be_focused()
    await expect(notice).to_have_count(0)


async def test_without_a_network_that_is_said_at_once(guest: Visitor) -> None:
    await guest.context.set_offline(True)
    await guest.button("Chatta med oss").click()
    await expect(guest.page.get_by_text("Chatten svarar inte")).to_be_visible()


async def test_on_an_english_page_the_launcher_speaks_english(guest: Visitor, host_site: HostSite) -> None:
    host_site.language = "en-GB"
    await guest.page.goto(host_site.url)
    await guest.button("Chatta med oss").click()
    await guest.button("Close the chat").click()
    await expect(guest.button("Chatta med oss")).to_be_focused()


async def test_escape_closes_the_pages_beside_the_chat_too(guest: Visitor, host_site: HostSite) -> None:
    host_site.link = "/chatt/arende"
    await guest.page.goto(host_site.url)
    await guest.button("Chatta med oss").click()
    await expect(frame(guest).get_by_label("Ärendenummer")).to_be_visible()
    await guest.page.frames[1].wait_for_load_state()
    await frame(guest).get_by_label("Ärendenummer").press("Escape")
    await expect(guest.page.locator("iframe")).to_be_hidden()


async def test_the_launcher_wears_the_colours_that_the_site_gives_it(guest: Visitor, host_site: HostSite) -> None:
    host_site.attributes += ' data-brand="#6a2b6e" data-brand-ink="#ffffff"'
    await guest.page.goto(host_site.url)
    await expect(guest.button("Chatta med oss")).to_have_css("background-color", "rgb(106, 43, 110)")


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


async def test_an_old_browser_keeps_the_link(visitors: Visitors, host_site: HostSite) -> None:
    guest = await visitors.resident()
    await guest.page.add_init_script("delete CSSStyleSheet.prototype.replaceSync")
    await guest.page.goto(host_site.url)
    await guest.page.get_by_role("link", name="Chatta med oss").click()
    await expect(guest.page.locator("h1")).to_have_text("Chatta med Exempelkommunen")


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
    async with guest.page.expect_console_message(lambda message: "frame-ancestors" in message.text):
        await guest.button("Chatta med oss").click()
    await expect(guest.button("Stäng chatten")).to_be_visible()
    await expect(frame(guest).locator("#text")).to_have_count(0)
    assert host_site.url != stranger.url
    guest.faults.clear()
    stranger.close()
