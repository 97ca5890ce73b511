"""A second model beside the one in use, which reads what residents write and is heard by nobody.

It reads when nothing is being answered, after the answer has left, in a thread of its own: one message at a time takes
some ten milliseconds. When there is always somebody to answer it reads one message a second all the same, as a sample.
What there is no time for is dropped. The service is told by messages' ids, never by their words.
"""

from __future__ import annotations

import asyncio
import logging
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent
from rasa.core.processor import MessageProcessor

from bot.redaction import fields
from bot.tracker import previous_topic
from bot.turn import Turn
from bot.understanding import understand
from decide.content import Content, content_of
from decide.decisions import decide_on
from learning.following import give_memory_back, load_beside
from learning.model_server import ModelServer, ModelServerError, ShadowEndedError
from learning.traffic import Traffic

# Redaction lets only the bot's own lines through.
logger = logging.getLogger("bot.shadow")

SECONDS_BETWEEN_PULLS = 3.0
# A model whose time has ended may just have been put in use; then the bot takes it from here.
SECONDS_BEFORE_LETTING_GO = 5.0
# How many messages may wait to be read, how long, and how many may wait to be told of.
MOST_WAITING = 100
LONGEST_WAIT_SECONDS = 60.0
# How long each waits for a moment when nobody is being answered.
PATIENCE_SECONDS = 1.0
MOST_UNTOLD = 200
SECONDS_BETWEEN_TELLINGS = 3.0
CONTENT_LASTS_SECONDS = 60.0


@dataclass(frozen=True)
class Heard:
    """A turn that has been answered, and what the model in use made of it; `serving`: that model's checksum."""

    turn: Turn
    understanding: dict[str, Any]
    serving: str
    at: float


class Shadow:
    """`serving` says the checksum of the model that answers at the moment."""

    def __init__(self, agent: Agent, server: ModelServer, traffic: Traffic, serving: Callable[[], str]) -> None:
        self._agent = agent
        self._server = server
        self._traffic = traffic
        self._serving = serving
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="shadow")
        self._sha256 = ""
        self._processor: MessageProcessor | None = None
        self._is_wanted = False
        self._could_not_load: set[str] = set()
        self._waiting: asyncio.Queue[Heard] = asyncio.Queue(MOST_WAITING)
        self._untold: list[dict[str, Any]] = []
        self._untold_of = ""
        self._told_at = time.monotonic()
        self._dropped = 0
        self._content: Content | None = None
        self._content_read_at = 0.0

    @property
    def sha256(self) -> str:
        """Of the model that is in memory; empty when none is."""
        return self._sha256 if self._processor is not None else ""

    def hand_over(self) -> MessageProcessor | None:
        processor = self._processor
        self._forget()
        return processor

    def hear(self, turn: Turn, understanding: dict[str, Any]) -> None:
        """A turn has been answered. Whoever presses a button has chosen, and there is nothing to read."""
        if self._processor is None or not self._is_wanted or turn.choice is not None:
            return
        try:
            self._waiting.put_nowait(Heard(turn, understanding, self._serving(), time.monotonic()))
        except asyncio.QueueFull:
            self._dropped += 1

    async def run(self) -> None:
        """Until cancelled."""
        try:
            await asyncio.gather(self._follow(), self._read_on())
        finally:
            self._thread.shutdown(wait=False)

    async def _follow(self) -> None:
        while True:
            began = time.monotonic()
            try:
                await self._look()
            except ModelServerError as error:
                logger.info("bot.model_server_away", extra=fields(error=type(error.__cause__ or error).__name__))
            except Exception:
                # Whatever it is, the bot goes on answering.
                logger.exception("bot.shadow_failed")
            await asyncio.sleep(max(0.0, began + SECONDS_BETWEEN_PULLS - time.monotonic()))

    async def _look(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            offered = await self._server.pull_shadow(self._sha256, Path(folder), self._could_not_load.__contains__)
            if not offered.sha256:
                # What is wanted another time is tried another time.
                self._could_not_load.clear()
            if offered.sha256 == self._sha256:
                # It may have ended and begun anew.
                self._is_wanted = self._processor is not None
                return
            await self._let_go()
            if offered.archive is not None:
                await self._load(offered.sha256, offered.archive)

    async def _load(self, sha256: str, archive: Path) -> None:
        loop = asyncio.get_running_loop()
        try:
            self._processor = await loop.run_in_executor(self._thread, load_beside, self._agent, archive)
        except Exception:
            logger.exception("bot.shadow_not_loaded", extra=fields(sha256=sha256))
            self._could_not_load.add(sha256)
            await self._server.tell_not_loaded(sha256)
            return
        self._sha256, self._is_wanted = sha256, True
        logger.info("bot.shadow_begun", extra=fields(sha256=sha256))

    async def _let_go(self) -> None:
        if not self._sha256:
            return
        self._is_wanted = False
        await asyncio.sleep(SECONDS_BEFORE_LETTING_GO)
        self._forget()
        await self._traffic.until_quiet(LONGEST_WAIT_SECONDS)
        give_memory_back()
        logger.info("bot.shadow_ended")

    def _forget(self) -> None:
        self._processor, self._sha256, self._is_wanted = None, "", False
        self._content, self._untold, self._dropped = None, [], 0
        while not self._waiting.empty():
            self._waiting.get_nowait()

    async def _read_on(self) -> None:
        while True:
            heard = await self._waiting.get()
            try:
                await self._take(heard)
                if self._waiting.empty() or time.monotonic() - self._told_at >= SECONDS_BETWEEN_TELLINGS:
                    await self._tell()
            except ShadowEndedError:
                self._is_wanted = False
            except ModelServerError as error:
                logger.info("bot.model_server_away", extra=fields(error=type(error.__cause__ or error).__name__))
            except Exception:
                logger.exception("bot.shadow_failed", extra=fields(message_id=heard.turn.message_id))

    async def _take(self, heard: Heard) -> None:
        await self._traffic.until_quiet(PATIENCE_SECONDS)
        processor = self._processor
        if processor is None:
            return
        if time.monotonic() - heard.at > LONGEST_WAIT_SECONDS or len(self._untold) >= MOST_UNTOLD:
            self._dropped += 1
            return
        content, loop = await self._read_content(), asyncio.get_running_loop()
        decided = await loop.run_in_executor(self._thread, self._decide, processor, content, heard)
        if self._is_wanted:
            self._keep(decided, heard.serving)

    def _keep(self, decided: dict[str, Any], serving: str) -> None:
        if serving != self._untold_of:
            self._untold, self._untold_of = [], serving
        self._untold.append(decided)

    def _decide(self, processor: MessageProcessor, content: Content, heard: Heard) -> dict[str, Any]:
        """Runs in the thread."""
        turn = heard.turn
        parse_data = asyncio.run(self._read(processor, turn))
        # Whether there are words in it is of the text, and not of the model.
        answered_as = {"understanding": heard.understanding, "has_words": parse_data["has_words"]}
        return {
            "message_id": turn.message_id,
            "before": _told(answered_as, content),
            "now": _told(parse_data, content),
        }

    async def _read(self, processor: MessageProcessor, turn: Turn) -> dict[str, Any]:
        earlier = await previous_topic(self._agent.tracker_store, turn.conversation_id, turn.message_id)
        return await understand(processor, text=turn.text, language=turn.language, previous_topic=earlier)

    async def _read_content(self) -> Content:
        if self._content is None or time.monotonic() - self._content_read_at > CONTENT_LASTS_SECONDS:
            self._content = content_of(await self._server.list_topics())
            self._content_read_at = time.monotonic()
        return self._content

    async def _tell(self) -> None:
        if not self._untold:
            return
        self._told_at = time.monotonic()
        telling, dropped = self._untold[:MOST_UNTOLD], self._dropped
        told = {"sha256": self._sha256, "serving": self._untold_of, "dropped": dropped, "decisions": telling}
        await self._server.tell_decisions(told)
        # Meanwhile it may have been forgotten.
        self._untold, self._dropped = self._untold[len(telling) :], max(0, self._dropped - dropped)


def _told(parse_data: dict[str, Any], content: Content) -> dict[str, str | None]:
    decision = decide_on(parse_data, content)
    return {"decision": decision.kind.value, "topic": decision.topic}
