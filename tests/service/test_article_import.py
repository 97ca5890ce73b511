"""Answers from a spreadsheet: right rows become drafts, and every other row is told of by its number."""

import html
import re

import httpx
import pytest
from people import Member, People, a_personal_number
from sqlalchemy import select

from handover_api.database import SessionFactory
from handover_api.models import ArticleDraft, AuditEntry

HTML = {"accept": "text/html"}
PATH = "/redaktion/inlasning"

pytestmark = pytest.mark.usefixtures("published")


async def send(member: Member, file: bytes, name: str = "svar.csv") -> httpx.Response:
    return await member.client.post(PATH, files={"fil": (name, file, "text/csv")}, headers=HTML)


async def report(member: Member, text: str) -> dict[int, str]:
    """What the page says of each row, by its number."""
    response = await send(member, text.encode())
    assert response.status_code == 200, response.text
    told = html.unescape(re.sub(r"<[^>]+>", "", "\n".join(re.findall(r"<li>Rad.*?</li>", response.text))))
    return {int(line): words for line, words in re.findall(r"^Rad (\d+): (.*)$", told, re.MULTILINE)}


async def drafts_in(sessions: SessionFactory) -> dict[str, ArticleDraft]:
    async with sessions() as session:
        return {each.topic: each for each in await session.scalars(select(ArticleDraft))}


async def test_a_row_becomes_a_draft_and_what_it_does_not_say_stays(people: People, sessions: SessionFactory) -> None:
    told = await report(
        people.editor, "område;ämne;svar;granskas senast\nMiljö;radon;Mät radon. Ring {telefon}.;2028-01-01\n"
    )
    assert told == {2: "Hur mäter jag radon?"}
    draft = (await drafts_in(sessions))["radon"]
    assert (draft.text, draft.department, str(draft.review_by)) == (
        "Mät radon. Ring {telefon}.",
        "Miljönämnden",
        "2028-01-01",
    )
    assert (draft.state, draft.based_on) == ("draft", 1)
    assert [source["title"] for source in draft.sources] == ["Råd om radon"]


async def test_a_broken_row_is_told_of_and_the_others_go_on(people: People, sessions: SessionFactory) -> None:
    told = await report(
        people.editor,
        "Ämne,Fråga,Svar,Granskas senast\n"
        ",Hur mäter jag radon?,Mät radon.,\n"
        "radon,,Mät radon igen.,\n"
        "finns-inte,,Svar,\n"
        "bygglov-altan,,Ring {telefn}.,\n"
        "bygglov-altan,,# Rubrik,\n"
        "bygglov-altan,,=A1,\n"
        "bygglov-altan,,,\n"
        "bygglov-altan,,En altan.,i morgon\n"
        "bygglov-altan,,En altan.,\n",
    )
    assert told == {
        2: "Hur mäter jag radon?",
        3: "Det finns redan ett utkast om ämnet.",
        4: "Ämnet ”finns-inte” finns inte. Skriv ämnets namn eller rubrik som i listan.",
        5: "Det finns ingen lokal uppgift som heter {telefn}. Menade du {telefon}?",
        6: "Ta bort rubriker och HTML-kod. Stycken, punktlistor, fet text och länkar går bra.",
        7: "En cell är en formel. Klistra in den som text.",
        8: "Svaret är tomt.",
        9: "”i morgon” är ingen dag. Skriv den som år-månad-dag, till exempel 2027-01-15.",
        10: "Behöver jag bygglov för en altan?",
    }
    assert {topic: draft.text for topic, draft in (await drafts_in(sessions)).items()} == {
        "radon": "Mät radon.",
        "bygglov-altan": "En altan.",
    }


async def test_what_is_published_already_makes_no_draft(people: People, sessions: SessionFactory) -> None:
    told = await report(people.editor, "ämne;svar\nradon;Beställ mätdosor. Ring {telefon} om du undrar något.\n")
    assert told == {2: "Svaret är detsamma som det som är publicerat."}
    assert await drafts_in(sessions) == {}


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (b"", "Välj en fil."),
        (b"PK\x03\x04", "Filen är en arbetsbok."),
        ("ämne;svar\nradon;å".encode("latin-1"), "Filens bokstäver går inte att läsa."),
        ("ämne;svar\n".encode(), "Filen är tom, eller har bara rubriker."),
        ("ämne;text\na;b".encode(), "Kolumnen ”svar” saknas."),
        ("ämne;svar;svar\na;b;c".encode(), "Kolumnen ”svar” finns två gånger."),
        (b"svar;fr\xc3\xa5ga\n" + b"a;b\n" * 10_001, "fler än 10000 rader"),
    ],
)
async def test_a_file_that_cannot_be_used_is_refused_with_what_to_do(
    people: People, sessions: SessionFactory, file: bytes, sentence: str
) -> None:
    refused = await send(people.editor, file)
    assert refused.status_code == 422
    assert sentence in html.unescape(refused.text)
    assert await drafts_in(sessions) == {}


async def test_a_form_without_a_file_is_answered(people: People) -> None:
    refused = await people.editor.client.post(PATH, data={"fil": "text"}, headers=HTML)
    assert refused.status_code == 422
    assert "Välj en fil." in refused.text


async def test_a_file_that_is_too_big_is_not_read(people: People, sessions: SessionFactory) -> None:
    refused = await send(people.editor, b"a" * 1_100_000)
    assert refused.status_code == 413
    assert await drafts_in(sessions) == {}


async def test_ten_thousand_rows_are_told_of_without_ten_thousand_lines(
    people: People, sessions: SessionFactory
) -> None:
    file = "ämne;svar\nradon;Mät radon.\n" + "radon;Ja.\n" * 9_999
    response = await send(people.editor, file.encode())
    assert "1 rad blev utkast. 9999 rader gick inte att använda." in " ".join(response.text.split())
    assert "Här visas de 200 första." in response.text
    assert list(await drafts_in(sessions)) == ["radon"]


async def test_personal_numbers_are_masked_and_the_trail_has_only_counts(
    people: People, sessions: SessionFactory
) -> None:
    await report(people.editor, f"ämne;svar\nradon;Skriv {a_personal_number()}.\n")
    assert a_personal_number() not in (await drafts_in(sessions))["radon"].text
    async with sessions() as session:
        [entry] = await session.scalars(select(AuditEntry).where(AuditEntry.action == "drafts_imported"))
    assert entry.details == {"imported": 1, "refused": 0}


async def test_for_others_the_page_does_not_exist(people: People, sessions: SessionFactory) -> None:
    for member in (people.agent, people.admin):
        assert (await member.client.get(PATH, headers=HTML)).status_code == 404
        assert (await send(member, "ämne;svar\nradon;Ja.\n".encode())).status_code == 404
    assert (await people.lead.client.get(PATH, headers=HTML)).status_code == 200
    assert await drafts_in(sessions) == {}
