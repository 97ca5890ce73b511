"""What must hold however people's requests fall together."""

import asyncio
from collections import Counter

import httpx
from fakes import FakeBot, echoes, in_turn
from people import People, Resident, assert_problem, hand_over, said_by

MANY = 50


async def answered_question(resident: Resident) -> None:
    await resident.write("en fråga")
    await resident.read_until_answered()


async def test_numbers_have_no_gaps_when_everyone_writes_at_once(people: People) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    await people.agent.claim(reference)
    responses = await asyncio.gather(
        *(
            resident.write(f"invånaren {number}") if number % 2 else people.agent.write(reference, f"agenten {number}")
            for number in range(MANY)
        )
    )
    assert Counter(response.status_code for response in responses) == {202: MANY}
    messages = await resident.read()
    assert [message["seq"] for message in messages] == list(range(1, MANY + 3))
    assert sorted(response.json()["seq"] for response in responses) == list(range(3, MANY + 3))
    assert len(set(said_by("resident", messages) + said_by("agent", messages))) == MANY


async def test_one_of_fifty_claims_wins(people: People) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    claimants = [people.agent, people.other_agent, people.lead]
    responses = await asyncio.gather(*(claimants[number % 3].claim(reference) for number in range(MANY)))
    outcomes = Counter("won" if response.status_code == 200 else response.json()["code"] for response in responses)
    assert outcomes["won"] == 1
    assert outcomes["won"] + outcomes["already_yours"] + outcomes["already_claimed"] == MANY
    assert [message["kind"] for message in await resident.read()] == ["handover", "agent_joined"]
    winner = next(response.json()["owner"] for response in responses if response.status_code == 200)
    assert (await people.agent.get_case(reference))["owner"] == winner


async def test_a_message_that_is_sent_fifty_times_at_once_is_stored_once(people: People, bot: FakeBot) -> None:
    resident = await people.resident()
    responses = await asyncio.gather(*(resident.write("Hej", client_id="a") for _ in range(MANY)))
    assert {(response.status_code, response.json()["seq"]) for response in responses} == {(202, 1)}
    messages = await resident.read_until_answered()
    assert said_by("resident", messages) == ["Hej"]
    assert bot.texts == ["Hej"]


async def test_of_different_texts_with_one_client_id_one_is_stored_and_the_others_are_told(people: People) -> None:
    resident = await people.resident()
    responses = await asyncio.gather(*(resident.write(f"text {number}", client_id="a") for number in range(10)))
    accepted = [response for response in responses if response.status_code == 202]
    for response in responses:
        if response not in accepted:
            assert_problem(response, 409, "client_id_reused")
    assert len(accepted) == 1
    assert len(said_by("resident", await resident.read())) == 1


async def test_when_bot_and_resident_ask_for_a_person_at_once_there_is_one_case(
    people: People, bot: FakeBot, action_server: httpx.AsyncClient
) -> None:
    for _ in range(5):
        resident = await people.resident()
        await answered_question(resident)
        by_resident, by_bot = await asyncio.gather(resident.ask_for_person(), hand_over(action_server, resident, bot))
        assert by_resident.status_code == 200
        if by_bot.status_code == 409:
            assert assert_problem(by_bot, 409, "not_with_bot")["state"] == "waiting"
        else:
            assert by_bot.json()["case_reference"] == by_resident.json()["case_reference"]
        kinds = Counter(message["kind"] for message in await resident.read())
        assert kinds["handover"] == 1
    references = [case["reference"] for case in await people.agent.list_cases()]
    assert references == [f"2026-{number:06d}" for number in range(1, 6)]


async def test_a_handover_that_is_asked_for_many_times_at_once_is_made_once(
    people: People, bot: FakeBot, action_server: httpx.AsyncClient
) -> None:
    resident = await people.resident()
    await answered_question(resident)
    responses = await asyncio.gather(*(hand_over(action_server, resident, bot) for _ in range(10)))
    assert Counter(response.status_code for response in responses) == {201: 1, 200: 9}
    assert len({response.json()["case_reference"] for response in responses}) == 1


async def test_references_have_no_gaps_when_many_ask_at_once(people: People) -> None:
    residents = [await people.resident() for _ in range(20)]
    responses = await asyncio.gather(*(resident.ask_for_person() for resident in residents))
    references = sorted(response.json()["case_reference"] for response in responses)
    assert references == [f"2026-{number:06d}" for number in range(1, 21)]
    positions = [(await resident.status())["queue_position"] for resident in residents]
    assert sorted(positions) == list(range(1, 21))


async def test_an_agent_who_takes_over_while_the_bot_answers_is_never_answered_over(
    people: People, bot: FakeBot
) -> None:
    """Either the bot's answer comes before the handover, or it does not come at all."""
    bot.behaviour = in_turn(echoes)
    for _ in range(10):
        resident = await people.resident()
        await resident.write("fråga")
        reference = await resident.queue_up()
        await people.agent.claim(reference)
        await people.agent.hand_back(reference)
        await resident.write("och nu")
        messages = await resident.read_until(lambda each: "Svar på: och nu" in said_by("bot", each))
        owner_when_said = []
        owner = "bot"
        for message in messages:
            owner = {"handover": "queue", "agent_joined": "agent", "handed_back": "bot"}.get(message["kind"], owner)
            if message["author"] == "bot":
                owner_when_said.append(owner)
        assert set(owner_when_said) == {"bot"}
