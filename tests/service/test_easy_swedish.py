"""Answers in easy Swedish: written beside the ordinary one, and shown first to whoever has chosen it."""

from xml.etree.ElementTree import Element

import html5lib
import pytest
from content_folder import ContentFolder
from fakes import FakeBot, FakeClock, reply, says
from fastapi import FastAPI
from people import Json, People, Resident

from handover_api.content.files import ContentError
from handover_api.content.service import import_content
from handover_api.database import SessionFactory, transaction

EASY = "\n## Lättläst\n\nMät din luft. Ring **{telefon}**.\n"
ORDINARY = "Beställ mätdosor."


@pytest.fixture
async def easy(content: ContentFolder, sessions: SessionFactory, clock: FakeClock) -> ContentFolder:
    content.radon.write_text(content.radon.read_text(encoding="utf-8") + EASY, encoding="utf-8")
    async with transaction(sessions) as session:
        await import_content(session, content.path, clock())
    return content


def from_article(topic: str | None = "radon", version: int | None = 1) -> Json:
    return reply(text=ORDINARY, topic=topic, article_version=version, article_id="egal")


async def answered(people: People, bot: FakeBot, said: Json) -> tuple[Resident, Json]:
    bot.behaviour = says(said)
    resident = await people.resident()
    await resident.write()
    return resident, (await resident.read_until_answered())[-1]


async def test_an_answer_brings_its_easy_words_with_the_facts_filled_in(
    people: People, bot: FakeBot, easy: ContentFolder
) -> None:
    assert easy
    _, answer = await answered(people, bot, from_article())
    assert answer["text"] == ORDINARY
    assert answer["payload"]["easy_text"] == "Mät din luft. Ring **0980-319 200**."


@pytest.mark.parametrize(("topic", "version"), [("radon", 2), ("bygglov-altan", 1), (None, 1), ("radon", None)])
async def test_an_answer_without_easy_words_says_nothing_of_them(
    people: People, bot: FakeBot, easy: ContentFolder, topic: str | None, version: int | None
) -> None:
    assert easy
    _, answer = await answered(people, bot, from_article(topic, version))
    assert "easy_text" not in answer["payload"]


async def test_easy_words_that_lack_a_fact_are_left_out_and_the_answer_is_given(
    people: People, bot: FakeBot, easy: ContentFolder, sessions: SessionFactory, clock: FakeClock
) -> None:
    easy.facts.write_text(easy.facts.read_text(encoding="utf-8").replace("telefon:", "annat:"), encoding="utf-8")
    for article in (easy.radon, easy.urgent):
        article.write_text(article.read_text(encoding="utf-8").replace("{telefon}", "112"), encoding="utf-8")
    async with transaction(sessions) as session:
        await import_content(session, easy.path, clock())
    _, answer = await answered(people, bot, from_article(version=1))
    assert answer["text"] == ORDINARY
    assert "easy_text" not in answer["payload"]


async def test_a_changed_easy_text_is_a_new_version(
    easy: ContentFolder, sessions: SessionFactory, clock: FakeClock
) -> None:
    async with transaction(sessions) as session:
        assert (await import_content(session, easy.path, clock())).changed == 0
    easy.radon.write_text(easy.radon.read_text(encoding="utf-8").replace("Mät din", "Mät i din"), encoding="utf-8")
    async with transaction(sessions) as session:
        assert (await import_content(session, easy.path, clock())).changed == 1


@pytest.mark.parametrize(
    ("easy_text", "problem"),
    [
        ("Ring {okand}.", "{okand} is not a local fact"),
        ("# Rubrik", "may not hold headings"),
        ("ord " * 121, "more than 120 words"),
    ],
)
async def test_easy_words_keep_the_rules_of_an_answer(
    content: ContentFolder, sessions: SessionFactory, clock: FakeClock, easy_text: str, problem: str
) -> None:
    text = content.urgent.read_text(encoding="utf-8")
    content.urgent.write_text(f"{text}\n## Lättläst\n\n{easy_text}\n", encoding="utf-8")
    async with transaction(sessions) as session:
        with pytest.raises(ContentError, match=problem):
            await import_content(session, content.path, clock())


async def answer_on_page(app: FastAPI, people: People, language: str) -> Element:
    client = people.connect(headers={"accept": "text/html"}, cookies={"sprak": language})
    response = await client.post("/chatt/meddelanden", data={"client_id": "a", "text": "Hej"})
    assert response.status_code == 303
    conversation_id, _, token = client.cookies["chatt"].partition(".")
    resident = Resident(app, people.connect(), {"id": conversation_id, "token": token})
    await resident.read_until_answered()
    page = html5lib.parse((await client.get("/chatt")).text, namespaceHTMLElements=False)
    (line,) = [each for each in page.iter("li") if "message--bot" in (each.get("class") or "")]
    return line


def words(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


@pytest.mark.parametrize(
    ("language", "first", "offered", "then"),
    [
        ("sv", "Beställ mätdosor.", "Läs på lättläst svenska", "Mät din luft."),
        ("ar", "Beställ mätdosor.", "Läs på lättläst svenska", "Mät din luft."),
        ("en", "Beställ mätdosor.", "Read in easy Swedish", "Mät din luft."),
        ("sv-simple", "Mät din luft.", "Läs det vanliga svaret", "Beställ mätdosor."),
    ],
)
async def test_whoever_has_chosen_easy_swedish_reads_it_first(
    app: FastAPI,
    people: People,
    bot: FakeBot,
    easy: ContentFolder,
    language: str,
    first: str,
    offered: str,
    then: str,
) -> None:
    assert easy
    bot.behaviour = says(from_article())
    line = await answer_on_page(app, people, language)
    (text,) = [each for each in line.iter("div") if "data-text" in each.attrib]
    assert words(text).startswith(first)
    (details,) = list(line.iter("details"))
    summary, other = details
    assert words(summary) == offered
    assert words(other).startswith(then)
    assert (text.get("lang"), other.get("lang")) == (("sv", "sv") if language == "en" else (None, None))
