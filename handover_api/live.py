"""Live updates: what one process commits, every process learns through PostgreSQL's LISTEN and NOTIFY.

A signal says only that something has changed; whoever hears it reads the database with its own rights. So a lost signal
costs time, never truth, and after a broken connection every subscriber is woken once.
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from uuid import UUID

import psycopg
import structlog
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, SessionTransaction

_CHANNEL = "handover_live"
# Under these names a session keeps what it sends at its end, that it has changed the queue, and its process's hub.
_SIGNALS = "signals"
_HAS_CHANGED_QUEUE = "has_changed_queue"
HUB = "hub"
_NOTIFY = text("SELECT pg_notify(:channel, signal) FROM unnest(CAST(:signals AS text[])) AS signal")
_RECONNECT_SECONDS = 1.0

QUEUE = "queue"
BOT_WORK = "bot_work"
BOT_READING = "bot_reading"
OUTGOING = "outgoing"
# What everybody is told above the chat.
NOTICES = "notices"
# Which models of the bot there are, which one is in use, and how a training goes.
MODELS = "models"
# Files that editors have sent, and what is to be done with them.
IMPORTS = "imports"

RESIDENT = "resident"
STAFF = "staff"
_OF_THIS_MOMENT = "now:"

log = structlog.get_logger()


def conversation_signal(conversation_id: UUID) -> str:
    return f"conversation:{conversation_id}"


def staff_signal(staff_id: UUID) -> str:
    """What concerns one of the staff alone: offers and presence."""
    return f"staff:{staff_id}"


def writing_signal(conversation_id: UUID, writer: str) -> str:
    """Somebody writes something at this moment. `writer` is RESIDENT or STAFF."""
    return f"{_OF_THIS_MOMENT}writing:{writer}:{conversation_id}"


def read_signal(conversation_id: UUID, reader: str) -> str:
    """One side has read further. The other side is shown that."""
    return f"{_OF_THIS_MOMENT}read:{reader}:{conversation_id}"


def is_of_this_moment(signal: str) -> bool:
    """Whether the signal tells something only when it comes: there is nothing to look for because it was missed."""
    return signal.startswith(_OF_THIS_MOMENT)


def publish(session: AsyncSession, signal: str) -> None:
    """Sends a signal when, and only when, the session's transaction is committed; once, however often it is asked."""
    session.info.setdefault(_SIGNALS, {})[signal] = None


@event.listens_for(Session, "before_commit")
def _notify(session: Session) -> None:
    if session.in_nested_transaction():
        return
    if signals := session.info.pop(_SIGNALS, None):
        session.execute(_NOTIFY, {"channel": _CHANNEL, "signals": list(signals)})
        session.info[_HAS_CHANGED_QUEUE] = QUEUE in signals


@event.listens_for(Session, "after_commit")
def _tell_this_process(session: Session) -> None:
    # What the process remembers of the queue is old from now on, and not only when the database has said so: whoever
    # has changed it sees that on the next page.
    hub = session.info.get(HUB)
    if session.info.pop(_HAS_CHANGED_QUEUE, False) and isinstance(hub, Hub):
        hub.wake_here(QUEUE)


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, ended: SessionTransaction) -> None:
    # What only a savepoint has undone is signalled all the same: whoever hears it looks, and sees nothing new.
    if ended.parent is None:
        session.info.pop(_SIGNALS, None)
        session.info.pop(_HAS_CHANGED_QUEUE, None)


class Subscription:
    """Wakes its holder. Signals that arrive while the holder works are not lost, only counted as one."""

    def __init__(self, signals: tuple[str, ...]) -> None:
        self._lasting = [signal for signal in signals if not is_of_this_moment(signal)]
        self._heard: set[str] = set()
        self._event = asyncio.Event()
        self._is_closed = False

    def wake(self, signal: str | None = None) -> None:
        """One signal has come; or, when it is not known which have been missed, all that is left to look for."""
        self._heard.update(self._lasting if signal is None else (signal,))
        self._event.set()

    @property
    def is_quiet(self) -> bool:
        """Whether no signal has come that has not been waited for."""
        return not self._event.is_set()

    def take_heard(self) -> frozenset[str]:
        """Which signals have come since this was last asked."""
        heard = frozenset(self._heard)
        self._heard.clear()
        return heard

    def close(self) -> None:
        self._is_closed = True
        self._event.set()

    async def wait(self, seconds: float) -> bool:
        """Waits for a signal, at most so long. Returns whether one came."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            return False
        self._event.clear()
        return True

    @property
    def is_closed(self) -> bool:
        """The service is shutting down; the holder should end."""
        return self._is_closed


class Hub:
    """Listens on one connection and passes signals on to the subscriptions of this process."""

    def __init__(self, libpq_url: str) -> None:
        self._url = libpq_url
        self._subscriptions: dict[str, set[Subscription]] = defaultdict(set)
        self._is_listening = asyncio.Event()
        self._is_closed = False

    @contextlib.contextmanager
    def subscribe(self, *signals: str) -> Iterator[Subscription]:
        subscription = Subscription(signals)
        if self._is_closed:
            subscription.close()
        for signal in signals:
            self._subscriptions[signal].add(subscription)
        try:
            yield subscription
        finally:
            for signal in signals:
                self._subscriptions[signal].discard(subscription)
                if not self._subscriptions[signal]:
                    del self._subscriptions[signal]

    async def run(self) -> None:
        """Listens until cancelled, and connects again when the connection is lost."""
        while True:
            try:
                async for signal in self._signals():
                    self.wake_here(signal)
            except psycopg.Error as error:
                log.warning("live.connection_lost", error=type(error).__name__)
            self._is_listening.clear()
            await asyncio.sleep(_RECONNECT_SECONDS)

    @property
    def is_listening(self) -> bool:
        return self._is_listening.is_set()

    async def until_listening(self) -> None:
        await self._is_listening.wait()

    def wake_here(self, signal: str) -> None:
        """Passes a signal on to the subscriptions of this process only."""
        for subscription in self._subscriptions.get(signal, ()):
            subscription.wake(signal)

    def close(self) -> None:
        """Ends every subscription, so that open streams finish and the process can stop."""
        self._is_closed = True
        for subscription in self._all():
            subscription.close()

    async def _signals(self) -> AsyncIterator[str]:
        connection = await psycopg.AsyncConnection.connect(self._url, autocommit=True)
        async with connection:
            await connection.execute(f"LISTEN {_CHANNEL}")
            self._is_listening.set()
            for subscription in self._all():
                subscription.wake()
            async for notification in connection.notifies():
                yield notification.payload

    def _all(self) -> set[Subscription]:
        return set().union(*self._subscriptions.values())
