"""Hands residents' messages to the bot: in order within a conversation, many conversations side by side.

Every service process runs one dispatcher for each duty of the bot: answering what is written to it, and reading what is
written to people. The duties do not wait for each other. A message is taken in hand by a short lease in the database,
which is renewed for as long as the bot is asked; if the process dies, it runs out within seconds, and any dispatcher
takes the message up again. Slow is not dead: an attempt that times out is repeated until the deadline, and only then is
the bot given up. The bot is asked only so many things at once: more would time out all together, and be asked again.
"""

import asyncio
import contextlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api import live
from handover_api.clock import Clock
from handover_api.conversations import answering
from handover_api.conversations.repository import ConversationRepository
from handover_api.database import SessionFactory, transaction
from handover_api.errors import BotUnavailableError
from handover_api.integrations.bot import Bot, Turn
from handover_api.models import Message
from handover_api.rules.message import BotWork

_SWEEP_SECONDS = 2.0
_RETRY_SECONDS = 0.5
_LEASE = timedelta(seconds=5)
_RENEW_SECONDS = 1.5
_ASKED_AT_ONCE = 16

log = structlog.get_logger()


class Duty[Answer](Protocol):
    """What the bot does with the messages of one kind of work, and what comes of it."""

    @property
    def work(self) -> BotWork: ...

    @property
    def signal(self) -> str:
        """Sent when there is new work."""

    async def ask(self, message: Message, language: str) -> Answer:
        """One attempt.

        Raises:
            BotUnavailableError
        """

    async def store(self, session: AsyncSession, message: Message, answer: Answer, now: datetime) -> None: ...

    async def give_up(self, session: AsyncSession, message: Message, now: datetime) -> None:
        """The deadline has passed without an answer."""


class Answering:
    """Of what is written to the bot: while it owns the conversation, and by those who ask it while they wait."""

    work = BotWork.PENDING
    signal = live.BOT_WORK

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    async def ask(self, message: Message, language: str) -> Turn:
        return await self._bot.take_turn(
            conversation_id=message.conversation_id,
            message_id=message.id,
            language=language,
            text=message.text,
            choice=message.choice,
        )

    async def store(self, session: AsyncSession, message: Message, turn: Turn, now: datetime) -> None:
        await answering.store_turn(session, message.conversation_id, message.id, turn, now)

    async def give_up(self, session: AsyncSession, message: Message, now: datetime) -> None:
        await answering.store_bot_failure(session, message.conversation_id, message.id, now)


class Dispatcher[Answer]:
    def __init__(
        self, *, sessions: SessionFactory, hub: live.Hub, duty: Duty[Answer], clock: Clock, deadline_seconds: float
    ) -> None:
        self._sessions = sessions
        self._hub = hub
        self._duty = duty
        self._clock = clock
        self._deadline = timedelta(seconds=deadline_seconds)
        self._slots = asyncio.Semaphore(_ASKED_AT_ONCE)
        self._in_hand: set[UUID] = set()
        self._serving: dict[UUID, asyncio.Task[None]] = {}
        # Conversations that had more work while they were being served; their turn may just have ended without it.
        self._passed_over: set[UUID] = set()

    async def run(self) -> None:
        """Works until cancelled."""
        with self._hub.subscribe(self._duty.signal) as subscription:
            renewing = asyncio.create_task(self._renew_leases())
            try:
                while True:
                    await self._serve_waiting(subscription)
                    await subscription.wait(_SWEEP_SECONDS)
            finally:
                tasks = [renewing, *self._serving.values()]
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve_waiting(self, subscription: live.Subscription) -> None:
        try:
            async with transaction(self._sessions) as session:
                waiting = await ConversationRepository(session).list_conversations_with_work(
                    self._duty.work, self._clock()
                )
        except Exception:
            # The database is away; the sweep tries again.
            log.exception("dispatcher.sweep_failed")
            return
        for conversation_id in waiting:
            if conversation_id in self._serving:
                self._passed_over.add(conversation_id)
                continue
            task = asyncio.create_task(self._serve(conversation_id))
            self._serving[conversation_id] = task
            task.add_done_callback(partial(self._served, conversation_id, subscription))

    def _served(self, conversation_id: UUID, subscription: live.Subscription, _task: asyncio.Task[None]) -> None:
        del self._serving[conversation_id]
        if conversation_id in self._passed_over:
            self._passed_over.remove(conversation_id)
            subscription.wake()

    async def _serve(self, conversation_id: UUID) -> None:
        try:
            while await self._serve_next(conversation_id):
                pass
        except Exception:
            # The lease runs out and the message is taken up again.
            log.exception("dispatcher.turn_failed", conversation_id=str(conversation_id))

    async def _serve_next(self, conversation_id: UUID) -> bool:
        taken_at = self._clock()
        async with transaction(self._sessions) as session:
            taken = await ConversationRepository(session).take_next(
                conversation_id, self._duty.work, taken_at, lease_until=taken_at + _LEASE
            )
        if taken is None:
            return False
        message, language = taken
        with self._held(message):
            answer = await self._ask(message, language, taken_at + self._deadline)
        async with transaction(self._sessions) as session:
            if answer is None:
                await self._duty.give_up(session, message, self._clock())
            else:
                await self._duty.store(session, message, answer, self._clock())
        return True

    @contextlib.contextmanager
    def _held(self, message: Message) -> Iterator[None]:
        """Keeps the message in this process's hands meanwhile."""
        self._in_hand.add(message.id)
        try:
            yield
        finally:
            self._in_hand.discard(message.id)

    async def _renew_leases(self) -> None:
        """All together: with a bot that is slow there are many, and the database has other things to do."""
        while True:
            await asyncio.sleep(_RENEW_SECONDS)
            if not self._in_hand:
                continue
            try:
                async with transaction(self._sessions) as session:
                    await ConversationRepository(session).renew_leases(
                        self._in_hand, self._duty.work, until=self._clock() + _LEASE
                    )
            except Exception:
                # The database is away. If it stays away, another takes the messages up; each answer is stored once.
                log.exception("dispatcher.renewal_failed")

    async def _ask(self, message: Message, language: str, give_up_at: datetime) -> Answer | None:
        """The bot's answer, or None when the deadline has passed without one."""
        while (left := (give_up_at - self._clock()).total_seconds()) > 0:
            try:
                async with asyncio.timeout(left), self._slots:
                    return await self._duty.ask(message, language)
            except BotUnavailableError as error:
                log.warning("bot.attempt_failed", code=error.code, message_id=str(message.id), **error.extra)
                await asyncio.sleep(_RETRY_SECONDS)
            except TimeoutError:
                log.warning("bot.deadline_passed", message_id=str(message.id))
        return None
