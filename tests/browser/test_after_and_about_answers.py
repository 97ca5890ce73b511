"""What can be done with answers and with conversations: saying if one helped, keeping, ending and erasing them."""

import asyncio
import re
from pathlib import Path

import psycopg
import pytest
from checking_client import CheckedPage, CheckingClient
from playwright.async_api import Route, expect
from running_service import RunningService, settings_for
from test_every_page import until_shown, write
from visitor import Visitor, Visitors

LONG = "å" * 501


async def answered(pages: CheckingClient) -> tuple[CheckedPage, int]:
    """The page with an answer of the bot's on it, and the answer's number."""
    await write(pages, "Får jag bygga en altan?")
    page = await until_shown(pages, "En låg altan")
    return page, int(re.findall(r"/chatt/meddelanden/(\d+)/omdome", page.html)[-1])


async def closed_by_agent(anna: Visitor, bosse: Visitor) -> None:
    await anna.open_chat()
    reference = await anna.ask_for_person()
    await bosse.page.goto(f"/desk/arenden/{reference}")
    await bosse.button("Ta ärendet").click()
    await bosse.write("Hej!")
    await anna.sees("Hej!")
    await bosse.close_case()
    await expect(anna.status).to_contain_text("Samtalet är avslutat")


async def end(anna: Visitor) -> None:
    await anna.page.locator("summary", has_text="Meny").click()
    await anna.button("Avsluta och rensa").click()


async def test_an_answer_is_rated_where_it_stands(anna: Visitor, bosse: Visitor) -> None:
    await anna.open_chat()
    await anna.write("Får jag bygga en altan?")
    await anna.sees("Hjälpte svaret?")
    no = anna.button("Nej")
    await no.focus()
    await anna.page.keyboard.press("Enter")
    await expect(no).to_have_attribute("aria-pressed", "true")
    await expect(no).to_be_focused()
    await anna.page.get_by_label("Vad saknades?").fill("Hur hög den får vara")
    await anna.button("Spara kommentaren").click()
    await expect(anna.button("Spara kommentaren")).to_be_focused()
    await anna.page.reload()
    await expect(anna.page.get_by_label("Vad saknades?")).to_have_value("Hur hög den får vara")
    reference = await anna.ask_for_person()
    await bosse.page.goto(f"/desk/arenden/{reference}")
    await bosse.sees("Invånaren svarade att det här inte hjälpte. Saknades: Hur hög den får vara")
    await anna.button("Ja").click()
    await expect(anna.button("Ja")).to_have_attribute("aria-pressed", "true")
    await expect(anna.page.get_by_label("Vad saknades?")).to_have_count(0)


async def test_a_rating_is_told_to_a_screen_reader_once(anna: Visitor) -> None:
    await anna.open_chat()
    await anna.write("Får jag bygga en altan?")
    await anna.sees("Hjälpte svaret?")
    await anna.page.evaluate(
        """
        window.heard = [];
        new MutationObserver((changes) => {
          for (const change of changes) for (const node of change.addedNodes) window.heard.push(node.textContent);
        }).observe(document.querySelector("[data-announcer]"), { childList: true });
        """
    )
    await anna.button("Ja").click()
    await expect(anna.page.get_by_text("Tack för ditt svar.").first).to_be_visible()
    assert await anna.page.evaluate("window.heard") == ["Tack för ditt svar."]


async def test_whoever_has_gone_on_meanwhile_is_not_called_back_by_a_rating(anna: Visitor) -> None:
    await anna.open_chat()
    await anna.write("Får jag bygga en altan?")
    await anna.sees("En låg altan")
    pressed = asyncio.Event()
    gone_on = asyncio.Event()

    async def wait_for_the_resident(route: Route) -> None:
        pressed.set()
        await gone_on.wait()
        await route.continue_()

    await anna.page.route("**/omdome", wait_for_the_resident)
    await anna.button("Nej").click()
    await pressed.wait()
    await anna.field.focus()
    gone_on.set()
    await expect(anna.page.get_by_label("Vad saknades?")).to_be_visible()
    await expect(anna.field).to_be_focused()


async def test_a_rating_that_cannot_be_sent_is_said_and_what_was_written_stays(anna: Visitor) -> None:
    await anna.open_chat()
    await anna.write("Får jag bygga en altan?")
    await anna.button("Nej").click()
    field = anna.page.get_by_label("Vad saknades?")
    await field.fill(LONG)
    await anna.button("Spara kommentaren").click()
    await expect(anna.page.get_by_role("alert")).to_contain_text("högst 500 tecken")
    await expect(field).to_be_focused()
    await anna.page.route("**/saknades", lambda route: route.abort())
    await field.fill("Priset")
    await anna.button("Spara kommentaren").click()
    await expect(anna.page.get_by_role("alert")).to_contain_text("Det gick inte att nå oss")
    await expect(field).to_have_value("Priset")


async def test_without_a_script_an_answer_is_rated_too(pages: CheckingClient) -> None:
    page, seq = await answered(pages)
    assert "Hjälpte svaret?" in page.text
    page = await pages.post(f"/chatt/meddelanden/{seq}/omdome", has_helped="no")
    assert "Vad saknades?" in page.text
    page = await pages.post(f"/chatt/meddelanden/{seq}/saknades", missing=LONG)
    assert page.status == 422
    assert "Texten är för lång" in page.text
    assert page.value("missing") == LONG
    page = await pages.post(f"/chatt/meddelanden/{seq}/saknades", missing="Priset")
    assert page.value("missing") == "Priset"
    page = await pages.post(f"/chatt/meddelanden/{seq}/omdome", has_helped="yes")
    assert "Vad saknades?" not in page.text
    assert "Tack för ditt svar." in page.text


async def test_small_talk_is_not_rated(pages: CheckingClient) -> None:
    await write(pages, "Hej")
    assert "Hjälpte svaret?" not in (await until_shown(pages, "Hej! Vad undrar du?")).text


async def test_the_conversation_is_kept_as_a_page_or_as_text(anna: Visitor, tmp_path: Path) -> None:
    await anna.open_chat()
    await anna.write("Får jag bygga en <b>altan</b>?")
    await anna.sees("En låg altan")
    await anna.page.locator("summary", has_text="Meny").click()
    await anna.page.get_by_role("link", name="Spara samtalet").click()
    for name, ending in (("Ladda ner som webbsida", "html"), ("Ladda ner som text", "txt")):
        async with anna.page.expect_download() as download:
            await anna.page.get_by_role("link", name=name).click()
        file = await download.value
        assert re.fullmatch(rf"samtal-\d{{4}}-\d\d-\d\d\.{ending}", file.suggested_filename)
        path = tmp_path / file.suggested_filename
        await file.save_as(path)
        text = path.read_text(encoding="utf-8")
        assert "En låg altan kräver oftast" in text
        assert "Chattboten" in text
        assert "Byggnadsnämnden" in text
        assert ("<b>altan</b>" in text) == (ending == "txt")
        if ending == "html":
            await anna.page.goto(f"file://{path}")
            await expect(anna.page.get_by_text("En låg altan")).to_be_visible()
            await anna.assert_accessible()
            await anna.page.goto("/chatt/spara")


async def test_a_saved_page_runs_nothing(pages: CheckingClient) -> None:
    await write(pages, "Visa ett skript")
    await until_shown(pages, "<script>")
    saved = await pages.raw("GET", "/chatt/spara/samtal.html")
    assert "<script" not in saved.text
    assert saved.headers["content-disposition"].startswith("attachment")
    assert saved.headers["cache-control"] == "no-store"
    assert "sandbox" in saved.headers["content-security-policy"]


async def test_the_conversation_is_sent_by_email_to_an_address_that_is_one(
    pages: CheckingClient, database_url: str
) -> None:
    await answered(pages)
    page = await pages.post("/chatt/spara", email="fel@")
    assert page.status == 422
    assert "E-postadressen ser inte rätt ut" in page.text
    assert page.value("email") == "fel@"
    page = await pages.post("/chatt/spara", email="invanare@brev.example")
    assert "Vi skickar samtalet" in page.text
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT address FROM transcript_requests").fetchall() == [("invanare@brev.example",)]
        assert "brev.example" not in str(connection.execute("SELECT payload FROM outgoing").fetchall())


@pytest.mark.parametrize("path", ["/chatt/spara", "/chatt/radera", "/chatt/omdome"])
async def test_without_a_conversation_the_pages_say_so(pages: CheckingClient, path: str) -> None:
    assert "Det finns ing" in (await pages.get(path)).text
    assert (await pages.post(path, email="a@b.se")).status == 200


async def test_the_files_are_not_for_whoever_has_no_conversation(pages: CheckingClient) -> None:
    for name in ("samtal.html", "samtal.txt"):
        assert (await pages.raw("GET", f"/chatt/spara/{name}")).status_code == 303


async def test_after_an_agent_has_closed_the_questions_can_be_answered_once(anna: Visitor, bosse: Visitor) -> None:
    await closed_by_agent(anna, bosse)
    await anna.page.get_by_role("link", name="Berätta hur det gick").click()
    await anna.page.get_by_label("Delvis").check()
    await anna.page.get_by_label("4", exact=True).check()
    await anna.page.get_by_label("Vill du säga något mer?").fill("Bra!")
    await anna.button("Skicka svaren").click()
    await expect(anna.page.locator("h1")).to_have_text("Tack för dina svar")
    await anna.page.get_by_role("link", name="Tillbaka till chatten").click()
    await expect(anna.status).to_contain_text("Samtalet är avslutat")
    await expect(anna.page.get_by_role("link", name="Berätta hur det gick")).to_have_count(0)
    await anna.page.goto("/chatt/omdome")
    await expect(anna.page.get_by_text("Det finns inga frågor")).to_be_visible()


async def test_whoever_ends_the_conversation_is_asked_and_the_token_opens_nothing_else(
    pages: CheckingClient, database_url: str
) -> None:
    await answered(pages)
    page = await pages.post("/chatt/avsluta")
    assert page.h1 == "Samtalet är avslutat"
    assert "Fick du hjälp?" in page.text
    assert "altan" not in page.text
    assert "altan" not in (await pages.get("/chatt")).text
    page = await pages.post("/chatt/omdome", got_help="yes", ease="5", comment=LONG * 2)
    assert page.status == 422
    assert page.value("comment") == LONG * 2
    assert (await pages.post("/chatt/omdome", got_help="yes", ease="5", comment="")).h1 == "Tack för dina svar"
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT got_help, ease, comment FROM surveys").fetchall() == [("yes", 5, None)]
    assert "Fick du hjälp?" not in (await pages.get("/chatt/avslutat")).text


async def test_back_shows_nothing_of_a_conversation_that_was_ended(anna: Visitor) -> None:
    await anna.open_chat()
    await anna.write("Får jag bygga en altan?")
    await anna.sees("En låg altan")
    await anna.field.fill("Något som ingen annan ska se")
    await end(anna)
    await expect(anna.page.locator("h1")).to_have_text("Samtalet är avslutat")
    await anna.page.go_back()
    await expect(anna.page.locator("#text")).to_have_value("")
    await expect(anna.lines).to_have_count(0)
    assert await anna.page.evaluate("Object.keys(sessionStorage).length") == 0


async def test_ending_in_one_tab_empties_the_others(anna: Visitor) -> None:
    await anna.open_chat()
    await anna.write("Får jag bygga en altan?")
    await anna.sees("En låg altan")
    other = Visitor(anna.context, await anna.context.new_page())
    await other.open_chat()
    await other.sees("En låg altan")
    await end(anna)
    await expect(other.page.locator("h1")).to_have_text("Samtalet är avslutat")


async def test_what_only_the_bot_has_answered_is_erased_by_the_resident(anna: Visitor, database_url: str) -> None:
    await anna.open_chat()
    await anna.write("Får jag bygga en altan?")
    await anna.sees("En låg altan")
    await anna.page.locator("summary", has_text="Meny").click()
    await anna.page.get_by_role("link", name="Radera samtalet").click()
    await expect(anna.page.get_by_text("Bara chattboten har svarat")).to_be_visible()
    await anna.button("Radera samtalet nu").click()
    await expect(anna.page.locator("h1")).to_have_text("Samtalet är raderat")
    await expect(anna.page.get_by_text("2 meddelanden är raderade.")).to_be_visible()
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT count(*) FROM messages").fetchone() == (0,)
    await anna.page.go_back()
    await anna.page.goto("/chatt")
    await expect(anna.lines).to_have_count(0)


async def test_without_a_script_a_wish_about_a_case_is_received_with_its_reference(
    visitors: Visitors, bosse: Visitor
) -> None:
    anna = await visitors.resident(java_script_enabled=False)
    await anna.open_chat()
    reference = await anna.ask_for_person()
    await anna.page.goto("/chatt/radera")
    await expect(anna.page.get_by_text("allmän handling")).to_be_visible()
    await anna.button("Lämna önskemålet").click()
    await expect(anna.page.locator("h1")).to_have_text("Vi har tagit emot ditt önskemål")
    await expect(anna.page.get_by_text(reference)).to_be_visible()
    await anna.open_chat()
    await expect(anna.lines).to_have_count(0)
    await bosse.open_anothers_case(reference)
    await bosse.sees("Invånaren vill att samtalet raderas")


async def test_where_everything_is_kept_the_page_says_whom_to_ask(database_url: str) -> None:
    service = RunningService(settings_for(database_url, RESIDENT_MAY_ERASE="never"))
    service.start()
    async with CheckingClient(service.url) as pages:
        await answered(pages)
        assert "Kommunen sparar alla samtal" in (await pages.get("/chatt/radera")).text
        page = await pages.post("/chatt/radera")
        assert page.h1 == "Samtalet är borta ur webbläsaren"
        assert "0980-319 200" in page.text
    service.stop()
