"""Whatever people do, in whatever order and at the same time: the invariant of the protocol holds after each step.

The real service on a real PostgreSQL. What must hold is asked of the database by itself, not of the service.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

import httpx
import psycopg
import pytest
from departments import add_departments
from environment import settings_for
from fakes import FakeBot, FakeClock, Heard, reply, turn
from fastapi import FastAPI
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from people import AGENT, OTHER_AGENT, Member, People, Resident

from handover_api.application import create_application
from handover_api.cases.service import end_as_resident
from handover_api.database import transaction
from handover_api.integrations.bot import Turn
from handover_api.queue.keeper import Keeper

EXAMPLES = 8
STEPS = 25
PATIENCE_SECONDS = 60.0
FOLLOW_UP_HOURS = 24
PERSON = "Jag vill prata med en människa"

# Each finds what must not be; what the database itself makes impossible is not asked for. Bot messages of the kinds
# `urgent` and `handover` are told while a person is waited for, and answers to whoever asks the bot meanwhile.
BROKEN: dict[str, str] = {
    "a conversation and its case disagree": """
        SELECT c.id FROM conversations c LEFT JOIN cases k ON k.conversation_id = c.id AND k.state <> 'closed'
        WHERE NOT CASE c.state
            WHEN 'with_bot' THEN k.id IS NULL OR k.state = 'answered'
            WHEN 'waiting' THEN coalesce(k.state, '') = 'waiting'
            WHEN 'with_agent' THEN coalesce(k.state, '') = 'assigned'
            WHEN 'asynchronous' THEN coalesce(k.state, '') IN ('waiting', 'assigned', 'forwarded')
            WHEN 'closed' THEN k.id IS NULL OR k.state = 'assigned'
            END
    """,
    "an asynchronous case has no time by which it is answered": """
        SELECT k.id FROM cases k JOIN conversations c ON c.id = k.conversation_id
        WHERE c.state = 'asynchronous' AND k.state <> 'closed' AND k.due_at IS NULL
    """,
    "the messages' numbers have a gap": """
        SELECT c.id FROM conversations c LEFT JOIN messages m ON m.conversation_id = c.id
        GROUP BY c.id, c.last_seq
        HAVING count(m.id) <> c.last_seq OR coalesce(max(m.seq), 0) <> c.last_seq OR coalesce(min(m.seq), 1) <> 1
    """,
    "the versions have a gap": """
        SELECT c.id FROM conversations c LEFT JOIN conversation_events e ON e.conversation_id = c.id
        GROUP BY c.id, c.version
        HAVING count(e.id) <> c.version - 1 OR coalesce(max(e.version), 1) <> c.version
    """,
    "an event does not begin where the last one ended": """
        SELECT id FROM (
            SELECT id, before, lag(after, 1, 'with_bot') OVER (PARTITION BY conversation_id ORDER BY version) AS ended
            FROM conversation_events
        ) AS steps WHERE before <> ended
    """,
    "a conversation is not where its last event ended": """
        SELECT c.id FROM conversations c
        JOIN conversation_events e ON e.conversation_id = c.id AND e.version = c.version WHERE e.after <> c.state
    """,
    "the bot spoke when it was not its turn": """
        SELECT m.id FROM messages m CROSS JOIN LATERAL (
            SELECT after FROM conversation_events e
            WHERE e.conversation_id = m.conversation_id AND e.seq < m.seq ORDER BY version DESC LIMIT 1
        ) AS latest
        LEFT JOIN messages asked
            ON asked.conversation_id = m.conversation_id AND asked.seq = (m.payload->>'in_reply_to')::int
        WHERE m.author = 'bot' AND m.kind NOT IN ('urgent', 'handover') AND latest.after <> 'with_bot'
            AND NOT (latest.after = 'waiting' AND coalesce(asked.payload->>'to', '') = 'bot')
    """,
    "a case was taken twice with nobody letting go of it between": """
        SELECT id FROM (
            SELECT id, event, lag(event) OVER (PARTITION BY conversation_id ORDER BY version) AS earlier
            FROM conversation_events
            WHERE event IN ('claimed', 'returned_to_queue', 'handed_back', 'closed', 'case_closed', 'handover_asked')
                OR event = 'transferred' AND evidence ? 'to_group'
        ) AS steps WHERE event = 'claimed' AND earlier = 'claimed'
    """,
    "an open offer is of a case that does not wait": """
        SELECT o.id FROM offers o JOIN cases k ON k.id = o.case_id WHERE o.outcome = 'open' AND k.state <> 'waiting'
    """,
}


@dataclass(frozen=True)
class Matter:
    """A resident, and the reference of the case once there is one."""

    resident: Resident

    async def reference(self) -> str:
        return (await self.resident.status())["case_reference"] or "2001-000001"


@dataclass(frozen=True)
class World:
    app: FastAPI
    people: People
    clock: FakeClock
    keeper: Keeper
    database_url: str
    loop: asyncio.AbstractEventLoop

    def do[Result](self, work: Coroutine[Any, Any, Result]) -> Result:
        """Hypothesis is not asynchronous; what it decides is done in the service's own loop."""
        doing: Future[Result] = asyncio.run_coroutine_threadsafe(work, self.loop)
        return doing.result(PATIENCE_SECONDS)

    async def end(self, resident: Resident) -> None:
        async with transaction(self.app.state.sessions) as session:
            await end_as_resident(session, resident.uuid, self.clock())

    def broken(self) -> dict[str, list[str]]:
        with psycopg.connect(self.database_url) as connection:
            # One moment for all the questions: the service works on while they are asked.
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            return find_broken(connection)


def find_broken(connection: psycopg.Connection) -> dict[str, list[str]]:
    found = {name: [str(row[0]) for row in connection.execute(query)] for name, query in BROKEN.items()}
    return {name: ids for name, ids in found.items() if ids}


@pytest.fixture
async def world(own_database_url: str, staff_sessions: dict[str, str]) -> AsyncIterator[World]:
    with psycopg.connect(own_database_url, autocommit=True) as connection:
        # Days pass, and nobody goes home.
        connection.execute("UPDATE staff_sessions SET expires_at = expires_at + interval '10 years'")
    clock, bot = FakeClock(), FakeBot()
    app = create_application(settings_for(own_database_url), bot=bot, clock=clock)
    async with app.router.lifespan_context(app):
        await app.state.hub.until_listening()
        await add_departments(app.state.sessions)
        people = People(app, staff_sessions)
        bot.behaviour = asks_for_a_person_when_told(people)
        keeper = Keeper(app.state.sessions, app.state.hub, clock, follow_up_hours=FOLLOW_UP_HOURS)
        yield World(app, people, clock, keeper, own_database_url, asyncio.get_running_loop())
        await people.leave()


def asks_for_a_person_when_told(people: People) -> Callable[[Heard], Awaitable[Turn]]:
    from environment import INTERNAL  # noqa: PLC0415 - used here alone

    action_server = people.connect(headers=INTERNAL)

    async def behave(heard: Heard) -> Turn:
        if heard.text != PERSON:
            return turn(heard, reply(text=f"Svar på: {heard.text}"))
        body = {
            "conversation_id": str(heard.conversation_id),
            "message_id": str(heard.message_id),
            "reason": "asked_for_person",
        }
        await action_server.post("/internal/handovers", json=body)
        return turn(heard, reply("handover", None))

    return behave


Deed = Callable[[World, Matter], Awaitable[httpx.Response | None]]


def at_the_desk(who: str, step: str, **body: object) -> Deed:
    async def deed(world: World, matter: Matter) -> httpx.Response:
        member: Member = getattr(world.people, who)
        fields = {**body, "client_id": f"klient-{world.clock().timestamp()}"} if step in {"messages", "notes"} else body
        return await member.client.post(f"/api/cases/{await matter.reference()}/{step}", json=fields)

    return deed


def presence(who: str, status: str | None) -> Deed:
    async def deed(world: World, _: Matter) -> httpx.Response:
        member: Member = getattr(world.people, who)
        if status is None:
            return await member.client.delete("/api/presence")
        return await member.client.put("/api/presence", json={"status": status})

    return deed


async def takes_next(world: World, _: Matter) -> httpx.Response:
    return await world.people.agent.client.post("/api/queue/next")


async def writes(world: World, matter: Matter) -> httpx.Response:
    del world
    return await matter.resident.write()


async def writes_for_a_person(world: World, matter: Matter) -> httpx.Response:
    del world
    return await matter.resident.write(PERSON)


async def asks_the_bot(world: World, matter: Matter) -> httpx.Response:
    del world
    return await matter.resident.write("Till boten", to="bot")


async def asks_the_bot_for_a_person(world: World, matter: Matter) -> httpx.Response:
    del world
    return await matter.resident.write(PERSON, to="bot")


async def leaves_the_queue(world: World, matter: Matter) -> httpx.Response:
    return await world.people.connect().post(f"{matter.resident.path}/leave-queue", headers=matter.resident.headers)


async def asks(world: World, matter: Matter) -> httpx.Response:
    del world
    return await matter.resident.ask_for_person()


def leaves(channel: str, address: str | None) -> Deed:
    async def deed(world: World, matter: Matter) -> httpx.Response:
        return await world.people.connect().post(
            f"{matter.resident.path}/contact",
            json={"channel": channel, "address": address},
            headers=matter.resident.headers,
        )

    return deed


async def ends(world: World, matter: Matter) -> None:
    await world.end(matter.resident)


async def the_clock_brings_its_duties(world: World, _: Matter) -> None:
    await world.keeper.work()


RESIDENTS_DEEDS: dict[str, Deed] = {
    "the resident writes": writes,
    "the resident writes that a person is wanted": writes_for_a_person,
    "the resident asks the bot": asks_the_bot,
    "the resident asks the bot for a person": asks_the_bot_for_a_person,
    "the resident leaves the queue": leaves_the_queue,
    "the resident asks for a person": asks,
    "the resident leaves an address": leaves("email", "invanare@exempel.example"),
    "the resident stays anonymous": leaves("anonymous", None),
    "the resident ends": ends,
}
DEEDS: dict[str, Deed] = {
    **RESIDENTS_DEEDS,
    **{
        f"{who} {what}": at_the_desk(who, step, **body)
        for who in ("agent", "other_agent", "lead")
        for what, step, body in (
            ("claims", "claim", {}),
            ("writes", "messages", {"text": "Hej"}),
            ("notes", "notes", {"text": "Till oss"}),
            ("returns", "return", {"note": ""}),
            ("transfers to a group", "transfer", {"to_group": "allmant", "note": "Er fråga"}),
            ("transfers to the agent", "transfer", {"to_agent": AGENT.username, "note": "Din fråga"}),
            ("transfers to the other agent", "transfer", {"to_agent": OTHER_AGENT.username, "note": "Din fråga"}),
            ("takes over", "take-over", {}),
            ("forwards", "forward", {"department": "bygg", "note": "Kan ni svara?"}),
            ("notes the department's answer", "department-answer", {"note": "Ja"}),
            ("hands back", "hand-back", {}),
            ("closes", "close", {"resolution": "Löst"}),
            ("declines", "decline", {}),
        )
    },
    "agent takes the next": takes_next,
    "agent is available": presence("agent", "available"),
    "agent goes": presence("agent", None),
    "other_agent is available": presence("other_agent", "available"),
    "lead is on a break": presence("lead", "on_break"),
    "the clock's duties are done": the_clock_brings_its_duties,
}


# The ways that most cases go, so that what follows on them is seen often.
WAYS: list[list[str]] = [
    ["the resident writes that a person is wanted"],
    ["the resident asks for a person", "agent claims"],
    ["the resident asks for a person", "agent is available", "the clock's duties are done", "agent writes"],
    ["the resident asks for a person", "the resident leaves an address", "other_agent claims"],
    ["the resident asks for a person", "agent claims", "agent forwards"],
    ["the resident asks for a person", "agent claims", "agent hands back", "the resident writes"],
    ["the resident asks for a person", "the resident asks the bot", "the resident leaves the queue"],
]


class AnyOrder(RuleBasedStateMachine):
    world: World

    def __init__(self) -> None:
        super().__init__()
        self._matters = [self._somebody(), self._somebody()]

    @rule(whose=st.integers(0, 1), deed=st.sampled_from(sorted(DEEDS)))
    def somebody_does(self, whose: int, deed: str) -> None:
        self._do(whose, [deed])

    @rule(whose=st.integers(0, 1), way=st.sampled_from(WAYS))
    def a_case_goes_its_way(self, whose: int, way: list[str]) -> None:
        for deed in way:
            self._do(whose, [deed])

    @rule(whose=st.integers(0, 1), deeds=st.lists(st.sampled_from(sorted(DEEDS)), min_size=2, max_size=8))
    def much_happens_at_the_same_time(self, whose: int, deeds: list[str]) -> None:
        self._do(whose, deeds)

    @rule(seconds=st.sampled_from([5, 40, 120, 900, 4 * 3600, 26 * 3600]))
    def time_passes(self, seconds: int) -> None:
        self.world.clock.advance(seconds=seconds)
        self.world.do(self.world.keeper.work())

    @invariant()
    def the_protocol_is_kept(self) -> None:
        assert self.world.broken() == {}

    def _somebody(self) -> Matter:
        return Matter(self.world.do(self.world.people.resident()))

    def _do(self, whose: int, deeds: Sequence[str]) -> None:
        matter = self._matters[whose]

        async def all_at_once() -> list[httpx.Response | None]:
            return list(await asyncio.gather(*(DEEDS[deed](self.world, matter) for deed in deeds)))

        for deed, response in zip(deeds, self.world.do(all_at_once()), strict=True):
            if response is not None:
                assert response.status_code < 500, f"{deed}: {response.text}"
                if response.status_code == 409:
                    assert {"code", "detail"} <= response.json().keys(), deed
        if self.world.do(matter.resident.status())["state"] == "closed":
            # The conversation stays, to be looked at after each step; somebody else comes.
            self._matters[whose] = self._somebody()


async def test_the_protocol_is_kept_in_any_order_and_at_the_same_time(world: World) -> None:
    class Here(AnyOrder):
        pass

    Here.world = world
    await asyncio.to_thread(
        run_state_machine_as_test,
        Here,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


# What would make each of the questions find something, in a world with a case that an agent has taken.
SPOILED: dict[str, str] = {
    "a conversation and its case disagree": "UPDATE conversations SET state = 'with_bot'",
    "an asynchronous case has no time by which it is answered": "UPDATE conversations SET state = 'asynchronous'",
    "the messages' numbers have a gap": "DELETE FROM messages WHERE seq = 2",
    "the versions have a gap": "DELETE FROM conversation_events WHERE version = 2",
    "an event does not begin where the last one ended": "UPDATE conversation_events SET before = 'closed'",
    "a conversation is not where its last event ended": "UPDATE conversations SET state = 'closed'",
    "the bot spoke when it was not its turn": "UPDATE messages SET author = 'bot', kind = 'answer'",
    "a case was taken twice with nobody letting go of it between": "UPDATE conversation_events SET event = 'claimed'",
    "an open offer is of a case that does not wait": """
        INSERT INTO offers (case_id, staff_id, outcome, offered_at, expires_at)
        SELECT id, owner_id, 'open', created_at, created_at FROM cases
    """,
}


async def test_what_must_not_be_would_be_found(world: World) -> None:
    reference = await (await world.people.resident()).queue_up()
    assert (await world.people.agent.claim(reference)).status_code == 200
    assert world.broken() == {}
    assert SPOILED.keys() == BROKEN.keys()
    with psycopg.connect(world.database_url) as connection:
        for what, spoil in SPOILED.items():
            with connection.transaction(force_rollback=True):
                connection.execute("SET LOCAL session_replication_role = replica")
                connection.execute(spoil)
                assert what in find_broken(connection), what


async def test_what_an_agent_has_given_to_a_group_may_be_taken_again(world: World) -> None:
    resident = await world.people.resident()
    reference = await resident.queue_up()
    await resident.leave_contact("anonymous")
    for member in (world.people.agent, world.people.other_agent):
        assert (await member.claim(reference)).status_code == 200
        assert world.broken() == {}
        assert (await member.transfer(reference, to_group="allmant")).status_code == 200
        assert world.broken() == {}
