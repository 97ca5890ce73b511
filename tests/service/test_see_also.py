"""Next steps to other topics: only those that can be answered are shown, and editors are told of the others."""

import html
from pathlib import Path

import httpx
import pytest
from content_folder import ALTAN, ContentFolder, replace
from fakes import FakeClock
from people import People

from handover_api.content import exporting
from handover_api.content.files import ContentError
from handover_api.content.service import import_content
from handover_api.database import SessionFactory, transaction

PAGE = {"accept": "text/html"}
ARTICLE = "/redaktion/artiklar/radon"


async def imported(sessions: SessionFactory, folder: Path, clock: FakeClock) -> None:
    async with transaction(sessions) as session:
        await import_content(session, folder, clock())


async def article(action_server: httpx.AsyncClient) -> dict[str, object]:
    return dict((await action_server.get("/internal/articles/radon")).json())


async def advice(people: People, topic: str = "bygglov-altan", address: str = ARTICLE) -> str:
    form = {"text": "Mät.", "steg_text": "Se även", "steg_adress": f"amne:{topic}", "gor": "forhandsgranska"}
    return html.unescape((await people.editor.client.post(address, data=form, headers=PAGE)).text)


@pytest.mark.usefixtures("linked")
async def test_a_step_to_a_topic_is_a_choice_and_a_step_out_is_a_link(action_server: httpx.AsyncClient) -> None:
    read = await article(action_server)
    assert read["see_also"] == [{"topic": "bygglov-altan", "label": "Om altaner"}]
    assert read["next_steps"] == [{"label": "Läs mer", "url": "https://www.exempelkommunen.example/radon"}]


async def test_a_step_to_what_is_out_of_use_or_has_expired_is_not_shown_and_the_editor_is_told(
    people: People,
    linked: ContentFolder,
    sessions: SessionFactory,
    action_server: httpx.AsyncClient,
    clock: FakeClock,
) -> None:
    await people.editor.client.post("/redaktion/amnen/bygglov-altan/avveckla", data={"version": "1"}, headers=PAGE)
    assert (await article(action_server))["see_also"] == []
    assert "är avvecklat. Steget visas inte så länge det är det." in await advice(people)
    leading = await people.editor.client.get("/redaktion/amnen/radon/avveckla", headers=PAGE)
    assert "har ett nästa steg hit" not in leading.text
    await people.editor.client.post("/redaktion/amnen/bygglov-altan/ta-tillbaka", headers=PAGE)
    leading = await people.editor.client.get("/redaktion/amnen/radon/avveckla", headers=PAGE)
    assert "har ett nästa steg hit" in leading.text
    assert '<a href="/redaktion/artiklar/bygglov-altan">Behöver jag bygglov för en altan?</a>' in leading.text
    assert (await article(action_server))["see_also"]
    replace(linked.altan, "review_by: 2027", "review_by: 2020")
    await imported(sessions, linked.path, clock)
    assert (await article(action_server))["see_also"] == []
    assert "har passerat sin granskningsdag" in await advice(people)


@pytest.mark.usefixtures("linked")
async def test_a_way_round_and_a_topic_without_an_article_are_told_of_and_refuse_nothing(people: People) -> None:
    assert (
        "Stegen leder runt: ”Hur mäter jag radon?” → ”Behöver jag bygglov för en altan?” → ”Hur mäter jag radon?”."
        in await advice(people)
    )
    assert "Ämnet ”finns-inte” finns inte." in await advice(people, "finns-inte")
    form = {"rubrik": "Utekök?", "omrade": "bygga-bo", "gor": "guide", "niva": "2", "svarsgrupp": "allmant"}
    await people.editor.client.post("/redaktion/amnen/nytt", data=form, headers=PAGE)
    assert "har ingen publicerad artikel. Steget visas när den finns." in await advice(people, "utekok")
    saved = await people.editor.client.post(
        ARTICLE,
        data={"text": "Mät.", "steg_text": "Runt", "steg_adress": "amne:radon", "publicerad": "1"},
        headers=PAGE,
    )
    assert saved.headers["location"] == f"{ARTICLE}?klart=sparat"


async def test_steps_to_topics_are_exported_and_imported_as_they_are(
    linked: ContentFolder, sessions: SessionFactory, clock: FakeClock, tmp_path: Path
) -> None:
    assert linked
    async with transaction(sessions) as session:
        files = await exporting.read_files(session)
    assert files["knowledge/bygga-bo/bygglov-altan.md"] == ALTAN
    await exporting.write_files(files, tmp_path / "exported")
    await imported(sessions, tmp_path / "exported", clock)
    async with transaction(sessions) as session:
        assert await exporting.read_files(session) == files


async def test_files_with_a_step_to_no_topic_are_not_imported(
    linked: ContentFolder, sessions: SessionFactory, clock: FakeClock
) -> None:
    replace(linked.radon, "amne:bygglov-altan", "amne:finns-inte")
    with pytest.raises(ContentError, match=r"radon\.md: a next step leads to the topic finns-inte"):
        await imported(sessions, linked.path, clock)


@pytest.mark.usefixtures("linked")
async def test_agents_get_the_links_that_can_be_sent_to_anybody(people: People) -> None:
    resident = await people.resident()
    await resident.ask_for_person()
    (case,) = await people.agent.list_cases()
    found = await people.agent.client.get(f"/desk/arenden/{case['reference']}?svar=radon", headers=PAGE)
    assert "amne:" not in found.text
