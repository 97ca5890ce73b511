"""What every page of a case shows and seldom changes is kept in memory, and never shown as it no longer is."""

from collections.abc import Awaitable, Callable

import pytest
from content_folder import ContentFolder, replace
from fakes import FakeClock
from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.cases.catalogue import Catalogue, KnownCatalogue
from handover_api.content.service import import_content
from handover_api.database import SessionFactory, transaction
from handover_api.models import AnswerGroup, Department, LocalFact, Topic

Change = Callable[[AsyncSession], Awaitable[object]]
NEW_PHONE = "0980-319 299"


async def rename_topic(session: AsyncSession) -> None:
    await session.execute(update(Topic).where(Topic.id == "radon").values(title="Radon hemma"))


async def change_fact(session: AsyncSession) -> None:
    await session.execute(update(LocalFact).where(LocalFact.name == "telefon").values(value=NEW_PHONE))


async def remove_fact(session: AsyncSession) -> None:
    await session.execute(delete(LocalFact).where(LocalFact.name == "kommun"))


async def add_group(session: AsyncSession) -> None:
    session.add(AnswerGroup(id="ny-grupp", name="Ny grupp"))


async def add_department(session: AsyncSession) -> None:
    session.add(Department(id="ny-namnd", name="Nya nämnden"))


async def read(sessions: SessionFactory, known: KnownCatalogue) -> Catalogue:
    async with transaction(sessions) as session:
        return await known.read(session)


@pytest.mark.usefixtures("published")
async def test_while_nothing_changes_it_is_read_once(sessions: SessionFactory) -> None:
    known = KnownCatalogue()
    assert await read(sessions, known) is await read(sessions, known)


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("change", [rename_topic, change_fact, remove_fact, add_group, add_department])
async def test_every_change_is_seen_at_once_whoever_makes_it(sessions: SessionFactory, change: Change) -> None:
    known = KnownCatalogue()
    before = await read(sessions, known)
    async with transaction(sessions) as session:
        await change(session)
    after = await read(sessions, known)
    assert after != before
    assert after == await read(sessions, KnownCatalogue())


async def test_a_checklist_that_is_published_anew_is_seen_at_once(
    sessions: SessionFactory, published: ContentFolder, clock: FakeClock
) -> None:
    known = KnownCatalogue()
    assert "har ringt 112" in (await read(sessions, known)).checklist_of("akut-fara")
    replace(published.path / "knowledge" / "ovriga-myndigheter" / "akut-fara.md", "har ringt 112", "är i säkerhet")
    async with transaction(sessions) as session:
        await import_content(session, published.path, clock())
    checklist = (await read(sessions, known)).checklist_of("akut-fara")
    assert "är i säkerhet" in checklist
    assert "0980-319 200" in checklist


@pytest.mark.usefixtures("published")
async def test_what_was_never_committed_is_not_kept(sessions: SessionFactory) -> None:
    known = KnownCatalogue()
    before = await read(sessions, known)
    async with sessions() as session:
        await change_fact(session)
        assert (await known.read(session)).facts["telefon"] == NEW_PHONE
        await session.rollback()
    assert await read(sessions, known) == before


async def test_a_topic_without_a_checklist_has_an_empty_one(sessions: SessionFactory) -> None:
    assert (await read(sessions, KnownCatalogue())).checklist_of("okänt") == ""
    assert (await read(sessions, KnownCatalogue())).checklist_of(None) == ""
