"""The queue as everybody who looks at it sees it: read once a process and a change, however many look.

Signals that the queue has changed are gathered for a moment. Then the board reads what the open pages of this process
show, and wakes those for whom something is different; they render it from memory. Nothing is read while nothing
changes, and nothing while nobody looks. After a lost connection the hub wakes the board, and all is read anew.
"""

import asyncio
import contextlib
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api import live
from handover_api.agents.service import list_signed_in
from handover_api.cases import reading
from handover_api.cases.reading import WaitingList
from handover_api.cases.repository import CaseRepository, Place
from handover_api.cases.schemas import CaseSummary, WaitingMinutes
from handover_api.cases.waiting import WaitingTimes, read_waiting_times
from handover_api.clock import Clock
from handover_api.database import SessionFactory, transaction
from handover_api.models import Staff
from handover_api.organisation.bot_switch import SwitchedOff, list_off
from handover_api.queue.open_pages import OpenPages
from handover_api.queue.people import list_colleagues
from handover_api.queue.schemas import Colleague
from handover_api.queue.wall import Wall, read_wall
from handover_api.rules.roles import Role

# Changes that come closer together than this, or than a reading takes, are read together.
PAUSE_SECONDS = 0.05
# Before the first reading: whoever has made the change is answered first, and what belongs to it comes in.
GATHERING_SECONDS = 0.02
# So long at most the desks wait for a page that somebody has asked for and looks at nothing meanwhile.
PAGE_FIRST_SECONDS = 0.15
# What is pressed may lead to a page: this is how long the desks wait for the browser to ask for that.
_NEXT_PAGE_SECONDS = 0.04
RETRY_SECONDS = 1.0
# A page shows what was read before for no longer than this: whose lease ends is nothing that anybody signals.
DESK_LASTS = timedelta(seconds=15)
# How long others have waited is read again when what is known of it is so old.
_WAITING_TIMES_LAST = timedelta(minutes=1)
_IDLE_SECONDS = 3600.0
# A promise is broken by time alone: while the wall is looked at, it is read so often whatever happens.
_WALL_GROWS_OLD_SECONDS = 30.0

DESKS = "desks"
# The leads' wall has been read.
WALL = "wall"

log = structlog.get_logger()


def place_signal(conversation_id: UUID) -> str:
    """Sent within the process: the conversation's place in the queue, or the waiting time there, is another."""
    return f"place:{conversation_id}"


@dataclass(frozen=True)
class Standing:
    """What a waiting resident is told."""

    position: int
    waiting_minutes: WaitingMinutes | None


@dataclass(eq=False)
class Watch:
    """A page that shows a conversation's place, and what it shows; None while it is about to show something else."""

    shown: Standing | None = None


@dataclass(frozen=True, eq=False)
class Desk:
    """What the desks show. `asked` are the sign-ins that were looked for, `staff` those of them that still count."""

    waiting: WaitingList
    owned: dict[UUID, list[CaseSummary]]
    asked: frozenset[str]
    staff: dict[str, Staff]
    # What has come back to the leads, because nobody has answered it; empty unless a lead looks.
    with_leads: list[CaseSummary]
    bot_off: list[SwitchedOff]
    # Everybody who may be given cases.
    colleagues: list[Colleague]
    read_at: datetime


@dataclass
class _KnownWaitingTimes:
    times: dict[str, WaitingTimes] = field(default_factory=dict)
    read_at: datetime | None = None

    def are_of(self, groups: set[str], now: datetime) -> bool:
        is_fresh = self.read_at is not None and timedelta() <= now - self.read_at < _WAITING_TIMES_LAST
        return is_fresh and groups <= self.times.keys()


class Board:
    def __init__(
        self, *, sessions: SessionFactory, hub: live.Hub, clock: Clock, pause_seconds: float = PAUSE_SECONDS
    ) -> None:
        self._sessions = sessions
        self._hub = hub
        self._clock = clock
        self._pause_seconds = pause_seconds
        self._watches: dict[UUID, set[Watch]] = defaultdict(set)
        self._open = OpenPages()
        self._standings: dict[UUID, Standing] = {}
        self._desk: Desk | None = None
        # The same, or as a page has read it since, until something changes.
        self._latest: Desk | None = None
        self._changes: live.Subscription | None = None
        # How often something has changed, and whether that has been read.
        self._times_woken = 0
        self._is_behind = False
        self._walls = 0
        self._wall: Wall | None = None
        self._waiting_times = _KnownWaitingTimes()
        self._pages_being_made = 0
        self._is_calm = asyncio.Event()
        self._is_calm.set()

    async def run(self) -> None:
        """Keeps up with the queue until cancelled."""
        with self._hub.subscribe(live.QUEUE) as subscription:
            self._changes = subscription
            while True:
                seconds = _WALL_GROWS_OLD_SECONDS if self._walls else _IDLE_SECONDS
                if not await subscription.wait(seconds) and not self._walls:
                    continue
                self._times_woken += 1
                self._is_behind = True
                await asyncio.sleep(GATHERING_SECONDS)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._is_calm.wait(), PAGE_FIRST_SECONDS)
                await subscription.wait(0)
                began = time.perf_counter()
                try:
                    await self._read()
                    self._latest, self._is_behind = self._desk, False
                    await asyncio.sleep(max(self._pause_seconds, time.perf_counter() - began))
                except Exception:
                    # The database is away; what the pages show is old until it is there again.
                    log.exception("board.reading_failed")
                    subscription.wake()
                    await asyncio.sleep(RETRY_SECONDS)

    @contextlib.contextmanager
    def page_first(self, *, is_followed_by_page: bool = False) -> Iterator[None]:
        """While a page is made, of which somebody sees nothing yet, or a press is answered, the desks that are only
        kept up to date wait; and a moment longer for the page that the press leads to.
        """
        self._pages_being_made += 1
        self._is_calm.clear()
        try:
            yield
        finally:
            if is_followed_by_page:
                asyncio.get_running_loop().call_later(_NEXT_PAGE_SECONDS, self._page_is_made)
            else:
                self._page_is_made()

    @property
    def is_calm(self) -> bool:
        """Whether nobody waits for a page."""
        return self._is_calm.is_set()

    def _page_is_made(self) -> None:
        self._pages_being_made -= 1
        if not self._pages_being_made:
            self._is_calm.set()

    @contextlib.contextmanager
    def watch_place(self, conversation_id: UUID) -> Iterator[Watch]:
        """From now on the conversation's place is read, and its signal sent when it is not what the watch shows."""
        watch = Watch()
        self._watches[conversation_id].add(watch)
        try:
            yield watch
        finally:
            self._watches[conversation_id].discard(watch)
            if not self._watches[conversation_id]:
                del self._watches[conversation_id]
                self._standings.pop(conversation_id, None)

    def standing_of(self, conversation_id: UUID) -> Standing | None:
        """As it was read last; None when it did not wait then."""
        return self._standings.get(conversation_id)

    def watch_desk(self, token: str) -> contextlib.AbstractContextManager[None]:
        """From now on what this sign-in's desk shows is read, and DESKS sent after each reading."""
        return self._open.page(token)

    @property
    def desk(self) -> Desk | None:
        """As it was read last."""
        return self._desk

    @property
    def latest(self) -> Desk | None:
        """As it was read last, by a page or for all."""
        return self._latest

    async def desk_now(self, session: AsyncSession, token: str) -> Desk:
        """As it is now for this sign-in: what all desks share is from memory while nothing has changed."""
        now, is_quiet, times_woken = self._clock(), self._is_quiet, self._times_woken
        known = self._latest if is_quiet else None
        if known is not None and not timedelta() <= now - known.read_at < DESK_LASTS:
            known = None
        desk = await read_desk(session, [token], now, known)
        # Of what changed meanwhile it may have seen a part.
        if known is None and is_quiet and self._is_quiet and self._times_woken == times_woken:
            self._latest = desk
        return desk

    @property
    def _is_quiet(self) -> bool:
        """Whether what was read last still holds, as far as this process has heard."""
        is_heard = self._changes is not None and self._changes.is_quiet and self._hub.is_listening
        return is_heard and not self._is_behind

    @contextlib.contextmanager
    def watch_wall(self) -> Iterator[None]:
        """From now on what the leads' wall shows is read, and WALL sent after each reading."""
        self._walls += 1
        self._hub.wake_here(live.QUEUE)
        try:
            yield
        finally:
            self._walls -= 1
            if not self._walls:
                self._wall = None

    @property
    def wall(self) -> Wall | None:
        """As it was read last; None when nobody has looked since."""
        return self._wall

    async def _read(self) -> None:
        now = self._clock()
        watched, tokens, has_walls = list(self._watches), list(self._open), self._walls > 0
        async with transaction(self._sessions) as session:
            if watched:
                await self._read_standings(session, watched, now)
            # Whoever opens a page after this reads for themselves: what nobody looked at is old.
            self._desk = await read_desk(session, tokens, now) if tokens else None
            wall = await read_wall(session, now) if has_walls else None
        for conversation_id in watched:
            standing = self._standings.get(conversation_id)
            if standing is not None and any(
                watch.shown != standing for watch in self._watches.get(conversation_id, ())
            ):
                self._hub.wake_here(place_signal(conversation_id))
        if tokens:
            self._hub.wake_here(DESKS)
        if wall is not None and self._walls:
            self._wall = wall
            self._hub.wake_here(WALL)

    async def _read_standings(self, session: AsyncSession, watched: list[UUID], now: datetime) -> None:
        places = await CaseRepository(session).list_places(watched)
        groups = {place.answer_group for place in places}
        if not self._waiting_times.are_of(groups, now):
            self._waiting_times = _KnownWaitingTimes(await read_waiting_times(session, groups, now), now)
        self._standings = {place.conversation_id: self._standing(place) for place in places}

    def _standing(self, place: Place) -> Standing:
        times = self._waiting_times.times[place.answer_group]
        return Standing(place.position, times.at(place.position, place.priority))


async def read_desk(session: AsyncSession, tokens: list[str], now: datetime, known: Desk | None = None) -> Desk:
    """`known`: what is the same for everybody, if it has been read and still holds."""
    staff = await list_signed_in(session, tokens, now)
    has_lead = any(each.role == Role.LEAD for each in staff.values())
    return Desk(
        waiting=known.waiting if known else await reading.list_waiting(session),
        owned=await reading.list_owned(session, {each.id for each in staff.values()}),
        asked=frozenset(tokens),
        staff=staff,
        with_leads=await reading.list_with_leads(session) if has_lead else [],
        bot_off=known.bot_off if known else await list_off(session),
        colleagues=known.colleagues if known else await list_colleagues(session, now),
        read_at=known.read_at if known else now,
    )
