"""Nobody is lost when the desk is closed, empty or slow: the case stays, and the resident learns what happens next."""

import asyncio
from datetime import UTC, datetime

import httpx
from fakes import FakeBot, FakeClock, sees
from people import AGENT, People, Resident, assert_problem, hand_over

from handover_api.cases import asynchronous
from handover_api.database import SessionFactory, transaction
from handover_api.models import AnswerGroup, DueTime, OpeningException, OpeningHours, Topic

MORNING = 8 * 60
AFTERNOON = 16 * 60


async def open_on_weekdays(sessions: SessionFactory, closes: int = AFTERNOON) -> None:
    async with transaction(sessions) as session:
        session.add_all(
            OpeningHours(answer_group=None, weekday=weekday, opens_minute=MORNING, closes_minute=closes)
            for weekday in range(5)
        )


async def close_today(sessions: SessionFactory, clock: FakeClock) -> None:
    await open_on_weekdays(sessions)
    async with transaction(sessions) as session:
        session.add(OpeningException(answer_group=None, day=clock().date(), note="Utbildningsdag"))


async def stop_waiting(sessions: SessionFactory, clock: FakeClock) -> int:
    async with transaction(sessions) as session:
        return await asynchronous.stop_waiting(session, clock())


async def last_told(resident: Resident) -> tuple[str, str]:
    told = [message for message in await resident.read() if message["author"] == "system"][-1]
    return told["kind"], told["text"]


async def test_when_it_is_closed_the_case_is_made_and_answered_later(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    await close_today(sessions, clock)
    resident = await people.resident()
    assert (await resident.status())["availability"] == {
        "is_open": False,
        "is_staffed": False,
        # The next day that is not a Saturday or a Sunday, by the winter's clock.
        "opens_at": "2026-11-23T07:00:00Z",
        "note": "Utbildningsdag",
    }
    reference = await resident.queue_up()
    status = await resident.status()
    assert (status["state"], status["queue_position"], status["case_reference"]) == ("asynchronous", None, reference)
    # Two of the group's working days: Monday and Tuesday, till it closes.
    assert datetime.fromisoformat(status["due_at"]) == datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
    assert status["can_leave_contact"]
    assert status["return_code"]

    first, second = [message for message in await resident.read() if message["author"] == "system"]
    assert (first["kind"], second["kind"]) == ("handover", "left_to_be_answered")
    assert first["payload"]["queue_position"] is None
    assert "Utbildningsdag" in first["text"]
    assert "Vi öppnar på måndag klockan 8.00" in first["text"]
    assert reference in first["text"]
    assert "Du får svar senast på tisdag klockan 16.00" in second["text"]

    [case] = await people.agent.list_cases()
    assert (case["reference"], case["priority"]) == (reference, "can_wait")


async def test_the_topic_may_have_a_promised_time_of_its_own(
    people: People, sessions: SessionFactory, clock: FakeClock, bot: FakeBot, action_server: httpx.AsyncClient
) -> None:
    await close_today(sessions, clock)
    async with transaction(sessions) as session:
        session.add(
            Topic(
                id="radon",
                title="Radon",
                area="bygga",
                rosa_level=1,
                handling="answer",
                answer_group="bygga-bo-miljo",
                touches_secrecy=False,
            )
        )
        await session.flush()
        session.add(DueTime(topic="radon", working_days=5))
    resident = await people.resident()
    await resident.write()
    await resident.read_until(lambda _: bool(bot.heard))
    response = await hand_over(action_server, resident, bot, reason="handover_topic", topic="radon")
    assert (response.json()["state"], response.json()["queue_position"]) == ("asynchronous", None)
    assert datetime.fromisoformat((await resident.status())["due_at"]) == datetime(2026, 11, 27, 15, 0, tzinfo=UTC)


async def test_when_it_is_open_but_nobody_is_there_the_resident_is_told_and_may_choose(people: People) -> None:
    resident = await people.resident()
    await resident.queue_up()
    status = await resident.status()
    assert (status["state"], status["queue_position"]) == ("waiting", 1)
    assert (status["can_leave_contact"], status["availability"]["is_staffed"]) == (True, False)
    _, text = await last_told(resident)
    assert "Ingen medarbetare är på plats" in text
    assert "e-postadress" in text


async def test_when_somebody_is_there_leaving_is_possible_and_nothing_is_said_of_it(people: People) -> None:
    await people.agent.client.put("/api/presence", json={"status": "available"})
    resident = await people.resident()
    await resident.queue_up()
    assert (await resident.status())["can_leave_contact"]
    _, text = await last_told(resident)
    assert "e-postadress" not in text


async def test_whoever_has_waited_long_is_told_once_that_the_answer_can_be_sent(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    async with transaction(sessions) as session:
        session.add(AnswerGroup(id="allmant", name="Allmänna frågor", patience_minutes=7))
    await people.agent.client.put("/api/presence", json={"status": "available"})
    resident = await people.resident()
    await resident.queue_up()
    clock.advance(minutes=6, seconds=59)
    assert await stop_waiting(sessions, clock) == 0
    clock.advance(seconds=1)
    assert await stop_waiting(sessions, clock) == 1
    assert (await last_told(resident))[0] == "contact_offered"
    status = await resident.status()
    # The place in the queue is kept.
    assert (status["state"], status["queue_position"], status["can_leave_contact"]) == ("waiting", 1, True)
    clock.advance(minutes=30)
    assert await stop_waiting(sessions, clock) == 0


async def test_whoever_waits_when_it_closes_is_answered_later(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    await open_on_weekdays(sessions, closes=10 * 60 + 5)
    resident = await people.resident()
    await resident.queue_up()
    other = await people.resident()
    await people.agent.claim(await other.queue_up())
    clock.advance(minutes=4)
    await stop_waiting(sessions, clock)
    assert (await resident.status())["state"] == "waiting"
    clock.advance(minutes=1)
    assert await stop_waiting(sessions, clock) == 1
    assert (await resident.status())["state"] == "asynchronous"
    kinds = [message["kind"] for message in await resident.read()]
    assert kinds == ["handover", "closed_for_now", "left_to_be_answered"]
    # Whoever has a person goes on.
    assert (await other.status())["state"] == "with_agent"
    assert await stop_waiting(sessions, clock) == 0


async def test_an_urgent_case_stays_first_and_nobody_in_danger_is_told_to_wait(
    people: People, sessions: SessionFactory, clock: FakeClock, bot: FakeBot
) -> None:
    await open_on_weekdays(sessions, closes=10 * 60 + 30)
    bot.reading = sees("akut-fara")
    resident = await people.resident()
    reference = await resident.queue_up()
    await resident.write("Det brinner")
    await resident.read_until(lambda messages: any(message["kind"] == "urgent" for message in messages))
    clock.advance(minutes=11)
    await stop_waiting(sessions, clock)
    kind, text = await last_told(resident)
    assert kind == "contact_offered"
    assert "vänta inte på svar här" in text.lower()
    clock.advance(minutes=20)
    await stop_waiting(sessions, clock)
    late = await people.resident()
    await late.queue_up()
    first, second = await people.agent.list_cases()
    assert (first["reference"], first["priority"], second["priority"]) == (reference, "urgent", "can_wait")
    told = [message["text"] for message in await resident.read() if message["kind"] == "closed_for_now"]
    assert "vänta inte på svar här" in told[0].lower()


async def test_an_agent_and_a_resident_write_to_each_other_when_it_suits_them(
    people: People, sessions: SessionFactory, clock: FakeClock, bot: FakeBot
) -> None:
    await close_today(sessions, clock)
    resident = await people.resident()
    reference = await resident.queue_up()
    await resident.write("Jag glömde en sak", client_id="klient-a")
    await resident.write("Jag glömde en sak", client_id="klient-a")
    await resident.write("Och en till")
    messages = await resident.read()
    # Told once that it was added; and the bot answers none of it.
    assert [message["kind"] for message in messages].count("added_to_case") == 1
    assert not any(message["author"] == "bot" for message in messages)
    assert not bot.heard

    assert (await people.agent.write(reference, "Nu har jag tittat på det.")).status_code == 202
    status = await resident.status()
    assert (status["state"], status["agent_name"]) == ("asynchronous", AGENT.display_name)
    assert (await resident.read())[-1]["text"] == "Nu har jag tittat på det."
    # Nobody has joined a conversation that nobody sits in.
    assert not any(message["kind"] == "agent_joined" for message in await resident.read())
    assert (await people.agent.close(reference)).status_code == 200
    assert (await resident.status())["state"] == "closed"


async def test_nothing_is_promised_for_a_time_that_has_been(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    await close_today(sessions, clock)
    page = people.connect(headers={"accept": "text/html"})
    await page.post("/chatt/manniska")
    assert (await page.get("/chatt")).text.count("Du får svar senast 24 nov kl. 16.00.") == 2
    assert "Du får svar senast 24 nov kl. 16.00." in (await page.get("/chatt/svar")).text
    clock.advance(days=5)
    await page.post("/chatt/meddelanden", data={"client_id": "klient-a", "text": "Hej, är det någon där?"})
    shown = (await page.get("/chatt")).text
    told = shown.partition("Hej, är det någon där?")[2]
    # It is said in what the resident has just been told, and where the case stands.
    assert "Det du skriver läggs till i ärende 2026-000001. Du får svar så snart vi kan." in told
    assert shown.count("Du får svar så snart vi kan.") == 2
    assert "Du får svar senast" not in told
    panel = (await page.get("/chatt/svar")).text
    assert "Du skulle ha fått svar senast 24 nov kl. 16.00. Vi är sena." in panel
    assert "Du får svar senast" not in panel
    events = (await page.get("/chatt/meddelanden")).json()["events"]
    assert ["så snart vi kan" in each["data"] for each in events if each["event"] == "status"] == [True]


async def test_whoever_asks_for_a_person_again_waits_in_the_queue_once_it_is_open(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    await close_today(sessions, clock)
    resident = await people.resident()
    reference = await resident.queue_up()
    await resident.ask_for_person()
    await resident.ask_for_person()
    # It is still closed, and saying so once is enough.
    assert [message["kind"] for message in await resident.read()].count("asked_again") == 1
    assert (await resident.status())["state"] == "asynchronous"

    clock.advance(days=3)
    other = await people.resident()
    await other.queue_up()
    clock.advance(minutes=1)
    response = await resident.ask_for_person()
    # Whoever asked first to wait is first.
    assert (response.json()["state"], response.json()["queue_position"]) == ("waiting", 2)
    assert response.json()["case_reference"] == reference


async def test_a_case_that_somebody_owns_stays_with_its_owner_who_is_told(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    await close_today(sessions, clock)
    resident = await people.resident()
    reference = await resident.queue_up()
    await people.agent.claim(reference)
    response = await resident.ask_for_person()
    await resident.ask_for_person()
    assert response.json()["state"] == "asynchronous"
    case = await people.agent.get_case(reference)
    assert (case["state"], case["owner"]) == ("assigned", AGENT.display_name)
    notes = [message["kind"] for message in case["messages"] if message["audience"] == "staff"]
    assert notes == ["resident_is_here"]
    assert not any(message["kind"] == "resident_is_here" for message in await resident.read())


async def test_leaving_the_browser_does_not_end_a_case_that_is_to_be_answered(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    await close_today(sessions, clock)
    page = people.connect(headers={"accept": "text/html"})
    await page.post("/chatt/manniska")
    [case] = await people.agent.list_cases()
    assert (await page.post("/chatt/avsluta")).status_code == 303
    assert [each["reference"] for each in await people.agent.list_cases()] == [case["reference"]]


async def test_late_events_never_open_a_closed_conversation_again(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    await people.agent.claim(reference)
    await people.agent.close(reference)
    clock.advance(hours=1)
    assert await stop_waiting(sessions, clock) == 0
    assert_problem(await resident.ask_for_person(), 409, "conversation_closed")
    assert_problem(await resident.leave_contact("anonymous"), 409, "conversation_closed")
    assert_problem(await resident.write(), 409, "conversation_closed")
    assert_problem(await people.agent.claim(reference), 409, "not_waiting")
    assert (await resident.status())["state"] == "closed"


async def test_of_several_workers_at_once_one_tells(people: People, sessions: SessionFactory, clock: FakeClock) -> None:
    resident = await people.resident()
    await resident.queue_up()
    clock.advance(minutes=10)
    told = await asyncio.gather(*(stop_waiting(sessions, clock) for _ in range(5)))
    assert sum(told) == 1
    assert [message["kind"] for message in await resident.read()].count("contact_offered") == 1
