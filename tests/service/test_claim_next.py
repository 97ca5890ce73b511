"""An agent asks for the next case, and gets the first in the queue that the agent may take."""

import asyncio
import random
from datetime import timedelta
from typing import Any

import pytest
from database_locks import until_waiting_for_locks
from fakes import FakeClock
from organising import make_groups
from people import AGENT, People, assert_problem
from sqlalchemy import event, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.conversations.repository import ConversationRepository
from handover_api.database import SessionFactory, transaction
from handover_api.models import AnswerGroup, Case, Conversation, Presence, Staff
from handover_api.queue.keeper import Keeper
from handover_api.queue.next_case import first_suitable, suits
from handover_api.rules.choosing_an_agent import LANGUAGE_PATIENCE, PresentAgent, WaitingCase, suitable_agents
from handover_api.rules.roles import Role

GROUPS = ("allmant", "social", "teknik-gata-avfall")
LANGUAGES = ("sv", "ar", "fi")
SKILLS = ("bygglov", "skuld")
SECRECY = ("social", "skola")


async def change(sessions: SessionFactory, reference: str, **values: object) -> None:
    async with transaction(sessions) as session:
        await session.execute(update(Case).where(Case.reference == reference).values(**values))


async def test_the_oldest_comes_first(people: People, clock: FakeClock) -> None:
    references = []
    for _ in range(3):
        references.append(await (await people.resident()).queue_up())
        clock.advance(seconds=1)
    for reference in references:
        case = await people.agent.take_next()
        assert case is not None
        assert (case["reference"], case["state"], case["owner"]) == (reference, "assigned", "Agenten")
    assert await people.agent.take_next() is None


async def test_what_is_more_urgent_goes_before_what_is_older(
    people: People, clock: FakeClock, sessions: SessionFactory
) -> None:
    references = []
    for priority, rank in (("can_wait", 3), ("normal", 2), ("due_soon", 1), ("urgent", 0)):
        references.append(await (await people.resident()).queue_up())
        await change(sessions, references[-1], priority=priority, priority_rank=rank)
        clock.advance(seconds=1)
    taken = [await people.agent.take_next() for _ in references]
    assert [case["reference"] for case in taken if case] == references[::-1]


async def test_the_position_is_the_order_in_which_cases_are_taken_at_random(
    people: People, clock: FakeClock, sessions: SessionFactory
) -> None:
    """However priorities and waits fall, the resident who is told "first" is the next to be answered."""
    order = random.Random(4)  # noqa: S311 - a repeatable mixture
    residents = {}
    for _ in range(12):
        resident = await people.resident()
        reference = await resident.queue_up()
        rank, priority = order.choice([(0, "urgent"), (1, "due_soon"), (2, "normal")])
        waited = timedelta(minutes=order.randrange(5))
        await change(sessions, reference, priority=priority, priority_rank=rank, waiting_since=clock() - waited)
        residents[reference] = resident
    while residents:
        positions = {reference: (await each.status())["queue_position"] for reference, each in residents.items()}
        assert sorted(positions.values()) == list(range(1, len(residents) + 1))
        case = await people.agent.take_next()
        assert case is not None
        assert positions[case["reference"]] == 1
        del residents[case["reference"]]


async def test_only_what_suits_is_taken(people: People, sessions: SessionFactory, clock: FakeClock) -> None:
    await make_groups(sessions, "social")
    await people.lead.put_profile("agent", answer_groups=["social"])
    reference = await (await people.resident()).queue_up()
    assert await people.agent.take_next() is None
    await change(sessions, reference, answer_group="social", skills=["skuld"])
    assert await people.agent.take_next() is None
    await people.lead.put_profile("agent", answer_groups=["social"], skills=["skuld"])
    async with transaction(sessions) as session:
        await session.execute(update(Conversation).values(language="ar"))
    assert await people.agent.take_next() is None
    clock.advance(seconds=LANGUAGE_PATIENCE.total_seconds())
    case = await people.agent.take_next()
    assert case is not None
    assert case["reference"] == reference


async def test_an_agent_who_asks_gets_what_a_colleague_is_asked_about_only_when_there_is_nothing_else(
    people: People, clock: FakeClock, keeper: Keeper
) -> None:
    await people.other_agent.be("available")
    offered = await (await people.resident()).queue_up()
    await keeper.work()
    assert await people.other_agent.offers() == [offered]
    clock.advance(seconds=1)
    newer = await (await people.resident()).queue_up()
    for reference in (newer, offered):
        case = await people.agent.take_next()
        assert case is not None
        assert case["reference"] == reference
    assert await people.other_agent.offers() == []


async def test_an_agent_who_asks_is_given_what_the_agent_is_asked_about_and_accepts_it(
    people: People, keeper: Keeper
) -> None:
    await people.agent.be("available")
    reference = await (await people.resident()).queue_up()
    await keeper.work()
    case = await people.agent.take_next()
    assert case is not None
    assert case["reference"] == reference
    assert await people.agent.offers() == []


async def test_a_case_that_somebody_is_busy_with_is_waited_for_and_not_lost(
    people: People, sessions: SessionFactory
) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    async with transaction(sessions) as session:
        await ConversationRepository(session).get_for_update(resident.uuid)
        asking = asyncio.create_task(people.agent.take_next())
        await until_waiting_for_locks(sessions)
        assert not asking.done()
    case = await asking
    assert case is not None
    assert case["reference"] == reference


async def test_everybody_who_asks_at_once_gets_a_case_of_their_own(people: People, clock: FakeClock) -> None:
    for _ in range(12):
        await (await people.resident()).queue_up()
        clock.advance(seconds=1)
    members = [people.agent, people.other_agent, people.lead]
    taken = await asyncio.gather(*(members[number % 3].take_next() for number in range(15)))
    references = [case["reference"] for case in taken if case]
    assert len(references) == len(set(references)) == 12
    assert taken.count(None) == 3


async def test_the_same_request_again_takes_nothing_more(people: People) -> None:
    for _ in range(2):
        await (await people.resident()).queue_up()
    headers = {"Idempotency-Key": "en-gang"}
    first, second = [await people.agent.client.post("/api/queue/next", headers=headers) for _ in range(2)]
    assert first.json()["reference"] == second.json()["reference"]
    assert len(await people.agent.list_cases()) == 1
    (left,) = await people.agent.list_cases()
    response = await people.agent.client.post(f"/api/cases/{left['reference']}/claim", headers=headers)
    assert_problem(response, 409, "idempotency_key_reused")


async def test_the_same_request_sent_again_before_it_is_answered_takes_one_case(
    people: People, sessions: SessionFactory
) -> None:
    for _ in range(2):
        await (await people.resident()).queue_up()
    await people.agent.be("available")
    headers = {"Idempotency-Key": "en-gang"}
    async with transaction(sessions) as session:
        # Both are under way before either can finish: the agent's presence cannot be written yet.
        await session.execute(text("SELECT FROM presences FOR UPDATE"))
        asking = [asyncio.create_task(people.agent.client.post("/api/queue/next", headers=headers)) for _ in range(2)]
        await until_waiting_for_locks(sessions, 2)
    responses = await asyncio.gather(*asking)
    assert [response.status_code for response in responses] == [200, 200]
    assert len({response.json()["reference"] for response in responses}) == 1
    assert len(await people.agent.list_cases()) == 1


@pytest.mark.parametrize("state", ["with_bot", "closed"])
async def test_a_case_that_has_gone_wrong_stands_in_nobodys_way(
    people: People, sessions: SessionFactory, keeper: Keeper, clock: FakeClock, state: str
) -> None:
    """The watchdog reports it; those behind it are answered meanwhile."""
    broken = await people.resident()
    await broken.queue_up()
    clock.advance(minutes=1)
    reference = await (await people.resident()).queue_up()
    async with transaction(sessions) as session:
        await session.execute(
            text("UPDATE conversations SET state = :state WHERE id = :id"), {"state": state, "id": broken.uuid}
        )
    await people.agent.be("available")
    await keeper.work()
    assert await people.agent.offers() == [reference]
    case = await people.agent.take_next()
    assert case is not None
    assert case["reference"] == reference
    assert await people.agent.take_next() is None


async def test_the_next_case_exists_only_for_those_who_handle_cases(people: People) -> None:
    assert_problem(await people.editor.client.post("/api/queue/next"), 404, "not_found")
    assert_problem(await people.nobody.client.post("/api/queue/next"), 401, "not_signed_in")


async def test_what_suits_is_the_same_in_the_database_as_in_the_rule(
    people: People, clock: FakeClock, sessions: SessionFactory
) -> None:
    """`suits` and `suitable_agents` say the same thing in two languages."""
    choice = random.Random(7)  # noqa: S311 - a repeatable mixture

    def some(of: tuple[str, ...]) -> list[str]:
        return [each for each in of if choice.random() < 0.5]

    residents = [await people.resident(language=choice.choice(LANGUAGES)) for _ in range(12)]
    for resident in residents:
        await resident.queue_up()
    async with transaction(sessions) as session:
        session.add(AnswerGroup(id="social", name="Socialtjänst", skills=["skuld"]))
    await make_groups(sessions, "skola", "teknik-gata-avfall")
    compared = 0
    for _ in range(8):
        for username in ("agent", "other-agent", "lead"):
            response = await people.lead.put_profile(
                username,
                answer_groups=some(GROUPS),
                languages=some(LANGUAGES),
                skills=some(SKILLS),
                secrecy_classes=some(SECRECY),
            )
            assert response.status_code == 200
        for member in (people.agent, people.other_agent, people.lead):
            await member.be(choice.choice(["available", "on_break"]))
        await people.agent.be("available")
        async with transaction(sessions) as session:
            agents = [await as_ruled(session, username) for username in ("agent", "other-agent", "lead")]
            present = [agent for agent, is_present in agents if is_present]
            for case in await session.scalars(select(Case)):
                case.answer_group = choice.choice(GROUPS)
                case.skills = some(SKILLS)
                case.secrecy_classes = some(SECRECY)
                case.waiting_since = clock() - choice.choice([timedelta(0), LANGUAGE_PATIENCE])
            await session.flush()
            asking = await session.scalars(select(Staff).where(Staff.username == AGENT.username))
            found = await suiting(session, asking.one(), clock)
            for case, language in (
                await session.execute(
                    select(Case, Conversation.language).join(Conversation, Conversation.id == Case.conversation_id)
                )
            ).all():
                rule = suitable_agents(
                    WaitingCase(
                        id=case.id,
                        answer_group=case.answer_group,
                        skills=frozenset(case.skills + (["skuld"] if case.answer_group == "social" else [])),
                        language=language,
                        is_live=True,
                        waited=clock() - case.waiting_since,
                        secrecy_classes=frozenset(case.secrecy_classes),
                    ),
                    present,
                )
                assert (agents[0][0] in rule) == (case.reference in found)
                compared += 1
    assert compared == 96


async def as_ruled(session: AsyncSession, username: str) -> tuple[PresentAgent, bool]:
    row = await session.execute(
        select(Staff, Presence.status).join(Presence, Presence.staff_id == Staff.id).where(Staff.username == username)
    )
    staff, status = row.one()
    agent = PresentAgent(
        id=staff.id,
        answer_groups=frozenset(staff.answer_groups),
        skills=frozenset(staff.skills),
        languages=frozenset(staff.languages),
        capacity=staff.capacity,
        live=0,
        asynchronous=0,
        offers=0,
        secrecy_classes=frozenset(staff.secrecy_classes),
        sees_all=staff.role == Role.LEAD,
    )
    return agent, status == "available"


async def suiting(session: AsyncSession, staff: Staff, clock: FakeClock) -> set[str]:
    rows = await session.scalars(
        select(Case.reference)
        .join(Conversation, Conversation.id == Case.conversation_id)
        .outerjoin(AnswerGroup, AnswerGroup.id == Case.answer_group)
        .where(suits(staff, clock()))
    )
    return set(rows)


MANY = 5000

_FILL = text(
    """
    WITH made AS (
        INSERT INTO conversations (token_hash, language, state, version, last_seq, created_at)
        SELECT '', 'sv', 'waiting', 1, 0, :at FROM generate_series(1, :many) RETURNING id
    )
    INSERT INTO cases (
        reference, conversation_id, state, priority, priority_rank, answer_group, reason, created_at, waiting_since,
        in_group_since
    )
    SELECT 'x-' || row_number() OVER (), id, 'waiting', 'normal', 2, 'allmant', 'unsure', :at, :at, :at FROM made
    """
)


async def test_with_5000_waiting_only_the_first_are_read(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    """Counted in the plan of the statement itself, so the machine's speed does not matter."""
    assert people
    async with transaction(sessions) as session:
        await session.execute(_FILL, {"many": MANY, "at": clock()})
        await session.execute(text("ANALYZE cases, conversations"))
    async with sessions() as session:
        staff = (await session.scalars(select(Staff).where(Staff.username == AGENT.username))).one()
        connection = await session.connection()
        event.listen(connection.sync_connection, "before_cursor_execute", explained, retval=True)
        for waits_for_locks in (False, True):
            found = await session.execute(first_suitable(staff, clock(), waits_for_locks=waits_for_locks))
            assert rows_read(found.scalar_one()[0]["Plan"]) < 20


def explained(*call: Any) -> tuple[str, Any]:
    """Asks for the plan, with what it really read, instead of the rows."""
    _, _, statement, parameters, *_ = call
    return f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters


def rows_read(plan: dict[str, Any]) -> float:
    """How many rows the plan's scans have fetched or passed over."""
    own = 0.0
    if "Relation Name" in plan:
        own = plan["Actual Loops"] * (plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0))
    return own + sum(rows_read(each) for each in plan.get("Plans", []))
