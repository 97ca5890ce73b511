"""Answers come as files: an editor sees what would become of them, decides, and goes on to the drafts."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from checking_client import CheckedPage, CheckingClient
from keyboard import enter_next_page, press_tab_until
from pictures import take_pictures
from playwright.async_api import Browser, FilePayload, expect
from running_service import RunningService, settings_for
from scripted_bot import ALTAN
from test_accessibility import assert_fits
from visitor import Visitor, Visitors

from handover_api.agents.identity import COOKIE
from handover_api.clock import now
from handover_api.content.importing.importer import Importer
from handover_api.database import create_engine, create_session_factory
from handover_api.live import Hub
from handover_api.web.outcomes import AREAS

IMPORT = "/redaktion/inlasning"
PAGE = (
    "<!doctype html><html><head><title>{title} | Exempelkommunen</title></head><body><nav>Meny</nav><main>"
    "<h1>{title}</h1><p>Du kan <b>ofta</b> bygga en låg altan.</p><h2>Så gör du</h2><ul><li>Mät.</li></ul>"
    "</main></body></html>"
)


@pytest.fixture
async def importer(database_url: str) -> AsyncIterator[Importer]:
    """The worker's, which works when the test says so."""
    settings = settings_for(database_url)
    engine = create_engine(settings.sqlalchemy_url)
    yield Importer(create_session_factory(engine), Hub(settings.libpq_url), now, AREAS)
    await engine.dispose()


@pytest.fixture
async def editor(visitors: Visitors) -> Visitor:
    return await visitors.agent("redaktor")


def file(name: str, text: str) -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": text.encode()}


def rows(*lines: str) -> FilePayload:
    return file("svar.csv", "\n".join(["ämne;svar", *lines, ""]))


async def send(editor: Visitor, *files: FilePayload) -> None:
    await editor.page.goto(IMPORT)
    await editor.page.get_by_label("Filer").set_input_files([*files])
    await editor.button("Läs filerna").click()
    await expect(editor.page.locator("#laget")).to_have_text("Filerna läses")


async def test_files_become_drafts_when_the_editor_has_seen_what_they_say(editor: Visitor, importer: Importer) -> None:
    page = editor.page
    await send(
        editor, rows(f"{ALTAN};En altan.", "finns-inte;Nej."), file("Altaner.html", PAGE.format(title="Altaner"))
    )
    await importer.work()
    # The page shows it by itself, and says it to whoever does not see it.
    await expect(page.locator("#laget")).to_have_text("Det här hittades")
    await expect(page.locator("[data-import-announcer]")).to_contain_text("1 svar kan bli utkast.")
    await expect(page.get_by_text("svar.csv, rad 3: Ämnet ”finns-inte” finns inte.")).to_be_visible()
    await page.get_by_role("link", name="Altaner").click()
    await expect(page.locator(".difference ins").first).to_contain_text("Du kan **ofta** bygga")
    await page.go_back()
    await page.get_by_label("Ämne för Altaner").fill("Var kan jag lämna mina sopor?")
    await editor.button("Skapa utkasten").click()
    await expect(page.get_by_role("alert")).to_contain_text("Ämnet ”Var kan jag lämna mina sopor?” finns inte.")
    await expect(page.get_by_label("Ämne för Altaner")).to_have_attribute("aria-invalid", "true")
    await page.get_by_label("Ämne för Altaner").fill("bygglov-attefall")
    await editor.button("Skapa utkasten").click()
    await expect(page.locator("#laget")).to_have_text("Utkasten skapas")
    await importer.work()
    await expect(page.locator("#laget")).to_have_text("Utkasten är skapade")
    await page.get_by_role("link", name="Behöver jag bygglov för att bygga en altan?").click()
    await expect(page.get_by_label("Svaret", exact=True)).to_have_value("En altan.")


async def test_ten_thousand_rows_are_read_with_their_progress_shown(editor: Visitor, importer: Importer) -> None:
    await send(editor, rows(f"{ALTAN};En altan.", *["finns-inte;Ja."] * 9_999))
    reading = asyncio.create_task(importer.work())
    told = re.compile(r"är läst|är kontrollerade|Det börjar")
    await expect(editor.page.locator(".import__progress")).to_contain_text(told)
    await reading
    await expect(editor.page.locator("[data-import-announcer]")).to_contain_text(
        "1 svar kan bli utkast. 9999 går inte att använda."
    )
    await expect(editor.page.get_by_text("Här visas de 200 första.")).to_be_visible()


async def test_the_page_may_be_left_and_found_again(editor: Visitor, importer: Importer) -> None:
    await send(editor, rows(f"{ALTAN};En altan."))
    await editor.page.goto("/redaktion/artiklar")
    await importer.work()
    await editor.page.get_by_role("link", name="Läs in filer").click()
    await editor.page.get_by_role("link", name="svar.csv").click()
    await expect(editor.page.locator("#laget")).to_have_text("Det här hittades")


async def test_files_are_sent_and_made_into_drafts_with_a_keyboard(editor: Visitor, importer: Importer) -> None:
    page = editor.page
    await page.goto(IMPORT)
    await page.get_by_label("Filer").set_input_files([file("Altaner.html", PAGE.format(title="Altaner"))])
    await enter_next_page(page, editor.button("Läs filerna"))
    await press_tab_until(page, editor.button("Avbryt inläsningen"))
    await importer.work()
    # The button goes, and whoever stood on it stands where the news is.
    await expect(page.locator("#laget")).to_be_focused()
    await press_tab_until(page, page.get_by_label("Ämne för Altaner"))
    await page.keyboard.type(ALTAN)
    # Enter in a field keeps what is chosen, and makes nothing yet.
    await page.keyboard.press("Enter")
    await expect(editor.button("Skapa 1 utkast")).to_be_visible()
    await press_tab_until(page, editor.button("Skapa 1 utkast"))
    await page.keyboard.press("Enter")
    await expect(page.locator("#laget")).to_have_text("Utkasten skapas")
    await importer.work()
    await expect(page.locator("#laget")).to_have_text("Utkasten är skapade")


async def test_files_that_are_too_big_are_not_even_sent(editor: Visitor, tmp_path: Path) -> None:
    big = tmp_path / "svar.xlsx"
    with big.open("wb") as opened:
        opened.truncate(50_000_000)
    await editor.page.goto(IMPORT)
    field = editor.page.get_by_label("Filer")
    await field.set_input_files(big)
    await expect(editor.page.get_by_role("alert")).to_contain_text("De får vara högst 10 MB tillsammans.")
    await editor.button("Läs filerna").click()
    await expect(field).to_be_focused()
    await expect(field).to_have_attribute("aria-invalid", "true")
    await field.set_input_files([rows(f"{ALTAN};En altan.")])
    await expect(editor.page.locator("#fil-fel")).to_be_hidden()


async def test_a_file_of_fifty_megabytes_is_refused_in_words_without_a_script(
    browser: Browser, service: RunningService, staff_sessions: dict[str, str], tmp_path: Path
) -> None:
    big = tmp_path / "svar.xlsx"
    with big.open("wb") as opened:
        opened.truncate(50_000_000)
    context = await browser.new_context(base_url=service.url, java_script_enabled=False)
    await context.add_cookies([{"name": COOKIE, "value": staff_sessions["redaktor"], "url": service.url}])
    page = await context.new_page()
    await page.goto(IMPORT)
    await page.get_by_label("Filer").set_input_files(big)
    await page.get_by_role("button", name="Läs filerna").click()
    await expect(page.get_by_text("De får vara högst 10 MB tillsammans.")).to_be_visible()
    await context.close()


async def test_files_are_read_without_a_script(
    service: RunningService, passwords: dict[str, str], importer: Importer
) -> None:
    async with CheckingClient(service.url) as editor:
        await editor.sign_in("redaktor", passwords["redaktor"])
        await editor.get(IMPORT)
        altan = PAGE.format(title="Altaner").encode()
        sent = await editor.raw("POST", IMPORT, files={"fil": ("Altaner.html", altan)})
        address = sent.headers["location"]
        assert "Visa hur långt det har kommit" in (await editor.get(address)).html
        await importer.work()
        page = await editor.get(address)
        assert "1 svar behöver ett ämne" in page.text
        page = await editor.post(address, gor="skapa", **{"amne-0": ALTAN})
        assert page.h1 == "Inläsning av Altaner.html"
        await importer.work()
        assert "1 utkast är skapat." in (await editor.get(address)).text


async def test_every_page_of_an_import_is_well_made(
    service: RunningService, passwords: dict[str, str], importer: Importer
) -> None:
    async with CheckingClient(service.url) as editor:
        await editor.sign_in("redaktor", passwords["redaktor"])
        sent = await editor.raw("POST", IMPORT, files={"fil": ("svar.csv", f"ämne;svar\n{ALTAN};En altan.\n".encode())})
        await importer.work()
        shown: CheckedPage = await editor.get(f"{sent.headers['location']}/0")
        assert shown.h1 == "Behöver jag bygglov för att bygga en altan?"
        assert (await editor.post(f"{sent.headers['location']}/avbryt")).text.count("Ingenting har ändrats.") == 1


async def form(editor: Visitor, _: Importer) -> None:
    await editor.page.goto(IMPORT)


async def form_without_a_file(editor: Visitor, _: Importer) -> None:
    await editor.page.goto(IMPORT)
    await editor.button("Läs filerna").click()
    await expect(editor.page.get_by_role("alert")).to_contain_text("Välj en fil.")


async def being_read(editor: Visitor, _: Importer) -> None:
    await send(editor, rows(f"{ALTAN};En altan."))


async def found(editor: Visitor, importer: Importer) -> None:
    pages = [file(f"{name}.html", PAGE.format(title=name)) for name in ("Altaner", "Uteplatser")]
    areas = file("omraden.csv", f"område;ämne;svar\nBygga och bo;Utekök;Ja.\nAvfall;{ALTAN};Ja.\nBostad;{ALTAN};Ja.\n")
    front = "topic: bygglov-attefall\nnext_steps:\n  - label: Runt\n    url: amne:bygglov-attefall\n"
    steps = file("steg.md", f"---\n{front}---\nEtt hus.\n")
    await send(editor, rows(f"{ALTAN};En altan.", "finns-inte;Nej.", f"{ALTAN};Igen."), areas, steps, *pages)
    await importer.work()
    await expect(editor.page.locator("#laget")).to_have_text("Det här hittades")
    await expect(editor.page.get_by_role("link", name="Skapa ämnet ”Utekök”")).to_be_visible()
    await expect(editor.page.get_by_text("Stegen leder runt:")).to_be_visible()
    await editor.page.get_by_label("Ämne för Altaner").fill("Okänt")
    await editor.button("Spara valda ämnen").click()
    await expect(editor.page.get_by_role("alert")).to_contain_text("finns inte")


async def drafts_made(editor: Visitor, importer: Importer) -> None:
    await send(editor, rows(f"{ALTAN};En altan.", "finns-inte;Nej."))
    await importer.work()
    await editor.button("Skapa 1 utkast").click()
    await expect(editor.page.locator("#laget")).to_have_text("Utkasten skapas")
    await importer.work()
    await expect(editor.page.locator("#laget")).to_have_text("Utkasten är skapade")


async def words_of_a_row(editor: Visitor, importer: Importer) -> None:
    await send(editor, rows(f"{ALTAN};En altan."))
    await importer.work()
    await editor.page.get_by_role("link", name="Behöver jag bygglov för att bygga en altan?").click()
    await expect(editor.page.locator(".difference").first).to_be_visible()


STATES: list[Callable[[Visitor, Importer], Awaitable[None]]] = [
    form,
    form_without_a_file,
    being_read,
    found,
    drafts_made,
    words_of_a_row,
]


@pytest.mark.parametrize("reach", STATES, ids=lambda reach: reach.__name__)
async def test_every_state_of_an_import_is_accessible(
    reach: Callable[[Visitor, Importer], Awaitable[None]], editor: Visitor, importer: Importer
) -> None:
    await reach(editor, importer)
    await take_pictures(editor, f"import_{reach.__name__}")
    await assert_fits(editor)
