"""Residents who chat with agents while the desk is measured, and the agents' colleagues, all without a browser."""

import asyncio
import contextlib
import itertools
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import httpx
import psycopg

from bench.handover.people import Agent, Resident

# Each chat writes about once in so many seconds.
PAUSE_SECONDS = 15.0
# Now and then somebody new asks for a person, or a colleague takes or puts back a case: the queue changes.
QUEUE_PAUSE_SECONDS = 4.0


@dataclass
class Chat:
    resident: Resident
    reference: str
    agent: Agent


@dataclass
class Crowd:
    """Chats in progress, each with its agent."""

    client: httpx.AsyncClient
    database_url: str
    colleagues: list[Agent] = field(default_factory=list)
    chats: list[Chat] = field(default_factory=list)

    async def begin(self, agent: Agent, topic: str) -> Chat:
        """A resident who asks for a person about the topic, and gets this agent."""
        resident = await Resident.begin(self.client)
        reference = await resident.ask_for_person()
        async with await psycopg.AsyncConnection.connect(self.database_url) as connection:
            # Without a bot nobody says what it is about.
            await connection.execute(
                "UPDATE cases SET topic = topics.id, answer_group = topics.answer_group FROM topics"
                " WHERE reference = %s AND topics.id = %s",
                [reference, topic],
            )
        await agent.claim(reference)
        chat = Chat(resident, reference, agent)
        self.chats.append(chat)
        return chat

    @contextlib.asynccontextmanager
    async def with_open_pages(self) -> AsyncIterator[None]:
        """The residents' and the colleagues' pages are open meanwhile."""
        pages = [chat.resident.page for chat in self.chats] + [agent.desk for agent in self.colleagues]
        await asyncio.gather(*(page.open() for page in pages))
        try:
            yield
        finally:
            await asyncio.gather(*(page.close() for page in pages))

    @contextlib.asynccontextmanager
    async def talking(self) -> AsyncIterator[None]:
        """Everybody writes now and then meanwhile, and the queue changes."""
        tasks = [asyncio.create_task(self._talk(chat)) for chat in self.chats]
        tasks.append(asyncio.create_task(self._change_queue()))
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            for outcome in await asyncio.gather(*tasks, return_exceptions=True):
                if isinstance(outcome, Exception):
                    raise outcome

    async def _talk(self, chat: Chat) -> None:
        pauses = random.Random(chat.reference)  # noqa: S311 - repeatable on purpose
        for number in itertools.count(1):
            await asyncio.sleep(pauses.uniform(0.5, 1.5) * PAUSE_SECONDS)
            if number % 2:
                await chat.resident.write(f"Jag undrar en sak till, det är fråga {number}.")
            else:
                await chat.agent.write(chat.reference, f"Då ska vi se. Det här är svar {number}.")

    async def _change_queue(self) -> None:
        agents = itertools.cycle(self.colleagues)
        while True:
            await asyncio.sleep(QUEUE_PAUSE_SECONDS)
            resident = await Resident.begin(self.client)
            reference = await resident.ask_for_person()
            await asyncio.sleep(QUEUE_PAUSE_SECONDS)
            await next(agents).claim(reference)
