"""Every page and state, through the checking client, which has no scripts and checks the house rules on all it gets."""

import re

import httpx
import psycopg
import pytest
from checking_client import PATIENCE_SECONDS, CheckedPage, CheckingClient
from running_service import RunningService, settings_for
from scripted_bot import SCRIPT_IN_ANSWER

from handover_api.rules.message import MAX_CHARACTERS

DANGEROUS = "<script>window.isHacked = true</script><img src=x onerror=alert(1)> & \"citat\" 'apostrof'"


async def write(pages: CheckingClient, text: str, *, to: CheckedPage | None = None) -> CheckedPage:
    page = to or await pages.get("/chatt")
    return await pages.post(
        "/chatt/meddelanden", text=text, client_id=page.value("client_id"), start=page.value("start")
    )


async def until_shown(pages: CheckingClient, text: str, path: str = "/chatt") -> CheckedPage:
    """Fetches the page again and again, as somebody does who presses "Hämta nya svar"."""
    for _ in range(500):
        page = await pages.get(path)
        if text in page.text:
            return page
    raise AssertionError(f"the page never showed {text}")


async def ask_for_person(pages: CheckingClient) -> str:
    page = await pages.post("/chatt/manniska", start=(await pages.get("/chatt")).value("start"))
    match = re.search(r"\d{4}-\d{6}", page.text)
    assert match
    return match[0]


async def test_the_start_page_of_the_demo_links_to_the_chat(pages: CheckingClient) -> None:
    page = await pages.get("/")
    assert page.h1 == "Välkommen till Exempelkommunen"
    assert [link.get("href") for link in page.tree.findall(".//chat-launcher/a")] == ["/chatt"]


async def test_outside_the_demo_the_start_page_is_the_chat(database_url: str) -> None:
    service = RunningService(settings_for(database_url, HANDOVER_MODE="production"))
    service.start()
    async with CheckingClient(service.url) as pages:
        assert (await pages.get("/")).h1 == "Chatta med Exempelkommunen"
    service.stop()


async def test_the_welcome_says_what_must_be_said(pages: CheckingClient) -> None:
    text = (await pages.get("/chatt")).text
    for said in ("inte en människa", "allmän handling", "Skriv inte personnummer", "0980-319 200", "112"):
        assert said in text


async def test_looking_at_the_chat_begins_no_conversation(pages: CheckingClient) -> None:
    assert "set-cookie" not in (await pages.get("/chatt")).headers


async def test_a_question_is_answered_with_source_department_and_review(pages: CheckingClient) -> None:
    await write(pages, "Får jag bygga en altan?")
    page = await until_shown(pages, "En låg altan")
    for shown in (
        "Chattboten",
        "Ansvarig: Byggnadsnämnden",
        "Källa: Plan- och bygglagen",
        "Senast granskad: 1 nov 2026",
    ):
        assert shown in page.text
    links = {link.get("href"): link for link in page.tree.iter("a")}
    assert links["https://bygglov.example/altan"].get("target") == "_blank"
    assert "noopener" in links["https://etjanst.example/bygglov"].get("rel", "")


async def test_the_cookie_is_kept_from_scripts_and_from_other_paths(service: RunningService) -> None:
    async with httpx.AsyncClient(base_url=service.url, timeout=PATIENCE_SECONDS) as client:
        response = await client.post("/chatt/meddelanden", data={"text": "Hej", "client_id": "en"})
    cookie = response.headers["set-cookie"].lower()
    for attribute in ("httponly", "samesite=lax", "path=/chatt"):
        assert attribute in cookie
    assert "max-age" not in cookie


async def test_the_cookie_is_secure_where_the_service_is(database_url: str) -> None:
    service = RunningService(settings_for(database_url, PUBLIC_URL="https://chatt.example"))
    service.start()
    async with httpx.AsyncClient(base_url=service.url, timeout=PATIENCE_SECONDS) as client:
        response = await client.post("/chatt/meddelanden", data={"text": "Hej", "client_id": "en"})
    assert "secure" in response.headers["set-cookie"].lower()
    service.stop()


@pytest.mark.parametrize("text", ["", "   \n ", "\u200b\u200b"])
async def test_an_empty_message_gets_a_sentence_beside_the_field(pages: CheckingClient, text: str) -> None:
    page = await write(pages, text)
    assert page.status == 422
    assert "Skriv något först" in page.text
    assert "set-cookie" not in page.headers


async def test_too_long_a_text_is_kept_in_the_field(pages: CheckingClient) -> None:
    text = "långt " * (MAX_CHARACTERS // 5)
    page = await write(pages, text)
    assert page.status == 422
    assert f"högst {MAX_CHARACTERS} tecken" in page.text
    assert page.value("text") == text


async def test_the_same_form_sent_twice_is_stored_once(pages: CheckingClient) -> None:
    form = await pages.get("/chatt")
    await write(pages, "Hej där", to=form)
    page = await write(pages, "Hej där", to=form)
    assert page.text.count("Hej där") == 1


async def test_the_first_form_sent_twice_at_once_begins_one_conversation(
    pages: CheckingClient, service: RunningService
) -> None:
    form = await pages.get("/chatt")
    fields = {"start": form.value("start")}
    async with CheckingClient(service.url) as hasty:
        one = await hasty.post("/chatt/manniska", **fields)
        # The browser that pressed twice had no cookie yet when it pressed again.
        two = await pages.post("/chatt/manniska", **fields)
    assert "nummer 1 i kön" in one.text
    assert "nummer 1 i kön" in two.text


async def test_a_form_that_was_sent_with_another_text_says_so_and_keeps_the_text(pages: CheckingClient) -> None:
    form = await pages.get("/chatt")
    await write(pages, "Hej där", to=form)
    page = await write(pages, "En ny fråga", to=form)
    assert page.status == 409
    assert "redan skickat" in page.text
    assert page.value("text") == "En ny fråga"


async def test_markup_from_residents_and_bot_is_shown_as_text(pages: CheckingClient) -> None:
    await write(pages, f"{DANGEROUS} skript")
    page = await until_shown(pages, "Chattboten")
    assert DANGEROUS in page.text
    assert "<script>window.isHacked = true</script>" in page.text
    assert SCRIPT_IN_ANSWER.split()[0] in page.text
    assert [link.get("href") for link in page.tree.iter("a") if "javascript" in link.get("href", "")] == []


async def test_line_breaks_are_kept(pages: CheckingClient) -> None:
    page = await write(pages, "rad ett\nrad två")
    assert "rad ett<br>" in page.html


async def test_a_choice_is_a_button_and_stands_as_a_message(pages: CheckingClient) -> None:
    await write(pages, "Jag vill bygga")
    page = await until_shown(pages, "Vad gäller din fråga?")
    form = page.tree.find(".//form[@data-choice]")
    assert form is not None
    fields = {each.get("name", ""): each.get("value", "") for each in form.iter("input")}
    await pages.post("/chatt/meddelanden", **fields)
    page = await until_shown(pages, "Du valde bygglov-altan")
    assert page.tree.find(".//form[@data-choice]") is None
    assert page.tree.findall(".//li[@class='message__past-choice']")


async def test_a_person_can_be_had_before_anything_is_written(pages: CheckingClient) -> None:
    await ask_for_person(pages)
    page = await pages.get("/chatt")
    assert "Du är nummer 1 i kön" in page.text


async def test_an_urgent_matter_is_prominent(pages: CheckingClient) -> None:
    await write(pages, "Det är eld i huset")
    page = await until_shown(pages, "Ring 112 om")
    assert page.tree.findall(".//li[@class='message message--bot message--urgent']")
    assert "Brådskande" in page.text


async def test_after_a_closed_conversation_the_next_message_begins_another(
    pages: CheckingClient, desk: CheckingClient
) -> None:
    await write(pages, "Min första fråga")
    reference = await ask_for_person(pages)
    await desk.post(f"/desk/arenden/{reference}/ta")
    await desk.post(f"/desk/arenden/{reference}/avsluta", resolution="solved", category="bygglov-altan")
    closed = await pages.get("/chatt")
    assert "Samtalet är avslutat" in closed.text
    page = await write(pages, "Min andra fråga", to=closed)
    assert page.status == 200
    assert "Ditt förra samtal" in page.text
    assert page.text.index("Min första fråga") < page.text.index("Min andra fråga")
    assert page.value("start") != closed.value("start")


async def test_ending_forgets_the_conversation_here_and_says_what_is_kept(
    pages: CheckingClient, desk: CheckingClient
) -> None:
    await write(pages, "Något hemligt")
    await ask_for_person(pages)
    page = await pages.post("/chatt/avsluta")
    assert "finns kvar hos kommunen" in page.text
    assert "Något hemligt" not in page.text
    assert "Något hemligt" not in (await pages.get("/chatt")).text
    assert "Ingen väntar just nu" in (await desk.get("/desk")).text


async def test_ending_while_an_agent_helps_leaves_the_case_with_the_agent(
    pages: CheckingClient, desk: CheckingClient
) -> None:
    reference = await ask_for_person(pages)
    await desk.post(f"/desk/arenden/{reference}/ta")
    await pages.post("/chatt/avsluta")
    page = await desk.get(f"/desk/arenden/{reference}")
    assert "Invånaren har avslutat samtalet." in page.text
    page = await desk.post(f"/desk/arenden/{reference}/meddelanden", text="Är du kvar?", client_id="svar")
    assert page.status == 409
    assert page.value("resolution") is not None
    assert "Är du kvar?" in page.html
    page = await desk.post(f"/desk/arenden/{reference}/avsluta", resolution="withdrawn")
    assert reference not in page.text


@pytest.mark.parametrize("cookie", ["trasig", "0190c0de-0000-7000-8000-000000000000.fel"])
async def test_a_lost_conversation_is_explained(service: RunningService, cookie: str) -> None:
    headers = {"Accept": "text/html"}
    async with httpx.AsyncClient(base_url=service.url, headers=headers, timeout=PATIENCE_SECONDS) as client:
        response = await client.get("/chatt", headers={"Cookie": f"chatt={cookie}"})
    assert "Vi hittar inte ditt tidigare samtal" in response.text


async def test_a_page_that_is_missing_has_a_number_to_read_out(pages: CheckingClient) -> None:
    page = await pages.get("/finns-inte")
    assert page.status == 404
    assert page.headers["x-reference"] in page.text


@pytest.mark.parametrize("path", ["/api/conversations/x", "/api/cases", "/internal/topics", "/health/nothing"])
async def test_programs_get_problem_json_whatever_they_accept(pages: CheckingClient, path: str) -> None:
    response = await pages.raw("GET", path)
    assert response.headers["content-type"] == "application/problem+json"


async def test_whoever_is_not_signed_in_is_sent_to_sign_in_and_back(
    pages: CheckingClient, passwords: dict[str, str]
) -> None:
    page = await pages.get("/desk/arenden/2026-000001?a=b")
    assert page.h1 == "Logga in"
    assert page.value("till") == "/desk/arenden/2026-000001?a=b"
    response = await pages.raw(
        "POST",
        "/logga-in",
        data={"username": "medarbetare1", "password": passwords["medarbetare1"], "till": page.value("till")},
    )
    assert response.headers["location"] == "/desk/arenden/2026-000001?a=b"


@pytest.mark.parametrize("elsewhere", ["https://ond.example", "//ond.example", "/\\ond.example", "/\t/ond.example", ""])
async def test_signing_in_never_leads_to_another_site(
    pages: CheckingClient, passwords: dict[str, str], elsewhere: str
) -> None:
    response = await pages.raw(
        "POST",
        "/logga-in",
        data={"username": "medarbetare1", "password": passwords["medarbetare1"], "till": elsewhere},
    )
    assert response.headers["location"] == "/desk"


async def test_a_wrong_password_is_said_and_the_name_is_kept(pages: CheckingClient) -> None:
    page = await pages.sign_in("medarbetare1", "fel lösenord")
    assert page.status == 401
    assert "Användarnamnet eller lösenordet är fel." in page.text
    assert page.value("username") == "medarbetare1"


async def test_signing_out_ends_the_session(desk: CheckingClient) -> None:
    assert "Du är utloggad" in (await desk.post("/logga-ut")).text
    assert (await desk.get("/desk")).h1 == "Logga in"


@pytest.mark.parametrize(("username", "begins_with"), [("redaktor", "Att göra"), ("administrator", "Du är inloggad")])
async def test_for_other_roles_the_desk_does_not_exist(
    pages: CheckingClient, passwords: dict[str, str], username: str, begins_with: str
) -> None:
    page = await pages.sign_in(username, passwords[username])
    assert page.h1 == begins_with
    reference = await ask_for_person(pages)
    for path in ("/desk", f"/desk/arenden/{reference}"):
        assert (await pages.get(path)).status == 404


async def test_only_the_chat_may_be_framed_and_only_by_the_named_sites(database_url: str) -> None:
    service = RunningService(settings_for(database_url, FRAME_ANCESTORS="https://www.kommun.example"))
    service.start()
    async with CheckingClient(service.url) as pages:
        chat = (await pages.get("/chatt")).headers["content-security-policy"]
        sign_in = (await pages.get("/logga-in")).headers["content-security-policy"]
    service.stop()
    assert "frame-ancestors 'self' https://www.kommun.example" in chat
    assert "frame-ancestors 'none'" in sign_in


async def test_the_queue_tells_what_an_agent_needs_to_choose(pages: CheckingClient, desk: CheckingClient) -> None:
    await write(pages, "Det är eld i huset")
    await until_shown(pages, "nummer 1 i kön")
    page = await until_shown(desk, "1 ärende väntar.", "/desk")
    for shown in ("Brådskande", "Boten såg något brådskande", "Väntat mindre än 1 min", "Svenska"):
        assert shown in page.text


async def test_a_case_shows_everything_said_and_what_the_bot_knew(pages: CheckingClient, desk: CheckingClient) -> None:
    await write(pages, "Det här är oklart")
    status = await until_shown(pages, "nummer 1 i kön")
    reference = re.search(r"\d{4}-\d{6}", status.text)
    assert reference
    page = await desk.get(f"/desk/arenden/{reference[0]}")
    for shown in (
        "Det här är oklart",
        "Boten var osäker",
        "Boten trodde det här, men var inte säker nog för att svara.",
        "Behöver jag bygglov för att bygga en altan? 46 %",
        "Strecket: boten svarar själv från 71 %.",
        "Botens modell: modell-1",
        "Språk: svenska",
        "Fråga om fastighetsbeteckning eller adress.",
    ):
        assert shown in page.text
    # Nobody has claimed the case, so it is there to be read.
    assert page.tree.find(".//textarea[@id='text']") is None


async def test_opening_a_case_is_recorded(pages: CheckingClient, desk: CheckingClient, database_url: str) -> None:
    reference = await ask_for_person(pages)
    await desk.get(f"/desk/arenden/{reference}")
    with psycopg.connect(database_url) as connection:
        readings = connection.execute(
            "SELECT actor_kind FROM audit_entries WHERE action = 'read' AND subject_id = %s", [reference]
        )
        assert readings.fetchall() == [("agent",)]


async def test_the_slower_of_two_agents_learns_who_was_faster(
    pages: CheckingClient, desk: CheckingClient, service: RunningService, passwords: dict[str, str]
) -> None:
    reference = await ask_for_person(pages)
    await desk.post(f"/desk/arenden/{reference}/ta")
    async with CheckingClient(service.url) as colleague:
        await colleague.sign_in("medarbetare2", passwords["medarbetare2"])
        page = await colleague.post(f"/desk/arenden/{reference}/ta")
        assert page.status == 409
        assert "En kollega hann före" in page.text
        assert "Medarbetare 1 har ärendet." in page.text
        page = await colleague.post(f"/desk/arenden/{reference}/meddelanden", text="Mitt långa svar", client_id="svar")
        assert page.status == 409
        assert "Mitt långa svar" in page.html


async def test_an_agents_empty_reply_is_said_beside_the_field(pages: CheckingClient, desk: CheckingClient) -> None:
    reference = await ask_for_person(pages)
    await desk.post(f"/desk/arenden/{reference}/ta")
    page = await desk.post(f"/desk/arenden/{reference}/meddelanden", text=" ", client_id="svar")
    assert page.status == 422
    assert "Skriv något först" in page.text


async def test_closing_asks_how_it_ended(pages: CheckingClient, desk: CheckingClient) -> None:
    reference = await ask_for_person(pages)
    await desk.post(f"/desk/arenden/{reference}/ta")
    page = await desk.post(f"/desk/arenden/{reference}/avsluta")
    assert page.status == 422
    assert "Välj hur ärendet slutade" in page.text
    assert "Välj vad ärendet gällde" in page.text
    await desk.post(f"/desk/arenden/{reference}/avsluta", resolution="referred", category="bygglov-altan")
    page = await desk.get(f"/desk/arenden/{reference}")
    assert "Så slutade det: Hänvisat." in page.text
    page = await desk.post(f"/desk/arenden/{reference}/avsluta", resolution="solved", category="bygglov-altan")
    assert "Ärendet är redan avslutat." in page.text


async def test_a_conversation_that_was_handed_back_stays_with_its_agent_until_closed(
    pages: CheckingClient, desk: CheckingClient
) -> None:
    reference = await ask_for_person(pages)
    await desk.post(f"/desk/arenden/{reference}/ta")
    page = await desk.post(f"/desk/arenden/{reference}/lamna-tillbaka")
    assert "Samtalet är tillbaka hos boten" in page.text
    queue = await desk.get("/desk")
    assert reference in queue.text
    assert "Tillbaka hos boten" in queue.text


async def test_what_a_signed_out_agent_wrote_is_not_thrown_away_by_a_redirect(pages: CheckingClient) -> None:
    page = await pages.post("/desk/arenden/2026-000001/meddelanden", text="Mitt svar", client_id="svar")
    assert page.status == 401
    assert "gå tillbaka i webbläsaren" in page.text


@pytest.mark.parametrize(("query", "headers"), [("?efter=1", {}), ("?efter=0", {"Last-Event-ID": "1"})])
async def test_a_stream_goes_on_after_the_last_message_seen(
    pages: CheckingClient, query: str, headers: dict[str, str]
) -> None:
    await write(pages, "Får jag bygga en altan?")
    await until_shown(pages, "En låg altan")
    ids = []
    async with pages.stream(f"/chatt/handelser{query}", headers) as lines:
        async for line in lines:
            if line.startswith("id: "):
                ids.append(line)
            if line == "event: status":
                break
    assert ids == ["id: 2"]


async def test_a_poll_brings_what_came_after_the_last_message_seen(pages: CheckingClient) -> None:
    await write(pages, "Får jag bygga en altan?")
    await until_shown(pages, "En låg altan")
    response = await pages.raw("GET", "/chatt/meddelanden?efter=1")
    events = [(each["event"], each["id"]) for each in response.json()["events"]]
    assert events == [("message", "2"), ("status", None), ("notices", None)]


@pytest.mark.parametrize(
    "path",
    ["/chatt/meddelanden", "/chatt/handelser", "/desk/ko", "/desk/handelser", "/desk/arenden/2026-000001/handelser"],
)
async def test_news_are_only_for_those_who_may_read_them(pages: CheckingClient, path: str) -> None:
    response = await pages.raw("GET", path, headers={"Accept": "*/*"})
    assert response.status_code == 401
    assert response.headers["content-type"] == "application/problem+json"


async def test_the_files_of_the_pages_may_be_kept_for_ever(pages: CheckingClient) -> None:
    page = await pages.get("/chatt")
    addresses = [each.get("href", "") for each in page.tree.iter("link")]
    addresses += [each.get("src", "") for each in page.tree.iter("script")]
    assert len(addresses) > 5
    for address in addresses:
        response = await pages.raw("GET", address)
        assert response.status_code == 200
        assert "immutable" in response.headers["cache-control"]
        assert response.headers["x-content-type-options"] == "nosniff"
