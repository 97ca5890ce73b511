"""Signs of life from the desks that are open in this process, written down together.

Each desk answers its stream's pulse, so that a computer that has gone to sleep is known to have. The stream has been
let in already; what its page answers is remembered, and one transaction now and then renews the leases of all, however
many desks are open. A sign counts from the moment it was given, not from when it was written down.
"""

import asyncio
from contextlib import AbstractContextManager
from datetime import datetime

import structlog

from handover_api.agents.presence import give_signs_of_life
from handover_api.agents.service import list_signed_in
from handover_api.clock import Clock
from handover_api.database import SessionFactory, transaction
from handover_api.queue.open_pages import OpenPages
from handover_api.rules.roles import HANDLES_CASES

# Signs are gathered for so long: a fraction of the lease, so that one that cannot be written is followed in time.
PAUSE_SECONDS = 15.0

log = structlog.get_logger()


class SignsOfLife:
    def __init__(self, *, sessions: SessionFactory, clock: Clock, pause_seconds: float = PAUSE_SECONDS) -> None:
        self._sessions = sessions
        self._clock = clock
        self._pause_seconds = pause_seconds
        self._open = OpenPages()
        self._given: dict[str, datetime] = {}
        self._has_some = asyncio.Event()

    def desk(self, token: str) -> AbstractContextManager[None]:
        """While a stream of this sign-in is open."""
        return self._open.page(token)

    def note(self, token: str) -> bool:
        """Remembers a sign of life. False when no desk of the sign-in is open here: then nobody has let it in."""
        if token not in self._open:
            return False
        self._given[token] = self._clock()
        self._has_some.set()
        return True

    async def run(self) -> None:
        """Writes down what has been noted until cancelled."""
        while True:
            await self._has_some.wait()
            await asyncio.sleep(self._pause_seconds)
            try:
                await self.write_down()
            except Exception:
                # The database is away. The desks go on giving signs, and the leases outlast a few that are not written.
                log.exception("signs_of_life.not_written")

    async def write_down(self) -> None:
        """Renews the leases of those who have given a sign since the last time and still are signed in."""
        given, self._given = self._given, {}
        self._has_some.clear()
        async with transaction(self._sessions) as session:
            found = await list_signed_in(session, given, self._clock())
            in_order = sorted(found.items(), key=lambda item: given[item[0]])
            # Of somebody who has signed in twice, the later sign.
            signs = {staff.id: (staff, given[token]) for token, staff in in_order if staff.role in HANDLES_CASES}
            if signs:
                await give_signs_of_life(session, signs.values())
