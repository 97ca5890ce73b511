"""The steps of the handover protocol, as the staff may read them."""

from departments import add_departments
from people import People, assert_problem

from handover_api.database import SessionFactory


async def test_the_events_tell_the_life_of_a_case_without_gaps(people: People, sessions: SessionFactory) -> None:
    await add_departments(sessions)
    resident = await people.resident()
    await resident.write("en hemlighet")
    reference = await resident.queue_up()
    await people.agent.claim(reference)
    await people.agent.forward(reference, note="en hemlighet till")
    await people.agent.record_department_answer(reference, "en tredje hemlighet")
    await people.agent.close(reference)
    events = await people.agent.list_events(reference)
    assert [(each["event"], each["before"], each["after"]) for each in events] == [
        ("handover_asked", "with_bot", "waiting"),
        ("claimed", "waiting", "with_agent"),
        ("left_to_be_answered", "with_agent", "asynchronous"),
        ("forwarded", "asynchronous", "asynchronous"),
        ("department_answered", "asynchronous", "asynchronous"),
        ("closed", "asynchronous", "closed"),
    ]
    assert [each["version"] for each in events] == list(range(2, 8))
    assert [each["seq"] for each in events] == sorted(each["seq"] for each in events)
    assert {each["conversation_id"] for each in events} == {resident.id}
    assert {each["case_reference"] for each in events} == {reference}
    assert events[0]["actor"] == {"kind": "resident", "name": None}
    assert events[1]["actor"] == {"kind": "agent", "name": "Agenten"}
    assert "hemlighet" not in str(events)


async def test_only_what_came_after_a_version_is_asked_for(people: People) -> None:
    reference = await (await people.resident()).queue_up()
    await people.agent.claim(reference)
    version = (await people.agent.get_case(reference))["version"]
    await people.agent.close(reference)
    assert [each["event"] for each in await people.agent.list_events(reference, after=version)] == ["closed"]
    assert await people.agent.list_events(reference, after=version + 1) == []
    wrong = await people.agent.client.get(f"/api/cases/{reference}/events", params={"after": -1})
    assert_problem(wrong, 422, "invalid")


async def test_the_events_are_for_those_who_handle_cases(people: People) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    path = f"/api/cases/{reference}/events"
    assert_problem(await people.nobody.client.get(path), 401, "not_signed_in")
    assert_problem(await people.nobody.client.get(path, headers=resident.headers), 401, "not_signed_in")
    for member in (people.editor, people.admin):
        assert_problem(await member.client.get(path), 404, "not_found")
    assert_problem(await people.lead.client.get("/api/cases/2026-999999/events"), 404, "case_missing")
    assert (await people.lead.client.get(path)).status_code == 200
