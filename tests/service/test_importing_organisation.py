"""`data/organisation.yml`: what is missing is added, and nothing that the staff have changed is touched."""

from pathlib import Path

import pytest
from content_folder import ContentFolder, replace
from fakes import FakeClock
from sqlalchemy import select, update

from handover_api.content.files import ContentError, read_topics
from handover_api.content.service import import_content
from handover_api.database import SessionFactory, transaction
from handover_api.models import AnswerGroup, AuditEntry, Department, DueTime, OpeningHours
from handover_api.organisation.files import read_organisation
from handover_api.organisation.importing import OrganisationImport, import_organisation
from handover_api.web import wording

SEED = Path(__file__).parents[2] / "data"
TOPICS = {"radon", "bygglov-altan", "akut-fara"}

ORGANISATION = """\
answer_groups:
  - id: allmant
    name: Allmänna frågor
  - id: bygga-bo-miljo
    name: Bygga, bo och miljö
    overflow_to: allmant
    overflow_after_minutes: 15
    due_working_days: 3
departments:
  - id: miljo
    name: Miljönämnden
due_times:
  radon: 5
"""


@pytest.fixture
def organisation(content: ContentFolder) -> Path:
    file = content.path / "organisation.yml"
    file.write_text(ORGANISATION, encoding="utf-8")
    return file


async def imported(sessions: SessionFactory, folder: Path, clock: FakeClock) -> OrganisationImport:
    async with transaction(sessions) as session:
        await import_content(session, folder, clock())
        return await import_organisation(session, folder, clock())


async def test_what_is_in_the_file_is_there_afterwards(
    sessions: SessionFactory, organisation: Path, clock: FakeClock
) -> None:
    assert await imported(sessions, organisation.parent, clock) == OrganisationImport(2, 1, 1)
    async with transaction(sessions) as session:
        group = await session.get_one(AnswerGroup, "bygga-bo-miljo")
        assert (group.name, group.overflow_to, group.overflow_after_minutes) == ("Bygga, bo och miljö", "allmant", 15)
        assert (group.due_working_days, group.patience_minutes, group.is_closed_on_holidays) == (3, 10, True)
        assert (await session.get_one(Department, "miljo")).name == "Miljönämnden"
        assert (await session.get_one(DueTime, "radon")).working_days == 5


async def test_what_was_added_is_in_the_audit_trail(
    sessions: SessionFactory, organisation: Path, clock: FakeClock
) -> None:
    await imported(sessions, organisation.parent, clock)
    async with sessions() as session:
        entry = await session.scalar(select(AuditEntry).where(AuditEntry.action == "organisation_imported"))
    assert entry is not None
    assert (entry.actor_kind, entry.details) == ("system", {"answer_groups": 2, "departments": 1, "due_times": 1})


async def test_importing_again_leaves_what_the_staff_have_changed(
    sessions: SessionFactory, organisation: Path, clock: FakeClock
) -> None:
    await imported(sessions, organisation.parent, clock)
    async with transaction(sessions) as session:
        await session.execute(update(AnswerGroup).values(patience_minutes=30))
        await session.execute(update(Department).values(email="miljo@exempelkommunen.example"))
        await session.execute(update(DueTime).values(working_days=7))
    replace(organisation, "  radon: 5", "  radon: 5\n  akut-fara: 1")
    assert await imported(sessions, organisation.parent, clock) == OrganisationImport(due_times=1)
    async with transaction(sessions) as session:
        assert set(await session.scalars(select(AnswerGroup.patience_minutes))) == {30}
        assert set(await session.scalars(select(Department.email))) == {"miljo@exempelkommunen.example"}
        assert set(await session.scalars(select(DueTime.working_days))) == {7, 1}


async def test_a_folder_without_the_file_adds_nothing(
    sessions: SessionFactory, content: ContentFolder, clock: FakeClock
) -> None:
    assert await imported(sessions, content.path, clock) == OrganisationImport()


async def test_the_seed_makes_every_answer_group_and_leaves_it_always_open(
    sessions: SessionFactory, clock: FakeClock
) -> None:
    await imported(sessions, SEED, clock)
    topics = read_topics(SEED / "topics.tsv")
    async with transaction(sessions) as session:
        groups = {group.id: group.name for group in await session.scalars(select(AnswerGroup))}
        assert not list(await session.scalars(select(OpeningHours)))
    assert set(groups) == {topic.answer_group for topic in topics.values()}
    assert groups == wording.ANSWER_GROUPS


def test_no_department_of_the_seed_can_be_sent_anything() -> None:
    seed = read_organisation(SEED / "organisation.yml", read_topics(SEED / "topics.tsv"))
    assert all(department.email is None and not department.uses_case_system for department in seed.departments)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("id: allmant", "id: Allmänt", "answer_groups.0.id"),
        ("    name: Miljönämnden", "    nmae: Miljönämnden", "nmae"),
        ("    overflow_after_minutes: 15\n", "", "overflow_after_minutes, or neither"),
        # Both would be found out only when the first case is sent to the department.
        ("    name: Miljönämnden", '    name: "Miljönämnden\\nBcc: annan@exempel.se"', "departments.0.name"),
        ("    name: Miljönämnden", "    name: Miljönämnden\n    email: miljo(at)exempel.se", "departments.0.email"),
        ("overflow_to: allmant", "overflow_to: kultur", "overflow to kultur"),
        (
            "    name: Allmänna frågor",
            "    name: Allmänna frågor\n    overflow_to: bygga-bo-miljo\n    overflow_after_minutes: 5",
            "in a circle",
        ),
        ("id: bygga-bo-miljo", "id: allmant", "the answer group allmant stands twice"),
        ("radon: 5", "radom: 5", "radom"),
        ("radon: 5", "radon: 0", "due_times.radon"),
        ("radon: 5", "radon: [", "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_the_reason(
    organisation: Path, old: str, new: str, said: str
) -> None:
    replace(organisation, old, new)
    with pytest.raises(ContentError) as refused:
        read_organisation(organisation, TOPICS)
    assert str(organisation) in str(refused.value)
    assert said in str(refused.value)
