import asyncio
from datetime import datetime, timedelta
from uuid import UUID

import httpx
from environment import settings_for
from fakes import FakeBot, FakeClock, Heard, Held, echoes, fails, in_turn, reply, says, turn
from people import People, a_personal_number, is_failure, said_by

from handover_api import live
from handover_api.application import create_application
from handover_api.conversations.repository import ConversationRepository
from handover_api.database import SessionFactory, transaction
from handover_api.integrations.bot import Turn
from handover_api.rules.message import BotWork
from handover_api.settings import Settings

DEADLINE_SECONDS = 20.0
# Renewed while the process lives, so what a crash delays is this and no more.
LEASE_SECONDS = 5.0


async def test_the_bot_answers_each_message_once_and_in_order(people: People, bot: FakeBot) -> None:
    resident = await people.resident()
    texts = [f"fråga {number}" for number in range(5)]
    for text in texts:
        await resident.write(text)
    messages = await resident.read_until_answered(times=5)
    assert bot.texts == texts
    assert said_by("bot", messages) == [f"Svar på: {text}" for text in texts]
    assert [message["seq"] for message in messages] == list(range(1, 11))
    answered = [message["payload"]["in_reply_to"] for message in messages if message["author"] == "bot"]
    assert answered == [message["seq"] for message in messages if message["author"] == "resident"]


async def test_one_conversation_has_one_message_at_the_bot_at_a_time(people: People, bot: FakeBot) -> None:
    resident = await people.resident()
    await asyncio.gather(*(resident.write(f"fråga {number}") for number in range(10)))
    await resident.read_until_answered(times=10)
    assert set(bot.most_at_once.values()) == {1}
    assert len(bot.heard) == 10


async def test_a_slow_answer_to_one_resident_does_not_delay_another(people: People, bot: FakeBot) -> None:
    held = Held(then=echoes)
    bot.behaviour = in_turn(held, echoes)
    patient, quick = await people.resident(), await people.resident()
    await patient.write("en svår fråga")
    await held.until_reached()
    await quick.write("en lätt fråga")
    assert said_by("bot", await quick.read_until_answered()) == ["Svar på: en lätt fråga"]
    held.release()
    assert said_by("bot", await patient.read_until_answered()) == ["Svar på: en svår fråga"]


async def test_everything_that_the_bot_says_in_a_turn_is_stored_in_order(people: People, bot: FakeBot) -> None:
    bot.behaviour = says(reply(text="Först"), reply("chat", "Sedan"))
    resident = await people.resident()
    await resident.write()
    messages = await resident.read_until_answered(times=2)
    assert [(each["author"], each["kind"], each["text"]) for each in messages[1:]] == [
        ("bot", "answer", "Först"),
        ("bot", "chat", "Sedan"),
    ]


async def test_the_resident_sees_where_an_answer_comes_from(people: People, bot: FakeBot) -> None:
    source = {"title": "Råd om radon", "url": None}
    button = {"kind": "person", "label": "Prata med en människa", "topic": None, "url": None}
    bot.behaviour = says(
        reply(
            topic="radon",
            article_version=3,
            confidence=0.91,
            sources=[source],
            department="Miljönämnden",
            reviewed_on="2026-11-01",
            buttons=[button],
        )
    )
    resident = await people.resident()
    await resident.write()
    payload = (await resident.read_until_answered())[-1]["payload"]
    assert payload["sources"] == [source]
    assert payload["buttons"] == [button]
    assert (payload["topic"], payload["article_version"]) == ("radon", 3)
    assert (payload["department"], payload["reviewed_on"]) == ("Miljönämnden", "2026-11-01")
    assert (payload["rosa_level"], payload["confidence"]) == (1, 0.91)
    assert payload["candidates"] == [{"topic": "radon", "confidence": 0.91}]


async def test_language_choice_and_masked_text_are_passed_on(people: People, bot: FakeBot) -> None:
    resident = await people.resident(language="en")
    await resident.write(f"Jag är född {a_personal_number()}", choice="bygglov-altan")
    await resident.read_until_answered()
    assert [(heard.language, heard.choice, heard.text) for heard in bot.heard] == [
        ("en", "bygglov-altan", "Jag är född [personnummer borttaget]")
    ]
    assert str(bot.heard[0].conversation_id) == resident.id


async def test_a_message_without_a_pressed_button_has_no_choice(people: People, bot: FakeBot) -> None:
    resident = await people.resident()
    await resident.write("/restart")
    await resident.read_until_answered()
    assert [(heard.language, heard.choice, heard.text) for heard in bot.heard] == [("sv", None, "/restart")]


async def test_an_answer_that_comes_after_an_agent_has_taken_over_is_dropped(people: People, bot: FakeBot) -> None:
    held = Held(then=echoes)
    bot.behaviour = in_turn(held, echoes)
    resident = await people.resident()
    await resident.write("den första frågan")
    await held.until_reached()
    reference = await resident.queue_up()
    assert (await people.agent.claim(reference)).status_code == 200
    assert (await people.agent.write(reference, "Jag svarar själv.")).status_code == 202
    held.release()
    # The bot has the conversation again, so its next answer proves that the late one is behind us.
    assert (await people.agent.hand_back(reference)).status_code == 200
    await resident.write("den andra frågan")
    messages = await resident.read_until_answered()
    assert said_by("bot", messages) == ["Svar på: den andra frågan"]
    assert not any(is_failure(message) for message in messages)


async def test_what_is_written_to_a_person_does_not_reach_the_bot(people: People, bot: FakeBot) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    await resident.write("till kön")
    await people.agent.claim(reference)
    await resident.write("till agenten")
    await people.agent.hand_back(reference)
    await resident.write("till boten")
    await resident.read_until_answered()
    assert bot.texts == ["till boten"]


async def test_a_bot_that_recovers_within_the_deadline_answers_as_if_nothing_had_happened(
    people: People, bot: FakeBot
) -> None:
    bot.behaviour = in_turn(fails, echoes)
    resident = await people.resident()
    await resident.write("fråga")
    messages = await resident.read_until_answered()
    assert [(message["author"], message["text"]) for message in messages] == [
        ("resident", "fråga"),
        ("bot", "Svar på: fråga"),
    ]
    assert bot.heard[0] == bot.heard[1]


async def test_a_dead_bot_is_admitted_and_a_person_offered(people: People, bot: FakeBot, clock: FakeClock) -> None:
    async def fail_until_the_deadline_has_passed(heard: Heard) -> Turn:
        clock.advance(seconds=DEADLINE_SECONDS)
        return await fails(heard)

    bot.behaviour = fail_until_the_deadline_has_passed
    resident = await people.resident()
    await resident.write("fråga")
    question, failure = await resident.read_until_answered()
    assert question["text"] == "fråga"
    assert is_failure(failure)
    assert [button["kind"] for button in failure["payload"]["buttons"]] == ["person"]
    assert failure["text"]
    assert (await resident.status())["state"] == "with_bot"


async def test_a_bot_that_never_answers_is_given_up_at_the_deadline(
    database_url: str, staff_sessions: dict[str, str], bot: FakeBot, clock: FakeClock
) -> None:
    async def hang(_: Heard) -> Turn:
        clock.advance(seconds=1)
        return await asyncio.Future()

    bot.behaviour = hang
    app = create_application(settings_for(database_url, BOT_DEADLINE_SECONDS="0.01"), bot=bot, clock=clock)
    async with app.router.lifespan_context(app):
        people = People(app, staff_sessions)
        resident = await people.resident()
        await resident.write("fråga")
        assert is_failure((await resident.read_until_answered())[-1])
        await people.leave()


async def test_after_a_failure_the_next_message_is_tried_as_usual(
    people: People, bot: FakeBot, clock: FakeClock
) -> None:
    async def fail_past_the_deadline(heard: Heard) -> Turn:
        clock.advance(seconds=DEADLINE_SECONDS)
        return await fails(heard)

    bot.behaviour = in_turn(fail_past_the_deadline, echoes)
    resident = await people.resident()
    await resident.write("första")
    await resident.read_until_answered()
    await resident.write("andra")
    assert said_by("bot", await resident.read_until_answered(times=2)) == ["Svar på: andra"]


NOT_TO_BE_SAID = [
    *(
        reply(kind, "Du har rätt till bistånd.", rosa_level=level)
        for kind in ("answer", "guide", "refer")
        for level in (None, 0, 3, 4)
    ),
    # Nothing to read.
    *(reply(text=text) for text in (None, "", "  \n")),
    # The promise of a person, without a case.
    *(reply(kind, None, case_reference="2026-000001") for kind in ("handover", "urgent")),
]


async def test_nothing_above_level_two_nothing_empty_and_no_empty_promise_leaves(people: People, bot: FakeBot) -> None:
    bot.behaviour = in_turn(*(says(each) for each in NOT_TO_BE_SAID))
    resident = await people.resident()
    for number in range(len(NOT_TO_BE_SAID)):
        await resident.write(f"fråga {number}")
    messages = await resident.read_until_answered(times=len(NOT_TO_BE_SAID))
    assert said_by("bot", messages) == []
    failures = [message for message in messages if is_failure(message)]
    assert len(failures) == len(NOT_TO_BE_SAID)
    assert {message["payload"]["buttons"][0]["kind"] for message in failures} == {"person"}
    assert (await resident.status())["state"] == "with_bot"


async def test_a_handover_within_the_turn_is_told_once(
    people: People, bot: FakeBot, action_server: httpx.AsyncClient
) -> None:
    async def hand_over(heard: Heard) -> Turn:
        created = await action_server.post(
            "/internal/handovers",
            json={
                "conversation_id": str(heard.conversation_id),
                "message_id": str(heard.message_id),
                "reason": "handover_topic",
                "text": "Det här tar en människa hand om.",
            },
        )
        return turn(heard, reply("handover", None, case_reference=created.json()["case_reference"]))

    bot.behaviour = in_turn(hand_over, echoes)
    resident = await people.resident()
    await resident.write("fråga")
    await resident.read_until(lambda messages: messages[-1]["kind"] == "handover" and len(messages) == 3)
    reference = (await resident.status())["case_reference"]
    await people.agent.claim(reference)
    await people.agent.hand_back(reference)
    await resident.write("och nu?")
    messages = await resident.read_until_answered(times=2)
    assert [(message["author"], message["kind"]) for message in messages] == [
        ("resident", "text"),
        ("bot", "handover"),
        ("system", "handover"),
        ("system", "agent_joined"),
        ("system", "handed_back"),
        ("resident", "text"),
        ("bot", "answer"),
    ]


async def test_a_message_that_a_crashed_process_left_behind_is_taken_up_when_its_lease_has_run_out(
    settings: Settings, staff_sessions: dict[str, str], clock: FakeClock
) -> None:
    held = Held(then=echoes)
    crashing, healthy = FakeBot(), FakeBot()
    crashing.behaviour = held
    first = create_application(settings, bot=crashing, clock=clock)
    async with first.router.lifespan_context(first):
        people = People(first, staff_sessions)
        resident = await people.resident()
        await resident.write("fråga")
        await held.until_reached()
        await people.leave()
    clock.advance(seconds=LEASE_SECONDS)
    second = create_application(settings, bot=healthy, clock=clock)
    async with second.router.lifespan_context(second):
        people = People(second, staff_sessions)
        messages = await people.return_of(resident).read_until_answered()
        await people.leave()
    assert said_by("bot", messages) == ["Svar på: fråga"]
    assert healthy.heard == crashing.heard


async def test_a_message_in_the_hands_of_one_process_is_no_work_for_another(
    people: People, bot: FakeBot, clock: FakeClock, sessions: SessionFactory
) -> None:
    held = Held(then=echoes)
    bot.behaviour = held
    resident = await people.resident()
    await resident.write("den första frågan")
    await held.until_reached()
    await resident.write("den andra frågan")

    async def look_for_work(at: datetime) -> tuple[list[UUID], bool]:
        async with sessions() as session:
            conversations = ConversationRepository(session)
            taken = await conversations.take_next(resident.uuid, BotWork.PENDING, at, lease_until=at)
            waiting = await conversations.list_conversations_with_work(BotWork.PENDING, at)
            return waiting, taken is not None

    assert await look_for_work(clock()) == ([], False)
    assert await look_for_work(clock() + timedelta(seconds=LEASE_SECONDS)) == ([resident.uuid], True)


async def test_two_processes_share_the_work_and_never_do_it_twice(
    settings: Settings, people: People, bot: FakeBot, clock: FakeClock
) -> None:
    other = create_application(settings, bot=bot, clock=clock)
    async with other.router.lifespan_context(other):
        residents = [await people.resident() for _ in range(8)]
        texts = [f"fråga {number}" for number in range(3)]
        for text in texts:
            await asyncio.gather(*(resident.write(text) for resident in residents))
        for resident in residents:
            messages = await resident.read_until_answered(times=3)
            assert said_by("bot", messages) == [f"Svar på: {text}" for text in texts]
    assert len(bot.heard) == 24


async def test_an_unforeseen_error_in_a_turn_delays_the_answer_but_does_not_lose_it(
    people: People, bot: FakeBot, clock: FakeClock, sessions: SessionFactory
) -> None:
    broken = asyncio.Event()

    async def break_down(_: Heard) -> Turn:
        broken.set()
        raise RuntimeError

    bot.behaviour = in_turn(break_down, echoes)
    resident = await people.resident()
    await resident.write("fråga")
    await asyncio.wait_for(broken.wait(), 10)
    clock.advance(seconds=LEASE_SECONDS)
    async with transaction(sessions) as session:
        live.publish(session, live.BOT_WORK)
    assert said_by("bot", await resident.read_until_answered()) == ["Svar på: fråga"]
