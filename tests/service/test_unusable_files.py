"""Files that cannot be used change nothing, and the page says what to do."""

import pytest
from imported_files import HTML, PATH, drafts_in, read, see, send, words, zipped
from people import People
from sqlalchemy import func, select

from handover_api.content.importing.importer import Importer
from handover_api.database import SessionFactory
from handover_api.models import (
    ContentImport,
)

pytestmark = pytest.mark.usefixtures("published")


@pytest.mark.parametrize(
    ("name", "file", "sentence"),
    [
        ("a.csv", b"", "Filen är tom."),
        ("a.xls", b"\xd0\xcf\x11\xe0" + b"\0" * 600, "Excels gamla format (.xls)"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "skyddad med lösenord"),
        ("a.xlsx", b"abc", "Filen är skadad"),
        ("a.pdf", b"%PDF-1.7", "En PDF går inte att läsa in."),
        ("a.png", b"\x89PNG", "Filen är av ett slag som inte går att läsa in."),
    ],
)
async def test_a_file_that_nothing_can_be_read_from_is_refused_at_once(
    people: People, sessions: SessionFactory, name: str, file: bytes, sentence: str
) -> None:
    refused = await send(people.editor, (name, file))
    assert refused.status_code == 422
    assert sentence in words(refused)
    async with sessions() as session:
        assert await session.scalar(select(func.count()).select_from(ContentImport)) == 0


@pytest.mark.parametrize(
    ("name", "file", "sentence"),
    [
        ("a.csv", "ämne;svar\n".encode(), "Filen är tom, eller har bara rubriker."),
        ("a.csv", "ämne;text\na;b".encode(), "Kolumnen ”svar” saknas."),
        ("a.csv", "ämne;svar;svar\na;b;c".encode(), "Kolumnen ”svar” finns två gånger."),
        ("a.csv", "ämne;svar\nradon;\x8c".encode("latin-1"), "Filens bokstäver går inte att läsa."),
        ("a.csv", "ämne;svar\nradon;Mät på våren".encode("cp1252"), "Den lästes som Windows-1252."),
        ("a.csv", b"svar;fr\xc3\xa5ga\n" + b"a;b\n" * 10_001, "fler än 10000 rader"),
        ("a.xlsx", b"PK\x03\x04", "Filen är skadad"),
        ("a.zip", zipped(("a.png", b"x")), "Zip-filen har inga filer som går att läsa in."),
        ("a.zip", zipped(("a.zip", b"x")), "En zip-fil i en zip-fil läses inte."),
        ("a.zip", zipped(("a.md", b"\0" * 20_000_000)), "Filen blir för stor när den packas upp."),
        ("a.docx", zipped(("[Content_Types].xml", b""), ("word/document.xml", b"")), "Ett Word-dokument går inte"),
        ("a.ods", zipped(("mimetype", b""), ("content.xml", b"")), "sparad som OpenDocument"),
        ("a.md", b"---\nreview_by: snart\n---\nText", "”review_by”, som står överst i filen, går inte att läsa."),
        ("a.md", b"---\n: :\n  - x\n", "Det som står överst i filen"),
        ("a.html", b"bara text", "Filen är ingen webbsida"),
    ],
)
async def test_a_file_that_cannot_be_used_changes_nothing_and_says_what_to_do(
    people: People, importer: Importer, sessions: SessionFactory, name: str, file: bytes, sentence: str
) -> None:
    assert sentence in await see(people.editor, await read(people.editor, importer, (name, file)))
    assert await drafts_in(sessions) == {}


async def test_a_broken_file_does_not_stop_the_others(people: People, importer: Importer) -> None:
    files = zipped(
        ("svar/a.md", b"# Hur m\xc3\xa4ter jag radon?\nMed dosor."), ("svar/b.md", b"---\n"), ("c.xlsx", b"x")
    )
    report = await see(people.editor, await read(people.editor, importer, ("svar.zip", files)))
    assert "1 svar kan bli utkast. 2 går inte att använda." in report
    assert "svar/b.md: Det som står överst i filen" in report
    assert "c.xlsx: Filen är skadad" in report


async def test_a_form_without_a_file_is_answered(people: People) -> None:
    refused = await people.editor.client.post(PATH, data={"fil": "text"}, headers=HTML)
    assert refused.status_code == 422
    assert "Välj en fil." in refused.text


async def test_files_that_are_too_big_are_not_read(people: People, sessions: SessionFactory) -> None:
    refused = await send(people.editor, ("a.xlsx", b"a" * 12_000_000))
    assert refused.status_code == 413
    assert "De får vara högst 10 MB tillsammans." in words(refused)
    refused = await send(people.editor, ("a.csv", b"a" * 6_000_000), ("b.csv", b"a" * 4_500_000))
    assert refused.status_code == 422
    assert "De får vara högst 10 MB tillsammans." in words(refused)
    async with sessions() as session:
        assert await session.scalar(select(func.count()).select_from(ContentImport)) == 0


async def test_other_pages_take_no_more_than_before(people: People) -> None:
    refused = await people.editor.client.post("/redaktion/artiklar/radon", data={"text": "a" * 1_100_000}, headers=HTML)
    assert refused.status_code == 413
    assert "Det som skickades är för stort." in words(refused)
