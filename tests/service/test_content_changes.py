"""What editors are told before a training: what has changed since the last one, and what would hinder it."""

from pathlib import Path

import httpx
import pytest
from content_folder import ContentFolder
from fakes import FakeClock
from fastapi import FastAPI
from model_archives import OLD, model
from people import People
from sqlalchemy import select, update
from studio_models import HTML, PATH, page_of, train, words
from test_gate_of_models import page as page_of_model

from handover_api.audit import service as audit
from handover_api.bot_models import readiness
from handover_api.content import exporting
from handover_api.database import SessionFactory, transaction
from handover_api.models import Phrase, Staff, Topic
from handover_api.phrases import service as phrases
from learning.checks import problems_in

NEW, OTHER = "bbbb00000002", "cccc00000003"
HEADING = "Det här har ändrats sedan senaste träningen"
NOTHING = "Ingenting. En ny träning lär sig samma sak som den förra."


async def page(people: People) -> str:
    return words(await page_of(people.editor.client))


async def add(
    sessions: SessionFactory, clock: FakeClock, *texts: str, topic: str = "radon", removed: tuple[str, ...] = ()
) -> None:
    async with transaction(sessions) as session:
        editor = (await session.scalars(select(Staff).where(Staff.username == "editor"))).one()
        for text in texts:
            await phrases.add_phrase(session, editor, topic, text, clock())
        for phrase in await session.scalars(select(Phrase).where(Phrase.text.in_(removed))):
            await phrases.remove_phrase(session, editor, phrase.id, clock())


async def test_nothing_is_said_of_changes_before_there_is_a_model(people: People, published: ContentFolder) -> None:
    assert published
    assert HEADING not in await page(people)


@pytest.mark.usefixtures("published", "bot_process")
async def test_what_has_changed_since_the_last_training_is_told_and_begins_anew_with_the_next(
    app: FastAPI,
    people: People,
    action_server: httpx.AsyncClient,
    sessions: SessionFactory,
    clock: FakeClock,
) -> None:
    assert NOTHING in await page(people)
    clock.advance(minutes=1)
    await add(sessions, clock, "Finns radon här", "Hur farligt är radon")
    await add(sessions, clock, "Ett misstag", topic="bygglov-altan")
    await add(sessions, clock, removed=("Ett misstag",))
    clock.advance(minutes=1)
    shown = await page(people)
    assert f"{HEADING} 2 nya frågor i 1 ämne: Hur mäter jag radon? (2 till)" in shown
    assert "Ett misstag" not in shown
    await train(people.editor.client, action_server, model(NEW))
    assert NOTHING in await page(people)
    clock.advance(minutes=1)
    await add(sessions, clock, "Ny fråga om altan", topic="bygglov-altan", removed=("Finns radon här",))
    shown = await page(people)
    assert "1 ny fråga och 1 borttagen fråga i 2 ämnen" in shown
    assert "Behöver jag bygglov för en altan? (1 till) , Hur mäter jag radon? (1 bort)" in shown
    clock.advance(minutes=1)
    await train(people.editor.client, action_server, model(OTHER))
    # Each model says what was new in it.
    first, second = [await page_of_model(people.editor, app, version) for version in (NEW, OTHER)]
    assert "Ändringar i den här modellen" in first
    assert "2 nya frågor i 1 ämne: Hur mäter jag radon? (2 till)" in first
    assert "1 ny fråga och 1 borttagen fråga i 2 ämnen" in second
    assert "Ändringar i den här modellen" not in await page_of_model(people.editor, app, OLD)


@pytest.mark.usefixtures("published", "bot_process")
async def test_a_training_that_has_been_asked_for_and_failed_has_learned_nothing(
    people: People,
    action_server: httpx.AsyncClient,
    sessions: SessionFactory,
    clock: FakeClock,
) -> None:
    clock.advance(minutes=1)
    await add(sessions, clock, "Finns radon här")
    clock.advance(minutes=1)
    await people.editor.client.post(f"{PATH}/trana", headers=HTML)
    run = (await action_server.post("/internal/trainings/next")).json()["id"]
    problems = [{"text": "Det gick inte.", "topic": None}]
    await action_server.post(f"/internal/trainings/{run}/failed", json={"problems": problems})
    assert "1 ny fråga i 1 ämne" in await page(people)


@pytest.mark.usefixtures("published", "bot_process")
async def test_articles_topics_and_facts_are_among_the_changes(
    people: People,
    sessions: SessionFactory,
    clock: FakeClock,
) -> None:
    clock.advance(minutes=1)
    async with transaction(sessions) as session:
        for action, kind, subject in (
            ("article_published", "article", "radon"),
            ("article_draft_begun", "article", "bygglov-altan"),
            ("topic_retired", "topic", "bygglov-altan"),
            ("fact_changed", "local_fact", "telefon"),
            ("fact_changed", "local_fact", "kommun"),
        ):
            audit.record(session, audit.SYSTEM, action, subject_kind=kind, subject_id=subject, at=clock())
    shown = await page(people)
    for text in (
        "1 artikel publicerad: Hur mäter jag radon?",
        "1 ämne ändrat: Behöver jag bygglov för en altan?",
        "2 lokala uppgifter ändrade: kommun , telefon",
    ):
        assert text in shown


async def test_what_would_hinder_a_training_is_told_at_once_in_the_words_of_the_trainer(
    people: People, published: ContentFolder, sessions: SessionFactory, clock: FakeClock, tmp_path: Path
) -> None:
    assert published
    assert "Rätta det här först" not in await page(people)
    await add(sessions, clock, *(f"Fråga {number} om radon" for number in range(5)), "Samma fråga")
    await add(sessions, clock, "samma fråga", topic="bygglov-altan")
    async with sessions() as session:
        told = [fault.text for fault in await readiness.list_faults(session)]
        await exporting.write_files(await exporting.read_files(session), tmp_path / "data")
    both = "”Behöver jag bygglov för en altan?” och ”Hur mäter jag radon?”"
    assert sorted(told) == [
        f"Frågan ”Samma fråga” står under flera ämnen: {both}. Behåll den under ett av dem.",
        "Ämnet ”Behöver jag bygglov för en altan?” har bara en fråga att lära sig av. Det behövs minst 5.",
        "Ämnet ”Det brinner” har inga frågor att lära sig av. Det behövs minst 5.",
    ]
    assert len(problems_in(tmp_path / "data")) == len(told)
    shown = await page(people)
    assert all(text in shown for text in told)


async def test_a_topic_that_has_been_retired_hinders_nothing(
    published: ContentFolder, sessions: SessionFactory, clock: FakeClock
) -> None:
    assert published
    for topic in ("radon", "bygglov-altan"):
        await add(sessions, clock, *(f"Fråga {number} om {topic}" for number in range(5)), topic=topic)
    async with transaction(sessions) as session:
        by = (await session.scalars(select(Staff.id).where(Staff.username == "editor"))).one()
        retired = {"retired_at": clock(), "edited_at": clock(), "edited_by": by}
        await session.execute(update(Topic).where(Topic.id == "akut-fara").values(retired))
    async with sessions() as session:
        assert await readiness.list_faults(session) == []
