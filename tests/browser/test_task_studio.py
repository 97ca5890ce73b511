"""What is to be done in the studio, with and without a script: seen first, narrowed, done, and sent by e-mail."""

import re
from collections.abc import Awaitable, Callable

import psycopg
import pytest
from checking_client import CheckingClient
from keyboard import press_tab_until
from pictures import take_pictures
from playwright.async_api import expect
from running_service import RunningService
from test_accessibility import assert_fits
from visitor import Visitor, Visitors

PATH = "/redaktion/att-gora"
ALIKE = ("Får jag bygga ett utekök?", "får jag bygga ett utekök", "Får jag bygga ett utekök")
ADDRESS = "redaktor@kommunen.example"


@pytest.fixture
async def editor(visitors: Visitors) -> Visitor:
    return await visitors.agent("redaktor")


def change(database_url: str, statement: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(statement)


def expire_one(database_url: str) -> None:
    change(
        database_url,
        "UPDATE article_versions SET review_by = current_date - 2 WHERE article_id = "
        "(SELECT id FROM articles WHERE topic = 'bygglov-altan')",
    )


def make_due(database_url: str) -> None:
    change(database_url, "UPDATE article_versions SET review_by = current_date + 20")


def code_of(database_url: str) -> str:
    with psycopg.connect(database_url) as connection:
        row = connection.execute("SELECT code FROM digest_choices").fetchone()
    assert row is not None
    return str(row[0])


async def ask_alike(visitors: Visitors) -> None:
    for question in ALIKE:
        resident = await visitors.resident()
        await resident.open_chat()
        await resident.write(question)
        await resident.sees("Vad gäller din fråga?")


async def test_an_editor_who_signs_in_sees_what_is_to_be_done_and_the_menu_counts_it(
    visitors: Visitors, passwords: dict[str, str], database_url: str
) -> None:
    expire_one(database_url)
    editor = await visitors.sign_in("redaktor", passwords["redaktor"])
    page = editor.page
    await expect(page.locator("h1")).to_have_text("Att göra")
    await expect(page.get_by_role("heading", name="Artiklar som har gått ut (1)")).to_be_visible()
    (count,) = re.findall(r"(\d+) sak(?:er)? att göra", await page.locator("main").inner_text())
    in_menu = page.get_by_role("navigation", name="Redaktionen").get_by_role("link", name="Att göra")
    await expect(in_menu).to_have_accessible_name(re.compile(rf"Att göra {count} sak"))
    await page.goto("/redaktion/amnen")
    await expect(in_menu).to_have_accessible_name(re.compile(rf"Att göra {count} sak"))


async def test_what_residents_ask_is_seen_to_with_a_keyboard_and_leaves_the_list(
    visitors: Visitors, editor: Visitor
) -> None:
    await ask_alike(visitors)
    page = editor.page
    await page.goto(PATH)
    task = page.get_by_role("link", name=re.compile(r"Ta hand om frågorna ?: Får jag bygga ett utekök"))
    await press_tab_until(page, task)
    await page.keyboard.press("Enter")
    await expect(editor.button("Spara frasen och kontrollfrågan")).to_be_visible()
    await press_tab_until(page, editor.button("Spara frasen och kontrollfrågan"))
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("Frågorna hör nu till ämnet.")
    await page.get_by_role("navigation", name="Redaktionen").get_by_role("link", name="Att göra").click()
    await expect(page.locator("h1")).to_have_text("Att göra")
    await expect(task).to_have_count(0)


async def test_the_list_is_narrowed_and_its_address_keeps_what_was_chosen(editor: Visitor, database_url: str) -> None:
    expire_one(database_url)
    page = editor.page
    await page.goto(PATH)
    owner = (await page.get_by_text("Ansvarig: ").first.inner_text()).removeprefix("Ansvarig: ")
    await page.get_by_label("Ansvarig", exact=True).select_option(owner)
    await page.get_by_label("Vad som ska göras").select_option(label="Artiklar som har gått ut")
    await editor.button("Visa").click()
    await expect(page.get_by_text(f"1 sak att göra för {owner}.")).to_be_visible()
    await page.reload()
    await expect(page.get_by_role("link", name=re.compile("Granska artikeln ?: "))).to_have_count(1)


async def test_the_letters_are_chosen_confirmed_and_ended_without_a_script(
    service: RunningService, passwords: dict[str, str], database_url: str
) -> None:
    expire_one(database_url)
    async with CheckingClient(service.url) as editor:
        page = await editor.sign_in("redaktor", passwords["redaktor"])
        assert page.h1 == "Att göra"
        assert "Artiklar som har gått ut (1)" in page.text
        page = await editor.post(f"{PATH}/mejl", adress="fel@", dag="0", ansvarig="")
        assert "E-postadressen ser inte rätt ut." in page.text
        page = await editor.post(f"{PATH}/mejl", adress=ADDRESS, dag="2", ansvarig="")
        assert "Vi har skickat en kod till adressen." in page.text
        page = await editor.post(f"{PATH}/mejl/bekrafta", kod="FEL")
        assert "Koden stämmer inte." in page.text
        page = await editor.post(f"{PATH}/mejl/bekrafta", kod=code_of(database_url))
        assert f"Varje onsdag får du allt som finns att göra till {ADDRESS}." in page.text
        assert "Listan är på väg" in (await editor.post(f"{PATH}/mejl/nu")).text
        assert "adressen är borttagen" in (await editor.post(f"{PATH}/mejl/avsluta")).text


async def test_the_letters_are_chosen_with_a_keyboard(editor: Visitor, database_url: str) -> None:
    page = editor.page
    await page.goto(PATH)
    await press_tab_until(page, page.get_by_label("E-postadress"))
    await page.keyboard.type(ADDRESS)
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Kod från mejlet")).to_be_visible()
    await press_tab_until(page, page.get_by_label("Kod från mejlet"))
    await page.keyboard.type(code_of(database_url).lower())
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status").filter(has_text="Adressen är bekräftad.")).to_be_visible()


async def much_to_do(editor: Visitor, visitors: Visitors, database_url: str) -> None:
    make_due(database_url)
    expire_one(database_url)
    await ask_alike(visitors)
    change(database_url, "DELETE FROM phrases WHERE topic IN (SELECT id FROM topics ORDER BY id LIMIT 7)")
    await editor.page.goto(PATH)
    await expect(editor.page.get_by_role("heading", name="Frågor som flera har ställt (1)")).to_be_visible()


async def nothing_to_do(editor: Visitor, _: Visitors, __: str) -> None:
    await editor.page.goto(f"{PATH}?ansvarig=En+nämnd+utan+något")
    await expect(editor.page.get_by_text("Det finns inget att göra här.")).to_be_visible()


async def all_of_a_kind(editor: Visitor, _: Visitors, database_url: str) -> None:
    make_due(database_url)
    await editor.page.goto(PATH)
    await editor.page.get_by_role("link", name=re.compile("Visa alla .*: Artiklar som ska granskas")).click()
    await expect(editor.page.get_by_role("link", name="Nästa")).to_be_visible()


async def letters_with_faults(editor: Visitor, _: Visitors, __: str) -> None:
    await editor.page.goto(PATH)
    await editor.page.get_by_label("E-postadress").fill("fel@kommunen")
    await editor.button("Spara").click()
    await expect(editor.page.get_by_role("alert")).to_contain_text("E-postadressen ser inte rätt ut.")


async def letters_to_confirm(editor: Visitor, _: Visitors, __: str) -> None:
    await editor.page.goto(PATH)
    await editor.page.get_by_label("E-postadress").fill(ADDRESS)
    await editor.button("Spara").click()
    await editor.page.get_by_label("Kod från mejlet").fill("FEL")
    await editor.button("Bekräfta adressen").click()
    await expect(editor.page.get_by_role("alert")).to_contain_text("Koden stämmer inte.")


async def letters_chosen(editor: Visitor, visitors: Visitors, database_url: str) -> None:
    await letters_to_confirm(editor, visitors, database_url)
    await editor.page.get_by_label("Kod från mejlet").fill(code_of(database_url))
    await editor.button("Bekräfta adressen").click()
    await editor.page.locator("summary").filter(has_text="Ändra adress").click()
    await expect(editor.button("Spara ändringen")).to_be_visible()


STATES: list[Callable[[Visitor, Visitors, str], Awaitable[None]]] = [
    much_to_do,
    nothing_to_do,
    all_of_a_kind,
    letters_with_faults,
    letters_to_confirm,
    letters_chosen,
]


@pytest.mark.parametrize("reach", STATES, ids=lambda reach: reach.__name__)
async def test_every_state_of_the_tasks_is_accessible(
    reach: Callable[[Visitor, Visitors, str], Awaitable[None]],
    editor: Visitor,
    visitors: Visitors,
    database_url: str,
) -> None:
    await reach(editor, visitors, database_url)
    await take_pictures(editor, f"studio_{reach.__name__}")
    await assert_fits(editor)
