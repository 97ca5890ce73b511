"""Brings the letters about what is to be done, which is read when they are sent; the outbox holds nothing of it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.clock import Clock
from handover_api.database import SessionFactory, transaction
from handover_api.integrations.smtp import Letter, Mailer
from handover_api.models import Outgoing
from handover_api.rules.task import of_owner
from handover_api.tasks import digests, letters
from handover_api.tasks.gathering import gather


class DigestCourier:
    def __init__(self, sessions: SessionFactory, mailer: Mailer, public_url: str, clock: Clock) -> None:
        self._sessions = sessions
        self._mailer = mailer
        self._public_url = public_url
        self._clock = clock

    async def send(self, item: Outgoing) -> None:
        letter = await self._write(item)
        if letter is None:
            return
        await self._mailer.send(letter)
        async with transaction(self._sessions) as session:
            await digests.note_problem(session, _staff_of(item), None)

    async def give_up(self, session: AsyncSession, item: Outgoing, problem: str, now: datetime) -> None:  # noqa: ARG002 - the courier's interface
        """Whoever chose it reads on the page that it did not arrive."""
        await digests.note_problem(session, _staff_of(item), problem)

    async def _write(self, item: Outgoing) -> Letter | None:
        """None when it is not wanted any longer, or when all has been done meanwhile."""
        staff_id = _staff_of(item)
        async with transaction(self._sessions) as session:
            choice = await digests.find(session, staff_id)
            if choice is None or not await digests.is_for(session, staff_id):
                return None
            if item.payload["letter"] == digests.CONFIRMATION:
                if choice.code is None:
                    return None
                subject, text = letters.CONFIRMATION_SUBJECT, letters.confirmation(choice.code, self._public_url)
            else:
                tasks = of_owner((await gather(session, staff_id, self._clock())).tasks, choice.owner)
                if choice.code is not None or not tasks:
                    return None
                subject = letters.subject(tasks)
                is_weekly = item.payload["letter"] == digests.WEEKLY
                text = letters.digest(tasks, choice, self._public_url, is_weekly=is_weekly)
            return Letter(id=item.id.hex, to=choice.address, subject=subject, text=text, at=item.created_at)


def _staff_of(item: Outgoing) -> UUID:
    return UUID(item.payload["staff"])
