"""Waiting cases are offered to free agents, the oldest first, without anybody having to look."""

import asyncio

import pytest
from fakes import FakeClock
from fastapi import FastAPI
from people import AGENT, People, assert_problem
from sqlalchemy import func, select, text

from handover_api import live
from handover_api.cases import service
from handover_api.cases.offers import LIFE
from handover_api.conversations.repository import ConversationRepository
from handover_api.database import SessionFactory, transaction
from handover_api.models import AnswerGroup, Offer, Staff
from handover_api.queue.keeper import Keeper

JUST_OVER = LIFE.total_seconds() + 1


async def queue_up(people: People, clock: FakeClock, times: int) -> list[str]:
    """So many residents ask for a person, one after the other. Returns the references."""
    references = []
    for _ in range(times):
        references.append(await (await people.resident()).queue_up())
        clock.advance(seconds=1)
    return references


async def test_a_case_is_offered_as_soon_as_it_comes(people: People, keeper: Keeper) -> None:
    await people.agent.be("available")
    reference = await (await people.resident()).queue_up()
    await keeper.work()
    assert await people.agent.offers() == [reference]
    response = await people.agent.claim(reference)
    assert (response.status_code, response.json()["owner"]) == (200, "Agenten")
    assert await people.agent.offers() == []


async def test_an_offer_changes_nothing_for_the_resident(people: People, keeper: Keeper) -> None:
    await people.agent.be("available")
    resident = await people.resident()
    await resident.queue_up()
    before = await resident.status()
    await keeper.work()
    assert await resident.status() == before


async def test_the_oldest_are_offered_first_when_an_agent_frees_up(
    people: People, clock: FakeClock, keeper: Keeper
) -> None:
    await people.lead.put_profile("agent", capacity=1)
    await people.agent.be("available")
    references = await queue_up(people, clock, 4)
    for reference in references:
        await keeper.work()
        assert await people.agent.offers() == [reference]
        await people.agent.claim(reference)
        await keeper.work()
        assert await people.agent.offers() == []
        await people.agent.close(reference)


async def test_nobody_is_offered_more_than_there_is_room_for(people: People, clock: FakeClock, keeper: Keeper) -> None:
    await people.agent.be("available")
    references = await queue_up(people, clock, 5)
    await keeper.work()
    assert await people.agent.offers() == references[:3]
    await keeper.work()
    assert await people.agent.offers() == references[:3]


async def test_equals_share_the_cases(people: People, clock: FakeClock, keeper: Keeper) -> None:
    await people.agent.be("available")
    await people.other_agent.be("available")
    references = await queue_up(people, clock, 4)
    await keeper.work()
    one, other = await people.agent.offers(), await people.other_agent.offers()
    assert len(one) == len(other) == 2
    assert sorted(one + other) == references


async def test_after_a_while_without_an_answer_somebody_else_is_asked(
    people: People, clock: FakeClock, keeper: Keeper
) -> None:
    reference = await (await people.resident()).queue_up()
    await people.agent.be("available")
    await keeper.work()
    await people.other_agent.be("available")
    assert await people.agent.offers() == [reference]
    clock.advance(seconds=JUST_OVER)
    assert await people.agent.offers() == []
    await keeper.work()
    assert await people.agent.offers() == []
    assert await people.other_agent.offers() == [reference]


async def test_whoever_declines_is_not_asked_again_and_somebody_else_is(
    people: People, clock: FakeClock, keeper: Keeper
) -> None:
    reference = await (await people.resident()).queue_up()
    await people.agent.be("available")
    await keeper.work()
    assert (await people.agent.decline(reference)).status_code == 204
    assert (await people.agent.decline(reference)).status_code == 204
    await keeper.work()
    assert await people.agent.offers() == []
    await people.other_agent.be("available")
    await keeper.work()
    assert await people.other_agent.offers() == [reference]
    # Nobody else says yes either: in the end the first is asked again.
    asked = []
    for _ in range(11):
        clock.advance(minutes=1)
        for member in (people.agent, people.other_agent):
            await member.be("available")
        await keeper.work()
        asked.append(await people.agent.offers())
    assert asked[:9] == [[]] * 9
    assert [reference] in asked


async def test_what_was_not_offered_cannot_be_declined(people: People, keeper: Keeper) -> None:
    reference = await (await people.resident()).queue_up()
    assert assert_problem(await people.agent.decline(reference), 409, "not_offered")["state"] == "waiting"
    assert_problem(await people.agent.decline("2026-999999"), 404, "case_missing")
    await people.agent.be("available")
    await keeper.work()
    assert_problem(await people.other_agent.decline(reference), 409, "not_offered")
    assert await people.agent.offers() == [reference]


async def test_a_colleague_who_takes_the_case_by_hand_wins(people: People, keeper: Keeper) -> None:
    await people.agent.be("available")
    reference = await (await people.resident()).queue_up()
    await keeper.work()
    assert (await people.other_agent.claim(reference)).status_code == 200
    assert await people.agent.offers() == []
    assert_problem(await people.agent.claim(reference), 409, "already_claimed")
    assert_problem(await people.agent.decline(reference), 409, "not_offered")


async def test_writing_accepts_the_offer(people: People, keeper: Keeper, sessions: SessionFactory) -> None:
    await people.agent.be("available")
    reference = await (await people.resident()).queue_up()
    await keeper.work()
    assert (await people.agent.write(reference)).status_code == 202
    async with sessions() as session:
        assert (await session.scalars(select(Offer.outcome))).all() == ["accepted"]


@pytest.mark.parametrize("leave", ["break", "sign out", "vanish"])
async def test_whoever_leaves_is_not_asked_any_longer(
    people: People, clock: FakeClock, keeper: Keeper, leave: str
) -> None:
    await people.agent.be("available")
    clock.advance(seconds=50)
    reference = await (await people.resident()).queue_up()
    await keeper.work()
    assert await people.agent.offers() == [reference]
    await people.other_agent.be("available")
    if leave == "break":
        await people.agent.be("on_break")
    elif leave == "sign out":
        await people.agent.client.delete("/api/presence")
    else:
        clock.advance(seconds=20)
    await keeper.work()
    assert await people.agent.offers() == []
    assert await people.other_agent.offers() == [reference]


async def test_whoever_lets_offer_after_offer_go_by_is_given_a_break(
    people: People, clock: FakeClock, keeper: Keeper
) -> None:
    await people.lead.put_profile("agent", capacity=1)
    await people.agent.be("available")
    await queue_up(people, clock, 3)
    for _ in range(2):
        assert (await people.agent.be(None))["status"] == "available"
        await keeper.work()
        clock.advance(seconds=JUST_OVER)
    await keeper.work()
    assert (await people.agent.be(None))["status"] == "on_break"
    assert await people.agent.offers() == []
    await people.agent.be("available")
    await keeper.work()
    assert len(await people.agent.offers()) == 1


async def test_a_resident_who_ends_the_conversation_ends_the_offer(
    people: People, keeper: Keeper, sessions: SessionFactory, clock: FakeClock
) -> None:
    await people.agent.be("available")
    resident = await people.resident()
    await resident.queue_up()
    await keeper.work()
    async with transaction(sessions) as session:
        await service.end_as_resident(session, resident.uuid, clock())
    assert await people.agent.offers() == []
    async with sessions() as session:
        assert (await session.scalars(select(Offer.outcome))).all() == ["withdrawn"]


async def test_only_agents_of_the_group_with_the_skill_and_the_language_are_asked(
    people: People, keeper: Keeper, sessions: SessionFactory
) -> None:
    async with transaction(sessions) as session:
        session.add(AnswerGroup(id="allmant", name="Allmänna frågor", skills=["telefon"]))
        session.add(AnswerGroup(id="social", name="Socialtjänst"))
    await people.lead.put_profile("agent", answer_groups=["social"], skills=["telefon"])
    await people.lead.put_profile("other-agent", answer_groups=["allmant"])
    await people.agent.be("available")
    await people.other_agent.be("available")
    reference = await (await people.resident(language="ar")).queue_up()
    await keeper.work()
    assert await people.agent.offers() + await people.other_agent.offers() == []
    await people.lead.put_profile("other-agent", answer_groups=["allmant"], skills=["telefon"])
    await keeper.work()
    assert await people.other_agent.offers() == []
    await people.lead.put_profile("other-agent", answer_groups=["allmant"], skills=["telefon"], languages=["ar"])
    await keeper.work()
    assert await people.agent.offers() == []
    assert await people.other_agent.offers() == [reference]


async def test_two_keepers_at_once_offer_a_case_once(
    people: People, clock: FakeClock, keeper: Keeper, sessions: SessionFactory, app: FastAPI
) -> None:
    another = Keeper(sessions, app.state.hub, clock, follow_up_hours=24)
    await people.lead.put_profile("agent", capacity=4)
    await people.agent.be("available")
    await queue_up(people, clock, 8)
    await asyncio.gather(*(each.work() for each in [keeper, another] * 5))
    assert len(await people.agent.offers()) == 4
    async with sessions() as session:
        assert await session.scalar(select(func.count()).select_from(Offer)) == 4


async def test_a_case_that_somebody_is_busy_with_is_offered_the_next_time(
    people: People, keeper: Keeper, sessions: SessionFactory
) -> None:
    await people.agent.be("available")
    resident = await people.resident()
    reference = await resident.queue_up()
    async with transaction(sessions) as session:
        await ConversationRepository(session).get_for_update(resident.uuid)
        await keeper.work()
        assert await people.agent.offers() == []
    await keeper.work()
    assert await people.agent.offers() == [reference]


async def test_the_keeper_offers_by_itself_when_the_queue_changes(
    people: People, keeper: Keeper, app: FastAPI, sessions: SessionFactory
) -> None:
    await people.agent.be("available")
    async with sessions() as session:
        agent_id = (await session.scalars(select(Staff.id).where(Staff.username == AGENT.username))).one()
    working = asyncio.create_task(keeper.run())
    try:
        resident = await people.resident()
        with app.state.hub.subscribe(live.staff_signal(agent_id)) as told:
            reference = await resident.queue_up()
            async with asyncio.timeout(15):
                while await people.agent.offers() != [reference]:
                    await told.wait(15)
    finally:
        working.cancel()


async def test_a_duty_that_fails_does_not_stop_the_others(
    people: People, keeper: Keeper, sessions: SessionFactory
) -> None:
    await people.agent.be("available")
    reference = await (await people.resident()).queue_up()
    async with transaction(sessions) as session:
        await session.execute(text("ALTER TABLE answer_groups RENAME COLUMN overflow_to TO broken"))
    try:
        await keeper.work()
    finally:
        async with transaction(sessions) as session:
            await session.execute(text("ALTER TABLE answer_groups RENAME COLUMN broken TO overflow_to"))
    await keeper.work()
    assert await people.agent.offers() == [reference]


async def test_offers_exist_only_for_those_who_handle_cases(people: People) -> None:
    assert_problem(await people.editor.client.get("/api/offers"), 404, "not_found")
    assert_problem(await people.nobody.client.get("/api/offers"), 401, "not_signed_in")
