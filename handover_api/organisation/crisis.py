"""The crisis message (krismeddelande): one switch, and every resident reads it above the chat."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api import live
from handover_api.agents.service import actor
from handover_api.audit import service as audit
from handover_api.errors import InvalidError
from handover_api.models import CrisisMessage, Staff
from handover_api.organisation.written_line import one_line

# It stands above the conversation, also on a small telephone.
MOST_CHARACTERS = 300


@dataclass(frozen=True)
class ShownCrisis:
    text: str
    # Empty when there is none.
    text_en: str
    shown_by: str
    shown_at: datetime


async def find(session: AsyncSession) -> ShownCrisis | None:
    """What is shown now, and who shows it."""
    row = (
        await session.execute(
            select(CrisisMessage, Staff.display_name)
            .join(Staff, Staff.id == CrisisMessage.shown_by)
            .where(CrisisMessage.ended_at.is_(None))
        )
    ).one_or_none()
    if row is None:
        return None
    message, name = row
    return ShownCrisis(message.text, message.text_en, name, message.shown_at)


async def show(session: AsyncSession, staff: Staff, words: str, words_en: str, now: datetime) -> None:
    """Shows the message to everybody, in place of the one before. The same again changes nothing.

    Raises:
        InvalidError: `text_empty` or `text_too_long`.
    """
    swedish = one_line(words, MOST_CHARACTERS)
    if not swedish:
        raise InvalidError("text_empty", "Skriv vad alla ska få veta. Sedan kan du visa meddelandet.")
    english = one_line(words_en, MOST_CHARACTERS)
    shown = await _lock(session)
    if shown is not None and (shown.text, shown.text_en) == (swedish, english):
        return
    if shown is not None:
        await _end(session, shown, staff, now)
    message = CrisisMessage(text=swedish, text_en=english, shown_by=staff.id, shown_at=now)
    session.add(message)
    await session.flush()  # The trail names the message by the key that the database makes.
    _record(session, staff, "crisis_message_shown", message, now)


async def end(session: AsyncSession, staff: Staff, now: datetime) -> None:
    """Takes the message away from everybody. When none is shown, nothing changes."""
    shown = await _lock(session)
    if shown is not None:
        await _end(session, shown, staff, now)
        _record(session, staff, "crisis_message_ended", shown, now)


async def _lock(session: AsyncSession) -> CrisisMessage | None:
    """The message that is shown, while nobody else can change which it is."""
    await session.execute(text("LOCK TABLE crisis_messages IN SHARE ROW EXCLUSIVE MODE"))
    return await session.scalar(select(CrisisMessage).where(CrisisMessage.ended_at.is_(None)))


async def _end(session: AsyncSession, message: CrisisMessage, staff: Staff, now: datetime) -> None:
    message.ended_by, message.ended_at = staff.id, now
    await session.flush()  # Only one is shown at a time, also on the way to the next.


def _record(session: AsyncSession, staff: Staff, action: str, message: CrisisMessage, now: datetime) -> None:
    audit.record(session, actor(staff), action, subject_kind="crisis_message", subject_id=str(message.id), at=now)
    live.publish(session, live.NOTICES)
    live.publish(session, live.QUEUE)
