"""Brings the conversation by e-mail to the resident who asked for it (`cases.transcripts`)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.cases import transcripts
from handover_api.clock import Clock
from handover_api.conversations.spoken_with import speaking_with
from handover_api.database import SessionFactory, transaction
from handover_api.integrations.smtp import Letter, Mailer
from handover_api.models import Conversation, Outgoing, TranscriptRequest
from handover_api.texts import _
from handover_api.web.saved_conversation import read_whole


class TranscriptCourier:
    def __init__(self, sessions: SessionFactory, mailer: Mailer, clock: Clock) -> None:
        self._sessions = sessions
        self._mailer = mailer
        self._clock = clock

    async def send(self, item: Outgoing) -> None:
        letter = await self._write(item)
        if letter is None:
            return
        await self._mailer.send(letter)
        async with transaction(self._sessions) as session:
            await transcripts.forget_address(session, _request_id(item))

    async def give_up(self, session: AsyncSession, item: Outgoing, problem: str, now: datetime) -> None:
        await transcripts.tell_that_it_did_not_arrive(session, _request_id(item), problem, now)

    async def _write(self, item: Outgoing) -> Letter | None:
        """None when the conversation has been erased since, or when the letter has been sent already."""
        async with self._sessions() as session:
            request = await session.get(TranscriptRequest, _request_id(item))
            if request is None or request.address is None:
                return None
            conversation = await session.get_one(Conversation, request.conversation_id)
            with speaking_with(conversation):
                saved = await read_whole(session, conversation, self._clock(), last_seq=request.last_seq)
                text = f"{_introduction()}\n\n{saved.as_text()}"
                return Letter(id=item.id.hex, to=request.address, subject=saved.title, text=text, at=item.created_at)


def _introduction() -> str:
    return _(
        "Hej!\n\nHär är samtalet som du bad om. Har du inte bett om det? Då har någon skrivit fel adress. "
        "Ta i så fall bort mejlet.\n\nDet går inte att svara på det här mejlet. Skriv i chatten i stället."
    )


def _request_id(item: Outgoing) -> UUID:
    return UUID(item.payload["request"])
