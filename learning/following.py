"""Keeps the bot at the model in use: the old one answers until the new one is loaded and has read a first message.

Rasa's own pulling of models loads the new one in the loop that answers messages, so for seconds nobody is answered.
Here it is loaded in a thread, and what changes hands in the loop is a reference.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import gc
import logging
import tempfile
import time
from pathlib import Path
from typing import Protocol

from rasa.core.agent import Agent
from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.core.processor import MessageProcessor

from bot.redaction import fields
from bot.understanding import model_version, understand
from learning.model_server import WAIT_SECONDS, ModelServer, ModelServerError, sha256_of

# Redaction lets only the bot's own lines through.
logger = logging.getLogger("bot.models")

# The service answers when the model changes; one that answers at once all the same is not asked more often than this.
SECONDS_BETWEEN_PULLS = 3.0
# Started at the same time as the service, the bot is given so long to hear which model is in use.
ATTEMPTS_AT_START = 10
SECONDS_BETWEEN_ATTEMPTS = 0.5
FIRST_MESSAGE = "Hej, vad kostar det?"


class Loaded(Protocol):
    """A model that is in memory beside the one in use."""

    @property
    def sha256(self) -> str:
        """Empty when there is none."""

    def hand_over(self) -> MessageProcessor | None:
        """The model, which then is whose it has been given to."""


class Follower:
    """`starting`: the archive that the agent has been started with. `beside`: what need not be loaded again."""

    def __init__(self, agent: Agent, server: ModelServer, starting: Path, beside: Loaded) -> None:
        self._agent = agent
        self._server = server
        self._starting = starting
        self._beside = beside
        self._started_with = self._has = ""
        self._is_starting_told = False
        self._could_not_load: set[str] = set()

    @property
    def has(self) -> str:
        """The checksum of the model that answers."""
        return self._has

    async def begin(self) -> None:
        """Before the first message: the model in use instead of the one that was started with, if the service answers.

        Without the service the bot answers with what it has, and follows as soon as it can.
        """
        self._started_with = await asyncio.get_running_loop().run_in_executor(None, sha256_of, self._starting)
        self._has = self._started_with
        for attempt in range(ATTEMPTS_AT_START):
            if attempt:
                await asyncio.sleep(SECONDS_BETWEEN_ATTEMPTS)
            with contextlib.suppress(ModelServerError):
                starting = await self._server.tell_starting(self._has)
                if not starting.is_used:
                    await self._pull(wait_seconds=0)
                return

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            began = time.monotonic()
            try:
                await self._tell_starting()
                if await self._pull():
                    # By asking again it tells the service that it has changed.
                    await self._pull(wait_seconds=0)
                    await asyncio.sleep(SECONDS_BETWEEN_PULLS)
                    # By now nobody is answered by the old one any more.
                    give_memory_back()
            except ModelServerError as error:
                logger.info("bot.model_server_away", extra=fields(error=type(error.__cause__ or error).__name__))
            except Exception:
                # Whatever it is, the bot goes on answering, and tries again.
                logger.exception("bot.following_failed")
            await asyncio.sleep(max(0.0, began + SECONDS_BETWEEN_PULLS - time.monotonic()))

    async def _tell_starting(self) -> None:
        if self._is_starting_told:
            return
        starting = await self._server.tell_starting(self._started_with)
        if starting.is_wanted:
            await self._server.send_starting(self._starting)
        self._is_starting_told = True

    async def _pull(self, *, wait_seconds: int = WAIT_SECONDS) -> bool:
        """Whether the bot answers with another model now."""
        with tempfile.TemporaryDirectory() as folder:
            offered = await self._server.pull(
                self._has, Path(folder), self._need_not_be_fetched, wait_seconds=wait_seconds
            )
            if offered.sha256 in {"", self._has, *self._could_not_load}:
                return False
            if offered.archive is not None:
                processor = await self._load(offered.sha256, offered.archive)
            else:
                # None if it has been let go meanwhile; the next attempt fetches it.
                processor = self._beside.hand_over() if self._beside.sha256 == offered.sha256 else None
        if processor is None:
            return False
        take_into_use(self._agent, processor)
        self._has = offered.sha256
        # One that comes back is tried again.
        self._could_not_load.clear()
        version, was_beside = await model_version(processor), offered.archive is None
        changed = fields(sha256=offered.sha256, model_version=version, was_beside=was_beside)
        logger.info("bot.model_changed", extra=changed)
        return True

    def _need_not_be_fetched(self, sha256: str) -> bool:
        """What could not be loaded, and what is loaded already."""
        return sha256 in self._could_not_load or sha256 == self._beside.sha256

    async def _load(self, sha256: str, archive: Path) -> MessageProcessor | None:
        logger.info("bot.model_fetched", extra=fields(sha256=sha256))
        try:
            return await asyncio.get_running_loop().run_in_executor(None, load_beside, self._agent, archive)
        except Exception:
            logger.exception("bot.model_not_loaded", extra=fields(sha256=sha256))
            self._could_not_load.add(sha256)
            await self._server.tell_not_loaded(sha256)
            return None


def load_beside(agent: Agent, archive: Path) -> MessageProcessor:
    """A second model beside the agent's own, with all that a first message makes it read. Runs in a thread."""
    processor = MessageProcessor(
        model_path=archive,
        tracker_store=agent.tracker_store,
        lock_store=agent.lock_store,
        action_endpoint=agent.action_endpoint,
        generator=agent.nlg,
    )
    asyncio.run(understand(processor, text=FIRST_MESSAGE, language="sv"))
    return processor


def take_into_use(agent: Agent, processor: MessageProcessor) -> None:
    """What `Agent.load_model` does once the model is loaded. Whoever is being answered is answered by the old one."""
    agent.processor = processor
    agent.domain = processor.domain
    agent.tracker_store.domain = processor.domain
    if isinstance(agent.nlg, TemplatedNaturalLanguageGenerator):
        agent.nlg.responses = processor.domain.responses


def give_memory_back() -> None:
    """Of the old model: its parts refer to each other, and the C library keeps what it was given."""
    gc.collect()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)
