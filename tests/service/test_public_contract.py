"""What outsiders rely on: the paths, the fields and the answers of the public API."""

import asyncio
from datetime import datetime
from uuid import UUID, uuid4

import httpx
import pytest
from fakes import FakeBot, FakeClock, reply, says
from people import PATIENCE_SECONDS, People, a_personal_number, assert_problem, said_by

MESSAGE_FIELDS = {"seq", "author", "kind", "text", "created_at", "payload"}


async def test_a_conversation_begins_with_an_id_and_a_token(people: People) -> None:
    response = await people.connect().post("/api/conversations", json={"language": "en"})
    assert response.status_code == 201
    begun = response.json()
    assert UUID(begun["id"])
    assert len(begun["token"]) >= 32
    assert (begun["state"], begun["language"]) == ("with_bot", "en")


@pytest.mark.parametrize("options", [{}, {"json": {}}])
async def test_a_conversation_is_in_swedish_when_nothing_else_is_said(
    people: People, options: dict[str, object]
) -> None:
    response = await people.connect().post("/api/conversations", **options)
    assert (response.status_code, response.json()["language"]) == (201, "sv")


async def test_a_message_is_accepted_with_its_number(people: People) -> None:
    resident = await people.resident()
    response = await resident.write("Hej")
    assert (response.status_code, response.json()) == (202, {"seq": 1})


async def test_sending_again_changes_nothing_and_is_answered_the_same(people: People, bot: FakeBot) -> None:
    resident = await people.resident()
    first = await resident.write("Hej", client_id="a")
    await resident.read_until_answered()
    again = await resident.write("Hej", client_id="a")
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert len(await resident.read()) == 2
    assert bot.texts == ["Hej"]


async def test_sending_again_is_answered_the_same_when_the_conversation_is_closed(people: People) -> None:
    resident = await people.resident()
    await resident.write("Hej", client_id="a")
    reference = await resident.queue_up()
    await people.agent.claim(reference)
    await people.agent.close(reference)
    again = await resident.write("Hej", client_id="a")
    assert (again.status_code, again.json()) == (202, {"seq": 1})


async def test_the_same_client_id_with_another_text_is_refused(people: People) -> None:
    resident = await people.resident()
    await resident.write("Hej", client_id="a")
    problem = assert_problem(await resident.write("Hallå", client_id="a"), 409, "client_id_reused")
    assert problem["seq"] == 1
    assert said_by("resident", await resident.read()) == ["Hej"]


async def test_two_residents_may_use_the_same_client_id(people: People) -> None:
    one, other = await people.resident(), await people.resident()
    assert (await one.write("Hej", client_id="a")).json() == (await other.write("Hallå", client_id="a")).json()
    assert said_by("resident", await other.read()) == ["Hallå"]


async def test_messages_are_listed_in_order_with_everything_a_page_needs(people: People, bot: FakeBot) -> None:
    bot.behaviour = says(reply(text="Svar"))
    resident = await people.resident()
    await resident.write("Hej")
    messages = await resident.read_until_answered()
    assert [set(message) for message in messages] == [MESSAGE_FIELDS, MESSAGE_FIELDS]
    assert [(each["seq"], each["author"], each["kind"], each["text"]) for each in messages] == [
        (1, "resident", "text", "Hej"),
        (2, "bot", "answer", "Svar"),
    ]
    assert {datetime.fromisoformat(message["created_at"]) for message in messages} == {FakeClock.START}


async def test_only_what_is_new_is_listed_after_a_number(people: People) -> None:
    resident = await people.resident()
    for number in range(3):
        await resident.write(f"fråga {number}")
    everything = await resident.read_until_answered(times=3)
    for after in range(8):
        assert await resident.read(after) == everything[after:]
    assert await resident.read(2**31 - 1) == []


@pytest.mark.parametrize("after", ["-1", "x", "2147483648", ""])
async def test_an_impossible_number_is_refused(people: People, after: str) -> None:
    resident = await people.resident()
    url = f"{resident.path}/messages?after={after}"
    assert_problem(await people.connect().get(url, headers=resident.headers), 422, "invalid")


async def test_the_status_says_where_the_conversation_stands(people: People) -> None:
    resident = await people.resident()
    status = await resident.status()
    assert set(status) == {
        *("id", "state", "language", "queue_position", "waiting_minutes", "case_reference", "agent_name", "created_at"),
        *("due_at", "contact_channel", "can_leave_contact", "availability", "return_code", "read_by_staff", "case"),
        "crisis_message",
    }
    assert (status["state"], status["queue_position"], status["case_reference"]) == ("with_bot", None, None)

    reference = await resident.queue_up()
    status = await resident.status()
    assert (status["state"], status["queue_position"], status["case_reference"]) == ("waiting", 1, reference)

    await people.agent.claim(reference)
    status = await resident.status()
    assert (status["state"], status["queue_position"], status["agent_name"]) == ("with_agent", None, "Agenten")

    await people.agent.close(reference)
    status = await resident.status()
    assert (status["state"], status["agent_name"], status["case_reference"]) == ("closed", None, reference)


async def test_asking_for_a_person_gives_a_reference_and_a_place_in_the_queue(people: People) -> None:
    resident = await people.resident()
    response = await resident.ask_for_person()
    assert response.status_code == 200
    assert (response.json()["state"], response.json()["queue_position"]) == ("waiting", 1)
    assert response.json()["case_reference"] == "2026-000001"
    notice = (await resident.read())[-1]
    assert (notice["author"], notice["kind"]) == ("system", "handover")
    assert "2026-000001" in notice["text"]
    assert "plats 1" in notice["text"]


async def test_asking_for_a_person_again_changes_nothing(people: People) -> None:
    resident = await people.resident()
    answers = [(await resident.ask_for_person()).json() for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert len(await people.agent.list_cases()) == 1
    assert len(await resident.read()) == 1


async def test_asking_for_a_person_while_one_is_there_changes_nothing(people: People) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    await people.agent.claim(reference)
    before = await resident.read()
    assert (await resident.ask_for_person()).json()["state"] == "with_agent"
    assert await resident.read() == before


async def test_residents_are_served_in_the_order_they_came(people: People, clock: FakeClock) -> None:
    residents = []
    for _ in range(3):
        residents.append(await people.resident())
        await residents[-1].queue_up()
        clock.advance(seconds=1)
    assert [(await resident.status())["queue_position"] for resident in residents] == [1, 2, 3]
    first, *_ = await people.agent.list_cases()
    assert first["reference"] == (await residents[0].status())["case_reference"]
    await people.agent.claim(first["reference"])
    assert [(await resident.status())["queue_position"] for resident in residents] == [None, 1, 2]


async def test_somebody_in_danger_goes_before_everyone_who_waits(
    people: People, clock: FakeClock, bot: FakeBot, action_server: httpx.AsyncClient
) -> None:
    waiting = await people.resident()
    await waiting.queue_up()
    clock.advance(minutes=5)
    urgent = await people.resident()
    await urgent.write("det brinner")
    await urgent.read_until_answered()
    created = await action_server.post(
        "/internal/handovers",
        json={"conversation_id": urgent.id, "message_id": str(bot.heard[0].message_id), "reason": "urgent_topic"},
    )
    assert created.json()["queue_position"] == 1
    assert (await urgent.status())["queue_position"] == 1
    assert (await waiting.status())["queue_position"] == 2
    assert [case["priority"] for case in await people.agent.list_cases()] == ["urgent", "normal"]


async def test_a_place_is_counted_within_the_answer_group(
    people: People, published: object, bot: FakeBot, action_server: httpx.AsyncClient
) -> None:
    assert published
    general = await people.resident()
    await general.queue_up()
    about_building = await people.resident()
    await about_building.write("radon")
    await about_building.read_until_answered()
    created = await action_server.post(
        "/internal/handovers",
        json={
            "conversation_id": about_building.id,
            "message_id": str(bot.heard[0].message_id),
            "reason": "handover_topic",
            "topic": "radon",
        },
    )
    assert created.json()["queue_position"] == 1
    groups = {case["reference"]: case["answer_group"] for case in await people.agent.list_cases()}
    assert groups == {"2026-000001": "allmant", "2026-000002": "bygga-bo-miljo"}


async def test_references_count_from_one_each_year(people: People, clock: FakeClock) -> None:
    assert await (await people.resident()).queue_up() == "2026-000001"
    assert await (await people.resident()).queue_up() == "2026-000002"
    clock.advance(days=42)
    assert await (await people.resident()).queue_up() == "2027-000001"


async def test_a_closed_conversation_takes_no_more_messages(people: People) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    await people.agent.claim(reference)
    await people.agent.close(reference)
    before = await resident.read()
    assert assert_problem(await resident.write("en sak till"), 409, "conversation_closed")["state"] == "closed"
    assert_problem(await resident.ask_for_person(), 409, "conversation_closed")
    assert await resident.read() == before


async def test_a_new_conversation_continues_a_closed_one(people: People) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    await people.agent.claim(reference)
    await people.agent.close(reference)
    again = await people.resident(continues=resident.id, continues_token=resident.token)
    assert again.id != resident.id
    assert (await again.status())["state"] == "with_bot"
    assert (await again.write("en sak till")).status_code == 202


async def test_only_ones_own_conversation_can_be_continued(people: People) -> None:
    resident, stranger = await people.resident(), await people.resident()
    for token in (stranger.token, None):
        response = await people.connect().post(
            "/api/conversations", json={"continues": resident.id, "continues_token": token}
        )
        assert_problem(response, 404, "conversation_missing")


async def test_nobody_reads_writes_or_asks_without_the_token(people: People) -> None:
    resident, stranger = await people.resident(), await people.resident()
    client = people.connect()
    body = {"client_id": "a", "text": "Hej"}
    for headers, status, code in [
        ({}, 401, "token_missing"),
        ({"Authorization": f"Basic {resident.token}"}, 401, "token_missing"),
        ({"Authorization": f"Bearer {stranger.token}"}, 404, "conversation_missing"),
        ({"Authorization": "Bearer "}, 401, "token_missing"),
    ]:
        # A stream that is opened after all would not end by itself.
        async with asyncio.timeout(PATIENCE_SECONDS):
            for response in (
                await client.get(resident.path, headers=headers),
                await client.get(f"{resident.path}/messages", headers=headers),
                await client.get(f"{resident.path}/events", headers=headers),
                await client.post(f"{resident.path}/messages", json=body, headers=headers),
                await client.post(f"{resident.path}/handover", headers=headers),
            ):
                problem = assert_problem(response, status, code)
                assert resident.token not in str(problem)
    assert await resident.read() == []


async def test_a_conversation_that_does_not_exist_looks_like_one_that_is_not_yours(people: People) -> None:
    resident = await people.resident()
    client = people.connect()
    missing = assert_problem(
        await client.get(f"/api/conversations/{uuid4()}", headers=resident.headers), 404, "conversation_missing"
    )
    foreign = assert_problem(
        await client.get(resident.path, headers={"Authorization": "Bearer x"}), 404, "conversation_missing"
    )
    assert missing["detail"] == foreign["detail"]


async def test_personal_numbers_are_gone_before_anything_is_stored(people: People) -> None:
    resident = await people.resident()
    await resident.write(f"Jag heter inget särskilt och är född {a_personal_number()}.")
    assert said_by("resident", await resident.read()) == [
        "Jag heter inget särskilt och är född [personnummer borttaget]."
    ]


async def test_what_the_bot_thought_follows_when_the_resident_asks_for_a_person(people: People, bot: FakeBot) -> None:
    bot.behaviour = says(reply("clarify", "Vad gäller det?"), certainty="unclear")
    resident = await people.resident(language="en")
    await resident.write("radon?")
    await resident.read_until_answered()
    case = await people.agent.get_case(await resident.queue_up())
    assert [evidence["reason"] for evidence in case["evidence"]] == ["asked_for_person"]
    evidence = case["evidence"][0]
    assert evidence["candidates"] == [{"topic": "radon", "confidence": 0.91}]
    assert (evidence["certainty"], evidence["threshold"], evidence["model_version"]) == ("unclear", 0.71, "modell-1")
    assert evidence["language"] == "en"


async def test_the_description_of_the_api_names_every_public_path(people: People) -> None:
    paths = (await people.connect().get("/api/openapi.json")).json()["paths"]
    expected = {
        ("post", "/api/conversations"),
        ("get", "/api/conversations/{conversation_id}"),
        ("post", "/api/conversations/{conversation_id}/messages"),
        ("get", "/api/conversations/{conversation_id}/messages"),
        ("get", "/api/conversations/{conversation_id}/events"),
        ("post", "/api/conversations/{conversation_id}/handover"),
        ("post", "/api/session"),
        ("get", "/api/cases"),
        ("post", "/api/cases/{reference}/claim"),
        ("post", "/api/cases/{reference}/messages"),
        ("post", "/api/cases/{reference}/hand-back"),
        ("post", "/api/cases/{reference}/close"),
        ("get", "/health/live"),
        ("get", "/health/ready"),
    }
    assert expected <= {(method, path) for path, methods in paths.items() for method in methods}
