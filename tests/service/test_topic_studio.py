"""Topics in the studio: made, changed, taken out of use and back; what has been edited is the database's."""

import html
import io
import re
import zipfile
from pathlib import Path

import httpx
import pytest
from content_folder import ContentFolder, replace
from fakes import FakeBot, FakeClock
from people import Member, People
from sqlalchemy import select
from test_questions_collected import ask

from handover_api.bot_models.contents import export_for_training
from handover_api.content import exporting
from handover_api.content.service import import_content
from handover_api.database import SessionFactory, transaction
from handover_api.models import AskedQuestion, AuditEntry, Phrase, RegressionQuestion, Topic

PAGE = {"accept": "text/html"}
PATH = "/redaktion/amnen"
NEW = f"{PATH}/nytt"
QUESTION = "Får jag bygga ett utekök?"
FORM = {"rubrik": QUESTION, "omrade": "bygga-bo", "gor": "guide", "niva": "2", "svarsgrupp": "bygga-bo-miljo"}
RADON = {
    "rubrik": "Hur mäter jag radon?",
    "omrade": "miljo-halsa",
    "gor": "answer",
    "niva": "1",
    "svarsgrupp": "bygga-bo-miljo",
    "version": "1",
}


async def post(member: Member, address: str, **form: object) -> httpx.Response:
    return await member.client.post(address, data=form, headers=PAGE)


async def page_of(member: Member, address: str) -> str:
    response = await member.client.get(address, headers=PAGE)
    assert response.status_code == 200, response.text
    return html.unescape(response.text)


async def made(member: Member, **changed: object) -> str:
    """Makes a topic, and returns the address of its page."""
    response = await post(member, NEW, **{**FORM, **changed})
    assert response.status_code == 303, response.text
    return response.headers["location"].split("?")[0]


async def files(sessions: SessionFactory) -> dict[str, str]:
    async with transaction(sessions) as session:
        return await exporting.read_files(session)


async def imported(sessions: SessionFactory, folder: Path, clock: FakeClock) -> int:
    async with transaction(sessions) as session:
        return (await import_content(session, folder, clock())).kept


async def deeds(sessions: SessionFactory) -> list[tuple[str, str]]:
    async with transaction(sessions) as session:
        entries = await session.scalars(
            select(AuditEntry).where(AuditEntry.subject_kind == "topic").order_by(AuditEntry.id)
        )
        return [(entry.action, entry.subject_id) for entry in entries]


@pytest.mark.usefixtures("published")
async def test_a_new_topic_is_last_in_the_file_and_nothing_else_is_touched(
    people: People, sessions: SessionFactory
) -> None:
    before = await files(sessions)
    assert (
        await made(people.editor, innehall="Ring {telefon}.", liknar="hur mäter jag radon?") == f"{PATH}/bygga-utekok"
    )
    after = await files(sessions)
    row = f"bygga-utekok\tbygga-bo\t2\tguide\tbygga-bo-miljo\tno\t{QUESTION}\tRing {{telefon}}.\t\t\tradon\n"
    assert after.pop("topics.tsv") == before.pop("topics.tsv") + row
    assert after == before
    assert await deeds(sessions) == [("topic_created", "bygga-utekok")]


@pytest.mark.usefixtures("published")
async def test_until_a_topic_has_an_article_a_person_takes_its_questions_and_its_page_says_what_remains(
    people: People, action_server: httpx.AsyncClient
) -> None:
    address = await made(people.editor)
    topics = {each["id"]: each for each in (await action_server.get("/internal/topics")).json()}
    assert topics["bygga-utekok"]["has_article"] is False
    assert "is_retired" not in topics["bygga-utekok"]
    assert (await action_server.get("/internal/articles/bygga-utekok")).json()["code"] == "article_missing"
    page = await page_of(people.editor, f"{address}?klart=skapat")
    assert "Ämnet är skapat." in page
    assert "Tills den finns lämnar boten över frågorna till en människa." in page
    assert "minst 5 frågor" in page
    assert QUESTION in await page_of(people.agent, "/desk/registrera")


@pytest.mark.usefixtures("published")
async def test_what_is_wrong_stands_beside_its_field_and_what_was_written_is_kept(
    people: People, sessions: SessionFactory
) -> None:
    response = await post(
        people.editor,
        NEW,
        rubrik="Hur mäter jag  RADON?",
        innehall="Ring {fax} om du undrar",
        liknar=["Radongas", ""],
        lagrum="1 kap. <x>",
    )
    assert response.status_code == 422
    page = html.unescape(response.text)
    for sentence in (
        "Det finns redan ett ämne med den rubriken.",
        "Välj ett område.",
        "Välj vad boten ska göra.",
        "Välj en svarsgrupp.",
        "Något inom klammer är ingen lokal uppgift.",
        "Ett av ämnena finns inte.",
    ):
        assert sentence in page, sentence
    for kept in ("Hur mäter jag  RADON?", "Ring {fax} om du undrar", "Radongas", "1 kap. <x>"):
        assert kept in page
    assert await deeds(sessions) == []
    too_long = await post(people.editor, NEW, **{**FORM, "rubrik": "Varför? " * 40})
    assert (too_long.status_code, "Skriv högst 120 tecken." in too_long.text) == (422, True)


@pytest.mark.usefixtures("published")
async def test_a_topic_about_danger_is_neither_made_nor_unmade(people: People, sessions: SessionFactory) -> None:
    assert (await post(people.lead, NEW, **{**FORM, "gor": "urgent"})).status_code == 422
    assert (await post(people.lead, f"{PATH}/radon/andra", **{**RADON, "gor": "urgent"})).status_code == 422
    urgent = {
        "rubrik": "Det brinner",
        "omrade": "ovriga-myndigheter",
        "gor": "guide",
        "niva": "3",
        "svarsgrupp": "allmant",
        "sekretess": "ja",
        "version": "1",
    }
    response = await post(people.lead, f"{PATH}/akut-fara/andra", **urgent)
    assert (response.status_code, "hör till programmet" in response.text) == (422, True)
    assert "kan inte avvecklas" in await page_of(people.lead, f"{PATH}/akut-fara/avveckla")
    assert (await post(people.lead, f"{PATH}/akut-fara/avveckla", version="1")).status_code == 409
    assert await deeds(sessions) == []


async def test_a_changed_topic_keeps_its_name_and_is_left_alone_by_the_files(
    people: People, published: ContentFolder, sessions: SessionFactory, clock: FakeClock
) -> None:
    changed = await post(people.editor, f"{PATH}/radon/andra", **{**RADON, "rubrik": "Hur mäts radon?"})
    assert changed.headers["location"] == f"{PATH}/radon?klart=andrat"
    assert await imported(sessions, published.path, clock) == 1
    replace(published.topics, "Behöver jag bygglov för en altan?", "Altan?")
    assert await imported(sessions, published.path, clock) == 1
    async with transaction(sessions) as session:
        titles = dict((await session.execute(select(Topic.id, Topic.title))).all())
    assert titles["radon"] == "Hur mäts radon?"
    assert titles["bygglov-altan"] == "Altan?"
    # A save without a change is none.
    again = await post(people.editor, f"{PATH}/radon/andra", **{**RADON, "rubrik": "Hur mäts radon?", "version": "2"})
    assert again.status_code == 303
    assert await deeds(sessions) == [("topic_changed", "radon")]


async def test_what_is_exported_after_editing_is_imported_as_the_same(
    people: People, published: ContentFolder, sessions: SessionFactory, clock: FakeClock, tmp_path: Path
) -> None:
    assert published
    await made(people.editor, lagrum="PBL 9 kap.", sekretess="ja")
    await post(people.editor, f"{PATH}/radon/andra", **{**RADON, "rubrik": "Hur mäts radon?", "liknar": "bygga-utekok"})
    await post(people.editor, f"{PATH}/bygglov-altan/avveckla", version="1")
    written = await files(sessions)
    await exporting.write_files(written, tmp_path / "exported")
    assert await imported(sessions, tmp_path / "exported", clock) == 0
    assert await files(sessions) == written
    assert "bygglov-altan" not in written["topics.tsv"]


@pytest.mark.usefixtures("published")
async def test_two_editors_of_one_topic_never_overwrite_each_other_silently(
    people: People, sessions: SessionFactory
) -> None:
    await post(people.lead, f"{PATH}/radon/andra", **{**RADON, "rubrik": "Hur mäts radon?"})
    late = await post(people.editor, f"{PATH}/radon/andra", **{**RADON, "rubrik": "Radon hemma?"})
    page = html.unescape(late.text)
    assert late.status_code == 409
    assert "Någon annan har ändrat ämnet sedan du öppnade det." in page
    assert "<dt>Rubrik</dt><dd>Hur mäts radon?</dd>" in page
    assert 'value="Radon hemma?"' in page
    assert 'name="version" value="2"' in page
    late = await post(people.editor, f"{PATH}/radon/andra", **{**RADON, "rubrik": "Radon hemma?", "version": "2"})
    assert late.status_code == 303
    async with transaction(sessions) as session:
        topic = await session.get(Topic, "radon")
    assert topic is not None
    assert (topic.title, topic.version) == ("Radon hemma?", 3)
    assert (await post(people.editor, f"{PATH}/radon/avveckla", version="1")).status_code == 409


@pytest.mark.usefixtures("published")
async def test_a_topic_out_of_use_is_nowhere_to_be_answered_trained_or_chosen_and_comes_back_whole(
    people: People, sessions: SessionFactory, action_server: httpx.AsyncClient
) -> None:
    await post(people.editor, f"{PATH}/radon", fragor="hur mäter man radon hemma")
    before = await files(sessions)
    elsewhere = {"gor": "kontrollera", "fragor": "hur mäter man radon hemma"}
    same = "Samma fråga står i ett annat ämne."
    assert same in (await post(people.editor, f"{PATH}/bygglov-altan", **elsewhere)).text
    assert "Boten slutar genast att svara" in await page_of(people.editor, f"{PATH}/radon/avveckla")
    done = await post(people.editor, f"{PATH}/radon/avveckla", version="1")
    assert done.headers["location"] == f"{PATH}/radon?klart=avvecklat"
    assert (await action_server.get("/internal/articles/radon")).json()["code"] == "article_missing"
    assert "radon" not in {each["id"] for each in (await action_server.get("/internal/topics")).json()}
    after = await files(sessions)
    assert not [path for path, text in after.items() if "radon" in path or "radon hemma" in text]
    assert same not in (await post(people.editor, f"{PATH}/bygglov-altan", **elsewhere)).text
    async with transaction(sessions) as session:
        archive = await export_for_training(session)
    assert archive is not None
    assert not [name for name in zipfile.ZipFile(io.BytesIO(archive)).namelist() if "radon" in name]
    assert "Hur mäter jag radon?" not in await page_of(people.agent, "/desk/registrera")
    assert "Hur mäter jag radon?" not in await page_of(people.editor, PATH)
    assert "Hur mäter jag radon?" not in await page_of(people.editor, "/redaktion/artiklar")
    assert "Hur mäter jag radon?" in await page_of(people.editor, f"{PATH}/avvecklade")
    back = await post(people.editor, f"{PATH}/radon/ta-tillbaka")
    assert back.status_code == 303
    assert (await action_server.get("/internal/articles/radon")).status_code == 200
    assert await files(sessions) == before
    assert await deeds(sessions) == [("topic_retired", "radon"), ("topic_taken_back", "radon")]


async def test_files_do_not_bring_back_a_topic_that_is_out_of_use(
    people: People,
    published: ContentFolder,
    sessions: SessionFactory,
    clock: FakeClock,
    action_server: httpx.AsyncClient,
) -> None:
    await post(people.editor, f"{PATH}/radon/avveckla", version="1")
    await imported(sessions, published.path, clock)
    assert (await action_server.get("/internal/articles/radon")).status_code == 404


@pytest.mark.usefixtures("published")
async def test_a_title_that_was_given_away_meanwhile_has_to_be_settled_first(people: People) -> None:
    await post(people.editor, f"{PATH}/radon/avveckla", version="1")
    assert await made(people.editor, rubrik="Hur mäter jag radon?") == f"{PATH}/mater-radon"
    response = await post(people.editor, f"{PATH}/radon/ta-tillbaka")
    assert (response.status_code, "Ett annat ämne har samma rubrik nu." in response.text) == (409, True)


@pytest.mark.usefixtures("published")
async def test_only_a_lead_lets_the_bot_say_more_or_opens_a_secret_topic(people: People) -> None:
    address = await made(people.editor, gor="handover", niva="3", sekretess="ja")
    form = {**FORM, "niva": "3", "sekretess": "ja", "version": "1"}
    refused = await post(people.editor, f"{address}/andra", **form)
    assert (refused.status_code, "Be en teamledare" in refused.text) == (422, True)
    opened = await post(people.editor, f"{address}/andra", **{**form, "gor": "handover", "sekretess": ""})
    assert (opened.status_code, "Be en teamledare" in opened.text) == (422, True)
    assert (await post(people.lead, f"{address}/andra", **form)).status_code == 303


@pytest.mark.usefixtures("published")
async def test_questions_of_the_inbox_become_a_topic_with_its_first_phrase_and_a_regression_question(
    people: People, bot: FakeBot, sessions: SessionFactory
) -> None:
    for text in (QUESTION, "får jag bygga utekök"):
        await ask(people, bot, text)
    inbox = await page_of(people.editor, "/redaktion/fragor")
    group = re.findall(r'href="(/redaktion/fragor/grupper/([\w-]+))"', inbox)[0]
    # Wished for by one, and made by another.
    await post(people.editor, f"{group[0]}/nytt-amne", onskemal="Om utekök och grillplatser")
    assert f"{NEW}?fragor={group[1]}" in await page_of(people.lead, group[0])
    form = await page_of(people.lead, f"{NEW}?fragor={group[1]}")
    assert 'value="Om utekök och grillplatser"' in form
    assert QUESTION in form
    filled = {**FORM, "fragor": group[1], "kontrollfraga": "får jag bygga utekök"}
    refused = await post(people.lead, NEW, **filled, fras=" ")
    assert (refused.status_code, "Skriv en fråga så som en invånare" in refused.text) == (422, True)
    assert await deeds(sessions) == []
    done = await post(people.lead, NEW, **filled, fras=QUESTION)
    assert done.headers["location"] == f"{PATH}/bygga-utekok?klart=skapat"
    async with transaction(sessions) as session:
        assert {each.assigned_topic for each in await session.scalars(select(AskedQuestion))} == {"bygga-utekok"}
        (phrase,) = await session.scalars(select(Phrase))
        (regression,) = await session.scalars(select(RegressionQuestion))
    assert (phrase.topic, phrase.text, phrase.source) == ("bygga-utekok", QUESTION, "question")
    assert (regression.expected_topic, regression.text) == ("bygga-utekok", "får jag bygga utekök")
    # What a topic that is out of use should have understood is not asked of any model.
    await post(people.lead, f"{PATH}/bygga-utekok/avveckla", version="1")
    assert "får jag bygga utekök" not in await page_of(people.lead, "/redaktion/fragor/regression")


@pytest.mark.usefixtures("published")
async def test_an_editor_is_told_of_a_first_phrase_that_seems_to_show_who_asked(people: People, bot: FakeBot) -> None:
    await ask(people, bot, QUESTION)
    group = re.findall(r"/redaktion/fragor/grupper/([\w-]+)", await page_of(people.editor, "/redaktion/fragor"))[0]
    done = await post(people.editor, NEW, **FORM, fragor=group, fras="jag heter Förnamn och vill ha ett utekök")
    page = await page_of(people.editor, done.headers["location"])
    assert "Ämnet är skapat." in page
    assert "Ta bort frågan och skriv om den så att ingen går att känna igen." in page


@pytest.mark.usefixtures("published")
async def test_questions_that_somebody_has_seen_to_meanwhile_make_no_second_topic(
    people: People, bot: FakeBot, sessions: SessionFactory
) -> None:
    await ask(people, bot, QUESTION)
    group = re.findall(r"/redaktion/fragor/grupper/([\w-]+)", await page_of(people.editor, "/redaktion/fragor"))[0]
    await post(people.lead, f"/redaktion/fragor/grupper/{group}/tilldela", amne="bygglov-altan", fras=QUESTION)
    late = await post(people.editor, NEW, **FORM, fragor=group, fras=QUESTION)
    assert (late.status_code, "Någon annan har redan tagit hand om frågorna." in late.text) == (409, True)
    assert await deeds(sessions) == []


@pytest.mark.usefixtures("published")
async def test_topics_are_kept_by_editors_and_leads_alone(people: People) -> None:
    for address in (NEW, f"{PATH}/radon/andra", f"{PATH}/radon/avveckla", f"{PATH}/avvecklade"):
        assert (await people.agent.client.get(address, headers=PAGE)).status_code == 404
    assert (await post(people.agent, NEW, **FORM)).status_code == 404
    assert (await post(people.agent, f"{PATH}/radon/avveckla", version="1")).status_code == 404
    assert (await people.editor.client.get(f"{PATH}/finns-inte/andra", headers=PAGE)).status_code == 404
    assert (await post(people.editor, f"{PATH}/finns-inte/ta-tillbaka")).status_code == 404
