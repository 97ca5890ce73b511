"""The invariant of ownership. What breaks it here is what our own code never does: somebody's hand in the database."""

import pytest
from fakes import FakeClock
from people import People, Resident
from sqlalchemy import text
from structlog.testing import capture_logs

from handover_api.cases.watchdog import Breach, list_breaches, watch
from handover_api.database import SessionFactory, transaction


class Watch:
    def __init__(self, sessions: SessionFactory, clock: FakeClock) -> None:
        self._sessions = sessions
        self._clock = clock
        self.alarms: list[dict[str, object]] = []

    async def breaches(self) -> list[Breach]:
        async with transaction(self._sessions) as session:
            return await list_breaches(session)

    async def corrupt(self, statement: str, **values: object) -> None:
        async with transaction(self._sessions) as session:
            await session.execute(text(statement), values)

    async def passes(self) -> list[Breach]:
        """The watchdog makes its round. Returns what is left for a person."""
        with capture_logs() as lines:
            left = await watch(self._sessions, self._clock())
        self.alarms = [dict(line) for line in lines if line["event"] == "watchdog.invariant_broken"]
        return left


@pytest.fixture
def dog(sessions: SessionFactory, clock: FakeClock) -> Watch:
    return Watch(sessions, clock)


async def set_state(dog: Watch, resident: Resident, state: str) -> None:
    await dog.corrupt("UPDATE conversations SET state = :state WHERE id = :id", state=state, id=resident.uuid)


async def test_the_watchdog_has_nothing_to_say_in_the_course_of_a_case(people: People, dog: Watch) -> None:
    resident = await people.resident()
    assert await dog.passes() == []
    reference = await resident.queue_up()
    assert await dog.passes() == []
    await people.agent.claim(reference)
    assert await dog.passes() == []
    await people.agent.hand_back(reference)
    assert await dog.passes() == []
    await people.agent.close(reference)
    assert await dog.passes() == []
    assert dog.alarms == []


@pytest.mark.parametrize("state", ["waiting", "with_agent", "asynchronous"])
async def test_whoever_needs_a_person_without_a_case_gets_one_in_the_queue(
    people: People, dog: Watch, state: str
) -> None:
    resident = await people.resident()
    await set_state(dog, resident, state)
    assert await dog.passes() == []
    assert [(each["conversation_id"], each["is_repaired"]) for each in dog.alarms] == [(resident.id, True)]
    [case] = await people.agent.list_cases()
    assert (case["priority"], case["owner"]) == ("due_soon", None)
    assert (await resident.status())["state"] == ("asynchronous" if state == "asynchronous" else "waiting")
    assert await dog.passes() == []
    assert dog.alarms == []
    response = await people.agent.claim(case["reference"])
    assert response.status_code == 200, response.text


async def test_a_case_that_lost_its_agent_goes_back_to_its_place_in_the_queue(people: People, dog: Watch) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    waiting_since = (await people.agent.get_case(reference))["waiting_since"]
    await people.agent.claim(reference)
    await dog.corrupt("UPDATE cases SET state = 'waiting', owner_id = NULL")
    assert await dog.passes() == []
    case = await people.agent.get_case(reference)
    assert (case["state"], case["conversation_state"]) == ("waiting", "waiting")
    assert case["waiting_since"] == waiting_since
    assert "Något blev fel hos oss" in (await resident.read())[-1]["text"]


async def test_a_repair_is_a_step_of_the_protocol_and_in_the_audit_trail(
    people: People, dog: Watch, sessions: SessionFactory
) -> None:
    resident = await people.resident()
    await set_state(dog, resident, "with_agent")
    before = (await resident.status())["state"]
    await dog.passes()
    [case] = await people.agent.list_cases()
    events = (await people.agent.client.get(f"/api/cases/{case['reference']}/events")).json()
    assert [(each["event"], each["before"], each["after"], each["actor"]["kind"]) for each in events] == [
        ("returned_to_queue", before, "waiting", "system")
    ]
    async with transaction(sessions) as session:
        rows = await session.execute(
            text("SELECT action FROM audit_entries WHERE subject_id = :case AND action = 'repair'"),
            {"case": case["reference"]},
        )
        assert len(rows.all()) == 1


@pytest.mark.parametrize(
    ("conversation", "case"),
    [("waiting", "assigned"), ("with_bot", "assigned"), ("with_bot", "waiting"), ("closed", "waiting")],
)
async def test_what_could_be_taken_from_somebody_is_left_to_a_person(
    people: People, dog: Watch, conversation: str, case: str
) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    if case == "assigned":
        await people.agent.claim(reference)
    await set_state(dog, resident, conversation)
    [left] = await dog.passes()
    assert (left.conversation_state, left.case_state, left.case_reference) == (conversation, case, reference)
    assert [each["is_repaired"] for each in dog.alarms] == [False]
    # Nothing was changed, and the alarm is raised until somebody has looked.
    assert await dog.passes() == [left]


async def test_an_asynchronous_case_always_has_a_time_when_it_is_due(people: People, dog: Watch) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    await set_state(dog, resident, "asynchronous")
    assert [each.problem for each in await dog.breaches()] == ["no_due_time"]
    assert await dog.passes() == []
    assert (await people.agent.get_case(reference))["due_at"] is not None
    assert await dog.breaches() == []


async def test_an_offer_of_a_case_that_no_longer_waits_is_withdrawn(people: People, dog: Watch) -> None:
    reference = await (await people.resident()).queue_up()
    await people.agent.claim(reference)
    await dog.corrupt(
        "INSERT INTO offers (case_id, staff_id, outcome, offered_at, expires_at) "
        "SELECT cases.id, staff.id, 'open', now(), now() FROM cases, staff WHERE username = 'other-agent'"
    )
    assert [each.problem for each in await dog.breaches()] == ["offer_left_open"]
    assert await dog.passes() == []
    assert await dog.breaches() == []


async def test_the_alarm_names_the_case_and_repeats_nothing_that_was_said(people: People, dog: Watch) -> None:
    resident = await people.resident()
    await resident.write("en hemlighet")
    await resident.queue_up()
    await set_state(dog, resident, "with_bot")
    await dog.passes()
    assert [set(alarm) for alarm in dog.alarms] == [
        {
            "event",
            "log_level",
            "problem",
            "conversation_id",
            "conversation_state",
            "case_reference",
            "case_state",
            "is_repaired",
        }
    ]
