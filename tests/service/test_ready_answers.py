"""Ready answers: leads and editors write, change and put them away, and nothing that was written is lost."""

import html
import re

import httpx
import pytest
from fakes import FakeClock
from people import Member, People, a_personal_number
from sqlalchemy import select

from handover_api.content import answers
from handover_api.content.ready_answers import MAX_TEXT_CHARACTERS, MAX_TITLE_CHARACTERS
from handover_api.database import SessionFactory, transaction
from handover_api.models import AuditEntry, ReadyAnswer

HTML = {"accept": "text/html"}
PATH = "/desk/svar"

pytestmark = pytest.mark.usefixtures("published")


async def write(member: Member, path: str = f"{PATH}/nytt", **form: object) -> httpx.Response:
    fields = {"rubrik": "Lämna klagomål", "svar": "Ring {telefon}.", "svarsgrupp": "", "version": "0", **form}
    return await member.client.post(path, data=fields, headers=HTML)


async def show(member: Member, path: str = PATH) -> str:
    response = await member.client.get(path, headers=HTML)
    assert response.status_code == 200, response.text
    return html.unescape(response.text)


async def only_path(member: Member) -> str:
    found = re.findall(rf'href="({PATH}/[0-9a-f-]{{36}})"', await show(member))
    assert len(found) == 1
    return str(found[0])


async def found_by(sessions: SessionFactory, clock: FakeClock, words: str) -> list[tuple[str, int]]:
    async with transaction(sessions) as session:
        return [(answer.text, answer.version) for answer in await answers.search(session, words, clock())]


async def test_what_is_written_is_listed_and_found(people: People, sessions: SessionFactory, clock: FakeClock) -> None:
    saved = await write(people.editor, svarsgrupp="allmant")
    assert (saved.status_code, saved.headers["location"]) == (303, f"{PATH}?sparat=1")
    page = await show(people.lead)
    assert "Lämna klagomål" in page
    assert "Allmänna frågor" in page
    assert "Ändrat kl. 10.00 av Redaktören" in page
    assert await found_by(sessions, clock, "klagomål") == [("Ring 0980-319 200.", 1)]


async def test_a_change_takes_the_place_of_what_was(people: People, sessions: SessionFactory, clock: FakeClock) -> None:
    await write(people.editor)
    path = await only_path(people.lead)
    assert "Ring {telefon}." in await show(people.lead, path)
    assert (await write(people.lead, path, svar="Skriv till oss.", version="1")).status_code == 303
    assert await found_by(sessions, clock, "klagomål") == [("Skriv till oss.", 2)]
    assert "av Teamledaren" in await show(people.editor)


async def test_an_answer_is_put_away_and_taken_out_again(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    await write(people.editor)
    path = await only_path(people.editor)
    await people.lead.client.post(f"{path}/lagg-undan", data={"version": "1"}, headers=HTML)
    assert await found_by(sessions, clock, "klagomål") == []
    assert "Undanlagda (1)" in await show(people.lead)
    assert "Svaret är undanlagt." in await show(people.lead, path)
    await people.lead.client.post(f"{path}/ta-fram", data={"version": "2"}, headers=HTML)
    assert await found_by(sessions, clock, "klagomål") == [("Ring 0980-319 200.", 3)]
    async with transaction(sessions) as session:
        deeds = (await session.scalars(select(AuditEntry.action).order_by(AuditEntry.id))).all()
    assert [deed for deed in deeds if deed.startswith("ready_answer")] == [
        "ready_answer_added",
        "ready_answer_put_away",
        "ready_answer_taken_out",
    ]


async def test_what_somebody_else_has_changed_meanwhile_is_shown_beside_what_was_written(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    await write(people.editor)
    path = await only_path(people.editor)
    await write(people.lead, path, svar="Skriv till oss.", version="1")
    refused = await write(people.editor, path, svar="Besök oss.", version="1")
    assert refused.status_code == 409
    assert "Någon annan har ändrat svaret." in refused.text
    assert "Skriv till oss.</p>" in refused.text
    assert "Besök oss.</textarea>" in refused.text
    assert 'name="version" value="2"' in refused.text
    assert (
        await people.editor.client.post(f"{path}/lagg-undan", data={"version": "1"}, headers=HTML)
    ).status_code == 409
    assert await found_by(sessions, clock, "klagomål") == [("Skriv till oss.", 2)]


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"rubrik": " "}, "Skriv en rubrik."),
        ({"rubrik": "å" * (MAX_TITLE_CHARACTERS + 1)}, f"Rubriken får vara högst {MAX_TITLE_CHARACTERS} tecken."),
        ({"svar": "\u200b"}, "Skriv en svarstext."),
        ({"svar": "å" * (MAX_TEXT_CHARACTERS + 1)}, f"Svaret får vara högst {MAX_TEXT_CHARACTERS} tecken."),
        ({"svar": "å" * 5000}, f"Svaret får vara högst {MAX_TEXT_CHARACTERS} tecken."),
        ({"svar": "Ring {telefonen}."}, "Det finns ingen lokal uppgift som heter {telefonen}."),
        ({"svarsgrupp": "finns-inte"}, "Svarsgruppen finns inte."),
    ],
)
async def test_what_cannot_be_kept_comes_back_with_the_reason(
    people: People, sessions: SessionFactory, form: dict[str, str], sentence: str
) -> None:
    refused = await write(people.editor, **{"rubrik": "En rubrik", "svar": "Ett svar", **form})
    assert refused.status_code == 422
    page = html.unescape(refused.text)
    assert sentence in page
    assert form.get("svar", "Ett svar") in page
    assert form.get("rubrik", "En rubrik") in page
    async with transaction(sessions) as session:
        assert (await session.scalars(select(ReadyAnswer))).all() == []


async def test_personal_numbers_are_masked_before_anything_is_kept(people: People, sessions: SessionFactory) -> None:
    number = a_personal_number()
    await write(people.editor, rubrik=f"Om {number}", svar=f"Gäller {number}.")
    async with transaction(sessions) as session:
        kept = (await session.scalars(select(ReadyAnswer))).one()
        assert number not in kept.title + kept.text


async def test_the_pages_exist_for_leads_and_editors_alone(people: People) -> None:
    await write(people.editor)
    path = await only_path(people.editor)
    for address in (PATH, f"{PATH}/nytt", path):
        assert (await people.nobody.client.get(address)).status_code == 401
        for member in (people.agent, people.admin):
            assert (await member.client.get(address, headers=HTML)).status_code == 404
    for address in (f"{PATH}/nytt", path, f"{path}/lagg-undan", f"{path}/ta-fram"):
        for member in (people.agent, people.admin):
            assert (await write(member, address)).status_code == 404
    missing = f"{PATH}/0192f0c1-2345-7000-8000-000000000000"
    assert (await people.lead.client.get(missing, headers=HTML)).status_code == 404
    assert 'href="/desk/svar"' in await show(people.lead, "/desk")
    assert 'href="/desk/svar"' not in await show(people.agent, "/desk")
