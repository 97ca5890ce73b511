"""Local facts in the studio: shown before they are changed, in every answer at once, and taken back."""

import html
from pathlib import Path

import httpx
import pytest
from content_folder import ContentFolder, replace
from fakes import FakeClock
from people import Member, People
from sqlalchemy import select

from handover_api.content import exporting
from handover_api.content.service import import_content
from handover_api.database import SessionFactory, transaction
from handover_api.models import AuditEntry, LocalFactChange

PAGE = {"accept": "text/html"}
PATH = "/redaktion/uppgifter"
PHONE = f"{PATH}/telefon"
OLD, NEW = "0980-319 200", "0980-319 299"


async def post(member: Member, address: str, **form: str) -> httpx.Response:
    return await member.client.post(address, data=form, headers=PAGE)


async def page_of(member: Member, address: str) -> str:
    response = await member.client.get(address, headers=PAGE)
    assert response.status_code == 200, response.text
    return html.unescape(response.text)


async def change(member: Member, value: str, seen: str = OLD, address: str = PHONE) -> httpx.Response:
    return await post(member, address, varde=value, sag=seen, gor="spara")


async def answer(action_server: httpx.AsyncClient) -> str:
    return str((await action_server.get("/internal/articles/radon")).json()["text"])


async def facts_file(sessions: SessionFactory) -> str:
    async with transaction(sessions) as session:
        return (await exporting.read_files(session))["local_facts.yml"]


async def imported(sessions: SessionFactory, folder: Path, clock: FakeClock) -> int:
    async with transaction(sessions) as session:
        return (await import_content(session, folder, clock())).kept


@pytest.mark.usefixtures("published")
async def test_what_becomes_of_the_answers_is_shown_before_anything_is_changed(
    people: People, action_server: httpx.AsyncClient
) -> None:
    listed = await page_of(people.editor, PATH)
    assert "3 uppgifter" in listed
    assert "Används på 2 ställen" in listed
    response = await post(people.editor, PHONE, varde=f" {NEW} ", sag=OLD, gor="visa")
    page = html.unescape(response.text)
    assert response.status_code == 200
    assert "2 ställen ändras så snart du sparar." in page
    assert f"<del>Beställ mätdosor. Ring {OLD} om du undrar något.</del>" in page
    assert f"<ins>Beställ mätdosor. Ring {NEW} om du undrar något.</ins>" in page
    assert f"<ins>- Kontaktcentrets nummer är {NEW}.</ins>" in page
    assert OLD in await answer(action_server)
    same = await post(people.editor, PHONE, varde=OLD, sag=OLD, gor="visa")
    assert "Du har inte ändrat något." in same.text


@pytest.mark.usefixtures("published")
async def test_a_change_is_in_the_answers_at_once_and_can_be_taken_back(
    people: People, action_server: httpx.AsyncClient, sessions: SessionFactory
) -> None:
    assert (await change(people.editor, NEW)).headers["location"] == f"{PHONE}?klart=sparat"
    assert NEW in await answer(action_server)
    page = await page_of(people.lead, PHONE)
    assert f"Redaktören ändrade från ”{OLD}” till ”{NEW}”" in page
    assert (await post(people.lead, f"{PHONE}/angra")).headers["location"] == f"{PHONE}?klart=angrat"
    assert OLD in await answer(action_server)
    async with transaction(sessions) as session:
        entries = [
            *await session.scalars(
                select(AuditEntry).where(AuditEntry.subject_kind == "local_fact").order_by(AuditEntry.id)
            )
        ]
        changes = [*await session.scalars(select(LocalFactChange).order_by(LocalFactChange.id))]
    assert [(entry.action, entry.subject_id, entry.details) for entry in entries] == [
        ("fact_changed", "telefon", {})
    ] * 2
    assert [(each.before, each.after) for each in changes] == [(OLD, NEW), (NEW, OLD)]


@pytest.mark.usefixtures("published")
async def test_two_editors_of_one_fact_never_overwrite_each_other_silently(
    people: People, action_server: httpx.AsyncClient
) -> None:
    await change(people.lead, NEW)
    late = await change(people.editor, "0980-319 211")
    page = html.unescape(late.text)
    assert late.status_code == 409
    assert "Någon annan har ändrat uppgiften sedan du öppnade den." in page
    assert 'value="0980-319 211"' in page
    assert f'name="sag" value="{NEW}"' in page
    assert NEW in await answer(action_server)


@pytest.mark.parametrize(
    ("address", "value", "sentence"),
    [
        (PHONE, " ", "Skriv uppgiften."),
        (PHONE, "x" * 301, "Skriv högst 300 tecken."),
        (PHONE, "{kommun}", "Ta bort tecknen { och }."),
        (PHONE, "<script>", "Ta bort tecknen < > [ ] och `."),
        (f"{PATH}/lank_radon", "på biblioteket", "Uppgiften används som länk."),
    ],
)
@pytest.mark.usefixtures("published")
async def test_what_no_answer_could_show_is_refused_and_kept_in_the_form(
    people: People, sessions: SessionFactory, address: str, value: str, sentence: str
) -> None:
    before = await facts_file(sessions)
    for deed in ("visa", "spara"):
        response = await post(people.editor, address, varde=value, sag=OLD, gor=deed)
        page = html.unescape(response.text)
        assert (response.status_code, sentence in page, value in page) == (422, True, True)
    assert await facts_file(sessions) == before


@pytest.mark.usefixtures("published")
async def test_a_fact_is_added_last_and_removed_only_while_nothing_needs_it(
    people: People, sessions: SessionFactory
) -> None:
    before = await facts_file(sessions)
    refused = await post(people.editor, f"{PATH}/ny", namn="Telefon badhus", varde=NEW)
    assert (refused.status_code, "Skriv ett namn med små bokstäver" in refused.text) == (422, True)
    assert "redan en uppgift" in (await post(people.editor, f"{PATH}/ny", namn="telefon", varde=NEW)).text
    added = await post(people.editor, f"{PATH}/ny", namn="{telefon_badhus}", varde=NEW)
    assert added.headers["location"] == f"{PATH}/telefon_badhus?klart=tillagd"
    assert await facts_file(sessions) == f"{before}telefon_badhus: {NEW}\n"
    assert "Den används inte i något svar" in await page_of(people.editor, f"{PATH}/telefon_badhus")
    for needed, value in (("telefon", OLD), ("kommun", "Exempelö")):
        response = await post(people.editor, f"{PATH}/{needed}/ta-bort", sag=value)
        assert (response.status_code, "Ta bort den ur svaren först." in response.text) == (409, True)
        assert "Ta bort uppgiften" not in await page_of(people.editor, f"{PATH}/{needed}")
    removed = await post(people.editor, f"{PATH}/telefon_badhus/ta-bort", sag=NEW)
    assert removed.headers["location"] == f"{PATH}?klart=borttagen"
    assert await facts_file(sessions) == before
    assert "Borttagna uppgifter" in await page_of(people.editor, PATH)
    await post(people.editor, f"{PATH}/telefon_badhus/angra")
    assert await facts_file(sessions) == f"{before}telefon_badhus: {NEW}\n"


@pytest.mark.usefixtures("published")
async def test_a_fact_in_english_is_shown_in_english_answers_and_is_never_needed(
    people: People, sessions: SessionFactory
) -> None:
    assert f"{PATH}/ny?namn=kommun_en" in await page_of(people.editor, f"{PATH}/kommun")
    await post(people.editor, f"{PATH}/ny", namn="kommun_en", varde="Example Municipality")
    assert "På engelska: Example Municipality" in await page_of(people.editor, f"{PATH}/kommun")
    removed = await post(people.editor, f"{PATH}/kommun_en/ta-bort", sag="Example Municipality")
    assert removed.status_code == 303
    assert "kommun_en" not in await facts_file(sessions)


async def test_what_an_editor_has_done_with_a_fact_the_files_leave_alone(
    people: People, published: ContentFolder, sessions: SessionFactory, clock: FakeClock
) -> None:
    replace(published.facts, "kommun:", "avgift: 100 kronor\nkommun:")
    assert await imported(sessions, published.path, clock) == 0
    await change(people.editor, NEW)
    await post(people.editor, f"{PATH}/ny", namn="telefon_badhus", varde="0980-319 250")
    await post(people.editor, f"{PATH}/avgift/ta-bort", sag="100 kronor")
    edited = await facts_file(sessions)
    replace(published.facts, "Exempelö", "Exempelstad")
    assert await imported(sessions, published.path, clock) == 2
    assert await facts_file(sessions) == edited.replace("Exempelö", "Exempelstad")


async def test_a_group_keeps_its_heading_when_its_first_fact_is_removed(
    people: People, published: ContentFolder, sessions: SessionFactory, clock: FakeClock
) -> None:
    replace(published.facts, "kommun:", "\n# Prices\navgift: 100 kronor\n\n# Names\nkommun:")
    await imported(sessions, published.path, clock)
    await post(people.editor, f"{PATH}/avgift/ta-bort", sag="100 kronor")
    assert (await facts_file(sessions)).endswith("\n# Prices\n\n# Names\nkommun: Exempelö\n")


@pytest.mark.usefixtures("published")
async def test_local_facts_are_kept_by_editors_and_leads_alone(people: People) -> None:
    for address in (PATH, PHONE, f"{PATH}/ny"):
        assert (await people.agent.client.get(address, headers=PAGE)).status_code == 404
    assert (await change(people.agent, NEW)).status_code == 404
    assert (await people.editor.client.get(f"{PATH}/finns_inte", headers=PAGE)).status_code == 404
    assert (await post(people.editor, f"{PATH}/finns_inte/angra")).status_code == 404
