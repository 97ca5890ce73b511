"""A case that has waited long enough in one answer group goes on to another."""

import pytest
from fakes import FakeClock
from organising import make_topic
from people import Member, People, Resident, assert_problem
from sqlalchemy import select, text

from handover_api.database import SessionFactory, transaction
from handover_api.models import AnswerGroup, Case, ConversationEvent, OpeningHours
from handover_api.queue.keeper import Keeper

MINUTES = 5


async def set_up(sessions: SessionFactory, **overflows: str) -> None:
    """The general group and others, which overflow as said; names are written with underscores."""
    links = {source.replace("_", "-"): target for source, target in overflows.items()}
    async with transaction(sessions) as session:
        for group in {"allmant", *links, *links.values()}:
            session.add(AnswerGroup(id=group, name=group.title()))
        await session.flush()
        for source, target in links.items():
            group = await session.get_one(AnswerGroup, source)
            group.overflow_to, group.overflow_after_minutes = target, MINUTES


async def wait(clock: FakeClock, keeper: Keeper, minutes: int, *members: Member) -> None:
    for _ in range(minutes):
        clock.advance(minutes=1)
        for member in members:
            await member.be("available")
        await keeper.work()


async def group_of(sessions: SessionFactory, reference: str) -> str:
    async with sessions() as session:
        return (await session.scalars(select(Case.answer_group).where(Case.reference == reference))).one()


async def overflows_of(sessions: SessionFactory, resident: Resident) -> list[tuple[str, str]]:
    async with sessions() as session:
        rows = await session.scalars(
            select(ConversationEvent.evidence)
            .where(ConversationEvent.conversation_id == resident.uuid, ConversationEvent.event == "overflowed")
            .order_by(ConversationEvent.version)
        )
        return [(each["from_group"], each["to_group"]) for each in rows]


@pytest.fixture
async def social_agent(people: People, sessions: SessionFactory) -> Member:
    """Somebody who answers for the social group alone."""
    await make_topic(sessions, "ekonomiskt-bistand", "social")
    await people.lead.put_profile("agent", answer_groups=["social"])
    return people.agent


async def test_after_the_groups_time_another_group_is_asked(
    people: People, sessions: SessionFactory, clock: FakeClock, keeper: Keeper, social_agent: Member
) -> None:
    await set_up(sessions, allmant="social")
    resident = await people.resident()
    reference = await resident.queue_up()
    before = await people.lead.get_case(reference)
    await wait(clock, keeper, MINUTES - 1, social_agent)
    assert (await people.lead.get_case(reference))["answer_group"] == "allmant"
    assert_problem(await social_agent.claim(reference), 404, "case_missing")
    assert await social_agent.offers() == []
    await wait(clock, keeper, 1, social_agent)
    case = await social_agent.get_case(reference)
    assert case["answer_group"] == "social"
    assert case["version"] == before["version"] + 1
    for kept in ("waiting_since", "priority", "reason", "state", "conversation_state"):
        assert case[kept] == before[kept]
    assert await social_agent.offers() == [reference]
    assert [message["kind"] for message in await resident.read()] == ["handover"]
    assert await overflows_of(sessions, resident) == [("allmant", "social")]


async def test_who_has_waited_longest_stands_first_in_the_new_group_too(
    people: People, sessions: SessionFactory, clock: FakeClock, keeper: Keeper, social_agent: Member
) -> None:
    await set_up(sessions, allmant="social")
    early, late = await people.resident(), await people.resident()
    await early.queue_up()
    clock.advance(minutes=MINUTES - 1)
    reference = await late.queue_up()
    async with transaction(sessions) as session:
        case = (await session.scalars(select(Case).where(Case.reference == reference))).one()
        case.answer_group = "social"
    assert (await late.status())["queue_position"] == 1
    await wait(clock, keeper, 1, social_agent)
    assert (await early.status())["queue_position"] == 1
    assert (await late.status())["queue_position"] == 2


async def test_a_case_does_not_go_where_nobody_is(
    people: People, sessions: SessionFactory, clock: FakeClock, keeper: Keeper, social_agent: Member
) -> None:
    await set_up(sessions, allmant="social")
    reference = await (await people.resident()).queue_up()
    await wait(clock, keeper, MINUTES + 1)
    assert await group_of(sessions, reference) == "allmant"
    await wait(clock, keeper, 1, social_agent)
    assert await group_of(sessions, reference) == "social"


async def test_a_case_does_not_go_to_a_group_that_is_closed(
    people: People, sessions: SessionFactory, clock: FakeClock, keeper: Keeper, social_agent: Member
) -> None:
    await set_up(sessions, allmant="social")
    async with transaction(sessions) as session:
        day_after_tomorrow = (clock().weekday() + 2) % 7
        session.add(
            OpeningHours(answer_group="social", weekday=day_after_tomorrow, opens_minute=480, closes_minute=960)
        )
    reference = await (await people.resident()).queue_up()
    await wait(clock, keeper, MINUTES + 1, social_agent)
    assert await group_of(sessions, reference) == "allmant"


async def test_groups_that_point_at_each_other_do_no_harm(
    people: People, sessions: SessionFactory, clock: FakeClock, keeper: Keeper
) -> None:
    await set_up(sessions, allmant="social", social="allmant")
    resident = await people.resident()
    reference = await resident.queue_up()
    await people.lead.put_profile("agent", capacity=1)
    await people.agent.be("available")
    await wait(clock, keeper, 4 * MINUTES, people.agent, people.other_agent)
    assert await overflows_of(sessions, resident) == [("allmant", "social")]
    assert await group_of(sessions, reference) == "social"


async def test_a_group_that_points_at_itself_or_at_nothing_keeps_its_cases(
    people: People, sessions: SessionFactory, clock: FakeClock, keeper: Keeper
) -> None:
    await set_up(sessions, allmant="allmant")
    reference = await (await people.resident()).queue_up()
    await wait(clock, keeper, 2 * MINUTES, people.agent)
    assert await group_of(sessions, reference) == "allmant"


async def test_a_case_without_a_set_up_group_stays_where_it_is(
    people: People, sessions: SessionFactory, clock: FakeClock, keeper: Keeper
) -> None:
    reference = await (await people.resident()).queue_up()
    await wait(clock, keeper, 2 * MINUTES, people.agent)
    assert await group_of(sessions, reference) == "allmant"


async def test_what_is_taken_does_not_overflow(
    people: People, sessions: SessionFactory, clock: FakeClock, keeper: Keeper, social_agent: Member
) -> None:
    await set_up(sessions, allmant="social")
    reference = await (await people.resident()).queue_up()
    await people.other_agent.claim(reference)
    await wait(clock, keeper, 2 * MINUTES, social_agent, people.other_agent)
    assert await group_of(sessions, reference) == "allmant"


async def test_cases_that_cannot_go_anywhere_do_not_stand_in_the_way_of_those_that_can(
    people: People,
    sessions: SessionFactory,
    clock: FakeClock,
    keeper: Keeper,
    social_agent: Member,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("handover_api.queue.overflow._BATCH", 1)
    await set_up(sessions, allmant="social", kultur="nobody-there")
    stuck = await (await people.resident()).queue_up()
    async with transaction(sessions) as session:
        case = (await session.scalars(select(Case).where(Case.reference == stuck))).one()
        case.answer_group = "kultur"
    clock.advance(seconds=1)
    reference = await (await people.resident()).queue_up()
    await wait(clock, keeper, MINUTES + 1, social_agent)
    assert await group_of(sessions, reference) == "social"
    assert await group_of(sessions, stuck) == "kultur"


async def test_a_case_that_has_gone_wrong_stops_no_other(
    people: People, sessions: SessionFactory, clock: FakeClock, keeper: Keeper, social_agent: Member
) -> None:
    await set_up(sessions, allmant="social")
    broken = await people.resident()
    await broken.queue_up()
    async with transaction(sessions) as session:
        await session.execute(text("UPDATE conversations SET state = 'with_bot' WHERE id = :id"), {"id": broken.uuid})
    reference = await (await people.resident()).queue_up()
    await wait(clock, keeper, MINUTES + 1, social_agent)
    assert await group_of(sessions, reference) == "social"
