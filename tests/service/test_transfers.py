"""Handing a case on: to a colleague, to a group, back to the queue, and a lead who takes over."""

import asyncio
from collections import Counter

import pytest
from database_locks import until_waiting_for_locks
from fakes import FakeClock
from people import Json, Member, People, Resident, assert_problem
from sqlalchemy import select

from handover_api.cases import service
from handover_api.conversations.repository import ConversationRepository
from handover_api.database import SessionFactory, transaction
from handover_api.models import AnswerGroup, Case, Conversation
from handover_api.queue.keeper import Keeper


@pytest.fixture
async def groups(sessions: SessionFactory) -> None:
    async with transaction(sessions) as session:
        session.add(AnswerGroup(id="social", name="Socialtjänst"))


async def with_an_agent(people: People) -> tuple[Resident, str]:
    """A resident whom the agent has begun to help, and the reference."""
    resident = await people.resident()
    reference = await resident.queue_up()
    assert (await people.agent.claim(reference)).status_code == 200
    return resident, reference


async def told_last(resident: Resident) -> Json:
    return (await resident.read())[-1]


async def test_a_colleague_goes_on_where_the_agent_stopped(people: People) -> None:
    resident, reference = await with_an_agent(people)
    await people.other_agent.be("available")
    response = await people.agent.transfer(reference, "Gäller bygglov, kan du?", to_agent="other-agent")
    assert response.status_code == 200
    case = response.json()
    assert (case["state"], case["owner"]) == ("assigned", "Den andra agenten")
    assert case["conversation_state"] == "with_agent"
    told = await told_last(resident)
    assert (told["kind"], "Den andra agenten" in told["text"]) == ("agent_joined", True)
    assert (await resident.status())["agent_name"] == "Den andra agenten"
    assert_problem(await people.agent.write(reference), 409, "not_yours")
    assert (await people.other_agent.write(reference)).status_code == 202


async def test_the_note_is_for_the_staff_alone(people: People) -> None:
    resident, reference = await with_an_agent(people)
    await people.other_agent.be("available")
    await people.agent.transfer(reference, "kanariefågel", to_agent="other-agent")
    assert "kanariefågel" not in str(await resident.read())
    notes = [each for each in (await people.other_agent.get_case(reference))["messages"] if each["kind"] == "note"]
    assert [(note["audience"], note["text"]) for note in notes] == [("staff", "kanariefågel")]


@pytest.mark.parametrize("status", [None, "on_break"])
async def test_a_live_conversation_is_not_given_to_somebody_who_is_not_there(
    people: People, status: str | None
) -> None:
    resident, reference = await with_an_agent(people)
    if status:
        await people.other_agent.be(status)
    problem = assert_problem(await people.agent.transfer(reference, to_agent="other-agent"), 409, "colleague_away")
    assert problem["state"] == "assigned"
    assert (await people.agent.get_case(reference))["owner"] == "Agenten"
    assert [message["kind"] for message in await resident.read()] == ["handover", "agent_joined"]


async def test_a_colleague_who_is_full_is_given_more_by_a_lead_only(people: People) -> None:
    _, reference = await with_an_agent(people)
    await people.lead.put_profile("other-agent", capacity=1)
    await people.other_agent.claim(await (await people.resident()).queue_up())
    assert_problem(await people.agent.transfer(reference, to_agent="other-agent"), 409, "colleague_full")
    assert (await people.lead.transfer(reference, to_agent="other-agent")).status_code == 200


async def test_two_who_give_the_last_place_away_at_once_do_not_both_succeed(people: People) -> None:
    await people.lead.put_profile("other-agent", capacity=1)
    await people.other_agent.be("available")
    references = [(await with_an_agent(people))[1] for _ in range(2)]
    responses = await asyncio.gather(*(people.agent.transfer(each, to_agent="other-agent") for each in references))
    assert Counter(response.status_code for response in responses) == {200: 1, 409: 1}


async def test_a_case_to_be_answered_later_can_be_given_to_somebody_who_is_not_there(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    resident, reference = await with_an_agent(people)
    await answer_later(sessions, resident, clock)
    response = await people.agent.transfer(reference, to_agent="other-agent")
    assert (response.status_code, response.json()["owner"]) == (200, "Den andra agenten")


async def answer_later(sessions: SessionFactory, resident: Resident, clock: FakeClock) -> None:
    async with transaction(sessions) as session:
        conversation = await session.get_one(Conversation, resident.uuid)
        conversation.state = "asynchronous"
        case = (await session.scalars(select(Case).where(Case.conversation_id == resident.uuid))).one()
        case.due_at = clock()


async def test_nobody_is_given_what_they_may_not_have(people: People) -> None:
    _, reference = await with_an_agent(people)
    for username in ("editor", "admin", "ingen", "a\x00b"):
        assert_problem(await people.agent.transfer(reference, to_agent=username), 422, "colleague_missing")
    assert_problem(await people.agent.transfer(reference, to_agent="agent"), 409, "already_there")
    assert_problem(await people.agent.transfer(reference, to_group="ingen-grupp"), 422, "answer_group_missing")
    assert_problem(await people.agent.transfer(reference, to_group="a\x00b"), 422, "answer_group_missing")
    assert_problem(await people.agent.transfer(reference), 422, "target_missing")
    response = await people.agent.transfer(reference, to_agent="other-agent", to_group="allmant")
    assert_problem(response, 422, "target_missing")
    assert_problem(await people.agent.transfer(reference, " ", to_agent="other-agent"), 422, "text_empty")
    assert (await people.agent.get_case(reference))["owner"] == "Agenten"


async def test_only_the_owner_or_a_lead_hands_a_case_on(people: People) -> None:
    _, reference = await with_an_agent(people)
    await people.other_agent.be("available")
    for response in (
        await people.other_agent.transfer(reference, to_agent="other-agent"),
        await people.other_agent.transfer(reference, to_group="allmant"),
        await people.other_agent.put_back(reference),
    ):
        assert_problem(response, 409, "not_yours")
    assert (await people.lead.transfer(reference, to_agent="other-agent")).status_code == 200
    assert (await people.lead.put_back(reference)).status_code == 200


@pytest.mark.usefixtures("groups")
async def test_another_group_gets_the_case_with_its_place_in_the_queue(people: People, clock: FakeClock) -> None:
    resident, reference = await with_an_agent(people)
    since = (await people.agent.get_case(reference))["waiting_since"]
    clock.advance(minutes=3)
    response = await people.agent.transfer(reference, to_group="social")
    case = response.json()
    assert (case["state"], case["answer_group"], case["owner"]) == ("waiting", "social", None)
    assert (case["conversation_state"], case["waiting_since"], case["claimed_at"]) == ("waiting", since, None)
    told = await told_last(resident)
    assert told["kind"] == "back_in_queue"
    assert "Socialtjänst" in told["text"]
    assert (await resident.status())["queue_position"] == 1


@pytest.mark.usefixtures("groups")
async def test_a_case_that_waits_in_the_wrong_group_is_moved_by_any_agent(people: People) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    response = await people.agent.transfer(reference, to_group="social")
    assert (response.json()["state"], response.json()["answer_group"]) == ("waiting", "social")
    assert [message["kind"] for message in await resident.read()] == ["handover"]
    assert_problem(await people.agent.transfer(reference, to_group="social"), 409, "already_there")
    assert_problem(await people.agent.transfer(reference, to_agent="other-agent"), 409, "not_assigned")


async def test_a_case_put_back_is_first_again_and_the_resident_knows(people: People, clock: FakeClock) -> None:
    resident, reference = await with_an_agent(people)
    clock.advance(minutes=1)
    later = await people.resident()
    await later.queue_up()
    assert (await people.agent.put_back(reference, "Måste gå.")).json()["state"] == "waiting"
    told = await told_last(resident)
    assert (told["kind"], "först i kön" in told["text"]) == ("back_in_queue", True)
    assert (await later.status())["queue_position"] == 2
    case = await people.other_agent.take_next()
    assert case is not None
    assert case["reference"] == reference
    assert "Måste gå." in [message["text"] for message in case["messages"]]


async def test_what_does_not_sit_with_an_agent_cannot_be_put_back(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    assert_problem(await people.agent.put_back(reference), 409, "not_assigned")
    await people.agent.claim(reference)
    async with transaction(sessions) as session:
        await service.end_as_resident(session, resident.uuid, clock())
    assert_problem(await people.agent.put_back(reference), 409, "conversation_closed")
    assert_problem(await people.agent.transfer(reference, to_group="allmant"), 409, "conversation_closed")
    # Whoever shall say how it ended may still be somebody else.
    assert (await people.agent.transfer(reference, to_agent="other-agent")).status_code == 200
    assert (await people.other_agent.close(reference)).status_code == 200


async def test_a_case_to_be_answered_later_is_put_back_without_a_word_to_the_resident(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    resident, reference = await with_an_agent(people)
    await answer_later(sessions, resident, clock)
    case = (await people.agent.put_back(reference)).json()
    assert (case["state"], case["conversation_state"], case["owner"]) == ("waiting", "asynchronous", None)
    assert [message["kind"] for message in await resident.read()] == ["handover", "agent_joined"]


async def test_a_lead_takes_over_from_an_agent(people: People) -> None:
    resident, reference = await with_an_agent(people)
    response = await people.lead.take_over(reference)
    assert (response.status_code, response.json()["owner"]) == (200, "Teamledaren")
    assert "Teamledaren" in (await told_last(resident))["text"]
    assert_problem(await people.agent.write(reference), 409, "not_yours")
    assert_problem(await people.lead.take_over(reference), 409, "already_yours")


async def test_a_lead_takes_over_from_the_queue(people: People, keeper: Keeper) -> None:
    await people.agent.be("available")
    reference = await (await people.resident()).queue_up()
    await keeper.work()
    assert (await people.lead.take_over(reference)).json()["owner"] == "Teamledaren"
    assert await people.agent.offers() == []


@pytest.mark.parametrize("comes_first", ["the reply", "the lead"])
async def test_a_reply_and_a_lead_who_takes_over_at_once_are_one_after_the_other(
    people: People, sessions: SessionFactory, comes_first: str
) -> None:
    resident, reference = await with_an_agent(people)
    text = "Ett svar som jag har tänkt på länge"
    async with transaction(sessions) as session:
        await ConversationRepository(session).get_for_update(resident.uuid)
        work = {
            "the reply": lambda: people.agent.write(reference, text),
            "the lead": lambda: people.lead.take_over(reference),
        }
        order = sorted(work, key=lambda each: each != comes_first)
        tasks = {}
        for number, each in enumerate(order, start=1):
            tasks[each] = asyncio.create_task(work[each]())
            await until_waiting_for_locks(sessions, number)
    reply, taking_over = await tasks["the reply"], await tasks["the lead"]
    assert taking_over.status_code == 200
    said = [each["kind"] for each in await resident.read()]
    if comes_first == "the reply":
        assert reply.status_code == 202
        assert said[-2:] == ["text", "agent_joined"]
    else:
        assert_problem(reply, 409, "not_yours")
        assert said[-1] == "agent_joined"
    assert (await people.agent.get_case(reference))["owner"] == "Teamledaren"


async def test_what_was_written_when_a_lead_took_over_comes_back_on_the_page(people: People) -> None:
    _, reference = await with_an_agent(people)
    await people.lead.take_over(reference)
    response = await people.agent.client.post(
        f"/desk/arenden/{reference}/meddelanden",
        data={"client_id": "mitt-svar", "text": "Ett svar som jag har tänkt på länge"},
        headers={"accept": "text/html"},
    )
    assert response.status_code == 409
    for shown in ("Ärendet ligger hos en kollega.", "Din text som inte sparades", "Ett svar som jag har tänkt på"):
        assert shown in response.text
    assert "Teamledaren har ärendet." in response.text


async def test_there_is_nothing_to_take_over_of_what_nobody_has(people: People) -> None:
    _, reference = await with_an_agent(people)
    await people.agent.hand_back(reference)
    assert_problem(await people.lead.take_over(reference), 409, "not_assigned")
    await people.agent.close(reference)
    assert_problem(await people.lead.take_over(reference), 409, "already_closed")


async def test_taking_over_exists_only_for_leads(people: People) -> None:
    _, reference = await with_an_agent(people)
    for member in (people.agent, people.other_agent, people.editor, people.admin):
        assert_problem(await member.take_over(reference), 404, "not_found")
    assert (await people.agent.get_case(reference))["owner"] == "Agenten"


async def test_a_step_that_was_decided_on_another_state_is_refused(people: People) -> None:
    _, reference = await with_an_agent(people)
    await people.other_agent.be("available")
    old = (await people.agent.get_case(reference))["version"] - 1
    for step, member, body in (
        ("transfer", people.agent, {"to_agent": "other-agent", "note": "Hej"}),
        ("return", people.agent, {}),
        ("take-over", people.lead, {}),
    ):
        response = await member.client.post(f"/api/cases/{reference}/{step}", json={**body, "version": old})
        assert assert_problem(response, 409, "stale_version")["version"] == old + 1


async def test_a_step_that_is_sent_twice_is_done_once(people: People) -> None:
    resident, reference = await with_an_agent(people)
    for step, member, body in (
        ("transfer", people.agent, {"to_group": "allmant", "note": "Hej"}),
        ("take-over", people.lead, {}),
        ("return", people.lead, {"note": "Hej då"}),
    ):
        responses = [
            await member.client.post(
                f"/api/cases/{reference}/{step}", json=body, headers={"Idempotency-Key": f"nyckel-{step}"}
            )
            for _ in range(2)
        ]
        assert [response.status_code for response in responses] == [200, 200]
        assert responses[0].json()["version"] == responses[1].json()["version"]
    kinds = Counter(message["kind"] for message in await resident.read())
    assert kinds == {"handover": 1, "agent_joined": 2, "back_in_queue": 2}
    notes = Counter(message["kind"] for message in (await people.agent.get_case(reference))["messages"])
    assert notes["note"] == 2


async def test_of_all_who_want_a_case_at_once_it_has_one_owner_in_the_end(people: People) -> None:
    members: list[Member] = [people.agent, people.other_agent, people.lead]
    for member in members:
        await member.be("available")
    for _ in range(10):
        resident = await people.resident()
        reference = await resident.queue_up()
        await asyncio.gather(
            *(member.claim(reference) for member in members),
            *(member.take_next() for member in members),
            people.lead.take_over(reference),
            people.agent.transfer(reference, to_agent="other-agent"),
        )
        case = await people.agent.get_case(reference)
        joined = [each["payload"]["agent_name"] for each in await resident.read() if each["kind"] == "agent_joined"]
        assert case["owner"] == joined[-1]
        assert case["state"] == "assigned"
        await people.lead.take_over(reference)
        await people.lead.close(reference)
