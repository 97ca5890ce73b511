"""An import from the files to the drafts: what an editor decides, and what is left when it is broken off."""

import asyncio
import html
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from fakes import FakeClock
from imported_files import (
    HTML,
    PAGE,
    create,
    csv_of,
    drafts_in,
    items_in,
    read,
    see,
    send,
    words,
)
from people import PATIENCE_SECONDS, Member, People
from sqlalchemy import func, insert, select, update

from handover_api.content.importing import service
from handover_api.content.importing.importer import Importer
from handover_api.database import SessionFactory, transaction
from handover_api.models import (
    ContentImport,
    ContentImportFile,
    ContentImportItem,
    Topic,
)

pytestmark = pytest.mark.usefixtures("published")


@asynccontextmanager
async def radon_held(sessions: SessionFactory) -> AsyncIterator[None]:
    """Somebody has the topic in hand, so the worker has to wait in the middle of its work."""
    async with transaction(sessions) as session:
        await session.execute(select(Topic).where(Topic.id == "radon").with_for_update())
        yield


async def until_it_works(sessions: SessionFactory) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            async with sessions() as session:
                if await session.scalar(select(ContentImport.attempts).where(ContentImport.state == "writing")):
                    return


async def asked(member: Member, importer: Importer) -> str:
    address = await read(member, importer, csv_of("ämne;svar\nbygglov-altan;En altan.\nradon;Mät radon.\n"))
    assert (await member.client.post(address, data={"gor": "skapa"}, headers=HTML)).status_code == 303
    return address


async def test_the_editor_chooses_the_topic_of_a_page_that_none_is_named_as(
    people: People, importer: Importer, sessions: SessionFactory
) -> None:
    pages = [("a.html", PAGE.format(title="Radonet").encode()), ("b.html", PAGE.format(title="Annat").encode())]
    address = await read(people.editor, importer, *pages)
    assert "2 svar behöver ett ämne" in await see(people.editor, address)
    refused = await people.editor.client.post(
        address, data={"gor": "skapa", "amne-0": "Hur mäter jag radon?", "amne-1": "Okänt"}, headers=HTML
    )
    assert refused.status_code == 422
    assert "Ämnet ”Okänt” finns inte." in words(refused)
    # What was right is kept, what was wrong stands in its field, and nothing is made.
    assert 'value="Okänt"' in html.unescape(refused.text)
    assert [item.topic for item in await items_in(sessions)] == ["radon", None]
    assert await drafts_in(sessions) == {}
    told = await create(people.editor, importer, address, **{"amne-1": ""})
    assert "1 utkast är skapat. 1 svar kom inte med." in told
    assert "Fick inget ämne b.html" in told
    assert list(await drafts_in(sessions)) == ["radon"]


async def test_a_topic_that_was_chosen_wrongly_is_chosen_anew(
    people: People, importer: Importer, sessions: SessionFactory
) -> None:
    address = await read(people.editor, importer, ("a.html", PAGE.format(title="Radonet").encode()))
    for topic in ("radon", "bygglov-altan", ""):
        kept = await people.editor.client.post(address, data={"gor": "spara", "amne-0": topic}, headers=HTML)
        assert kept.status_code == 303
        assert [item.topic for item in await items_in(sessions)] == [topic or None]
    refused = await people.editor.client.post(address, data={"gor": "skapa"}, headers=HTML)
    assert refused.status_code == 409
    assert "Det finns inget som kan bli utkast." in words(refused)


async def test_two_pages_cannot_be_about_the_same_topic(people: People, importer: Importer) -> None:
    page = PAGE.format(title="Radonet").encode()
    address = await read(people.editor, importer, ("a.html", page), ("b.html", page))
    choices = {"gor": "spara", "amne-0": "radon", "amne-1": "radon"}
    refused = await people.editor.client.post(address, data=choices, headers=HTML)
    assert refused.status_code == 422
    assert "Filen a.html gäller samma ämne." in words(refused)


async def test_what_has_become_of_an_article_since_is_left_alone(
    people: People, importer: Importer, sessions: SessionFactory
) -> None:
    address = await read(people.editor, importer, csv_of("ämne;svar\nradon;Mät radon.\nbygglov-altan;En altan.\n"))
    async with transaction(sessions) as session:
        draft = {"text": "Någon annans ord.", "ansvarig": "Nämnden", "version": "0", "publicerad": "0"}
        await people.lead.client.post("/redaktion/artiklar/bygglov-altan", data={**draft, "gor": "spara"}, headers=HTML)
        await session.execute(update(ContentImportItem).values(based_on=7).where(ContentImportItem.topic == "radon"))
    told = await create(people.editor, importer, address)
    assert "0 utkast är skapade. 2 svar kom inte med." in told
    assert "Det finns redan ett utkast om ämnet." in told
    assert "En ny version av artikeln har publicerats sedan filen lästes in." in told
    texts = {topic: each.text for topic, each in (await drafts_in(sessions)).items()}
    assert texts == {"bygglov-altan": "Någon annans ord."}


async def test_ten_thousand_rows_are_read_and_every_draft_is_made(
    people: People, importer: Importer, sessions: SessionFactory
) -> None:
    async with transaction(sessions) as session:
        common = {"area": "miljo-halsa", "rosa_level": 1, "handling": "answer", "answer_group": "allmant"}
        rows = [
            {"id": f"amne-{each}", "title": f"Ämne {each}", "touches_secrecy": False, **common} for each in range(200)
        ]
        await session.execute(insert(Topic), rows)
    lines = "".join(f"amne-{each};Svaret om {each}.\n" for each in range(200)) + "radon;Ja.\n" * 9800
    address = await read(people.editor, importer, csv_of(f"ämne;svar\n{lines}"))
    report = await see(people.editor, address)
    assert "201 svar kan bli utkast. 9799 går inte att använda." in report
    assert report.count("Här visas de 200 första.") == 2
    told = await create(people.editor, importer, address)
    assert "201 utkast är skapade. 9799 svar kom inte med." in told
    assert len(await drafts_in(sessions)) == 201


async def test_what_is_cancelled_changes_nothing_and_keeps_nothing(
    people: People, importer: Importer, sessions: SessionFactory
) -> None:
    for is_read in (False, True):
        sent = await send(people.editor, csv_of("ämne;svar\nradon;Mät radon.\n"))
        address = sent.headers["location"]
        if is_read:
            await importer.work()
        assert (await people.editor.client.post(f"{address}/avbryt", headers=HTML)).status_code == 303
        await importer.work()
        assert "Inläsningen är avbruten. Ingenting har ändrats." in await see(people.editor, address)
        late = await people.editor.client.post(address, data={"gor": "skapa"}, headers=HTML)
        assert late.status_code == 409
        async with sessions() as session:
            assert await session.scalar(select(func.count()).select_from(ContentImportFile)) == 0
        assert await items_in(sessions) == []
    assert await drafts_in(sessions) == {}


async def test_what_is_cancelled_while_drafts_are_made_is_undone(
    people: People, importer: Importer, sessions: SessionFactory
) -> None:
    address = await asked(people.editor, importer)
    async with radon_held(sessions):
        work = asyncio.create_task(importer.work())
        await until_it_works(sessions)
        assert (await people.editor.client.post(f"{address}/avbryt", headers=HTML)).status_code == 303
    await work
    assert await drafts_in(sessions) == {}
    assert await items_in(sessions) == []
    assert "Inläsningen är avbruten." in await see(people.editor, address)


async def test_a_worker_that_dies_leaves_nothing_and_another_begins_anew(
    people: People, importer: Importer, sessions: SessionFactory
) -> None:
    address = await asked(people.editor, importer)
    async with radon_held(sessions):
        work = asyncio.create_task(importer.work())
        await until_it_works(sessions)
        # A second worker leaves to the first what it has in hand.
        await importer.work()
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
    assert await drafts_in(sessions) == {}
    await importer.work()
    assert "2 utkast är skapade." in await see(people.editor, address)
    assert set(await drafts_in(sessions)) == {"radon", "bygglov-altan"}


async def test_the_worker_begins_when_files_have_been_sent(people: People, importer: Importer) -> None:
    running = asyncio.create_task(importer.run())
    address = (await send(people.editor, csv_of("ämne;svar\nradon;Mät radon.\n"))).headers["location"]
    async with asyncio.timeout(PATIENCE_SECONDS):
        while "Det här hittades" not in await see(people.editor, f"{address}/nu"):
            pass
    running.cancel()


async def test_an_import_that_nobody_begins_says_so(people: People, clock: FakeClock) -> None:
    address = (await send(people.editor, csv_of("ämne;svar\nradon;Mät radon.\n"))).headers["location"]
    assert "Det börjar inom några sekunder." in await see(people.editor, address)
    clock.advance(seconds=31)
    assert "Dröjer det mer än några minuter, säg till den som driver tjänsten." in await see(people.editor, address)


async def test_a_reading_that_falls_over_is_begun_anew_and_given_up_in_the_end(
    people: People, importer: Importer, sessions: SessionFactory
) -> None:
    address = (await send(people.editor, csv_of("ämne;svar\nradon;Mät radon.\n"))).headers["location"]
    async with transaction(sessions) as session:
        # As if the worker had died three times with it.
        await session.execute(update(ContentImport).values(attempts=3))
    await importer.work()
    assert "Felet är vårt, och ingenting har ändrats." in await see(people.editor, address)


async def test_an_import_goes_away_by_itself(
    people: People, importer: Importer, sessions: SessionFactory, clock: FakeClock
) -> None:
    await read(people.editor, importer, csv_of("ämne;svar\nradon;Mät radon.\n"))
    for days, left in ((6, 1), (2, 0)):
        clock.advance(days=days)
        async with transaction(sessions) as session:
            await service.delete_outdated(session, clock())
        assert len(await items_in(sessions)) == left
    async with sessions() as session:
        assert await session.scalar(select(func.count()).select_from(ContentImport)) == 0
