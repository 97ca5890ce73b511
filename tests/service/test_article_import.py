"""Answers from files: what would become drafts is told first, and made all at once when an editor has said so."""

import pytest
from imported_files import HTML, PAGE, PATH, create, csv_of, drafts_in, items_in, read, see, send, workbook
from people import People, a_personal_number
from sqlalchemy import func, select

from handover_api.content.importing.importer import Importer
from handover_api.database import SessionFactory
from handover_api.models import (
    ArticleVersion,
    AuditEntry,
    ContentImportFile,
)

pytestmark = pytest.mark.usefixtures("published")


async def test_a_row_becomes_a_draft_when_an_editor_has_said_so(
    people: People, importer: Importer, sessions: SessionFactory
) -> None:
    file = csv_of("område;ämne;svar;granskas senast\nMiljö;radon;Mät radon. Ring {telefon}.;2028-01-01\n")
    address = await read(people.editor, importer, file)
    report = await see(people.editor, address)
    assert "1 svar kan bli utkast." in report
    assert "Hur mäter jag radon? Ändrad Rad 2" in report
    assert await drafts_in(sessions) == {}
    assert "1 utkast är skapat. 0 svar kom inte med." in await create(people.editor, importer, address)
    draft = (await drafts_in(sessions))["radon"]
    assert (draft.text, draft.department, str(draft.review_by), draft.state, draft.based_on) == (
        "Mät radon. Ring {telefon}.",
        "Miljönämnden",
        "2028-01-01",
        "draft",
        1,
    )
    # What the row does not say stays.
    assert [source["title"] for source in draft.sources] == ["Råd om radon"]


async def test_a_broken_row_is_told_of_with_its_place_and_the_others_go_on(
    people: People, importer: Importer, sessions: SessionFactory
) -> None:
    address = await read(
        people.editor,
        importer,
        csv_of(
            "Ämne,Fråga,Svar,Granskas senast\n"
            ",Hur mäter jag radon?,Mät radon.,\n"
            "radon,,Mät radon igen.,\n"
            "finns-inte,,Svar,\n"
            "bygglov-altan,,Ring {telefn}.,\n"
            "bygglov-altan,,# Rubrik,\n"
            "bygglov-altan,,=A1,\n"
            "bygglov-altan,,,\n"
            "bygglov-altan,,En altan.,i morgon\n"
            "bygglov-altan,,En altan.,\n"
        ),
    )
    report = await see(people.editor, address)
    assert "2 svar kan bli utkast. 7 går inte att använda." in report
    for told in (
        "Rad 3: Rad 2 gäller samma ämne. Bara den används.",
        "Rad 4: Ämnet ”finns-inte” finns inte. Skriv ämnets namn eller rubrik som i listan.",
        "Rad 5: Det finns ingen lokal uppgift som heter {telefn}. Menade du {telefon}?",
        "Rad 6: Ta bort rubriker och HTML-kod. Stycken, punktlistor, fet text och länkar går bra.",
        "Rad 7: Cellen under ”svar” är en formel. Klistra in den som text.",
        "Rad 8: Svaret är tomt.",
        "Rad 9: ”i morgon” är ingen dag. Skriv den som år-månad-dag, till exempel 2027-01-15.",
    ):
        assert told in report
    await create(people.editor, importer, address)
    texts = {topic: draft.text for topic, draft in (await drafts_in(sessions)).items()}
    assert texts == {"radon": "Mät radon.", "bygglov-altan": "En altan."}


async def test_a_workbook_names_the_sheet_and_the_cell(people: People, importer: Importer) -> None:
    content = workbook(["ämne", "svar"], ["radon", "Mät."], ["bygglov-altan", "=1+1"])
    report = await see(people.editor, await read(people.editor, importer, ("svar.xlsx", content)))
    assert "Hur mäter jag radon? Ändrad Bladet Sheet, rad 2" in report
    assert "Bladet Sheet, rad 3: Cellen B3 är en formel." in report


async def test_what_has_been_exported_comes_back_as_it_is(people: People, importer: Importer) -> None:
    exported = (await people.editor.client.get("/redaktion/innehall.zip")).content
    report = await see(people.editor, await read(people.editor, importer, ("innehall.zip", exported)))
    assert "0 svar kan bli utkast. 0 går inte att använda. 2 svar är som de redan är." in report
    assert "Filer av andra slag i zip-filen lästes inte" in report


async def test_a_file_of_markdown_with_front_matter_says_all_fields(
    people: People, importer: Importer, sessions: SessionFactory
) -> None:
    text = (
        "---\ntopic: bygglov-altan\ndepartment: Byggnadsnämnden\nsources:\n  - title: Lagen\nnext_steps: []\n"
        "review_by: 2028-01-01\n---\nEn altan.\n\n## Checklista\n\n- Fråga.\n\n## Lättläst\n\nAltan.\n"
    )
    address = await read(people.editor, importer, ("bygglov-altan.md", text.encode()))
    await create(people.editor, importer, address)
    draft = (await drafts_in(sessions))["bygglov-altan"]
    assert (draft.text, draft.checklist, draft.easy_text, draft.department, str(draft.review_by)) == (
        "En altan.",
        "- Fråga.",
        "Altan.",
        "Byggnadsnämnden",
        "2028-01-01",
    )
    assert draft.sources == [{"title": "Lagen", "url": None}]


async def test_markdown_is_about_what_its_heading_or_its_name_says(
    people: People, importer: Importer, sessions: SessionFactory
) -> None:
    files = [("a.md", b"# Hur m\xc3\xa4ter jag radon?\n\nMed dosor."), ("bygglov-altan.md", b"En altan.")]
    await create(people.editor, importer, await read(people.editor, importer, *files))
    texts = {topic: draft.text for topic, draft in (await drafts_in(sessions)).items()}
    assert texts == {"radon": "Med dosor.", "bygglov-altan": "En altan."}


async def test_a_page_of_the_site_becomes_a_draft_with_its_address_as_the_source(
    people: People, importer: Importer, sessions: SessionFactory
) -> None:
    page = PAGE.format(title="Hur mäter jag radon?").encode()
    await create(people.editor, importer, await read(people.editor, importer, ("sida.html", page)))
    draft = (await drafts_in(sessions))["radon"]
    assert draft.text == "Mät **radon**."
    assert draft.sources == [{"title": "Hur mäter jag radon?", "url": "https://www.exempelkommunen.example/radon"}]


async def test_the_words_of_a_row_are_shown_beside_what_is_published(people: People, importer: Importer) -> None:
    address = await read(people.editor, importer, csv_of("ämne;svar\nradon;Mät radon.\n"))
    shown = await see(people.editor, f"{address}/0")
    assert "Ring {telefon} om du undrar något." in shown
    assert "tillagt: Mät" in shown


async def test_personal_numbers_are_masked_and_the_trail_has_only_counts(
    people: People, importer: Importer, sessions: SessionFactory
) -> None:
    number = a_personal_number()
    rows = f"ämne;svar\nradon;Skriv {number}.\n{number};Svar\n"
    address = await read(people.editor, importer, (f"{number}.csv", rows.encode()))
    assert number not in await see(people.editor, address)
    async with sessions() as session:
        assert await session.scalar(select(func.count()).select_from(ContentImportFile)) == 0
    assert number not in str([(item.says, item.title, item.reasons, item.file) for item in await items_in(sessions)])
    await create(people.editor, importer, address)
    assert number not in (await drafts_in(sessions))["radon"].text
    async with sessions() as session:
        [entry] = await session.scalars(select(AuditEntry).where(AuditEntry.action == "drafts_imported"))
    assert entry.details == {"imported": 1, "refused": 1}


async def test_for_others_the_pages_do_not_exist(people: People, importer: Importer, sessions: SessionFactory) -> None:
    address = await read(people.editor, importer, csv_of("ämne;svar\nradon;Ja.\n"))
    for member in (people.agent, people.admin):
        for path in (PATH, address, f"{address}/nu", f"{address}/0"):
            assert (await member.client.get(path, headers=HTML)).status_code == 404
        assert (await send(member, csv_of("ämne;svar\nradon;Ja.\n"))).status_code == 404
        for path in (address, f"{address}/avbryt"):
            assert (await member.client.post(path, data={"gor": "skapa"}, headers=HTML)).status_code == 404
    assert (await people.lead.client.get(address, headers=HTML)).status_code == 200
    assert await drafts_in(sessions) == {}


async def test_nothing_is_published_by_it(people: People, importer: Importer, sessions: SessionFactory) -> None:
    address = await read(people.editor, importer, csv_of("ämne;svar\nradon;Mät radon.\n"))
    await create(people.editor, importer, address)
    async with sessions() as session:
        assert await session.scalar(select(func.max(ArticleVersion.version))) == 1
