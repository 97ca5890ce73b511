"""The bot off (nödstopp): for all, or for the topics of an answer group. The service decides it, not the bot.

It is read where it counts, in the transaction that would store what the bot says, so it holds at once in every process.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api import live
from handover_api.agents.service import actor
from handover_api.audit import service as audit
from handover_api.errors import InvalidError
from handover_api.models import AnswerGroup, BotSwitch, Staff, Topic
from handover_api.organisation.hours import FOR_ALL
from handover_api.organisation.repository import OrganisationRepository
from handover_api.organisation.written_line import one_line

MOST_CHARACTERS = 200
_IS_OFF = BotSwitch.on_at.is_(None)


@dataclass(frozen=True)
class SwitchedOff:
    """Where the bot is off; without an answer group, everywhere."""

    answer_group: str | None
    reason: str
    off_by: str
    off_at: datetime


async def list_off(session: AsyncSession) -> list[SwitchedOff]:
    """Where the bot is off now: for all first, then by the names of the groups."""
    rows = await session.execute(
        select(BotSwitch.answer_group, BotSwitch.reason, Staff.display_name, BotSwitch.off_at)
        .join(Staff, Staff.id == BotSwitch.off_by)
        .outerjoin(AnswerGroup, AnswerGroup.id == BotSwitch.answer_group)
        .where(_IS_OFF)
        .order_by(AnswerGroup.name.nulls_first())
    )
    return [SwitchedOff(*row) for row in rows]


async def is_off_for_all(session: AsyncSession) -> bool:
    return bool(await session.scalar(select(exists().where(_IS_OFF, BotSwitch.answer_group.is_(None)))))


async def is_off_for(session: AsyncSession, topics: Iterable[str]) -> bool:
    """Whether the bot is off for all, or for the answer group of any of these topics."""
    groups = select(Topic.answer_group).where(Topic.id.in_(list(topics)))
    switched = exists().where(_IS_OFF, or_(BotSwitch.answer_group.is_(None), BotSwitch.answer_group.in_(groups)))
    return bool(await session.scalar(select(switched)))


async def switch_off(session: AsyncSession, staff: Staff, group: str | None, reason: str, now: datetime) -> None:
    """Switches the bot off for an answer group, or for all. Where it is off already, nothing changes.

    Raises:
        InvalidError: `answer_group_missing`, `reason_missing` or `text_too_long`.
    """
    if group is not None and await OrganisationRepository(session).find_group(group) is None:
        raise InvalidError("answer_group_missing", "Svarsgruppen finns inte. Välj en i listan.")
    written = one_line(reason, MOST_CHARACTERS)
    if not written:
        raise InvalidError("reason_missing", "Skriv varför du stänger av boten. Kollegerna läser det.")
    if await _lock(session, group) is not None:
        return
    session.add(BotSwitch(answer_group=group, reason=written, off_by=staff.id, off_at=now))
    _record(session, staff, "bot_switched_off", group, now, reason=written)


async def switch_on(session: AsyncSession, staff: Staff, group: str | None, now: datetime) -> None:
    """Lets the bot answer again. Where it is on already, nothing changes."""
    switch = await _lock(session, group)
    if switch is not None:
        switch.on_by, switch.on_at = staff.id, now
        _record(session, staff, "bot_switched_on", group, now)


async def _lock(session: AsyncSession, group: str | None) -> BotSwitch | None:
    """The switch if it is off, while nobody else can change it. Whoever reads it does not wait."""
    await session.execute(text("LOCK TABLE bot_switches IN SHARE ROW EXCLUSIVE MODE"))
    return await session.scalar(select(BotSwitch).where(_IS_OFF, BotSwitch.answer_group.is_not_distinct_from(group)))


def _record(session: AsyncSession, staff: Staff, action: str, group: str | None, now: datetime, **details: str) -> None:
    subject = group or FOR_ALL
    audit.record(session, actor(staff), action, subject_kind="bot_switch", subject_id=subject, at=now, **details)
    # The bot has something else to do with what it is asked; the pages and the desks say so.
    for signal in (live.NOTICES, live.QUEUE, live.BOT_WORK):
        live.publish(session, signal)
