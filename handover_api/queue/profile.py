"""What an agent sees and can be asked about: answer groups, secrecy, languages, skills, and how many conversations at
once.
"""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from handover_api import live
from handover_api.agents.service import actor, find_case_handler
from handover_api.audit import service as audit
from handover_api.errors import NotFoundError
from handover_api.models import Staff
from handover_api.organisation.answer_groups import require_boards, require_groups


@dataclass(frozen=True)
class Profile:
    """No answer groups means all of them; no secrecy classes none."""

    answer_groups: list[str]
    languages: list[str]
    skills: list[str]
    capacity: int
    secrecy_classes: list[str] = field(default_factory=list)


async def put_profile(session: AsyncSession, lead: Staff, username: str, profile: Profile, now: datetime) -> Staff:
    """What the lead has decided; it counts at once.

    Raises:
        NotFoundError: nobody of that name handles cases.
        InvalidError: `answer_group_missing`; of groups that the agent has already, those that are gone may stay.
    """
    staff = await find_case_handler(session, username)
    if staff is None:
        raise NotFoundError("colleague_missing", "Det finns ingen medarbetare med det namnet som kan ta emot ärenden.")
    await require_groups(session, set(profile.answer_groups).difference(staff.answer_groups))
    await require_boards(session, set(profile.secrecy_classes).difference(staff.secrecy_classes))
    staff.answer_groups = profile.answer_groups
    staff.secrecy_classes = profile.secrecy_classes
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
        secrecy_classes=profile.secrecy_classes,
        languages=profile.languages,
        skills=profile.skills,
        capacity=profile.capacity,
    )
    live.publish(session, live.QUEUE)
    live.publish(session, live.staff_signal(staff.id))
    return staff
