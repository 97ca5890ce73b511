"""Cases that go on to a department: the agent keeps them in sight, and the resident knows who has them."""

import asyncio
from datetime import datetime, timedelta

import pytest
from departments import add_departments
from fakes import FakeClock
from people import People, Resident, a_personal_number, assert_problem, said_by
from sqlalchemy import select

from handover_api.audit.service import SYSTEM
from handover_api.cases import service, steps
from handover_api.cases.forwarding import department_answered
from handover_api.database import SessionFactory, transaction
from handover_api.models import AuditEntry, Outgoing


@pytest.fixture(autouse=True)
async def departments(sessions: SessionFactory) -> None:
    await add_departments(sessions)


async def with_agent(people: People) -> tuple[Resident, str]:
    """A resident who talks with the agent, and the case's reference."""
    resident = await people.resident()
    reference = await resident.queue_up()
    await people.agent.claim(reference)
    return resident, reference


async def forwarded(people: People) -> tuple[Resident, str]:
    resident, reference = await with_agent(people)
    response = await people.agent.forward(reference)
    assert response.status_code == 200, response.text
    return resident, reference


async def department_tells(sessions: SessionFactory, reference: str, words: str, clock: FakeClock) -> None:
    """The department's own system answers, as a webhook would."""
    async with transaction(sessions) as session:
        locked = await steps.lock(session, reference)
        await department_answered(session, SYSTEM, locked, words, clock())


async def test_a_live_case_that_is_forwarded_leaves_the_resident_free_to_go(people: People) -> None:
    resident, reference = await with_agent(people)
    response = await people.agent.forward(reference)
    assert response.status_code == 200, response.text
    case = response.json()
    assert (case["state"], case["conversation_state"]) == ("forwarded", "asynchronous")
    assert (case["department"], case["department_name"], case["owner"]) == ("bygg", "Byggförvaltningen", "Agenten")
    assert case["due_at"] is not None
    assert (await resident.status())["state"] == "asynchronous"
    told = said_by("system", await resident.read())[-1]
    assert "Byggförvaltningen" in told
    assert "Agenten följer upp" in told


async def test_the_department_is_asked_again_after_a_working_day(people: People, clock: FakeClock) -> None:
    _, reference = await forwarded(people)
    case = await people.agent.get_case(reference)
    # A Friday; the weekend does not count.
    assert datetime.fromisoformat(case["follow_up_at"]) == clock() + timedelta(days=3)


async def test_what_the_department_is_told_is_a_note_that_the_resident_never_sees(people: People) -> None:
    resident, reference = await with_agent(people)
    await people.agent.forward(reference, note=f"Gäller {a_personal_number()}, ring mig")
    case = await people.agent.get_case(reference)
    [note] = [message for message in case["messages"] if message["kind"] == "forward_note"]
    assert note["audience"] == "staff"
    assert note["text"].endswith("ring mig")
    assert a_personal_number() not in note["text"]
    assert all(message["kind"] != "forward_note" for message in await resident.read())


async def test_the_department_is_told_by_e_mail_and_nothing_said_is_in_the_payload(
    people: People, sessions: SessionFactory
) -> None:
    _, reference = await forwarded(people)
    async with transaction(sessions) as session:
        rows = list(await session.scalars(select(Outgoing).where(Outgoing.kind == "email")))
    assert [(row.payload["about"], row.payload["case"]) for row in rows] == [("forward", reference)]
    assert "Kan ni svara" not in str(rows[0].payload)


async def test_a_department_without_an_address_is_told_by_the_agent(people: People, sessions: SessionFactory) -> None:
    _, reference = await with_agent(people)
    response = await people.agent.forward(reference, department="social")
    assert response.status_code == 200, response.text
    case = response.json()
    assert case["state"] == "forwarded"
    assert [m["text"] for m in case["messages"] if m["kind"] == "follow_up"] == [
        "Socialförvaltningen har ingen adress här, så meddelandet har inte skickats. Kontakta förvaltningen själv."
    ]
    async with transaction(sessions) as session:
        assert list(await session.scalars(select(Outgoing).where(Outgoing.kind != "webhook"))) == []


async def test_the_departments_say_whether_the_service_can_tell_them(people: People) -> None:
    response = await people.agent.client.get("/api/departments")
    assert response.json() == [
        {"id": "bygg", "name": "Byggförvaltningen", "is_told": True},
        {"id": "social", "name": "Socialförvaltningen", "is_told": False},
    ]
    for member in (people.editor, people.admin):
        assert_problem(await member.client.get("/api/departments"), 404, "not_found")
    assert_problem(await people.nobody.client.get("/api/departments"), 401, "not_signed_in")


async def test_the_departments_answer_brings_the_case_back_to_its_agent(people: People) -> None:
    resident, reference = await forwarded(people)
    # Whoever answers the telephone may write down what the department says.
    response = await people.other_agent.record_department_answer(reference, "Svaret är ja.")
    assert response.status_code == 200, response.text
    case = response.json()
    assert (case["state"], case["owner"], case["follow_up_at"]) == ("assigned", "Agenten", None)
    written = (await people.agent.get_case(reference))["messages"]
    [answer] = [message for message in written if message["kind"] == "department_answer"]
    assert (answer["audience"], answer["payload"]["department_name"]) == ("staff", "Byggförvaltningen")
    assert "Svaret är ja." not in said_by("agent", await resident.read())


async def test_a_departments_own_system_can_answer(people: People, sessions: SessionFactory, clock: FakeClock) -> None:
    _, reference = await forwarded(people)
    await department_tells(sessions, reference, "Svaret är nej.", clock)
    case = await people.agent.get_case(reference)
    assert case["state"] == "assigned"
    assert case["messages"][-1]["text"] == "Svaret är nej."
    event = (await people.agent.list_events(reference))[-1]
    assert (event["event"], event["actor"]) == ("department_answered", {"kind": "system", "name": None})


async def test_an_answer_that_comes_too_late_is_noted_and_opens_nothing(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    resident, reference = await forwarded(people)
    await people.agent.close(reference)
    version = (await people.agent.get_case(reference))["version"]
    await department_tells(sessions, reference, "Svaret är nej.", clock)
    case = await people.agent.get_case(reference)
    assert (case["state"], case["conversation_state"], case["version"]) == ("closed", "closed", version)
    assert case["messages"][-1]["text"] == "Svaret är nej."
    assert (await resident.status())["state"] == "closed"
    assert_problem(await people.agent.record_department_answer(reference), 409, "not_forwarded")


async def test_a_forwarded_case_that_the_resident_ends_is_the_agents_to_close(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    resident, reference = await forwarded(people)
    async with transaction(sessions) as session:
        await service.end_as_resident(session, resident.uuid, clock())
    case = await people.agent.get_case(reference)
    assert (case["state"], case["conversation_state"], case["owner"]) == ("assigned", "closed", "Agenten")
    assert_problem(await people.agent.forward(reference), 409, "conversation_closed")
    assert (await people.agent.close(reference)).status_code == 200


async def test_the_agent_can_write_to_the_resident_while_a_department_has_the_case(people: People) -> None:
    resident, reference = await forwarded(people)
    assert (await people.agent.write(reference, "Jag har frågat igen.")).status_code == 202
    assert said_by("agent", await resident.read())[-1] == "Jag har frågat igen."
    assert (await people.agent.get_case(reference))["state"] == "forwarded"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"department": "finns-inte", "note": "Hej"}, "department_missing"),
        ({"department": "bygg", "note": " "}, "text_empty"),
        ({"department": "bygg", "note": "å" * 4001}, "text_too_long"),
        ({"department": "BYGG\x00", "note": "Hej"}, "invalid"),
        ({"department": "bygg"}, "invalid"),
    ],
)
async def test_what_cannot_be_forwarded_stays_where_it_is(people: People, body: dict[str, str], code: str) -> None:
    resident, reference = await with_agent(people)
    response = await people.agent.client.post(f"/api/cases/{reference}/forward", json=body)
    assert_problem(response, 422, code)
    assert (await resident.status())["state"] == "with_agent"


async def test_only_the_agent_of_a_case_forwards_it(people: People) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    assert_problem(await people.agent.forward(reference), 409, "not_assigned")
    await people.agent.claim(reference)
    assert_problem(await people.other_agent.forward(reference), 409, "not_yours")
    assert_problem(await people.editor.forward(reference), 404, "not_found")
    assert_problem(await people.nobody.forward(reference), 401, "not_signed_in")


async def test_a_stale_page_forwards_nothing(people: People) -> None:
    resident, reference = await with_agent(people)
    version = (await people.agent.get_case(reference))["version"]
    problem = assert_problem(await people.agent.forward(reference, version=version - 1), 409, "stale_version")
    assert problem["version"] == version
    assert (await resident.status())["state"] == "with_agent"


async def test_a_request_that_is_sent_twice_forwards_once(people: People, sessions: SessionFactory) -> None:
    _, reference = await with_agent(people)
    path, body = f"/api/cases/{reference}/forward", {"department": "bygg", "note": "Kan ni svara?"}
    responses = await asyncio.gather(
        *(people.agent.client.post(path, json=body, headers={"Idempotency-Key": "en-gang"}) for _ in range(5))
    )
    assert {response.status_code for response in responses} == {200}
    events = [event["event"] for event in await people.agent.list_events(reference)]
    assert events.count("forwarded") == 1
    async with transaction(sessions) as session:
        audited = select(AuditEntry).where(AuditEntry.action == "forward", AuditEntry.subject_id == reference)
        assert len(list(await session.scalars(audited))) == 1


async def test_a_case_can_go_to_another_department(people: People) -> None:
    _, reference = await forwarded(people)
    response = await people.agent.forward(reference, department="social")
    assert response.status_code == 200, response.text
    assert (response.json()["state"], response.json()["department"]) == ("forwarded", "social")
