"""A resident chooses a language: the pages, the messages that nobody wrote, errors and letters are in it."""

from email import message_from_bytes
from email.policy import default
from pathlib import Path
from xml.etree.ElementTree import Element

import html5lib
import httpx
import pytest
from fakes import FakeBot, FakeClock, reply, says
from fastapi import FastAPI
from leaving import letters_in, worker_of
from people import Json, People, Resident
from sqlalchemy import select

from handover_api.database import SessionFactory
from handover_api.models import Conversation
from handover_api.web.languages import LANGUAGES

HTML = {"accept": "text/html"}


def tree_of(response: httpx.Response) -> Element:
    tree: Element = html5lib.parse(response.text, namespaceHTMLElements=False)
    return tree


async def browse(people: People, code: str | None = None) -> httpx.AsyncClient:
    """A resident with a browser, in which a language may have been chosen."""
    client = people.connect(headers=HTML)
    if code:
        response = await client.post("/chatt/sprak", data={"sprak": code})
        assert (response.status_code, response.headers["location"]) == (303, "/chatt")
    return client


async def write(client: httpx.AsyncClient, text: str = "Hej") -> None:
    response = await client.post("/chatt/meddelanden", data={"client_id": f"id-{len(text)}", "text": text})
    assert response.status_code == 303, response.text


async def conversation_of(sessions: SessionFactory) -> Conversation:
    async with sessions() as session:
        return (await session.scalars(select(Conversation))).one()


async def said_by_us(resident: Resident) -> list[Json]:
    return [message for message in await resident.read() if message["author"] == "system"]


@pytest.mark.parametrize("code", LANGUAGES)
async def test_the_page_is_in_the_chosen_language_or_in_swedish(people: People, code: str) -> None:
    client = await browse(people, code)
    page = tree_of(await client.get("/chatt"))
    assert page.get("lang") == ("en" if code == "en" else "sv")
    own = {each.get("lang") for each in page.iter("div") if each.get("class") == "own-words"}
    assert own == (set() if code in {"sv", "en"} else {LANGUAGES[code].lang})


async def test_the_languages_are_named_in_themselves_and_the_chosen_one_is_marked(people: People) -> None:
    client = await browse(people, "ar")
    buttons = [each for each in tree_of(await client.get("/chatt/sprak")).iter("button") if each.get("name") == "sprak"]
    assert [(each.get("value"), each.get("lang"), each.get("dir")) for each in buttons] == [
        (each.code, each.lang, each.dir) for each in LANGUAGES.values()
    ]
    assert [each.get("value") for each in buttons if each.get("aria-current")] == ["ar"]


@pytest.mark.parametrize("code", ["", "xx", "sv; Path=/", "../../en"])
async def test_what_is_no_language_of_ours_is_refused_and_changes_nothing(people: People, code: str) -> None:
    client = await browse(people)
    response = await client.post("/chatt/sprak", data={"sprak": code})
    assert response.status_code == 422
    assert "Välj ett av språken i listan." in response.text
    assert not client.cookies


async def test_a_cookie_that_nobody_set_is_no_choice(people: People, sessions: SessionFactory) -> None:
    client = people.connect(headers=HTML, cookies={"sprak": '"><script>'})
    response = await client.get("/chatt")
    assert tree_of(response).get("lang") == "sv"
    assert "<script>" not in response.text.replace("<script type=", "")
    await write(client)
    assert (await conversation_of(sessions)).chosen_language is None


@pytest.mark.parametrize(("code", "told_to_bot"), [("en", "en"), ("sv-simple", "sv"), ("ar", "sv"), (None, "sv")])
async def test_the_bot_is_told_only_of_languages_that_it_answers(
    people: People, sessions: SessionFactory, code: str | None, told_to_bot: str
) -> None:
    """A word that could be of any language would otherwise be taken for one that it does not answer."""
    client = await browse(people, code)
    await write(client)
    conversation = await conversation_of(sessions)
    assert (conversation.chosen_language, conversation.language) == (code, told_to_bot)


async def test_choosing_in_an_open_conversation_changes_what_is_said_from_then_on(
    people: People, sessions: SessionFactory
) -> None:
    client = await browse(people)
    await write(client)
    await client.post("/chatt/sprak", data={"sprak": "en"})
    conversation = await conversation_of(sessions)
    assert (conversation.chosen_language, conversation.language) == ("en", "en")
    assert (await client.post("/chatt/manniska")).status_code == 303
    page = tree_of(await client.get("/chatt"))
    notices = [each for each in page.iter("li") if "message--system" in (each.get("class") or "")]
    assert "You will talk to a person." in "".join(notices[-1].itertext())
    assert not [each for each in notices[-1].iter("div") if each.get("lang")]
    await client.post("/chatt/sprak", data={"sprak": "sv"})
    page = tree_of(await client.get("/chatt"))
    notices = [each for each in page.iter("li") if "message--system" in (each.get("class") or "")]
    assert [each.get("lang") for each in notices[-1].iter("div") if "data-text" in each.attrib] == ["en"]


async def test_messages_that_nobody_wrote_are_in_the_residents_language_and_say_so(people: People) -> None:
    resident = await people.resident(language="en")
    reference = await resident.queue_up()
    await people.agent.claim(reference)
    await people.agent.hand_back(reference)
    await people.agent.close(reference)
    said = await said_by_us(resident)
    assert [message["kind"] for message in said] == ["handover", "agent_joined", "handed_back", "closed"]
    assert [message["payload"]["language"] for message in said] == ["en"] * 4
    assert said[0]["text"].startswith("You will talk to a person. You are number 1 in the queue.")
    assert said[1]["text"] == "Agenten has taken over the conversation and has read what you have written."
    case = await people.agent.get_case(reference)
    assert [message["text"] for message in case["messages"] if message["author"] == "system"] == [
        message["text"] for message in said
    ]


async def test_swedish_needs_no_mark(people: People) -> None:
    resident = await people.resident(language="so")
    await resident.queue_up()
    (notice,) = await said_by_us(resident)
    assert "language" not in notice["payload"]
    assert notice["text"].startswith("Du får prata med en människa.")


async def test_what_is_chosen_goes_before_what_is_written_in(
    app: FastAPI, people: People, bot: FakeBot, sessions: SessionFactory
) -> None:
    client = await browse(people, "sv")
    bot.behaviour = says(reply(), language="en")
    await write(client, "where is the library")
    conversation_id, _, token = client.cookies["chatt"].partition(".")
    resident = Resident(app, people.connect(), {"id": conversation_id, "token": token})
    await resident.read_until_answered()
    assert (await conversation_of(sessions)).language == "en"
    await client.post("/chatt/manniska")
    assert (await said_by_us(resident))[-1]["text"].startswith("Du får prata med en människa.")


async def test_errors_in_the_chat_are_in_the_chosen_language(people: People) -> None:
    client = await browse(people, "en")
    empty = await client.post("/chatt/meddelanden", data={"client_id": "a", "text": " "})
    assert (empty.status_code, tree_of(empty).get("lang")) == (422, "en")
    assert "Write something first, then you can send it." in empty.text
    to_script = await client.post(
        "/chatt/meddelanden", data={"client_id": "a", "text": " "}, headers={"accept": "application/json"}
    )
    assert to_script.json()["detail"] == "Write something first, then you can send it."
    missing = await client.get("/chatt/finns-inte")
    assert (missing.status_code, tree_of(missing).get("lang")) == (404, "en")
    assert "The page does not exist" in missing.text
    foreign = await client.post("/chatt/sprak", headers={"sec-fetch-site": "cross-site"})
    assert "The request was stopped" in foreign.text


async def test_a_fault_of_ours_is_told_in_the_chosen_language(people: People, app: FastAPI) -> None:
    client = await browse(people, "en")
    app.state.clock = lambda: 1 // 0
    response = await client.get("/chatt")
    assert (response.status_code, tree_of(response).get("lang")) == (500, "en")
    assert "Something went wrong on our side" in response.text


async def test_the_pages_of_staff_and_the_api_stay_swedish(people: People) -> None:
    reference = await (await people.resident(language="en")).queue_up()
    people.agent.client.cookies.set("sprak", "en")
    page = await people.agent.client.get(f"/desk/arenden/{reference}", headers=HTML)
    assert tree_of(page).get("lang") == "sv"
    assert "Ta ärendet" in page.text
    notices = [each for each in tree_of(page).iter("div") if "data-text" in each.attrib and each.get("lang") == "en"]
    assert "You will talk to a person." in "".join(notices[-1].itertext())
    problem = await people.agent.client.get("/api/cases/2026-999999")
    assert problem.json()["detail"].startswith("Ärendet")


async def test_letters_are_in_the_residents_language(
    app: FastAPI, people: People, clock: FakeClock, tmp_path: Path
) -> None:
    resident = await people.resident(language="en")
    reference = await resident.queue_up()
    response = await resident.leave_contact("email", "invanare@brev.example")
    assert response.is_success, response.text
    async with worker_of(app, clock, MAIL_FOLDER=str(tmp_path)) as sender:
        await sender.send_due()
    (letter,) = letters_in(tmp_path)
    written = message_from_bytes(letter.read_bytes(), policy=default)
    text = f"{written['Subject']}\n{written.get_content()}"
    assert f"We have received your case {reference}" in text
    assert "Kind regards" in text
    assert "Vi har" not in text
