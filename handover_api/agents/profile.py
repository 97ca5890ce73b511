"""What an agent can be asked about: answer groups, languages, skills, and how many conversations at once."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from handover_api import live
from handover_api.agents.service import actor, find_case_handler
from handover_api.audit import service as audit
from handover_api.errors import NotFoundError
from handover_api.models import Staff


@dataclass(frozen=True)
class Profile:
    """No answer groups means all of them."""

    answer_groups: list[str]
    languages: list[str]
    skills: list[str]
    capacity: int


async def put_profile(session: AsyncSession, lead: Staff, username: str, profile: Profile, now: datetime) -> Staff:
    """What the lead has decided; it counts from the next offer on.

    Raises:
        NotFoundError: nobody of that name handles cases.
    """
    staff = await find_case_handler(session, username)
    if staff is None:
        raise NotFoundError("colleague_missing", "Det finns ingen medarbetare med det namnet som kan ta emot ärenden.")
    staff.answer_groups = profile.answer_groups
    staff.languages = profile.languages
    staff.skills = profile.skills
    staff.capacity = profile.capacity
    audit.record(
        session,
        actor(lead),
        "profile_put",
        subject_kind="staff",
        subject_id=str(staff.id),
        at=now,
        answer_groups=profile.answer_groups,
        languages=profile.languages,
        skills=profile.skills,
        capacity=profile.capacity,
    )
    live.publish(session, live.QUEUE)
    live.publish(session, live.staff_signal(staff.id))
    return staff
