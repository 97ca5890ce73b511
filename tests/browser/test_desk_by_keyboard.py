"""An agent and a lead who have nothing but a keyboard: all the way, and never without knowing where they are."""

import re

from keyboard import enter_next_page, press_tab_until
from playwright.async_api import Locator, Page, expect
from visitor import Visitor, Visitors


class Keyboard:
    """Whoever has only this. After every key the focus is somewhere, and it is seen to be there."""

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor
        self.page: Page = visitor.page

    async def go_to(self, control: Locator) -> None:
        await press_tab_until(self.page, control)

    async def press(self, key: str, *, stays: bool = True) -> None:
        """`stays`: no other page is loaded by it, so the focus must not be lost."""
        await self.page.keyboard.press(key)
        if stays:
            await self.assert_has_focus()

    async def type(self, text: str) -> None:
        await self.page.keyboard.type(text)
        await self.assert_has_focus()

    async def use(self, button: Locator) -> None:
        """Goes to something and presses Enter; another page may come."""
        await self.go_to(button)
        await self.page.keyboard.press("Enter")

    async def follow(self, control: Locator) -> None:
        await enter_next_page(self.page, control)

    async def assert_has_focus(self) -> None:
        focused = self.page.locator(":focus")
        assert await focused.count() == 1, "the focus is lost to the page"
        outline = await focused.evaluate("element => getComputedStyle(element).outlineStyle")
        assert outline != "none", await focused.evaluate("element => element.outerHTML")
        await expect(focused).to_be_in_viewport()


async def sign_in(visitors: Visitors, username: str, password: str) -> tuple[Visitor, Keyboard]:
    """As the first thing of the day, from the page that asks for it."""
    visitor = await visitors.resident()
    keyboard = Keyboard(visitor)
    await visitor.page.goto("/desk")
    await keyboard.go_to(visitor.page.get_by_label("Användarnamn"))
    await keyboard.type(username)
    await keyboard.press("Tab")
    await keyboard.type(password)
    await keyboard.press("Enter", stays=False)
    await expect(visitor.page.get_by_role("heading", level=1, name="Kön")).to_be_visible()
    return visitor, keyboard


async def test_from_signing_in_to_a_closed_case(visitors: Visitors, anna: Visitor, passwords: dict[str, str]) -> None:
    await anna.open_chat()
    await anna.write("Får jag bygga en altan?")
    await anna.sees("En låg altan")
    reference = await anna.ask_for_person()
    bosse, keyboard = await sign_in(visitors, "medarbetare1", passwords["medarbetare1"])
    page = bosse.page
    await keyboard.use(page.get_by_role("button", name=f"Ta ärendet {reference}"))
    await expect(page.get_by_role("heading", level=1, name=f"Ärende {reference}")).to_be_visible()
    await expect(bosse.field).to_be_visible()

    # Reads what was said, from the beginning to the end.
    await keyboard.go_to(bosse.transcript)
    await keyboard.press("Home")
    await expect(bosse.lines.first).to_be_in_viewport()
    await keyboard.press("End")
    await expect(bosse.lines.last).to_be_in_viewport()

    # Finds an answer and puts it into the reply.
    search = page.get_by_label("Sök svar och artiklar")
    await keyboard.go_to(search)
    await keyboard.type("radon")
    await expect(page.locator("[data-search-told]")).to_have_text(re.compile(r"\d svar\."))
    await keyboard.press("ArrowDown")
    await keyboard.press("ArrowDown")
    await keyboard.press("ArrowUp")
    await expect(page.locator("[data-found] [data-insert]").first).to_be_focused()
    await keyboard.press("Enter")
    await expect(bosse.field).to_be_focused()
    await expect(bosse.field).to_have_value(re.compile("radon", re.IGNORECASE))
    await keyboard.type(" Hör av dig om du undrar mer.")
    await keyboard.press("Enter")
    await anna.sees("Hör av dig om du undrar mer.")
    await expect(bosse.field).to_be_focused()

    # A line that comes does not move the focus.
    await anna.write("Tack så mycket!")
    await bosse.sees("Tack så mycket!")
    await expect(bosse.field).to_be_focused()

    step = page.locator("case-checklist input[type=checkbox]").first
    await keyboard.go_to(step)
    await keyboard.press("Space")
    await expect(step).to_be_checked()
    await expect(page.locator("[data-progress]")).to_have_text(re.compile("^1 av "))
    await expect(step).to_be_focused()

    await keyboard.go_to(page.get_by_label("Löst vid första kontakten"))
    await keyboard.press("Space")
    await keyboard.use(bosse.button("Avsluta ärendet"))
    await expect(bosse.button("Ångra")).to_be_focused()
    await keyboard.press("Tab")
    await expect(bosse.button("Gör det nu")).to_be_focused()
    await keyboard.press("Enter", stays=False)
    await expect(page.get_by_role("heading", level=1, name="Kön")).to_be_visible()
    await expect(anna.status).to_contain_text("Samtalet är avslutat")


async def test_a_deed_is_taken_back_and_the_focus_is_where_it_was(
    visitors: Visitors, anna: Visitor, passwords: dict[str, str]
) -> None:
    await anna.open_chat()
    reference = await anna.ask_for_person()
    bosse, keyboard = await sign_in(visitors, "medarbetare1", passwords["medarbetare1"])
    await keyboard.use(bosse.page.get_by_role("button", name=f"Ta ärendet {reference}"))
    await expect(bosse.field).to_be_visible()
    back = bosse.button("Lämna tillbaka till boten")
    for key in ("Enter", "Escape"):
        await keyboard.use(back)
        await expect(bosse.button("Ångra")).to_be_focused()
        await keyboard.press(key)
        await expect(back).to_be_focused()
    await bosse.write("Jag är kvar.")
    await anna.sees("Jag är kvar.")


async def test_a_contact_is_registered(visitors: Visitors, passwords: dict[str, str]) -> None:
    bosse, keyboard = await sign_in(visitors, "medarbetare1", passwords["medarbetare1"])
    page = bosse.page
    await keyboard.follow(page.get_by_role("link", name="Registrera"))
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Registrera")
    await keyboard.go_to(page.get_by_label("Telefon"))
    await keyboard.press("ArrowDown")
    await expect(page.get_by_label("E-post", exact=True)).to_be_checked()
    await keyboard.go_to(page.get_by_label("Sök ämne"))
    await keyboard.type("bygglov altan")
    await expect(page.get_by_label("Vad gällde ärendet?")).to_have_value("bygglov-altan")
    await keyboard.go_to(page.get_by_label("Löst vid första kontakten"))
    await keyboard.press("ArrowDown")
    await keyboard.press("ArrowUp")
    await keyboard.use(bosse.button("Registrera kontakten"))
    saved = page.get_by_text("Kontakten är registrerad som ärende")
    await expect(saved).to_be_visible()
    await keyboard.follow(saved.get_by_role("link"))
    await expect(page.get_by_text("Kontakten kom med e-post och registrerades efteråt.")).to_be_visible()


async def test_a_lead_shows_a_crisis_message_and_takes_it_away(
    visitors: Visitors, anna: Visitor, passwords: dict[str, str]
) -> None:
    await anna.open_chat()
    await anna.write("Hej")
    await anna.sees("Hej! Vad undrar du?")
    karin, keyboard = await sign_in(visitors, "teamledare", passwords["teamledare"])
    await keyboard.follow(karin.page.get_by_role("link", name="Läget"))
    await expect(karin.page.get_by_role("heading", level=1, name="Läget")).to_be_visible()
    await keyboard.go_to(karin.page.get_by_label("Text på svenska"))
    await keyboard.type("Vattnet i Centrum måste kokas.")
    await keyboard.follow(karin.button("Visa för alla"))
    alert = anna.page.get_by_role("alert").filter(has_text="Vattnet i Centrum måste kokas.")
    await expect(alert).to_be_visible()
    await keyboard.use(karin.button("Ta bort krismeddelandet"))
    await expect(alert).to_have_count(0)


async def test_the_agent_goes_between_conversations_and_takes_a_break(
    visitors: Visitors, passwords: dict[str, str]
) -> None:
    residents = [await visitors.resident() for _ in range(2)]
    references = []
    for resident in residents:
        await resident.open_chat()
        references.append(await resident.ask_for_person())
    bosse, keyboard = await sign_in(visitors, "medarbetare1", passwords["medarbetare1"])
    page = bosse.page
    for reference in references:
        await keyboard.follow(page.get_by_role("link", name="Kön", exact=True))
        await keyboard.use(page.get_by_role("button", name=f"Ta ärendet {reference}"))
        await expect(bosse.field).to_be_visible()
    own = page.get_by_role("navigation", name="Mina samtal")
    for reference in references:
        await keyboard.follow(own.get_by_role("link", name=re.compile(reference)))
        await expect(page.get_by_role("heading", level=1, name=f"Ärende {reference}")).to_be_visible()
    await keyboard.use(bosse.button("Ta paus"))
    await expect(bosse.button("Bli tillgänglig")).to_be_visible()


async def test_escape_and_the_arrows_leave_the_search(
    visitors: Visitors, anna: Visitor, passwords: dict[str, str]
) -> None:
    await anna.open_chat()
    reference = await anna.ask_for_person()
    bosse, keyboard = await sign_in(visitors, "medarbetare1", passwords["medarbetare1"])
    await keyboard.use(bosse.page.get_by_role("button", name=f"Ta ärendet {reference}"))
    await expect(bosse.field).to_be_visible()
    search = bosse.page.get_by_label("Sök svar och artiklar")
    await keyboard.go_to(search)
    await keyboard.type("radon")
    await expect(bosse.page.locator("[data-found] [data-insert]").first).to_be_visible()
    await keyboard.press("ArrowDown")
    await keyboard.press("ArrowUp")
    await expect(search).to_be_focused()
    await keyboard.press("Escape")
    await expect(search).to_be_focused()
    await expect(search).to_have_value("")
