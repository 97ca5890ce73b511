"""How a case ends: what it was about, on which level, and what came of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api import live
from handover_api.agents.service import actor
from handover_api.cases import secrecy, steps, wording
from handover_api.cases.service import notify_resident
from handover_api.cases.steps import ANY, Step, require_owner
from handover_api.cases.trail import record
from handover_api.content.repository import ContentRepository
from handover_api.conversations.service import advance
from handover_api.conversations.spoken_with import speaking_with
from handover_api.errors import InvalidError
from handover_api.models import Case, Staff, Topic
from handover_api.rules.case import CaseState
from handover_api.rules.conversation import Event, State
from handover_api.texts import _


@dataclass(frozen=True)
class Outcome:
    """`area` without a `category`: something else in the area. Without a `rosa_level` the topic's own counts."""

    resolution: str
    category: str | None = None
    area: str | None = None
    rosa_level: int | None = None


async def close(
    session: AsyncSession, staff: Staff, reference: str, outcome: Outcome, now: datetime, step: Step = ANY
) -> None:
    """Closes the case, and the conversation with it.

    Raises:
        NotFoundError
        InvalidError: `category_unknown`.
        ConflictError: `already_closed`, `not_yours` or `not_assigned`; or as `steps.begin`.
    """
    locked = await steps.begin(session, staff, "close", reference, step)
    if locked is None:
        return
    case, conversation = locked.case, locked.conversation
    if case.state != CaseState.ANSWERED:
        require_owner(locked, staff)
    await file_under(session, case, outcome)
    await secrecy.note_topics(session, case)
    case.state = CaseState.CLOSED
    case.closed_at = now
    if conversation.state == State.CLOSED:
        event = Event.CASE_CLOSED
    else:
        event = Event.CLOSED
        with speaking_with(conversation):
            await notify_resident(session, conversation, "closed", _(wording.CLOSED), now)
    await advance(
        session,
        conversation,
        event,
        actor(staff),
        now,
        case_reference=case.reference,
        evidence={"case": case.state, **filed_under(case)},
    )
    record(session, actor(staff), "close", locked, now)
    steps.finish(session, staff, "close", locked, step, now)
    live.publish(session, live.QUEUE)
    live.publish(session, live.staff_signal(staff.id))


async def file_under(session: AsyncSession, case: Case, outcome: Outcome) -> None:
    """Writes down in the case what came of it.

    Raises:
        InvalidError: `category_unknown`; the topic or the area is not in the catalogue.
    """
    topic = await ContentRepository(session).find_topic(outcome.category) if outcome.category else None
    if outcome.category and topic is None:
        raise _unknown()
    if topic is None and outcome.area and not await session.scalar(select(exists().where(Topic.area == outcome.area))):
        raise _unknown()
    case.resolution = outcome.resolution
    case.category = topic.id if topic else None
    case.category_area = topic.area if topic else outcome.area
    case.rosa_level = outcome.rosa_level or (topic.rosa_level if topic else None)


def filed_under(case: Case) -> dict[str, Any]:
    """What an event says of it; nothing when nobody has said what the case was about."""
    if case.category_area is None:
        return {}
    return {"category": case.category, "category_area": case.category_area, "rosa_level": case.rosa_level}


def _unknown() -> InvalidError:
    return InvalidError("category_unknown", "Ämnet finns inte i listan. Välj ett annat.")
