"""The phrases as a process knows them, ready to be compared with what somebody writes."""

import asyncio
from collections.abc import Callable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.phrases.repository import PhraseRepository
from handover_api.rules.phrase_index import PhraseIndex


class KnownPhrases:
    """Read when they are asked for the first time, and kept up with at every question after that.

    The work is done in a thread: it takes longer than others should wait.
    """

    def __init__(self) -> None:
        self._index: PhraseIndex[UUID] = PhraseIndex()
        self._fingerprint: tuple[int, int] | None = None
        self._lock = asyncio.Lock()

    async def ask[Answer](self, session: AsyncSession, question: Callable[[PhraseIndex[UUID]], Answer]) -> Answer:
        """What a question to the phrases, as the session sees them, is answered with."""
        async with self._lock:
            repository = PhraseRepository(session)
            fingerprint = await repository.fingerprint()
            if fingerprint != self._fingerprint:
                # Forgotten first: an index that is left half kept up with is kept up with again.
                self._fingerprint = None
                await asyncio.to_thread(self._index.keep_up, await repository.list_texts())
                self._fingerprint = fingerprint
            return await asyncio.to_thread(question, self._index)
