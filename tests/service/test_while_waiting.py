"""A resident who waits for a person may ask the bot meanwhile, leave the queue, or leave contact details instead."""

import asyncio

import httpx
import pytest
from fakes import FakeBot, FakeClock, Held, echoes, fails, in_turn, reply, says, sees
from fastapi import FastAPI
from people import Json, People, Resident, a_personal_number, assert_problem, hand_over, is_failure, said_by
from sqlalchemy import select

from handover_api import live
from handover_api.database import SessionFactory, transaction
from handover_api.models import AuditEntry, Offer
from handover_api.queue.keeper import Keeper

DANGER = "akut-fara"


async def ask_bot(resident: Resident, text: str = "Till boten", **fields: object) -> httpx.Response:
    response = await resident.write(text, to="bot", **fields)
    assert response.status_code == 202, response.text
    return response


async def leave_queue(people: People, resident: Resident) -> httpx.Response:
    return await people.connect().post(f"{resident.path}/leave-queue", headers=resident.headers)


async def told(resident: Resident, kind: str) -> list[Json]:
    """Reads until the resident has been told something of this kind."""

    def of_kind(messages: list[Json]) -> list[Json]:
        return [message for message in messages if message["kind"] == kind]

    return of_kind(await resident.read_until(lambda messages: bool(of_kind(messages))))


# Asking the bot.


async def test_the_bot_answers_who_asks_it_and_the_place_in_the_queue_is_kept(people: People, bot: FakeBot) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    before = await people.agent.get_case(reference)
    await ask_bot(resident, "När är biblioteket öppet?")
    messages = await resident.read_until_answered()
    assert said_by("bot", messages) == ["Svar på: När är biblioteket öppet?"]
    assert (await resident.status())["state"] == "waiting"
    after = await people.agent.get_case(reference)
    unchanged = ("state", "version", "waiting_since", "priority", "topic", "answer_group", "reason")
    assert {name: after[name] for name in unchanged} == {name: before[name] for name in unchanged}
    assert bot.most_at_once[resident.uuid] == 1


async def test_what_is_written_to_the_bot_is_marked_and_what_is_written_to_the_person_is_not(people: People) -> None:
    resident = await people.resident()
    await resident.queue_up()
    await resident.write("Till människan")
    await ask_bot(resident)
    messages = [each for each in await resident.read_until_answered() if each["author"] == "resident"]
    assert [(each["text"], each["payload"].get("to")) for each in messages] == [
        ("Till människan", None),
        ("Till boten", "bot"),
    ]


async def test_what_is_written_to_the_person_is_only_read(people: People, bot: FakeBot) -> None:
    resident = await people.resident()
    await resident.queue_up()
    await resident.write("Till människan")
    await ask_bot(resident)
    await resident.read_until_answered()
    assert bot.texts == ["Till boten"]


async def test_questions_to_the_bot_are_answered_in_order(people: People) -> None:
    resident = await people.resident()
    await resident.queue_up()
    for number in range(4):
        await ask_bot(resident, f"Fråga {number}")
    messages = await resident.read_until_answered(4)
    assert said_by("bot", messages) == [f"Svar på: Fråga {number}" for number in range(4)]


async def test_the_same_question_sent_twice_is_answered_once(people: People, bot: FakeBot) -> None:
    resident = await people.resident()
    await resident.queue_up()
    first = await ask_bot(resident, client_id="ett")
    again = await ask_bot(resident, client_id="ett")
    assert first.json() == again.json()
    await resident.read_until_answered()
    assert bot.texts == ["Till boten"]


async def test_personal_numbers_in_questions_to_the_bot_are_masked(people: People, bot: FakeBot) -> None:
    resident = await people.resident()
    await resident.queue_up()
    await ask_bot(resident, f"Mitt nummer är {a_personal_number()}")
    await resident.read_until_answered()
    assert a_personal_number() not in bot.texts[0]


async def test_with_the_bot_it_makes_no_difference_to_write_to_the_bot(people: People) -> None:
    resident = await people.resident()
    await ask_bot(resident)
    messages = await resident.read_until_answered()
    assert messages[0]["payload"] == {}
    assert said_by("bot", messages) == ["Svar på: Till boten"]


async def test_nobody_else_than_the_bot_can_be_written_to(people: People) -> None:
    resident = await people.resident()
    await resident.queue_up()
    assert_problem(await resident.write(to="agent"), 422, "invalid")


async def test_once_an_agent_is_there_what_is_written_to_the_bot_goes_to_the_agent(
    people: People, bot: FakeBot
) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    await people.agent.claim(reference)
    await ask_bot(resident)
    case = await people.agent.get_case(reference)
    assert (case["messages"][-1]["text"], case["messages"][-1]["payload"]) == ("Till boten", {})
    await people.agent.hand_back(reference)
    await resident.write("Nu till boten")
    await resident.read_until_answered()
    assert bot.texts == ["Nu till boten"]


@pytest.mark.parametrize("step", ["an agent claims", "contact details are left", "the resident ends"])
async def test_an_answer_that_comes_too_late_never_reaches_the_resident(
    people: People, bot: FakeBot, app: FastAPI, step: str
) -> None:
    held = Held(then=echoes)
    bot.behaviour = held
    resident = await people.resident()
    reference = await resident.queue_up()
    await ask_bot(resident)
    await held.until_reached()
    if step == "an agent claims":
        await people.agent.claim(reference)
    elif step == "contact details are left":
        await resident.leave_contact("anonymous")
    else:
        from handover_api.cases.service import end_as_resident  # noqa: PLC0415 - there is no call for it in the API

        async with transaction(app.state.sessions) as session:
            await end_as_resident(session, resident.uuid, app.state.clock())
    bot.behaviour = echoes
    held.release()
    # Somebody else's answer, asked for later, shows that the dispatcher has come so far.
    other = await people.resident()
    await other.write("Hej")
    await other.read_until_answered()
    assert said_by("bot", await resident.read()) == []


async def test_what_the_bot_was_asked_is_only_read_once_an_agent_has_claimed(people: People, bot: FakeBot) -> None:
    held = Held(then=echoes)
    bot.behaviour = in_turn(held, echoes)
    resident = await people.resident()
    reference = await resident.queue_up()
    await ask_bot(resident, "Före")
    await held.until_reached()
    await people.agent.claim(reference)
    held.release()
    await people.agent.hand_back(reference)
    await resident.write("Efter")
    assert said_by("bot", await resident.read_until_answered()) == ["Svar på: Efter"]
    assert bot.texts == ["Före", "Efter"]
    assert [heard.text for heard in bot.read_only] == ["Före"]


async def test_an_answer_that_was_begun_before_the_queue_stays_dropped(people: People, bot: FakeBot) -> None:
    held = Held(then=echoes)
    bot.behaviour = in_turn(held, echoes)
    resident = await people.resident()
    await resident.write("Före kön")
    await held.until_reached()
    await resident.queue_up()
    await ask_bot(resident, "I kön")
    held.release()
    assert said_by("bot", await resident.read_until_answered()) == ["Svar på: I kön"]


async def test_what_the_bot_leaves_to_a_person_makes_no_second_case(
    people: People, bot: FakeBot, action_server: httpx.AsyncClient
) -> None:
    refused = []

    async def asks_for_a_person(heard: object) -> object:
        refused.append(await hand_over(action_server, resident, bot))
        return await says(reply("handover", None))(heard)  # type: ignore[arg-type] - what the bot was told

    resident = await people.resident()
    reference = await resident.queue_up()
    bot.behaviour = asks_for_a_person  # type: ignore[assignment] - as above
    version = (await people.agent.get_case(reference))["version"]
    await ask_bot(resident)
    (kept,) = await told(resident, "kept_for_person")
    assert "ditt ärende" in kept["text"]
    assert [response.json()["code"] for response in refused] == ["not_with_bot"]
    status = await resident.status()
    assert (status["state"], status["queue_position"], status["case_reference"]) == ("waiting", 1, reference)
    assert (await people.agent.get_case(reference))["version"] == version


@pytest.mark.usefixtures("published")
async def test_danger_in_a_question_to_the_bot_is_told_and_moves_the_case(people: People, bot: FakeBot) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    bot.behaviour, bot.reading = says(reply("urgent", None)), sees(DANGER)
    await ask_bot(resident, "det brinner nu")
    (urgent,) = await told(resident, "urgent")
    assert urgent["author"] == "bot"
    assert (await people.agent.get_case(reference))["priority"] == "urgent"
    assert [each["kind"] for each in await resident.read()] == ["handover", "text", "urgent"]


@pytest.mark.usefixtures("published")
async def test_danger_is_read_also_in_a_question_that_the_bot_cannot_answer(
    people: People, bot: FakeBot, clock: FakeClock
) -> None:
    async def is_dead_for_long(heard: object) -> None:
        clock.advance(seconds=30)
        await fails(heard)  # type: ignore[arg-type] - what the bot was told

    resident = await people.resident()
    await resident.queue_up()
    bot.behaviour, bot.reading = is_dead_for_long, sees(DANGER)  # type: ignore[assignment] - as above
    await ask_bot(resident, "det brinner nu")
    await told(resident, "urgent")
    (failure,) = [message for message in await resident.read() if is_failure(message)]
    assert failure["payload"]["buttons"] == []
    assert "plats i kön" in failure["text"]


async def test_who_waits_for_a_person_is_not_offered_one_by_the_bot(people: People, bot: FakeBot) -> None:
    buttons = [
        {"kind": "link", "label": "Ansök", "url": "https://etjanst.example/"},
        {"kind": "person", "label": "Prata med en människa"},
    ]
    bot.behaviour = says(reply(buttons=buttons))
    resident = await people.resident()
    await resident.queue_up()
    await ask_bot(resident)
    (answer,) = [each for each in await resident.read_until_answered() if each["author"] == "bot"]
    assert [button["kind"] for button in answer["payload"]["buttons"]] == ["link"]


async def test_the_agent_reads_what_the_bot_was_asked_and_answered(people: People) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    await ask_bot(resident)
    await resident.read_until_answered()
    await people.agent.claim(reference)
    texts = [message["text"] for message in (await people.agent.get_case(reference))["messages"]]
    assert texts[1:3] == ["Till boten", "Svar på: Till boten"]


# Leaving the queue.


async def test_who_leaves_the_queue_has_the_bot_again(people: People, bot: FakeBot) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    response = await leave_queue(people, resident)
    assert (response.status_code, response.json()["state"]) == (200, "with_bot")
    assert reference in (await told(resident, "left_queue"))[0]["text"]
    await resident.write("Hej boten")
    await resident.read_until_answered()
    assert bot.texts == ["Hej boten"]


async def test_the_case_of_who_leaves_the_queue_is_withdrawn(people: People, sessions: SessionFactory) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    await leave_queue(people, resident)
    case = await people.agent.get_case(reference)
    assert (case["state"], case["resolution"], case["conversation_state"]) == ("closed", "withdrawn", "with_bot")
    assert await people.agent.list_cases() == []
    step = (await people.agent.list_events(reference))[-1]
    assert (step["event"], step["before"], step["after"]) == ("withdrawn", "waiting", "with_bot")
    assert (step["actor"]["kind"], step["reason"], step["evidence"]) == ("resident", "withdrawn", {"case": "closed"})
    async with transaction(sessions) as session:
        entries = await session.scalars(select(AuditEntry).where(AuditEntry.subject_kind == "case"))
        assert ("resident", "withdraw") in [(entry.actor_kind, entry.action) for entry in entries]


async def test_leaving_the_queue_twice_is_leaving_it_once(people: People) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    responses = await asyncio.gather(*(leave_queue(people, resident) for _ in range(5)))
    assert {(response.status_code, response.json()["state"]) for response in responses} == {(200, "with_bot")}
    assert [event["event"] for event in await people.agent.list_events(reference)] == ["handover_asked", "withdrawn"]


async def test_who_has_left_the_queue_may_ask_for_a_person_anew_and_stands_last(
    people: People, clock: FakeClock
) -> None:
    resident = await people.resident()
    first = await resident.queue_up()
    other = await people.resident()
    await other.queue_up()
    await leave_queue(people, resident)
    assert (await other.status())["queue_position"] == 1
    clock.advance(seconds=1)
    second = await resident.queue_up()
    assert second != first
    assert (await resident.status())["queue_position"] == 2


async def test_of_leaving_and_claiming_at_once_one_wins(people: People) -> None:
    for _ in range(5):
        resident = await people.resident()
        reference = await resident.queue_up()
        left, claimed = await asyncio.gather(leave_queue(people, resident), people.agent.claim(reference))
        state = (await resident.status())["state"]
        if left.is_success:
            assert state == "with_bot"
            assert claimed.status_code == 409
        else:
            assert_problem(left, 409, "not_waiting")
            assert (state, claimed.status_code) == ("with_agent", 200)


async def test_only_who_waits_can_leave_the_queue(people: People) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    await resident.leave_contact("anonymous")
    assert assert_problem(await leave_queue(people, resident), 409, "not_waiting")["state"] == "asynchronous"
    await people.agent.claim(reference)
    await people.agent.close(reference)
    assert_problem(await leave_queue(people, resident), 409, "conversation_closed")
    nobody_yet = await people.resident()
    assert (await leave_queue(people, nobody_yet)).json()["state"] == "with_bot"
    assert await nobody_yet.read() == []


async def test_an_offer_of_a_case_whose_resident_left_is_withdrawn_and_the_desk_is_woken(
    people: People, keeper: Keeper, sessions: SessionFactory, app: FastAPI
) -> None:
    await people.agent.be("available")
    resident = await people.resident()
    reference = await resident.queue_up()
    await keeper.work()
    assert await people.agent.offers() == [reference]
    with app.state.hub.subscribe(live.QUEUE) as queue:
        await leave_queue(people, resident)
        assert await queue.wait(15)
    assert await people.agent.offers() == []
    async with sessions() as session:
        assert list(await session.scalars(select(Offer.outcome))) == ["withdrawn"]


async def test_a_question_that_the_bot_is_working_on_is_answered_after_the_queue_has_been_left(
    people: People, bot: FakeBot
) -> None:
    held = Held(then=echoes)
    bot.behaviour = held
    resident = await people.resident()
    await resident.queue_up()
    await ask_bot(resident)
    await held.until_reached()
    await leave_queue(people, resident)
    held.release()
    assert said_by("bot", await resident.read_until_answered()) == ["Svar på: Till boten"]


# Leaving contact details instead of waiting.


async def test_who_waits_can_always_leave_contact_details_instead(people: People) -> None:
    await people.agent.be("available")
    resident = await people.resident()
    assert not (await resident.status())["can_leave_contact"]
    reference = await resident.queue_up()
    status = await resident.status()
    assert (status["can_leave_contact"], status["availability"]["is_staffed"]) == (True, True)
    await resident.leave_contact("anonymous")
    status = await resident.status()
    assert (status["state"], status["can_leave_contact"]) == ("asynchronous", False)
    await people.agent.claim(reference)


async def test_who_talks_to_an_agent_is_not_asked_for_contact_details(people: People) -> None:
    resident = await people.resident()
    await people.agent.claim(await resident.queue_up())
    assert not (await resident.status())["can_leave_contact"]
