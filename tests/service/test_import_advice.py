"""What an import says of areas, of topics that are missing or out of use, and of steps that lead round or nowhere."""

import html
import re
from collections.abc import Sequence

import pytest
from imported_files import HTML, PAGE, create, csv_of, drafts_in, read, see, words
from people import Member, People

from handover_api.content.importing.importer import Importer
from handover_api.database import SessionFactory

pytestmark = pytest.mark.usefixtures("published")

RADON, ALTAN = "Hur mäter jag radon?", "Behöver jag bygglov för en altan?"
ADVICE = "Steg till andra ämnen"


def article(topic: str, steps: Sequence[str], text: str = "Andra ord.") -> tuple[str, bytes]:
    """A file of Markdown that leads to other topics."""
    listed = "".join(f"\n  - label: Se även\n    url: amne:{step}" for step in steps) or " []"
    front = f"topic: {topic}\nreview_by: 2028-01-01\nnext_steps:{listed}\n"
    return f"{topic}.md", f"---\n{front}---\n{text}\n".encode()


async def links_of(member: Member, address: str) -> dict[str, str]:
    """Addresses by what the links are called."""
    page = await member.client.get(address, headers=HTML)
    return {
        html.unescape(name): html.unescape(path)
        for path, name in re.findall(r'<a href="([^"]+)">([^<]+)</a>', page.text)
    }


async def retire(member: Member, topic: str) -> None:
    retired = await member.client.post(f"/redaktion/amnen/{topic}/avveckla", data={"version": "1"}, headers=HTML)
    assert retired.status_code == 303


async def test_steps_that_lead_round_among_the_files_are_told_once_and_stop_nothing(
    people: People, importer: Importer, sessions: SessionFactory
) -> None:
    files = [article("radon", ["bygglov-altan"]), article("bygglov-altan", ["radon"])]
    address = await read(people.editor, importer, *files)
    report = await see(people.editor, address)
    assert "2 svar kan bli utkast. 0 går inte att använda. 1 råd om steg till andra ämnen" in report
    told = f"Stegen leder runt: ”{RADON}” (radon.md) → ”{ALTAN}” (bygglov-altan.md) → ”{RADON}”. Det går bra om"
    assert report.count(told) == 1
    assert "2 utkast är skapade." in await create(people.editor, importer, address)
    assert len(await drafts_in(sessions)) == 2
    assert told in await see(people.editor, address)


@pytest.mark.usefixtures("linked")
async def test_a_round_with_what_is_published_is_told_until_the_file_ends_it(
    people: People, importer: Importer
) -> None:
    leading = article("radon", ["bygglov-altan"])
    # A row of a table leaves the steps as they are.
    for files in ([leading], [leading, csv_of("ämne;svar\nbygglov-altan;Andra ord.\n")]):
        around = await see(people.editor, await read(people.editor, importer, *files))
        assert f"Stegen leder runt: ”{RADON}” (radon.md) → ”{ALTAN}” (publicerad) → ”{RADON}”." in around
    for unlinked in (
        [article("radon", [])],
        [leading, article("bygglov-altan", [])],
        [csv_of("ämne;svar\nradon;Andra ord.\n")],
    ):
        assert ADVICE not in await see(people.editor, await read(people.editor, importer, *unlinked))
    # Nobody is led on by a topic that is out of use.
    await retire(people.editor, "bygglov-altan")
    assert "runt" not in await see(people.editor, await read(people.editor, importer, leading))


async def test_what_has_not_become_a_draft_leads_nowhere(people: People, importer: Importer) -> None:
    files = [article("radon", ["bygglov-altan"]), article("bygglov-altan", ["radon"])]
    address = await read(people.editor, importer, *files)
    draft = {"text": "Någon annans ord.", "version": "0", "publicerad": "0", "gor": "spara"}
    begun = await people.lead.client.post("/redaktion/artiklar/bygglov-altan", data=draft, headers=HTML)
    assert begun.status_code == 303
    report = await create(people.editor, importer, address)
    assert "Stegen leder runt" not in report
    assert f"radon.md: Ämnet ”{ALTAN}” har ingen publicerad artikel." in report


@pytest.mark.usefixtures("linked")
async def test_what_is_exported_with_a_round_comes_back_as_it_is_and_without_advice(
    people: People, importer: Importer
) -> None:
    exported = (await people.editor.client.get("/redaktion/innehall.zip")).content
    report = await see(people.editor, await read(people.editor, importer, ("innehall.zip", exported)))
    assert "0 svar kan bli utkast. 0 går inte att använda. 3 svar är som de redan är." in report
    assert ADVICE not in report


async def test_steps_that_lead_nowhere_are_told_with_their_file(people: People, importer: Importer) -> None:
    leading = article("radon", ["finns-inte", "bygglov-altan"])
    report = await see(people.editor, await read(people.editor, importer, leading))
    assert "radon.md: Ämnet ”finns-inte” finns inte. Steget visas inte." in report
    assert f"radon.md: Ämnet ”{ALTAN}” har ingen publicerad artikel." in report
    # It gets its article by the same import.
    both = await read(people.editor, importer, leading, article("bygglov-altan", []))
    assert "har ingen publicerad artikel" not in await see(people.editor, both)
    await retire(people.editor, "bygglov-altan")
    report = await see(people.editor, await read(people.editor, importer, leading))
    assert f"radon.md: Ämnet ”{ALTAN}” är avvecklat." in report


async def test_an_area_that_is_not_the_topics_is_told_with_both_and_the_row_goes_in(
    people: People, importer: Importer, sessions: SessionFactory
) -> None:
    file = csv_of(
        "område;ämne;svar\nByggande;radon;Mät.\nmiljö  och HÄLSA;bygglov-altan;En altan.\n"
        "ovriga-myndigheter;akut-fara;**Ring 112 nu.**\n"
    )
    address = await read(people.editor, importer, file)
    report = await see(people.editor, address)
    assert "2 svar kan bli utkast. 0 går inte att använda. 1 svar är som det redan är." in report
    assert f"{RADON} Ändrad Rad 2 Området ”Byggande” finns inte. Skriv det som i listan över ämnen." in report
    both = "Raden säger området ”Miljö och hälsa”, men ämnet ligger i ”Bygga och bo”."
    assert f"{ALTAN} Ny artikel Rad 3 {both}" in report
    assert (report.count("Området ”"), report.count("Raden säger området")) == (1, 1)
    assert (await links_of(people.editor, address))["Ändra ämnet"] == "/redaktion/amnen/bygglov-altan/andra"
    await create(people.editor, importer, address)
    assert set(await drafts_in(sessions)) == {"radon", "bygglov-altan"}


async def test_an_area_is_told_of_whatever_becomes_of_the_row(people: People, importer: Importer) -> None:
    file = csv_of("område;ämne;svar\nAvfall;akut-fara;**Ring 112 nu.**\nAvfall;radon;# Rubrik\nAvfall;finns-inte;Ja.\n")
    report = await see(people.editor, await read(people.editor, importer, file))
    unknown = "Området ”Avfall” finns inte."
    assert f"Rad 2: Det brinner {unknown}" in report
    assert (
        f"Rad 3: Ta bort rubriker och HTML-kod. Stycken, punktlistor, fet text och länkar går bra. {unknown}" in report
    )
    assert f"Rad 4: Ämnet ”finns-inte” finns inte. Skriv ämnets namn eller rubrik som i listan. {unknown}" in report


async def test_a_missing_topic_of_a_known_area_is_made_on_its_page_and_the_row_goes_in_the_next_time(
    people: People, importer: Importer, sessions: SessionFactory
) -> None:
    long = "Får jag " * 20 + "bygga?"
    file = csv_of(
        "område;ämne;fråga;svar\nBygga och bo;utekok;Får jag bygga ett utekök?;Ja.\n"
        f"bygga-bo;{long};;Ja.\n;badtunna;;Ja.\n"
    )
    address = await read(people.editor, importer, file)
    report = await see(people.editor, address)
    assert "0 svar kan bli utkast. 3 går inte att använda." in report
    told = "Rad 2: Ämnet ”Får jag bygga ett utekök?” finns inte. Skapa det i området ”Bygga och bo”"
    assert told in report
    # These say too much or too little for a topic.
    assert (report.count("Området ”"), report.count("Skapa det i området")) == (0, 1)
    form = (await links_of(people.editor, address))["Skapa ämnet ”Får jag bygga ett utekök?”"]
    page = html.unescape((await people.editor.client.get(form, headers=HTML)).text)
    assert 'value="Får jag bygga ett utekök?"' in page
    assert '<option value="bygga-bo" selected>' in page
    for other in (form.replace("rad=0", "rad=1"), form.replace("rad=0", "rad=7")):
        assert (await people.editor.client.get(other, headers=HTML)).status_code == 404
    choices = {"omrade": "bygga-bo", "gor": "guide", "niva": "2", "svarsgrupp": "allmant"}
    made = await people.editor.client.post(
        "/redaktion/amnen/nytt", data={"rubrik": "Får jag bygga ett utekök?", **choices}, headers=HTML
    )
    assert made.status_code == 303
    again = await read(people.editor, importer, file)
    assert "1 utkast är skapat. 2 svar kom inte med." in await create(people.editor, importer, again)
    assert [draft.text for draft in (await drafts_in(sessions)).values()] == ["Ja."]


async def test_a_row_about_a_topic_out_of_use_says_so_and_goes_in_when_it_is_taken_back(
    people: People, importer: Importer
) -> None:
    await retire(people.editor, "radon")
    file = csv_of(f"ämne;svar\nradon;Mät.\n{RADON.upper()};Mät.\n")
    address = await read(people.editor, importer, file)
    report = await see(people.editor, address)
    for row in (2, 3):
        assert f"Rad {row}: Ämnet ”{RADON}” är avvecklat. Ta tillbaka det på ämnets sida" in report
    topic = (await links_of(people.editor, address))[f"Till ämnet ”{RADON}”"]
    assert "Ta tillbaka ämnet" in await see(people.editor, topic)
    await people.editor.client.post(f"{topic}/ta-tillbaka", headers=HTML)
    again = await see(people.editor, await read(people.editor, importer, file))
    assert "1 svar kan bli utkast. 1 går inte att använda." in again


async def test_a_page_is_not_about_a_topic_out_of_use(people: People, importer: Importer) -> None:
    await retire(people.editor, "radon")
    address = await read(people.editor, importer, ("sida.html", PAGE.format(title=RADON).encode()))
    told = f"Ämnet ”{RADON}” är avvecklat. Ta tillbaka det på ämnets sida"
    assert told in await see(people.editor, address)
    chosen = {"gor": "spara", "amne-0": "radon"}
    refused = await people.editor.client.post(address, data=chosen, headers=HTML)
    assert refused.status_code == 422
    assert words(refused).count(told) == 2
    await people.editor.client.post(address, data={"gor": "spara", "amne-0": "bygglov-altan"}, headers=HTML)
    assert told not in await see(people.editor, address)
