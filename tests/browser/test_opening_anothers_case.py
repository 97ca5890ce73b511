"""A colleague's case at the desk: the page that asks why, with a keyboard, without a script, and while it is open."""

from checking_client import CheckingClient
from keyboard import press_tab_until
from playwright.async_api import expect
from running_service import RunningService
from visitor import NARROW, Visitor, Visitors

SAID = "Jag har en fråga som bara en människa ska läsa"


async def colleagues_case(anna: Visitor, visitors: Visitors) -> tuple[str, Visitor]:
    """The address of a case that a colleague has, and the colleague."""
    await anna.open_chat()
    await anna.write(SAID)
    reference = await anna.ask_for_person()
    colleague = await visitors.agent("medarbetare2")
    await colleague.page.goto(f"/desk/arenden/{reference}")
    await colleague.button("Ta ärendet").click()
    await expect(colleague.button("Skicka")).to_be_visible()
    return f"/desk/arenden/{reference}", colleague


async def test_an_agent_with_a_keyboard_says_why_and_reads_the_colleagues_case(
    anna: Visitor, bosse: Visitor, visitors: Visitors
) -> None:
    address, colleague = await colleagues_case(anna, visitors)
    page = bosse.page
    await page.goto(address)
    await expect(page.get_by_text("Medarbetare 2 har ärendet.")).to_be_visible()
    await expect(page.get_by_text(SAID)).to_have_count(0)
    await bosse.assert_accessible()
    await press_tab_until(page, page.get_by_label("Invånaren har hört av sig igen"))
    for _ in range(4):
        await page.keyboard.press("ArrowDown")
    await expect(page.get_by_label("Annat", exact=True)).to_be_checked()
    await press_tab_until(page, bosse.button("Öppna ärendet"))
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_have_text("Skriv varför du behöver öppna ärendet.")
    await bosse.assert_accessible()
    await press_tab_until(page, page.get_by_label("Om du valde Annat: skriv varför"))
    await page.keyboard.type("Kollegan bad mig titta")
    await press_tab_until(page, bosse.button("Öppna ärendet"))
    await page.keyboard.press("Enter")
    await bosse.sees(SAID)
    await colleague.page.reload()
    await expect(
        colleague.page.get_by_text("Medarbetare 1 öppnade ärendet. Skäl: Kollegan bad mig titta")
    ).to_be_visible()


async def test_the_page_that_asks_why_fits_a_narrow_window(anna: Visitor, bosse: Visitor, visitors: Visitors) -> None:
    address, _ = await colleagues_case(anna, visitors)
    await bosse.page.set_viewport_size(NARROW)
    await bosse.page.goto(address)
    await expect(bosse.button("Öppna ärendet")).to_be_visible()
    assert not await bosse.scrolls_sideways()


async def test_whoever_looks_when_a_colleague_takes_the_case_is_told_and_shown_nothing_new(
    anna: Visitor, bosse: Visitor, visitors: Visitors
) -> None:
    await anna.open_chat()
    reference = await anna.ask_for_person()
    await bosse.page.goto(f"/desk/arenden/{reference}")
    await expect(bosse.button("Ta ärendet")).to_be_visible()
    colleague = await visitors.agent("medarbetare2")
    await colleague.page.goto(f"/desk/arenden/{reference}")
    await colleague.button("Ta ärendet").click()
    await expect(bosse.page.get_by_text("Medarbetare 2 har ärendet.")).to_be_visible()
    await expect(bosse.status).to_contain_text("Ärendet är inte ditt, så sidan visar inget nytt.")
    await anna.write(SAID)
    await colleague.sees(SAID)
    await expect(bosse.page.get_by_text(SAID)).to_have_count(0)
    # The button that the page still shows leads to a clear answer, and to the question why.
    await bosse.button("Ta ärendet").click()
    await expect(bosse.page.get_by_role("alert")).to_have_text("En kollega hann före och har tagit ärendet.")
    await expect(bosse.button("Öppna ärendet")).to_be_visible()


async def test_without_a_script_the_reason_is_asked_for_and_the_secrecy_is_set(
    pages: CheckingClient, desk: CheckingClient, service: RunningService, passwords: dict[str, str]
) -> None:
    start = (await pages.get("/chatt")).value("start")
    await pages.post("/chatt/manniska", start=start)
    queue = await desk.get("/desk")
    reference = queue.html.split('data-key="', 1)[1].split('"', 1)[0]
    address = f"/desk/arenden/{reference}"
    await desk.post(f"{address}/ta")
    async with CheckingClient(service.url) as colleague:
        await colleague.sign_in("medarbetare2", passwords["medarbetare2"])
        page = await colleague.get(address)
        assert page.h1 == f"Öppna ärende {reference}"
        page = await colleague.post(f"{address}/oppna")
        assert (page.status, "Välj varför du öppnar ärendet." in page.text) == (422, True)
        page = await colleague.post(f"{address}/oppna", reason="helping_colleague")
        assert page.h1 == f"Ärende {reference}"
        assert "Skäl: Jag hjälper kollegan" in page.text
    page = await desk.post(f"{address}/sekretess", klasser="social")
    assert "Sekretess: Socialtjänst" in page.text
    assert "Bara den som får läsa alla områdena ser det: Socialtjänst." in page.text
