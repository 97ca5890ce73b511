"""Taking in the organisation's file. What is there already stays as it is: the staff may have changed it."""

from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.audit import service as audit
from handover_api.content.repository import ContentRepository
from handover_api.organisation.files import read_organisation
from handover_api.organisation.repository import OrganisationRepository

FILE_NAME = "organisation.yml"


@dataclass(frozen=True)
class OrganisationImport:
    """How many of each were new."""

    answer_groups: int = 0
    departments: int = 0
    due_times: int = 0


async def import_organisation(session: AsyncSession, folder: Path, now: datetime) -> OrganisationImport:
    """Adds the answer groups, departments and promised times that are not there yet. The topics are there before them.

    A folder without the file adds nothing.

    Raises:
        ContentError: the file cannot be used; nothing is added then.
    """
    path = folder / FILE_NAME
    if not path.exists():
        return OrganisationImport()
    topics = {topic["id"] for topic in await ContentRepository(session).list_topics()}
    organisation = read_organisation(path, topics)
    repository = OrganisationRepository(session)
    result = OrganisationImport(
        answer_groups=await repository.add_missing_groups([group.model_dump() for group in organisation.answer_groups]),
        departments=await repository.add_missing_departments(
            [department.model_dump() for department in organisation.departments]
        ),
        due_times=await repository.add_missing_due_times(
            [{"topic": topic, "working_days": days} for topic, days in organisation.due_times.items()]
        ),
    )
    audit.record(
        session,
        audit.SYSTEM,
        "organisation_imported",
        subject_kind="organisation",
        subject_id=FILE_NAME,
        at=now,
        **asdict(result),
    )
    return result
