import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from content_folder import ContentFolder, replace
from fakes import FakeClock
from sqlalchemy import select

from handover_api.content.files import ContentError
from handover_api.content.service import ImportResult, import_content
from handover_api.database import SessionFactory, create_engine, create_session_factory, transaction
from handover_api.models import AuditEntry

SEED = Path(__file__).parents[2] / "data"


@pytest.fixture
def no_database() -> SessionFactory:
    return create_session_factory(create_engine("postgresql+psycopg://nobody@127.0.0.1:9/nothing"))


async def imported(sessions: SessionFactory, folder: Path, clock: FakeClock) -> ImportResult:
    async with transaction(sessions) as session:
        return await import_content(session, folder, clock())


async def test_importing_twice_publishes_nothing_new(
    sessions: SessionFactory, content: ContentFolder, clock: FakeClock
) -> None:
    assert await imported(sessions, content.path, clock) == ImportResult(topics=3, articles=2, changed=2)
    assert await imported(sessions, content.path, clock) == ImportResult(topics=3, articles=2, changed=0)


async def test_what_was_imported_is_in_the_audit_trail(
    sessions: SessionFactory, content: ContentFolder, clock: FakeClock
) -> None:
    await imported(sessions, content.path, clock)
    async with sessions() as session:
        [entry] = await session.scalars(select(AuditEntry))
    assert (entry.actor_kind, entry.action, entry.subject_kind) == ("system", "content_imported", "content")
    assert (entry.at, entry.details) == (clock(), {"topics": 3, "articles": 2, "changed": 2, "kept": 0, "phrases": 0})


async def test_a_changed_article_becomes_a_new_version_of_the_same_article(
    sessions: SessionFactory, published: ContentFolder, clock: FakeClock, action_server: httpx.AsyncClient
) -> None:
    before = (await action_server.get("/internal/articles/radon")).json()
    replace(published.radon, "Beställ mätdosor.", "Beställ mätdosor i dag.")
    assert (await imported(sessions, published.path, clock)).changed == 1
    after = (await action_server.get("/internal/articles/radon")).json()
    assert (before["version"], after["version"]) == (1, 2)
    assert after["article_id"] == before["article_id"]
    assert after["text"].startswith("Beställ mätdosor i dag.")


async def test_the_seed_content_can_be_imported(sessions: SessionFactory, clock: FakeClock) -> None:
    result = await imported(sessions, SEED, clock)
    assert result.articles == result.changed == len(list(SEED.glob("knowledge/*/*.md")))
    assert result.topics == result.articles


def spoil(what: str, old: str, new: str) -> Callable[[ContentFolder], Path]:
    """Changes one of the files. Returns the file that the error has to name."""

    def do(folder: ContentFolder) -> Path:
        file: Path = getattr(folder, what)
        replace(file, old, new)
        return file

    return do


def remove(what: str) -> Callable[[ContentFolder], Path]:
    def do(folder: ContentFolder) -> Path:
        file: Path = getattr(folder, what)
        file.unlink()
        return file

    return do


def misplace(folder: ContentFolder) -> Path:
    file = folder.path / "knowledge" / "bygga-bo" / "radon.md"
    file.parent.mkdir()
    return folder.radon.rename(file)


def rename(folder: ContentFolder) -> Path:
    return folder.radon.rename(folder.radon.with_name("radongas.md"))


def file_under_an_unknown_topic(folder: ContentFolder) -> Path:
    replace(folder.topics, "akut-fara\t", "akut\t")
    return folder.urgent


def forget_a_fact(folder: ContentFolder) -> Path:
    replace(folder.facts, "telefon:", "telefonen:")
    return folder.radon


def write_in_another_encoding(what: str) -> Callable[[ContentFolder], Path]:
    def do(folder: ContentFolder) -> Path:
        file: Path = getattr(folder, what)
        file.write_bytes(file.read_text(encoding="utf-8").encode("latin-1"))
        return file

    return do


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (remove("topics"), "cannot be read as a topic catalogue"),
        (spoil("topics", "title_sv", "rubrik"), "title_sv"),
        (spoil("topics", "\t1\tanswer", "\tett\tanswer"), "ett"),
        (spoil("topics", "bygglov-altan\t", "radon\t"), "twice"),
        (file_under_an_unknown_topic, "akut-fara is not in the catalogue"),
        (write_in_another_encoding("topics"), "cannot be read"),
        (remove("facts"), "cannot be read"),
        (spoil("facts", "telefon:", "- telefon:"), "cannot be read"),
        (write_in_another_encoding("facts"), "cannot be read"),
        (forget_a_fact, "{telefon} is not a local fact"),
        (spoil("radon", "---\ntopic", "topic"), "front matter"),
        (spoil("radon", "title: Hur", "title: [Hur"), "front matter"),
        (spoil("radon", "department: Miljönämnden\n", ""), "department"),
        (spoil("radon", "department:", "avdelning: x\ndepartment:"), "avdelning"),
        (spoil("radon", "title: Hur mäter jag radon?", "title: Radon"), "title is 'Radon'"),
        (spoil("radon", "rosa_level: 1", "rosa_level: 2"), "rosa_level is 2"),
        (spoil("radon", "rosa_level: 1", "rosa_level: hög"), "rosa_level"),
        (spoil("radon", "handling: answer", "handling: guide"), "handling is 'guide'"),
        (spoil("radon", "area: miljo-halsa", "area: bygga-bo"), "area is 'bygga-bo'"),
        (spoil("radon", "answer_group: bygga", "answer_group: riva"), "answer_group is"),
        (spoil("radon", "review_by: 2027-11-01", "review_by: nästa år"), "review_by"),
        (spoil("radon", "reviewed_on: 2026-11-01", "reviewed_on: 2026-11-31"), "reviewed_on"),
        (spoil("radon", "{lank_radon}", "{lank_rado}"), "{lank_rado} is not a local fact"),
        (spoil("radon", "Beställ", "# Beställ"), "headings or HTML"),
        (spoil("radon", "Beställ", "<b>Beställ</b>"), "headings or HTML"),
        (spoil("radon", "Beställ", "ord " * 121), "more than 120 words"),
        (spoil("radon", "Beställ mätdosor. Ring {telefon} om du undrar något.", ""), "no text"),
        (spoil("urgent", "## Checklista", "Checklista"), "needs a checklist"),
        (misplace, "folder is 'bygga-bo'"),
        (rename, "file name is 'radongas'"),
        (write_in_another_encoding("radon"), "front matter"),
    ],
)
async def test_a_file_that_cannot_be_used_is_named_with_the_reason(
    content: ContentFolder,
    no_database: SessionFactory,
    clock: FakeClock,
    change: Callable[[ContentFolder], Path],
    reason: str,
) -> None:
    """Every file is read before the database is touched, so here it need not even be there."""
    file = change(content)
    with pytest.raises(ContentError, match=re.escape(reason)) as refused:
        await imported(no_database, content.path, clock)
    assert file.name in str(refused.value)


async def test_one_unusable_file_keeps_every_other_from_being_imported(
    sessions: SessionFactory, published: ContentFolder, clock: FakeClock, action_server: httpx.AsyncClient
) -> None:
    before = [(await action_server.get(path)).json() for path in ("/internal/topics", "/internal/articles/radon")]
    replace(published.radon, "Beställ mätdosor.", "Beställ mätdosor i dag.")
    replace(published.urgent, "## Checklista", "Checklista")
    with pytest.raises(ContentError, match="needs a checklist"):
        await imported(sessions, published.path, clock)
    after = [(await action_server.get(path)).json() for path in ("/internal/topics", "/internal/articles/radon")]
    assert after == before


async def test_a_folder_without_articles_is_refused(
    no_database: SessionFactory, content: ContentFolder, clock: FakeClock
) -> None:
    content.radon.unlink()
    content.urgent.unlink()
    with pytest.raises(ContentError, match="holds no articles"):
        await imported(no_database, content.path, clock)
