"""What a resident writes to a person is read by the bot, for danger alone (docs/decisions/0007)."""

import asyncio

import httpx
import pytest
from content_folder import ContentFolder, replace
from environment import settings_for
from fakes import FakeBot, FakeClock, Heard, Held, echoes, fails, in_turn, reading, says, sees, sees_no_danger
from fastapi import FastAPI
from people import PATIENCE_SECONDS, Json, People, Resident, a_personal_number, hand_over, is_failure, said_by
from sqlalchemy import select

from handover_api import live
from handover_api.application import create_application
from handover_api.cases import danger
from handover_api.cases import service as cases
from handover_api.content.service import import_content
from handover_api.database import SessionFactory, transaction
from handover_api.integrations.bot import Reading, Turn
from handover_api.models import AuditEntry, Message
from handover_api.rules.message import BotWork
from handover_api.settings import Settings

DEADLINE_SECONDS = 20.0
LEASE_SECONDS = DEADLINE_SECONDS + 5
DANGER = "akut-fara"
RING = "**Ring 112 nu.**"


async def danger_told(resident: Resident, times: int = 1) -> list[Json]:
    """Reads until the bot has said so often what to do now. Returns what it said."""
    messages = await resident.read_until(lambda messages: len(urgent_among(messages)) >= times)
    return urgent_among(messages)


def urgent_among(messages: list[Json]) -> list[Json]:
    return [message for message in messages if message["kind"] == "urgent"]


async def everything_read(sessions: SessionFactory, resident: Resident) -> None:
    unread = select(Message.id).where(Message.conversation_id == resident.uuid, Message.bot_work == BotWork.UNREAD)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            async with transaction(sessions) as session:
                if (await session.execute(unread)).first() is None:
                    return
            # Nothing but the table itself tells that a reading without consequences is over.
            await asyncio.sleep(0.02)


async def case_once_read(people: People, sessions: SessionFactory, resident: Resident) -> Json:
    """The case as the agent sees it, once all that the resident wrote has been read."""
    await everything_read(sessions, resident)
    return await people.agent.get_case((await resident.status())["case_reference"])


async def priorities_raised(sessions: SessionFactory) -> list[tuple[str, str, str]]:
    async with transaction(sessions) as session:
        raised = select(AuditEntry).where(AuditEntry.action == "raise_priority").order_by(AuditEntry.id)
        entries = await session.scalars(raised)
        return [(entry.actor_kind, entry.subject_id, entry.details["topic"]) for entry in entries]


@pytest.mark.usefixtures("published")
async def test_danger_in_the_queue_gets_the_number_at_once_and_goes_first(
    people: People, bot: FakeBot, sessions: SessionFactory, clock: FakeClock
) -> None:
    earlier = await (await people.resident()).queue_up()
    clock.advance(minutes=5)
    resident = await people.resident()
    reference = await resident.queue_up()
    assert [case["reference"] for case in await people.agent.list_cases()] == [earlier, reference]
    bot.reading = sees(DANGER)
    await resident.write("det brinner nu")
    (told,) = await danger_told(resident)
    assert (told["author"], told["text"]) == ("bot", RING)
    assert (told["payload"]["topic"], told["payload"]["in_reply_to"]) == (DANGER, 2)
    assert [case["reference"] for case in await people.agent.list_cases()] == [reference, earlier]
    case = await people.agent.get_case(reference)
    assert (case["state"], case["priority"], case["topic"]) == ("waiting", "urgent", DANGER)
    assert case["checklist"].startswith("- Fråga om personen har ringt 112.")
    newest = case["evidence"][0]
    assert (newest["reason"], newest["candidates"][0]) == ("urgent_topic", {"topic": DANGER, "confidence": 0.97})
    assert await priorities_raised(sessions) == [("bot", reference, DANGER)]
    assert (await resident.status())["state"] == "waiting"
    assert bot.heard == []


@pytest.mark.usefixtures("published")
async def test_the_queue_on_the_desk_is_woken(people: People, bot: FakeBot, app: FastAPI) -> None:
    resident = await people.resident()
    await resident.queue_up()
    bot.reading = sees(DANGER)
    with app.state.hub.subscribe(live.QUEUE) as queue:
        await resident.write("det brinner nu")
        assert await queue.wait(PATIENCE_SECONDS)


async def test_the_reader_is_woken_by_what_is_written_and_by_what_is_left_unanswered(
    people: People, bot: FakeBot, app: FastAPI
) -> None:
    bot.behaviour = Held(then=echoes)
    resident = await people.resident()
    await resident.write("till boten")
    with app.state.hub.subscribe(live.BOT_READING) as work:
        await resident.queue_up()
        assert await work.wait(PATIENCE_SECONDS)
        await resident.write("till kön")
        assert await work.wait(PATIENCE_SECONDS)


@pytest.mark.usefixtures("published")
async def test_of_two_readings_of_one_message_the_first_counts(
    people: People, bot: FakeBot, sessions: SessionFactory, clock: FakeClock
) -> None:
    bot.reading = sees(DANGER)
    resident = await people.resident()
    await resident.queue_up()
    await resident.write("det brinner nu")
    await danger_told(resident)
    (heard,) = bot.read_only
    late = await sees("okand-fara")(heard)
    async with transaction(sessions) as session:
        await danger.heed(session, heard.conversation_id, heard.message_id, late, clock())
    assert [told["payload"]["topic"] for told in urgent_among(await resident.read())] == [DANGER]
    assert [topic for _, _, topic in await priorities_raised(sessions)] == [DANGER]


@pytest.mark.usefixtures("published")
async def test_a_case_that_has_a_topic_keeps_it_and_its_group(
    people: People, bot: FakeBot, action_server: httpx.AsyncClient, sessions: SessionFactory
) -> None:
    held: Held[Turn] = Held(then=echoes)
    bot.behaviour = held
    resident = await people.resident()
    await resident.write("radon")
    await held.until_reached()
    await hand_over(action_server, resident, bot, reason="handover_topic", topic="radon")
    held.release()
    bot.reading = sees(DANGER)
    await resident.write("det brinner nu")
    case = await case_once_read(people, sessions, resident)
    assert (case["priority"], case["topic"], case["answer_group"]) == ("urgent", "radon", "bygga-bo-miljo")


@pytest.mark.usefixtures("published")
async def test_the_same_danger_is_told_and_noted_once(people: People, bot: FakeBot, sessions: SessionFactory) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    bot.reading = sees(DANGER)
    for text in ("det brinner", "det brinner verkligen", "hallå"):
        await resident.write(text)
    case = await case_once_read(people, sessions, resident)
    assert len(urgent_among(await resident.read())) == 1
    assert [each["reason"] for each in case["evidence"]].count("urgent_topic") == 1
    assert await priorities_raised(sessions) == [("bot", reference, DANGER)]


@pytest.mark.usefixtures("published")
async def test_what_the_bot_told_before_the_handover_is_not_told_again(
    people: People, bot: FakeBot, action_server: httpx.AsyncClient, sessions: SessionFactory
) -> None:
    held: Held[Turn] = Held(then=echoes)
    bot.behaviour = held
    resident = await people.resident()
    await resident.write("det brinner")
    await held.until_reached()
    evidence = {"candidates": [{"topic": DANGER, "confidence": 0.9}]}
    await hand_over(action_server, resident, bot, reason="urgent_topic", topic=DANGER, text=RING, evidence=evidence)
    held.release()
    bot.reading = sees(DANGER)
    await resident.write("det brinner mer")
    case = await case_once_read(people, sessions, resident)
    assert len(urgent_among(await resident.read())) == 1
    assert len(case["evidence"]) == 1


@pytest.mark.usefixtures("published")
async def test_another_danger_is_told_too(people: People, bot: FakeBot, sessions: SessionFactory) -> None:
    resident = await people.resident()
    await resident.queue_up()
    bot.reading = in_turn(sees(DANGER), sees("okand-fara"))
    await resident.write("det brinner")
    await resident.write("och något annat")
    assert [told["payload"]["topic"] for told in await danger_told(resident, times=2)] == [DANGER, "okand-fara"]
    case = await case_once_read(people, sessions, resident)
    assert [each["candidates"][0]["topic"] for each in case["evidence"][:2]] == ["okand-fara", DANGER]


@pytest.mark.usefixtures("published")
async def test_a_bot_does_not_talk_over_an_agent_but_tells_the_agent(
    people: People, bot: FakeBot, sessions: SessionFactory
) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    await people.agent.claim(reference)
    bot.reading = sees(DANGER)
    await resident.write("det brinner nu")
    case = await case_once_read(people, sessions, resident)
    assert (case["state"], case["owner"], case["priority"]) == ("assigned", "Agenten", "urgent")
    assert case["evidence"][0]["reason"] == "urgent_topic"
    assert await priorities_raised(sessions) == [("bot", reference, DANGER)]
    assert said_by("bot", await resident.read()) == []
    page = (await people.agent.client.get(f"/desk/arenden/{reference}")).text
    assert "Invånaren har skrivit något brådskande." in page
    assert "Boten såg något brådskande" in page
    assert "Vad boten visste" in page
    assert "Det brinner</span>" in page
    assert "97 %</span>" in page
    # What an open page is sent, so that it tells the agent without a reload.
    news = (await people.agent.client.get(f"/desk/arenden/{reference}/meddelanden")).json()["events"]
    (state,) = [event["data"] for event in news if event["event"] == "case"]
    assert 'data-value="assigned/with_agent/Agenten/urgent"' in state
    assert "Invånaren har skrivit något brådskande." in state


async def test_what_is_not_dangerous_changes_nothing(people: People, bot: FakeBot, sessions: SessionFactory) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    before = await people.agent.get_case(reference)
    await resident.write("hur lång tid tar det?")
    case = await case_once_read(people, sessions, resident)
    assert [heard.text for heard in bot.read_only] == ["hur lång tid tar det?"]
    assert case | {"messages": []} == before | {"messages": []}
    assert [message["author"] for message in case["messages"]] == ["system", "resident"]


async def test_the_bot_reads_the_masked_text_and_knows_the_language(
    people: People, bot: FakeBot, sessions: SessionFactory
) -> None:
    resident = await people.resident(language="en")
    await resident.queue_up()
    await resident.write(f"Jag är född {a_personal_number()}")
    await everything_read(sessions, resident)
    assert [(heard.language, heard.choice, heard.text) for heard in bot.read_only] == [
        ("en", None, "Jag är född [personnummer borttaget]")
    ]
    assert str(bot.read_only[0].conversation_id) == resident.id


async def test_the_case_has_the_language_that_is_written_while_waiting(
    people: People, bot: FakeBot, sessions: SessionFactory
) -> None:
    async def reads_arabic(heard: Heard) -> Reading:
        return reading(heard, language="ar")

    bot.reading = reads_arabic
    resident = await people.resident()
    await resident.queue_up()
    await resident.write("Något på ett annat språk")
    assert (await case_once_read(people, sessions, resident))["language"] == "ar"


@pytest.mark.usefixtures("published")
async def test_an_urgent_button_is_danger_whatever_its_label_says(people: People, bot: FakeBot) -> None:
    resident = await people.resident()
    await resident.queue_up()
    await resident.write("Den där knappen", choice=DANGER)
    (told,) = await danger_told(resident)
    assert told["text"] == RING
    assert bot.read_only[0].choice == DANGER


@pytest.mark.parametrize("spoil", ["missing", "expired", "not_urgent"])
async def test_without_a_valid_article_the_number_is_told_all_the_same(
    people: People, bot: FakeBot, sessions: SessionFactory, content: ContentFolder, clock: FakeClock, spoil: str
) -> None:
    if spoil == "missing":
        content.urgent.unlink()
    if spoil == "expired":
        replace(content.urgent, "review_by: 2027-11-01", "review_by: 2026-11-02")
    async with transaction(sessions) as session:
        await import_content(session, content.path, clock())
    resident = await people.resident()
    await resident.queue_up()
    bot.reading = sees("radon" if spoil == "not_urgent" else DANGER)
    await resident.write("det brinner nu")
    (told,) = await danger_told(resident)
    assert "Ring **112** genast." in told["text"]
    assert told["payload"]["article_id"] is None


@pytest.mark.usefixtures("published")
async def test_what_the_bot_had_not_answered_when_a_person_was_asked_for_is_still_read(
    people: People, bot: FakeBot, sessions: SessionFactory
) -> None:
    held = Held(then=echoes)
    bot.behaviour = held
    bot.reading = in_turn(sees_no_danger, sees(DANGER))
    resident = await people.resident()
    await resident.write("hej")
    await held.until_reached()
    await resident.write("det brinner nu")
    await resident.queue_up()
    assert len(await danger_told(resident)) == 1
    held.release()
    await everything_read(sessions, resident)
    assert [heard.text for heard in bot.read_only] == ["hej", "det brinner nu"]
    assert [message["text"] for message in urgent_among(await resident.read())] == [RING]


@pytest.mark.usefixtures("published")
async def test_danger_that_is_read_after_the_agent_has_handed_back_asks_for_a_person_again(
    people: People, bot: FakeBot, sessions: SessionFactory
) -> None:
    held = Held(then=sees(DANGER))
    bot.reading = held
    resident = await people.resident()
    reference = await resident.queue_up()
    await people.agent.claim(reference)
    await resident.write("det brinner nu")
    await held.until_reached()
    await people.agent.hand_back(reference)
    held.release()
    await danger_told(resident)
    case = await case_once_read(people, sessions, resident)
    assert (case["reference"], case["state"], case["priority"]) == (reference, "waiting", "urgent")
    assert (await resident.status())["state"] == "waiting"


@pytest.mark.usefixtures("published")
async def test_a_reading_under_way_does_not_delay_the_bots_next_answer(people: People, bot: FakeBot) -> None:
    held = Held(then=sees_no_danger)
    bot.reading = held
    resident = await people.resident()
    reference = await resident.queue_up()
    await people.agent.claim(reference)
    await resident.write("tack")
    await held.until_reached()
    await people.agent.hand_back(reference)
    await resident.write("en ny fråga")
    assert said_by("bot", await resident.read_until_answered()) == ["Svar på: en ny fråga"]
    held.release()


@pytest.mark.usefixtures("published")
async def test_danger_is_noted_for_the_agent_when_the_resident_has_left(
    people: People, bot: FakeBot, sessions: SessionFactory, clock: FakeClock
) -> None:
    held = Held(then=sees(DANGER))
    bot.reading = held
    resident = await people.resident()
    reference = await resident.queue_up()
    await people.agent.claim(reference)
    await resident.write("det brinner nu")
    await held.until_reached()
    async with transaction(sessions) as session:
        await cases.end_as_resident(session, resident.uuid, clock())
    held.release()
    case = await case_once_read(people, sessions, resident)
    assert (case["state"], case["conversation_state"], case["priority"]) == ("assigned", "closed", "urgent")
    assert said_by("bot", await resident.read()) == []


@pytest.mark.usefixtures("published")
async def test_a_reading_that_fails_is_tried_again(people: People, bot: FakeBot) -> None:
    bot.reading = in_turn(fails, sees(DANGER))
    resident = await people.resident()
    await resident.queue_up()
    await resident.write("det brinner nu")
    assert len(await danger_told(resident)) == 1
    assert bot.read_only[0] == bot.read_only[1]


async def test_a_reading_that_never_succeeds_is_given_up_without_a_word(
    people: People, bot: FakeBot, clock: FakeClock, sessions: SessionFactory
) -> None:
    async def fail_until_the_deadline_has_passed(heard: Heard) -> Reading:
        clock.advance(seconds=DEADLINE_SECONDS)
        return await fails(heard)

    bot.reading = fail_until_the_deadline_has_passed
    resident = await people.resident()
    reference = await resident.queue_up()
    await resident.write("hallå")
    await everything_read(sessions, resident)
    messages = await resident.read()
    assert [message["author"] for message in messages] == ["system", "resident"]
    assert not any(is_failure(message) for message in messages)
    assert len(bot.read_only) == 1
    await people.agent.claim(reference)
    assert (await people.agent.write(reference, "Hej!")).status_code == 202


async def test_a_reading_that_a_crashed_process_left_behind_is_taken_up_when_its_lease_has_run_out(
    settings: Settings, staff_sessions: dict[str, str], clock: FakeClock
) -> None:
    held = Held(then=sees_no_danger)
    crashing, healthy = FakeBot(), FakeBot()
    crashing.reading = held
    first = create_application(settings, bot=crashing, clock=clock)
    async with first.router.lifespan_context(first):
        people = People(first, staff_sessions)
        resident = await people.resident()
        await resident.queue_up()
        await resident.write("det brinner nu")
        await held.until_reached()
        await people.leave()
    clock.advance(seconds=LEASE_SECONDS)
    healthy.reading = sees(DANGER)
    second = create_application(settings, bot=healthy, clock=clock)
    async with second.router.lifespan_context(second):
        people = People(second, staff_sessions)
        assert len(await danger_told(people.return_of(resident))) == 1
        await people.leave()
    assert healthy.read_only == crashing.read_only


@pytest.mark.usefixtures("published")
async def test_two_processes_read_and_tell_once(
    database_url: str, people: People, bot: FakeBot, clock: FakeClock, sessions: SessionFactory
) -> None:
    bot.reading = sees(DANGER)
    other = create_application(settings_for(database_url), bot=bot, clock=clock)
    async with other.router.lifespan_context(other):
        residents = [await people.resident() for _ in range(4)]
        for resident in residents:
            await resident.queue_up()
        for text in ("det brinner", "det brinner mer"):
            await asyncio.gather(*(resident.write(text) for resident in residents))
        for resident in residents:
            await everything_read(sessions, resident)
            assert len(urgent_among(await resident.read())) == 1
    assert len(bot.read_only) == 8
    assert len(await priorities_raised(sessions)) == 4


async def test_a_personal_matter_is_a_case_of_its_topic_and_says_why(
    people: People, bot: FakeBot, action_server: httpx.AsyncClient, published: ContentFolder
) -> None:
    assert published
    held = Held(then=says())
    bot.behaviour = held
    resident = await people.resident()
    await resident.write("hur går det för min ansökan?")
    await held.until_reached()
    response = await hand_over(
        action_server,
        resident,
        bot,
        reason="personal_matter",
        topic="bygglov-altan",
        text="Jag kan inte se enskilda ärenden.",
        evidence={"certainty": "sure", "candidates": [{"topic": "bygglov-altan", "confidence": 0.9}]},
    )
    reference = response.json()["case_reference"]
    held.release()
    messages = await resident.read()
    assert [(message["author"], message["kind"]) for message in messages[1:]] == [
        ("bot", "handover"),
        ("system", "handover"),
    ]
    assert messages[-1]["text"].startswith("Frågan gäller ditt eget ärende.")
    case = await people.agent.get_case(reference)
    assert (case["reason"], case["topic"], case["priority"]) == ("personal_matter", "bygglov-altan", "normal")
    for page in ("/desk", f"/desk/arenden/{reference}"):
        assert "Frågan gäller invånarens eget ärende" in (await people.agent.client.get(page)).text
