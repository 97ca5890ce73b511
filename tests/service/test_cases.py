"""The life of a case, as the staff and the resident meet it."""

import httpx
from content_folder import ContentFolder
from fakes import FakeBot, FakeClock, reply, says
from people import AGENT, People, assert_problem, hand_over, said_by

from handover_api.cases import service
from handover_api.database import SessionFactory, transaction

UNKNOWN = "2026-999999"


async def test_an_agent_takes_a_case_and_the_resident_sees_who_came(people: People) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    response = await people.agent.claim(reference)
    assert response.status_code == 200
    case = response.json()
    assert (case["state"], case["owner"], case["conversation_state"]) == ("assigned", "Agenten", "with_agent")
    assert await people.agent.list_cases() == []
    assert [each["reference"] for each in await people.agent.list_cases("assigned")] == [reference]
    joined = (await resident.read())[-1]
    assert (joined["author"], joined["kind"]) == ("system", "agent_joined")
    assert "Agenten" in joined["text"]


async def test_a_lead_handles_cases_like_an_agent(people: People) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    assert (await people.lead.claim(reference)).status_code == 200
    assert (await people.lead.write(reference)).status_code == 202
    assert (await people.lead.close(reference)).status_code == 200


async def test_a_case_can_be_claimed_once(people: People) -> None:
    reference = await (await people.resident()).queue_up()
    await people.agent.claim(reference)
    problem = assert_problem(await people.agent.claim(reference), 409, "already_yours")
    assert problem["state"] == "assigned"
    problem = assert_problem(await people.other_agent.claim(reference), 409, "already_claimed")
    assert problem["state"] == "assigned"
    assert (await people.agent.get_case(reference))["owner"] == "Agenten"


async def test_what_does_not_wait_cannot_be_claimed(people: People) -> None:
    reference = await (await people.resident()).queue_up()
    await people.agent.claim(reference)
    await people.agent.hand_back(reference)
    assert assert_problem(await people.agent.claim(reference), 409, "not_waiting")["state"] == "answered"
    await people.agent.close(reference)
    assert assert_problem(await people.agent.claim(reference), 409, "not_waiting")["state"] == "closed"


async def test_a_case_that_does_not_exist_is_not_found(people: People) -> None:
    for response in (
        await people.agent.client.get(f"/api/cases/{UNKNOWN}"),
        await people.agent.claim(UNKNOWN),
        await people.agent.write(UNKNOWN),
        await people.agent.hand_back(UNKNOWN),
        await people.agent.close(UNKNOWN),
    ):
        assert_problem(response, 404, "case_missing")


async def test_agent_and_resident_read_what_the_other_writes(people: People) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    await people.agent.claim(reference)
    response = await people.agent.write(reference, "Vad kan jag hjälpa till med?")
    assert (response.status_code, response.json()) == (202, {"seq": 3})
    await resident.write("Med radon.")
    messages = await resident.read()
    assert said_by("agent", messages) == ["Vad kan jag hjälpa till med?"]
    assert messages[2]["payload"]["agent_name"] == "Agenten"
    seen_by_agent = (await people.agent.get_case(reference))["messages"]
    assert [(each["seq"], each["author"]) for each in seen_by_agent] == [
        (1, "system"),
        (2, "system"),
        (3, "agent"),
        (4, "resident"),
    ]


async def test_writing_in_a_waiting_case_is_claiming_it(people: People) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    assert (await people.agent.write(reference, "Hej!")).json() == {"seq": 3}
    assert [message["kind"] for message in await resident.read()] == ["handover", "agent_joined", "text"]
    assert (await people.agent.get_case(reference))["owner"] == "Agenten"
    assert_problem(await people.other_agent.write(reference), 409, "not_yours")


async def test_only_the_owner_writes_hands_back_and_closes(people: People) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    await people.agent.claim(reference)
    before = await resident.read()
    for response in (
        await people.other_agent.write(reference),
        await people.other_agent.hand_back(reference),
        await people.other_agent.close(reference),
        await people.lead.close(reference),
    ):
        assert assert_problem(response, 409, "not_yours")["state"] == "assigned"
    assert await resident.read() == before


async def test_a_waiting_case_can_be_neither_handed_back_nor_closed(people: People) -> None:
    reference = await (await people.resident()).queue_up()
    for response in (await people.agent.hand_back(reference), await people.agent.close(reference)):
        assert assert_problem(response, 409, "not_assigned")["state"] == "waiting"


async def test_an_answered_case_is_not_written_in_or_handed_back_again(people: People) -> None:
    reference = await (await people.resident()).queue_up()
    await people.agent.claim(reference)
    await people.agent.hand_back(reference)
    for response in (await people.agent.write(reference), await people.agent.hand_back(reference)):
        assert assert_problem(response, 409, "not_assigned")["state"] == "answered"


async def test_sending_an_answer_again_stores_it_once(people: People) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    first = await people.agent.write(reference, "Hej!", client_id="a")
    again = await people.agent.write(reference, "Hej!", client_id="a")
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    problem = assert_problem(await people.agent.write(reference, "Hallå!", client_id="a"), 409, "client_id_reused")
    assert problem["seq"] == 3
    assert said_by("agent", await resident.read()) == ["Hej!"]


async def test_two_agents_may_use_the_same_client_id(people: People) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    await people.agent.write(reference, "Hej!", client_id="a")
    await people.agent.hand_back(reference)
    await resident.queue_up()
    assert (await people.other_agent.write(reference, "Hej igen!", client_id="a")).status_code == 202
    assert said_by("agent", await resident.read()) == ["Hej!", "Hej igen!"]


async def test_an_empty_answer_does_not_claim_the_case(people: People) -> None:
    reference = await (await people.resident()).queue_up()
    assert_problem(await people.agent.write(reference, "  "), 422, "text_empty")
    assert (await people.agent.get_case(reference))["state"] == "waiting"


async def test_after_handing_back_the_bot_answers_again(people: People) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    await people.agent.claim(reference)
    response = await people.agent.hand_back(reference)
    assert response.status_code == 200
    assert (response.json()["state"], response.json()["conversation_state"]) == ("answered", "with_bot")
    await resident.write("en fråga till")
    assert said_by("bot", await resident.read_until_answered()) == ["Svar på: en fråga till"]


async def test_a_case_that_is_opened_again_keeps_its_reference_and_its_history(
    people: People, clock: FakeClock
) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    await people.agent.claim(reference)
    await people.agent.hand_back(reference)
    clock.advance(hours=1)
    assert await resident.queue_up() == reference
    case = await people.other_agent.get_case(reference)
    assert (case["state"], case["owner"], case["claimed_at"]) == ("waiting", None, None)
    assert case["waiting_since"] > case["created_at"]
    assert len(case["evidence"]) == 2
    assert (await people.other_agent.claim(reference)).status_code == 200


async def test_closing_ends_the_conversation(people: People) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    await people.agent.claim(reference)
    response = await people.agent.close(reference, " Hänvisat ")
    assert response.status_code == 200
    case = response.json()
    assert (case["state"], case["conversation_state"], case["resolution"]) == ("closed", "closed", "Hänvisat")
    assert case["closed_at"]
    assert (await resident.read())[-1]["kind"] == "closed"
    assert (await resident.status())["state"] == "closed"
    assert assert_problem(await people.agent.close(reference), 409, "already_closed")["state"] == "closed"
    assert assert_problem(await people.agent.write(reference), 409, "already_closed")["state"] == "closed"


async def test_a_case_that_was_handed_back_can_still_be_closed(people: People) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    await people.agent.claim(reference)
    await people.agent.hand_back(reference)
    assert (await people.agent.close(reference)).status_code == 200
    assert (await resident.status())["state"] == "closed"


async def test_a_case_is_not_closed_without_saying_how_it_ended(people: People) -> None:
    reference = await (await people.resident()).queue_up()
    await people.agent.claim(reference)
    for resolution in ("", "   ", "x" * 201):
        assert_problem(await people.agent.close(reference, resolution), 422, "invalid")
    assert (await people.agent.get_case(reference))["state"] == "assigned"


async def test_a_closed_conversation_gets_a_new_case_when_it_is_continued(people: People) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    await people.agent.claim(reference)
    await people.agent.close(reference)
    again = await people.resident(continues=resident.id, continues_token=resident.token)
    assert await again.queue_up() != reference


async def test_the_agent_sees_everything_said_and_why_the_bot_gave_up(
    people: People, bot: FakeBot, action_server: httpx.AsyncClient, published: ContentFolder
) -> None:
    assert published
    bot.behaviour = says(reply("clarify", "Vad gäller det?"))
    resident = await people.resident(language="en")
    await resident.write("det brinner nog")
    await resident.read_until_answered()
    await hand_over(
        action_server,
        resident,
        bot,
        reason="urgent_topic",
        topic="akut-fara",
        text="**Ring 112 nu.**",
        evidence={
            "certainty": "sure",
            "candidates": [{"topic": "akut-fara", "confidence": 0.98}],
            "threshold": 0.71,
            "model_version": "modell-1",
            "articles_tried": ["akut-fara"],
            "language": "en",
        },
    )
    (waiting,) = await people.agent.list_cases()
    case = await people.agent.get_case(waiting["reference"])
    assert [(each["author"], each["kind"], each["text"]) for each in case["messages"][:3]] == [
        ("resident", "text", "det brinner nog"),
        ("bot", "clarify", "Vad gäller det?"),
        ("bot", "urgent", "**Ring 112 nu.**"),
    ]
    assert (case["topic"], case["topic_title"], case["priority"]) == ("akut-fara", "Det brinner", "urgent")
    assert (case["reason"], case["language"], case["answer_group"]) == ("urgent_topic", "en", "allmant")
    assert "Kontaktcentrets nummer är 0980-319 200." in case["checklist"]
    (evidence,) = case["evidence"]
    assert evidence["candidates"] == [{"topic": "akut-fara", "confidence": 0.98}]
    assert (evidence["certainty"], evidence["threshold"], evidence["articles_tried"]) == ("sure", 0.71, ["akut-fara"])


async def test_a_list_of_cases_shows_nothing_of_what_was_said(people: People) -> None:
    resident = await people.resident()
    await resident.write("kanariefågeln sjunger")
    await resident.read_until_answered()
    await resident.queue_up()
    response = await people.agent.client.get("/api/cases", params={"state": "waiting"})
    assert len(response.json()) == 1
    assert "kanariefågeln" not in response.text


async def test_an_unknown_state_of_cases_is_refused(people: People) -> None:
    assert_problem(await people.agent.client.get("/api/cases?state=borta"), 422, "invalid")


async def test_a_resident_who_ends_the_conversation_leaves_the_queue(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    async with transaction(sessions) as session:
        await service.end_as_resident(session, resident.uuid, clock())
        await service.end_as_resident(session, resident.uuid, clock())
    case = await people.agent.get_case(reference)
    assert (case["state"], case["resolution"], case["conversation_state"]) == ("closed", "withdrawn", "closed")
    assert await people.agent.list_cases() == []
    assert [message["kind"] for message in await resident.read()] == ["handover", "closed"]


async def test_a_resident_who_ends_the_conversation_leaves_the_case_to_its_agent(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    await people.agent.claim(reference)
    async with transaction(sessions) as session:
        await service.end_as_resident(session, resident.uuid, clock())
    assert (await people.agent.get_case(reference))["owner"] == AGENT.display_name
    assert_problem(await people.agent.write(reference, "Hallå?"), 409, "conversation_closed")
    assert_problem(await people.agent.hand_back(reference), 409, "state_forbids")
    response = await people.agent.close(reference)
    assert (response.status_code, response.json()["state"]) == (200, "closed")
