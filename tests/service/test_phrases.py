"""Phrases in the studio: seeded from files, added with advice, removed and taken back, and tried on the bot."""

import asyncio
import html
import re
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from content_folder import ContentFolder, replace
from fakes import FakeBot, FakeClock, Heard, reading
from people import Member, People, a_personal_number
from sqlalchemy import func, select

from handover_api.bot_models.contents import export_for_training
from handover_api.content import exporting
from handover_api.content.files import ContentError
from handover_api.content.service import import_content
from handover_api.database import SessionFactory, transaction
from handover_api.errors import BotUnavailableError, InvalidError
from handover_api.integrations.bot import Reading
from handover_api.models import AuditEntry, Phrase, Staff
from handover_api.phrases import service as phrases
from handover_api.rules.phrase import OUTSIDE, PhraseSource

HTML = {"accept": "text/html"}
PATH = "/redaktion/amnen"
RADON = f"{PATH}/radon"
TRY = "/redaktion/prova"
SEED = Path(__file__).parents[2] / "data"
RADON_FILE = """\
version: "3.1"
nlu:
  - intent: topic/radon
    examples: |
      - hur mäter jag radon
      - radon i källaren
"""
ALTAN_FILE = """\
version: "3.1"
nlu:
  - intent: topic/bygglov-altan
    examples: |
      - får man bygga altan utan lov
"""
OUTSIDE_FILE = """\
version: "3.1"
nlu:
- intent: unsure
  examples: |
    - vilken olja passar altanen
"""
FILES = {"miljo-halsa": RADON_FILE, "bygga-bo": ALTAN_FILE, "utanfor": OUTSIDE_FILE}
SEEDED = ["hur mäter jag radon", "radon i källaren"]


def write_phrases(content: ContentFolder, **changed: str) -> None:
    (content.path / "nlu").mkdir(exist_ok=True)
    for area, text in {**FILES, **changed}.items():
        (content.path / "nlu" / f"{area}.yml").write_text(text, encoding="utf-8")


async def import_again(sessions: SessionFactory, content: ContentFolder, clock: FakeClock) -> None:
    async with transaction(sessions) as session:
        await import_content(session, content.path, clock())


@pytest.fixture
async def seeded(content: ContentFolder, sessions: SessionFactory, clock: FakeClock) -> ContentFolder:
    write_phrases(content)
    await import_again(sessions, content, clock)
    return content


pytestmark = pytest.mark.usefixtures("seeded")


async def texts_of(sessions: SessionFactory, topic: str = "radon") -> list[str]:
    async with sessions() as session:
        return [phrase.text for phrase in await phrases.list_phrases(session, topic)]


async def id_of(sessions: SessionFactory, text: str) -> UUID:
    async with sessions() as session:
        found = await session.scalars(select(Phrase.id).where(Phrase.text == text))
        return found.one()


async def files_of(sessions: SessionFactory) -> dict[str, str]:
    async with sessions() as session:
        return {path: text for path, text in (await exporting.read_files(session)).items() if path.startswith("nlu/")}


async def add(sessions: SessionFactory, clock: FakeClock, topic: str, text: str, **more: PhraseSource) -> UUID:
    async with transaction(sessions) as session:
        editor = (await session.scalars(select(Staff).where(Staff.username == "editor"))).one()
        return await phrases.add_phrase(session, editor, topic, text, clock(), **more)


async def post(member: Member, path: str = RADON, **form: object) -> httpx.Response:
    return await member.client.post(path, data=form, headers=HTML)


async def show(member: Member, path: str = RADON, status: int = 200) -> str:
    response = await member.client.get(path, headers=HTML)
    assert response.status_code == status, response.text
    return html.unescape(response.text)


async def test_what_was_imported_is_exported_as_the_same_files(sessions: SessionFactory) -> None:
    assert await files_of(sessions) == {f"nlu/{area}.yml": text for area, text in FILES.items()}


async def test_the_phrases_of_the_repository_are_exported_byte_for_byte(
    sessions: SessionFactory, clock: FakeClock
) -> None:
    await import_again(sessions, ContentFolder(SEED), clock)
    assert await files_of(sessions) == {
        f"nlu/{path.name}": path.read_text(encoding="utf-8") for path in (SEED / "nlu").iterdir()
    }


async def test_a_training_learns_from_the_phrases_as_they_are(sessions: SessionFactory, clock: FakeClock) -> None:
    async with sessions() as session:
        before = await export_for_training(session)
    await add(sessions, clock, "radon", "radonmätning")
    async with sessions() as session:
        after = await export_for_training(session)
    assert before is not None
    assert after is not None
    assert before != after
    assert (await files_of(sessions))["nlu/miljo-halsa.yml"] == f"{RADON_FILE}      - radonmätning\n"


async def test_a_topic_without_phrases_comes_last_in_the_file_of_its_area(
    sessions: SessionFactory, seeded: ContentFolder, clock: FakeClock
) -> None:
    replace(seeded.topics, "bygglov-altan\tbygga-bo", "bygglov-altan\tmiljo-halsa")
    (seeded.path / "nlu" / "bygga-bo.yml").unlink()
    await import_again(sessions, seeded, clock)
    await add(sessions, clock, "bygglov-altan", "får man bygga altan")
    entry = "\n  - intent: topic/bygglov-altan\n    examples: |\n      - får man bygga altan\n"
    assert (await files_of(sessions))["nlu/miljo-halsa.yml"] == RADON_FILE + entry


async def test_what_is_new_in_the_files_is_added_and_what_is_gone_goes(
    sessions: SessionFactory, seeded: ContentFolder, clock: FakeClock
) -> None:
    await add(sessions, clock, "radon", "radonmätning")
    write_phrases(seeded, **{"miljo-halsa": RADON_FILE.replace("radon i källaren", "Ny fråga om radon")})
    await import_again(sessions, seeded, clock)
    assert await texts_of(sessions) == ["hur mäter jag radon", "Ny fråga om radon", "radonmätning"]


async def test_a_removed_phrase_is_not_brought_back_by_the_files(
    sessions: SessionFactory, seeded: ContentFolder, clock: FakeClock, people: People
) -> None:
    await post(people.editor, f"{RADON}/ta-bort", phrase=await id_of(sessions, "radon i källaren"))
    clock.advance(days=400)
    async with transaction(sessions) as session:
        assert await phrases.delete_outdated(session, clock()) == 0
    await import_again(sessions, seeded, clock)
    assert await texts_of(sessions) == ["hur mäter jag radon"]


async def test_a_folder_without_phrases_leaves_them(
    sessions: SessionFactory, seeded: ContentFolder, clock: FakeClock
) -> None:
    for path in (seeded.path / "nlu").iterdir():
        path.unlink()
    await import_again(sessions, seeded, clock)
    assert await texts_of(sessions) == SEEDED


async def test_a_file_that_cannot_be_used_imports_nothing(
    sessions: SessionFactory, seeded: ContentFolder, clock: FakeClock
) -> None:
    write_phrases(seeded, **{"miljo-halsa": RADON_FILE.replace("topic/radon", "topic/okant")})
    with pytest.raises(ContentError, match="okant"):
        await import_again(sessions, seeded, clock)
    assert await texts_of(sessions) == SEEDED


async def test_several_phrases_are_added_at_once(people: People, sessions: SessionFactory) -> None:
    response = await post(people.editor, fragor="radonmätning\r\n\r\n- vad kostar en mätdosa\r\nRadonmätning!\r\n")
    assert (response.status_code, response.headers["location"]) == (303, f"{RADON}?tillagda=2")
    assert await texts_of(sessions) == [*SEEDED, "radonmätning", "vad kostar en mätdosa"]
    page = await show(people.editor, f"{RADON}?tillagda=2")
    assert "2 frågor är tillagda." in page
    assert page.count("Tillagd här") == 2


async def test_what_cannot_be_added_stays_in_the_field_with_the_reason(
    people: People, sessions: SessionFactory
) -> None:
    response = await post(people.editor, fragor=f"radonmätning\nHur mäter jag radon?\n{'a' * 201}")
    page = html.unescape(response.text)
    assert response.status_code == 422
    assert "2 frågor gick inte att lägga till" in page
    assert "finns redan i ämnet" in page
    assert "Skriv högst 200 tecken" in page
    assert f"Hur mäter jag radon?\n{'a' * 201}</textarea>" in page
    assert await texts_of(sessions) == [*SEEDED, "radonmätning"]


@pytest.mark.parametrize(
    ("written", "told"), [("  \n ", "Skriv minst en fråga"), ("\n".join(map(str, range(51))), "Det är 51 nu")]
)
async def test_nothing_and_far_too_much_are_told_of(
    people: People, sessions: SessionFactory, written: str, told: str
) -> None:
    response = await post(people.editor, fragor=written)
    assert response.status_code == 422
    assert told in html.unescape(response.text)
    assert await texts_of(sessions) == SEEDED


async def test_a_personal_number_is_never_kept(sessions: SessionFactory, clock: FakeClock) -> None:
    number = a_personal_number()
    await add(sessions, clock, "radon", f'mitt nummer är {number} och jag undrar om "radon"')
    assert (await texts_of(sessions))[-1] == "mitt nummer är (personnummer borttaget) och jag undrar om ”radon”"


async def test_the_reasons_against_a_phrase_have_codes(sessions: SessionFactory, clock: FakeClock) -> None:
    for topic, text, code in [
        ("radon", "  ", "phrase_empty"),
        ("radon", "a" * 5000, "phrase_too_long"),
        ("radon", "Radon i källaren!", "phrase_exists"),
        ("finns-inte", "radon", "topic_missing"),
    ]:
        with pytest.raises(InvalidError) as caught:
            await add(sessions, clock, topic, text)
        assert caught.value.code == code
    assert await add(sessions, clock, OUTSIDE, "Radon i källaren!")
    with pytest.raises(InvalidError):
        await add(sessions, clock, OUTSIDE, "radon i källaren")


async def test_a_removal_can_be_undone_to_the_very_same_files(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    before = await files_of(sessions)
    phrase = await id_of(sessions, "hur mäter jag radon")
    response = await post(people.editor, f"{RADON}/ta-bort", phrase=phrase)
    assert await texts_of(sessions) == ["radon i källaren"]
    page = await show(people.editor, response.headers["location"])
    assert "är borttagen" in page
    assert await post(people.editor, f"{RADON}/angra", phrase=phrase)
    assert await files_of(sessions) == before
    # Writing it again is the same as taking it back.
    await post(people.editor, f"{RADON}/ta-bort", phrase=phrase)
    assert await add(sessions, clock, "radon", "Hur mäter jag radon?") == phrase
    assert await files_of(sessions) == before


async def test_an_added_phrase_is_forgotten_when_it_has_been_removed_for_long(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    phrase = await add(sessions, clock, "radon", "radonmätning", source=PhraseSource.QUESTION)
    await post(people.editor, f"{RADON}/ta-bort", phrase=phrase)
    clock.advance(seconds=phrases.KEPT_AFTER_REMOVAL.total_seconds() + 1)
    async with transaction(sessions) as session:
        assert await phrases.delete_outdated(session, clock()) == 1
    async with sessions() as session:
        assert await session.get(Phrase, phrase) is None
    clock.advance(days=-31)
    # The page that was left open long ago.
    assert "är borttagen" not in await show(people.editor, f"{RADON}?borttagen={phrase}")
    assert (await post(people.editor, f"{RADON}/angra", phrase=phrase)).status_code == 404


async def test_the_trail_tells_who_did_what_and_not_the_words(people: People, sessions: SessionFactory) -> None:
    await post(people.editor, fragor="radonmätning")
    phrase = await id_of(sessions, "radonmätning")
    await post(people.lead, f"{RADON}/ta-bort", phrase=phrase)
    await post(people.editor, f"{RADON}/angra", phrase=phrase)
    async with sessions() as session:
        entries = [
            *await session.scalars(
                select(AuditEntry).where(AuditEntry.subject_kind == "phrase").order_by(AuditEntry.id)
            )
        ]
    assert [(entry.actor_kind, entry.action, entry.subject_id) for entry in entries] == [
        ("editor", "phrase_added", str(phrase)),
        ("lead", "phrase_removed", str(phrase)),
        ("editor", "phrase_restored", str(phrase)),
    ]
    assert {str(entry.details) for entry in entries} == {"{'topic': 'radon', 'source': 'editor'}"}


async def test_advice_is_given_with_a_button_and_adds_nothing(people: People, sessions: SessionFactory) -> None:
    written = "hur mäter jag radonet\nfår man bygga altan utan lov?"
    page = html.unescape((await post(people.editor, fragor=written, gor="kontrollera")).text)
    assert "Ämnet har redan nästan samma fråga." in page
    assert "Samma fråga står i ett annat ämne." in page
    assert f'<a href="{PATH}/bygglov-altan">Behöver jag bygglov för en altan?</a>' in page
    assert f"{written}</textarea>" in page
    assert await texts_of(sessions) == SEEDED


async def test_a_phrase_that_seems_to_tell_who_asked_is_told_of_and_not_refused(
    people: People, sessions: SessionFactory
) -> None:
    for written in ("jag heter Förnamn och undrar om radon", "radon på [adress borttagen]"):
        page = html.unescape((await post(people.editor, fragor=written, gor="kontrollera")).text)
        assert "Det ser ut att stå ett namn, en adress eller ett nummer i frågan" in page
        sent = await post(people.editor, fragor=written)
        assert sent.status_code == 303
        assert "i det som sparades" in await show(people.editor, sent.headers["location"])
    sent = await post(people.editor, fragor="radonmätning")
    assert "i det som sparades" not in await show(people.editor, sent.headers["location"])
    assert (await texts_of(sessions))[-2] == "radon på (adress borttagen)"


async def test_advice_follows_what_is_added_and_removed(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    async def told() -> str:
        response = await people.editor.client.post(f"{RADON}/rad", data={"fragor": "bor på berggrund"}, headers=HTML)
        return str(response.json()["told"])

    assert await told() == "Inga råd om frågorna."
    phrase = await add(sessions, clock, "bygglov-altan", "bor på berggrund")
    assert await told() == "Det finns råd om en fråga."
    await post(people.editor, f"{PATH}/bygglov-altan/ta-bort", phrase=phrase)
    assert await told() == "Inga råd om frågorna."


async def test_the_list_shows_the_thin_topics_first_when_asked(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    await add(sessions, clock, "akut-fara", "det brinner")
    page = await show(people.editor, PATH)
    assert "3 ämnen har för få frågor." in page
    assert "Det som inget ämne svarar på" in page
    titles = re.findall(rf'<a href="{PATH}/([^"?]+)">', await show(people.editor, f"{PATH}?ordning=farst"))
    # The smallest first; what no topic answers is never too little.
    assert titles == ["bygglov-altan", "akut-fara", "radon", "utanfor"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("sok=källaren", ["radon"]),
        ("sok=BYGGLOV+altan", ["bygglov-altan"]),
        ("sok=olja", ["utanfor"]),
        ("omrade=miljo-halsa", ["radon"]),
        ("sok=100%25", []),
    ],
)
async def test_topics_are_found_by_their_title_and_by_their_phrases(
    people: People, query: str, found: list[str]
) -> None:
    page = await show(people.lead, f"{PATH}?{query}")
    assert re.findall(rf'<a href="{PATH}/([^"?]+)">', page) == found
    assert found or "Inget ämne passar" in page


async def test_the_article_and_the_phrases_of_a_topic_lead_to_each_other(people: People) -> None:
    assert "/redaktion/artiklar/radon" in await show(people.editor)
    assert RADON in await show(people.editor, "/redaktion/artiklar/radon")


async def test_a_question_is_tried_on_the_bot_and_on_the_phrases(people: People, bot: FakeBot) -> None:
    response = await post(people.editor, TRY, fraga="radon i min källare", amne="radon")
    page = html.unescape(response.text)
    assert "Boten är för osäker för att svara." in page
    assert "12 procent" in page
    assert "svarar direkt från 71 procent" in page
    assert "”radon i källaren”" in page
    assert "Det här är en gissning." in page
    assert f'<a href="{RADON}">Till ämnet Hur mäter jag radon?</a>' in page
    assert [heard.text for heard in bot.read_only] == ["radon i min källare"]
    # The bot is only asked to read.
    assert bot.texts == []


async def test_what_is_urgent_is_said_to_be(people: People, bot: FakeBot) -> None:
    async def sees(heard: Heard) -> Reading:
        return reading(heard, "akut-fara")

    bot.reading = sees
    assert "Boten ser det som akut." in html.unescape((await post(people.editor, TRY, fraga="det brinner")).text)


async def test_a_bot_that_does_not_answer_leaves_the_guess(people: People, bot: FakeBot) -> None:
    async def fails(_: Heard) -> Reading:
        raise BotUnavailableError("bot_unreachable")

    bot.reading = fails
    page = html.unescape((await post(people.editor, TRY, fraga="radon i min källare")).text)
    assert "Boten svarar inte just nu." in page
    assert "”radon i källaren”" in page


async def test_an_empty_question_is_told_of_and_a_personal_number_goes_nowhere(people: People, bot: FakeBot) -> None:
    empty = await post(people.editor, TRY, fraga=" ")
    assert empty.status_code == 422
    assert "Skriv något först" in html.unescape(empty.text)
    number = a_personal_number()
    response = await post(people.editor, TRY, fraga=f"radon {number}")
    assert number not in response.text
    assert [number in heard.text for heard in bot.read_only] == [False]


async def test_only_those_who_keep_the_answers_see_the_phrases(people: People, sessions: SessionFactory) -> None:
    for member in (people.agent, people.admin):
        for path in (PATH, RADON, TRY):
            await show(member, path, status=404)
        assert (await post(member, fragor="radonmätning")).status_code == 404
    await show(people.editor, f"{PATH}/finns-inte", status=404)
    assert await texts_of(sessions) == SEEDED


async def test_what_is_not_there_is_not_removed(people: People) -> None:
    assert (await post(people.editor, f"{RADON}/ta-bort", phrase=UUID(int=0))).status_code == 404


async def test_two_who_add_the_same_phrase_add_it_once(sessions: SessionFactory, clock: FakeClock) -> None:
    outcomes = await asyncio.gather(
        *(add(sessions, clock, topic, "radonmätning") for topic in ("radon", "radon", OUTSIDE, OUTSIDE)),
        return_exceptions=True,
    )
    assert sorted(type(each).__name__ for each in outcomes) == ["InvalidError", "InvalidError", "UUID", "UUID"]
    async with sessions() as session:
        assert await session.scalar(select(func.count()).where(Phrase.text == "radonmätning")) == 2
