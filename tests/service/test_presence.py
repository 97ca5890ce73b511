"""Who is at the desk, and what happens when somebody disappears from it."""

from fakes import FakeClock
from organising import make_groups
from people import PASSWORD, Member, People, assert_problem
from sqlalchemy import update

from handover_api.agents.presence import GRACE, LEASE, count_present
from handover_api.agents.service import sign_out
from handover_api.database import SessionFactory, transaction
from handover_api.models import Staff
from handover_api.queue.keeper import Keeper

LONGEST_ABSENCE_SECONDS = 90


async def present(sessions: SessionFactory, clock: FakeClock, group: str = "allmant") -> int:
    async with sessions() as session:
        return await count_present(session, group, clock())


async def status_of(member: Member) -> str | None:
    response = await member.client.get("/api/presence")
    assert response.status_code == 200
    status: str | None = response.json()["status"]
    return status


async def stay_away(clock: FakeClock, keeper: Keeper, *those_who_stay: Member) -> None:
    """A minute and a half goes by, in which only some give signs of life."""
    for _ in range(LONGEST_ABSENCE_SECONDS // 10):
        clock.advance(seconds=10)
        for member in those_who_stay:
            await member.be(None)
        await keeper.work()


async def test_nobody_is_present_who_has_not_said_so(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    assert await status_of(people.agent) is None
    assert await present(sessions, clock) == 0


async def test_an_agent_is_present_for_as_long_as_the_lease(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    await people.agent.be("available")
    clock.advance(seconds=LEASE.total_seconds() - 1)
    assert await present(sessions, clock) == 1
    clock.advance(seconds=1)
    assert await present(sessions, clock) == 0
    assert await status_of(people.agent) is None


async def test_a_sign_of_life_once_a_minute_is_enough(
    people: People, sessions: SessionFactory, clock: FakeClock, keeper: Keeper
) -> None:
    """A browser may let a hidden page's timers go so seldom."""
    reference = await (await people.resident()).queue_up()
    await people.agent.claim(reference)
    for _ in range(5):
        clock.advance(minutes=1)
        await keeper.work()
        assert await present(sessions, clock) == 1
        await people.agent.be(None)
    assert (await people.agent.get_case(reference))["owner"] == "Agenten"


async def test_a_break_is_presence_without_being_counted_or_asked(
    people: People, sessions: SessionFactory, clock: FakeClock, keeper: Keeper
) -> None:
    await people.agent.be("available")
    assert (await people.agent.be("on_break"))["status"] == "on_break"
    assert await present(sessions, clock) == 0
    await (await people.resident()).queue_up()
    await keeper.work()
    assert await people.agent.offers() == []
    await people.agent.be(None)
    assert await status_of(people.agent) == "on_break"


async def test_an_agent_on_a_break_keeps_the_conversations(people: People, clock: FakeClock, keeper: Keeper) -> None:
    reference = await (await people.resident()).queue_up()
    await people.agent.claim(reference)
    await people.agent.be("on_break")
    await stay_away(clock, keeper, people.agent)
    assert (await people.agent.get_case(reference))["owner"] == "Agenten"


async def test_a_lead_who_looks_at_the_desk_is_not_asked_until_ready(people: People) -> None:
    assert (await people.lead.be(None))["status"] == "on_break"
    assert (await people.lead.be("available"))["status"] == "available"
    assert (await people.agent.be(None))["status"] == "available"


async def test_presence_counts_for_the_groups_that_the_agent_answers(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    await make_groups(sessions, "social")
    await people.lead.put_profile("agent", answer_groups=["social"])
    await people.agent.be("available")
    await people.other_agent.be("available")
    assert await present(sessions, clock, "social") == 2
    assert await present(sessions, clock, "allmant") == 1


async def test_taking_a_case_is_a_sign_of_life(people: People, sessions: SessionFactory, clock: FakeClock) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    await people.agent.claim(reference)
    assert await present(sessions, clock) == 1
    clock.advance(seconds=60)
    await people.agent.write(reference)
    clock.advance(seconds=60)
    assert await present(sessions, clock) == 1


async def test_an_agent_who_vanishes_is_replaced_within_90_seconds(
    people: People, clock: FakeClock, keeper: Keeper
) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    since = (await people.lead.get_case(reference))["waiting_since"]
    await people.agent.be("available")
    await people.agent.claim(reference)
    clock.advance(seconds=10)
    later = await people.resident()
    await later.queue_up()
    await stay_away(clock, keeper, people.other_agent)
    case = await people.other_agent.get_case(reference)
    assert (case["state"], case["owner"], case["conversation_state"]) == ("waiting", None, "waiting")
    assert case["waiting_since"] == since
    assert (await resident.status())["queue_position"] == 1
    assert (await later.status())["queue_position"] == 2
    told = (await resident.read())[-1]
    assert (told["author"], told["kind"]) == ("system", "back_in_queue")
    assert "tappade kontakten" in told["text"]
    assert "Du står först i kön" in told["text"]
    assert reference in await people.other_agent.offers()
    assert await people.agent.offers() == []
    assert (await people.other_agent.claim(reference)).status_code == 200


async def test_a_resident_whose_agent_vanishes_is_told_when_nobody_else_is_there(
    people: People, clock: FakeClock, keeper: Keeper
) -> None:
    resident = await people.resident()
    await people.agent.claim(await resident.queue_up())
    await stay_away(clock, keeper)
    (told,) = [each for each in await resident.read() if each["kind"] == "back_in_queue"]
    assert "ingen medarbetare tillgänglig" in told["text"]


async def test_an_agent_who_comes_back_in_time_has_lost_nothing(
    people: People, clock: FakeClock, keeper: Keeper
) -> None:
    reference = await (await people.resident()).queue_up()
    await people.agent.claim(reference)
    clock.advance(seconds=(LEASE + GRACE).total_seconds() - 1)
    await keeper.work()
    await people.agent.be(None)
    clock.advance(seconds=30)
    await keeper.work()
    assert (await people.agent.get_case(reference))["owner"] == "Agenten"


async def test_an_agent_who_comes_back_too_late_can_take_the_case_again_by_writing(
    people: People, clock: FakeClock, keeper: Keeper
) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    await people.agent.claim(reference)
    await stay_away(clock, keeper)
    assert (await people.agent.write(reference, "Förlåt, nätet försvann.")).status_code == 202
    assert (await people.agent.get_case(reference))["owner"] == "Agenten"


async def test_signing_out_ends_the_presence_and_leaves_nobody_alone(
    people: People, sessions: SessionFactory, clock: FakeClock, keeper: Keeper
) -> None:
    reference = await (await people.resident()).queue_up()
    await people.agent.claim(reference)
    assert (await people.agent.client.delete("/api/presence")).status_code == 204
    assert await present(sessions, clock) == 0
    await keeper.work()
    assert (await people.other_agent.get_case(reference))["state"] == "waiting"


async def test_whoever_has_signed_in_twice_is_there_until_the_last_sign_out(
    people: People, sessions: SessionFactory, clock: FakeClock, keeper: Keeper, staff_sessions: dict[str, str]
) -> None:
    reference = await (await people.resident()).queue_up()
    second = Member(people.connect())
    await second.client.post("/api/session", json={"username": "agent", "password": PASSWORD})
    await second.claim(reference)
    assert (await second.client.delete("/api/session")).status_code == 204
    await keeper.work()
    assert (await people.agent.get_case(reference))["owner"] == "Agenten"
    async with sessions() as session:
        # Undone at the end: the accounts' sign-ins outlive a test.
        await sign_out(session, staff_sessions["agent"], clock())
        assert await count_present(session, "allmant", clock()) == 0


async def test_a_live_case_of_somebody_who_no_longer_works_here_goes_back_to_the_queue(
    people: People, sessions: SessionFactory, clock: FakeClock, keeper: Keeper
) -> None:
    reference = await (await people.resident()).queue_up()
    await people.agent.claim(reference)
    async with transaction(sessions) as session:
        await session.execute(update(Staff).where(Staff.username == "agent").values(is_active=False))
    try:
        assert_problem(await people.agent.client.put("/api/presence"), 401, "not_signed_in")
        await stay_away(clock, keeper, people.other_agent)
        assert (await people.other_agent.get_case(reference))["state"] == "waiting"
    finally:
        async with transaction(sessions) as session:
            await session.execute(update(Staff).values(is_active=True))


async def test_a_priority_survives_the_disappearance(people: People, clock: FakeClock, keeper: Keeper) -> None:
    first, second = await people.resident(), await people.resident()
    await first.queue_up()
    clock.advance(seconds=1)
    reference = await second.queue_up()
    await people.agent.claim(reference)
    await stay_away(clock, keeper)
    assert [each["reference"] for each in await people.lead.list_cases()][1] == reference


async def test_presence_exists_only_for_those_who_handle_cases(people: People) -> None:
    for member in (people.editor, people.admin):
        assert_problem(await member.client.put("/api/presence", json={"status": "available"}), 404, "not_found")
    assert_problem(await people.nobody.client.put("/api/presence", json={}), 401, "not_signed_in")


async def test_an_unknown_status_is_refused(people: People) -> None:
    response = await people.agent.client.put("/api/presence", json={"status": "away"})
    assert_problem(response, 422, "invalid")


async def test_colleagues_see_who_is_there_and_how_much_they_have(people: People, clock: FakeClock) -> None:
    await people.agent.be("available")
    await people.other_agent.be("on_break")
    await people.agent.claim(await (await people.resident()).queue_up())
    response = await people.lead.client.get("/api/colleagues")
    found = {each["username"]: (each["status"], each["live"]) for each in response.json()}
    assert found == {"agent": ("available", 1), "other-agent": ("on_break", 0), "lead": (None, 0)}
    clock.advance(minutes=5)
    response = await people.lead.client.get("/api/colleagues")
    assert {each["status"] for each in response.json()} == {None}


async def test_a_lead_decides_what_an_agent_sees_and_is_asked_about(people: People, sessions: SessionFactory) -> None:
    await make_groups(sessions, "social")
    profile = {"answer_groups": ["social"], "languages": ["sv", "ar"], "skills": ["skuld"], "capacity": 5}
    profile["secrecy_classes"] = ["social"]
    response = await people.lead.put_profile("agent", **profile)
    assert response.status_code == 200
    assert {name: response.json()[name] for name in profile} == profile
    assert_problem(await people.agent.put_profile("agent", **profile), 404, "not_found")
    assert_problem(await people.lead.put_profile("editor", **profile), 404, "colleague_missing")
    for wrong in ({"capacity": 0}, {"capacity": 21}, {"languages": ["svenska!"]}, {"skills": ["a\x00b"]}):
        assert_problem(await people.lead.put_profile("agent", **wrong), 422, "invalid")
