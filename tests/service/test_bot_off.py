"""The bot off: a person answers instead, at once and everywhere, and danger is still heard."""

from fakes import FakeBot, Held, echoes, reply, says, sees
from organising import make_groups, make_topic
from people import Json, People, Resident, assert_problem, said_by
from sqlalchemy import select

from handover_api.application import create_application
from handover_api.database import SessionFactory, transaction
from handover_api.models import AuditEntry
from handover_api.settings import Settings

SWITCHES = "/api/bot-switches"
REASON = "Fel telefonnummer i svaren"


async def switch(people: People, *, is_off: bool = True, group: str | None = None) -> list[Json]:
    body = {"answer_group": group, "is_off": is_off, "reason": REASON if is_off else ""}
    response = await people.lead.client.put(SWITCHES, json=body)
    assert response.status_code == 200, response.text
    return list(response.json())


async def until_told(resident: Resident, kind: str) -> Json:
    messages = await resident.read_until(lambda found: any(each["kind"] == kind for each in found))
    return next(each for each in messages if each["kind"] == kind)


async def test_while_the_bot_is_off_nobody_asks_it_and_a_person_is_asked_for(people: People, bot: FakeBot) -> None:
    await switch(people)
    resident = await people.resident()
    await resident.write("Hej")
    told = await until_told(resident, "handover")
    assert told["author"] == "system"
    assert "Chattboten är avstängd" in told["text"]
    assert bot.heard == []
    status = await resident.status()
    assert status["state"] == "waiting"
    case = await people.agent.get_case(status["case_reference"])
    assert case["reason"] == "bot_off"


async def test_what_the_bot_was_about_to_say_when_it_was_switched_off_is_not_said(people: People, bot: FakeBot) -> None:
    bot.behaviour = held = Held(echoes)
    resident = await people.resident()
    await resident.write("Hej")
    await held.until_reached()
    await switch(people)
    held.release()
    messages = await resident.read_until(lambda found: any(each["kind"] == "handover" for each in found))
    assert said_by("bot", messages) == []


async def test_the_topics_of_a_group_go_to_a_person_and_the_rest_is_answered(
    people: People, bot: FakeBot, sessions: SessionFactory
) -> None:
    await make_groups(sessions, "miljo", "kultur")
    await make_topic(sessions, "radon", "miljo")
    await make_topic(sessions, "bibliotek", "kultur")
    await switch(people, group="miljo")
    bot.behaviour = says(reply(topic="radon"))
    first = await people.resident()
    await first.write("Vad är radon?")
    await until_told(first, "handover")
    case = await people.agent.get_case((await first.status())["case_reference"])
    assert (case["reason"], case["topic"], case["answer_group"]) == ("bot_off", "radon", "miljo")
    assert case["evidence"][0]["candidates"][0]["topic"] == "radon"
    bot.behaviour = says(reply(topic="bibliotek"), candidates=[{"topic": "bibliotek", "confidence": 0.9}])
    second = await people.resident()
    await second.write("När öppnar biblioteket?")
    assert said_by("bot", await second.read_until_answered()) == ["Svar"]


async def test_what_the_bot_goes_by_counts_also_when_its_reply_names_no_topic(
    people: People, bot: FakeBot, sessions: SessionFactory
) -> None:
    await make_groups(sessions, "miljo")
    await make_topic(sessions, "radon", "miljo")
    await switch(people, group="miljo")
    bot.behaviour = says(reply())
    resident = await people.resident()
    await resident.write("Vad är radon?")
    await until_told(resident, "handover")


async def test_small_talk_is_about_no_group(people: People, bot: FakeBot, sessions: SessionFactory) -> None:
    await make_groups(sessions, "miljo")
    await make_topic(sessions, "radon", "miljo")
    await switch(people, group="miljo")
    bot.behaviour = says(reply("chat", "Hej!"))
    resident = await people.resident()
    await resident.write("Hej")
    assert said_by("bot", await resident.read_until_answered()) == ["Hej!"]


async def test_who_asks_the_bot_while_waiting_is_told_that_it_is_off_and_keeps_the_place(
    people: People, bot: FakeBot
) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    await switch(people)
    await resident.write("Till boten", to="bot")
    told = await until_told(resident, "kept_for_person")
    assert "avstängd" in told["text"]
    assert bot.heard == []
    status = await resident.status()
    assert (status["state"], status["case_reference"]) == ("waiting", reference)


async def test_danger_is_still_heard_while_the_bot_is_off(people: People, bot: FakeBot) -> None:
    await switch(people)
    bot.reading = sees("akut-fara")
    resident = await people.resident()
    await resident.write("Det brinner")
    assert "112" in (await until_told(resident, "urgent"))["text"]


async def test_it_holds_at_once_in_another_process(
    people: People, settings: Settings, staff_sessions: dict[str, str], clock: object
) -> None:
    """The other process was started before, and has asked nobody since."""
    other_bot = FakeBot()
    other = create_application(settings, bot=other_bot, clock=clock)  # type: ignore[arg-type]
    async with other.router.lifespan_context(other):
        await other.state.hub.until_listening()
        there = People(other, staff_sessions)
        await switch(people)
        resident = await there.resident()
        await resident.write("Hej")
        await until_told(resident, "handover")
        assert other_bot.heard == []
        await there.leave()


async def test_switched_on_again_the_bot_answers(people: People) -> None:
    await switch(people)
    assert await switch(people, is_off=False) == []
    resident = await people.resident()
    await resident.write("Hej")
    assert said_by("bot", await resident.read_until_answered()) == ["Svar på: Hej"]


async def test_everybody_at_the_desk_reads_where_who_and_why_and_the_trail_keeps_it(
    people: People, sessions: SessionFactory
) -> None:
    await make_groups(sessions, "miljo")
    for _ in range(2):
        await switch(people, group="miljo")
    listed = await switch(people)
    assert [(each["answer_group"], each["reason"], each["off_by"]) for each in listed] == [
        (None, REASON, "Teamledaren"),
        ("miljo", REASON, "Teamledaren"),
    ]
    assert (await people.agent.client.get(SWITCHES)).json() == listed
    await switch(people, is_off=False)
    async with transaction(sessions) as session:
        entries = select(AuditEntry).where(AuditEntry.subject_kind == "bot_switch").order_by(AuditEntry.id)
        trail = [(each.action, each.subject_id, each.details) for each in await session.scalars(entries)]
    assert trail == [
        ("bot_switched_off", "miljo", {"reason": REASON}),
        ("bot_switched_off", "all", {"reason": REASON}),
        ("bot_switched_on", "all", {}),
    ]


async def test_a_switch_needs_a_reason_and_a_group_that_exists(people: People) -> None:
    lead = people.lead.client
    assert_problem(await lead.put(SWITCHES, json={"is_off": True, "reason": " "}), 422, "reason_missing")
    missing = {"answer_group": "saknas", "is_off": True, "reason": REASON}
    assert_problem(await lead.put(SWITCHES, json=missing), 422, "answer_group_missing")
    assert (await lead.get(SWITCHES)).json() == []


async def test_only_leads_can_switch(people: People) -> None:
    for member in (people.agent, people.editor, people.admin):
        body = {"is_off": True, "reason": REASON}
        assert_problem(await member.client.put(SWITCHES, json=body), 404, "not_found")


async def test_the_chat_says_that_the_bot_is_off(people: People) -> None:
    page = people.connect(headers={"Accept": "text/html"})
    assert "Chattboten är avstängd" not in (await page.get("/chatt")).text
    await switch(people)
    assert "Chattboten är avstängd" in (await page.get("/chatt")).text
