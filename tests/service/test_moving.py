"""A lead's moves: several cases at once, what a colleague has, and what nobody can answer any more."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from database_locks import until_waiting_for_locks
from organising import make_groups
from people import Json, Member, People, Resident, assert_problem
from sqlalchemy import select, update
from watching import chat_cookie

from handover_api.conversations.repository import ConversationRepository
from handover_api.database import SessionFactory, transaction
from handover_api.models import AuditEntry, Staff

HTML = {"Accept": "text/html"}
PATH = "/desk/flytta"
COLLEAGUE = "/desk/lage/medarbetare"


async def in_queue(people: People) -> tuple[Resident, str]:
    resident = await people.resident()
    return resident, await resident.queue_up()


async def with_an_agent(people: People) -> tuple[Resident, str]:
    resident, reference = await in_queue(people)
    assert (await people.agent.claim(reference)).status_code == 200
    return resident, reference


async def seen(lead: Member, *references: str) -> list[str]:
    """The cases as a list shows them, each with its version."""
    return [f"{each}:{(await lead.get_case(each))['version']}" for each in references]


async def move(lead: Member, cases: list[str], target: str, **fields: str) -> httpx.Response:
    return await lead.client.post(PATH, data={"arende": cases, "target": target, **fields}, headers=HTML)


async def told_last(resident: Resident) -> Json:
    return (await resident.read())[-1]


@asynccontextmanager
async def gone(sessions: SessionFactory, username: str) -> AsyncIterator[None]:
    """While the account is not active."""
    statement = update(Staff).where(Staff.username == username)
    async with transaction(sessions) as session:
        await session.execute(statement.values(is_active=False))
    try:
        yield
    finally:
        async with transaction(sessions) as session:
            await session.execute(statement.values(is_active=True))


async def test_a_lead_gives_a_case_that_waits_to_a_colleague(people: People, sessions: SessionFactory) -> None:
    resident, reference = await in_queue(people)
    await people.other_agent.be("available")
    response = await people.lead.transfer(reference, "Den här passar dig", to_agent="other-agent")
    assert (response.status_code, response.json()["owner"]) == (200, "Den andra agenten")
    told = await told_last(resident)
    assert (told["kind"], "Den andra agenten" in told["text"]) == ("agent_joined", True)
    event = (await people.lead.list_events(reference))[-1]
    assert (event["event"], event["actor"]["kind"]) == ("claimed", "lead")
    page = await people.other_agent.client.get(f"/desk/arenden/{reference}", headers=HTML)
    assert "Teamledaren gav ärendet till en kollega" in page.text
    async with transaction(sessions) as session:
        entry = (await session.scalars(select(AuditEntry).where(AuditEntry.action == "transfer"))).one()
        assert (entry.actor_kind, entry.subject_id, entry.details["to"]) == ("lead", reference, "other-agent")


async def test_who_sits_and_waits_is_not_given_to_somebody_who_is_not_there(people: People) -> None:
    _, reference = await in_queue(people)
    assert_problem(await people.lead.transfer(reference, to_agent="other-agent"), 409, "colleague_away")
    assert (await people.lead.get_case(reference))["state"] == "waiting"


async def test_an_agent_gives_nobody_what_waits(people: People) -> None:
    _, reference = await in_queue(people)
    await people.other_agent.be("available")
    assert_problem(await people.agent.transfer(reference, to_agent="other-agent"), 409, "not_assigned")


async def test_several_cases_are_moved_at_once_whoever_has_them(people: People, sessions: SessionFactory) -> None:
    await make_groups(sessions, "social")
    (waiting, first), (helped, second) = await in_queue(people), await with_an_agent(people)
    response = await move(
        people.lead, await seen(people.lead, first, second), "group:social", till="/desk?grupp=allmant"
    )
    assert (response.status_code, response.headers["location"]) == (303, "/desk?grupp=allmant&flyttade=2")
    for reference in (first, second):
        case = await people.lead.get_case(reference)
        assert (case["state"], case["owner"], case["answer_group"]) == ("waiting", None, "social")
    assert (await told_last(helped))["kind"] == "back_in_queue"
    assert (await waiting.status())["state"] == "waiting"
    page = await people.lead.client.get("/desk?flyttade=2", headers=HTML)
    assert "2 ärenden är flyttade." in page.text


async def test_who_takes_the_case_reads_why_it_came(people: People, sessions: SessionFactory) -> None:
    await make_groups(sessions, "social")
    resident, reference = await with_an_agent(people)
    await move(people.lead, await seen(people.lead, reference), "group:social")
    await move(people.lead, await seen(people.lead, reference), "group:allmant", text="De har möte")
    notes = [each["text"] for each in (await people.agent.get_case(reference))["messages"] if each["kind"] == "note"]
    assert notes == ["En teamledare har flyttat ärendet.", "De har möte"]
    assert "De har möte" not in str(await resident.read())


async def test_what_could_not_be_moved_is_told_with_its_reason_and_the_others_are_moved(
    people: People, sessions: SessionFactory
) -> None:
    await make_groups(sessions, "social")
    (_, moved), (_, changed), (_, there) = [await in_queue(people) for _ in range(3)]
    await people.lead.transfer(there, to_group="social")
    cases = await seen(people.lead, moved, changed, there)
    await people.agent.claim(changed)
    response = await move(people.lead, [*cases, "2026-999999:1"], "group:social", text="Ni kan det här")
    assert response.status_code == 409
    for shown in (
        "1 ärende är flyttat.",
        "3 ärenden flyttades inte.",
        "Läget har ändrats sedan du såg det.",
        "Ärendet väntar redan i den svarsgruppen.",
        "Ärendet finns inte.",
        "Ni kan det här",
    ):
        assert shown in response.text
    assert (await people.lead.get_case(moved))["answer_group"] == "social"
    assert (await people.lead.get_case(changed))["owner"] == "Agenten"


async def test_a_case_that_is_moved_while_another_is_locked_waits_for_nobody(
    people: People, sessions: SessionFactory
) -> None:
    """Each case is a transaction of its own: what has been moved is so, however long the next one takes."""
    await make_groups(sessions, "social")
    (_, first), (resident, second) = await in_queue(people), await in_queue(people)
    cases = await seen(people.lead, first, second)
    async with transaction(sessions) as session:
        await ConversationRepository(session).get_for_update(resident.uuid)
        moving = asyncio.create_task(move(people.lead, cases, "group:social"))
        await until_waiting_for_locks(sessions, 1)
        assert (await people.agent.get_case(first))["answer_group"] == "social"
    assert (await moving).status_code == 303


@pytest.mark.parametrize(
    ("target", "text", "reason"),
    [
        ("", "", "Välj antingen en kollega eller en svarsgrupp."),
        ("agent:ingen", "", "Det finns ingen medarbetare med det namnet"),
        ("group:ingen", "", "Svarsgruppen finns inte."),
        ("group:social", "x" * 10001, "Meddelandet är för långt."),
    ],
)
async def test_a_form_that_cannot_be_used_comes_back_with_what_was_chosen(
    people: People, sessions: SessionFactory, target: str, text: str, reason: str
) -> None:
    await make_groups(sessions, "social")
    _, reference = await in_queue(people)
    cases = await seen(people.lead, reference)
    response = await move(people.lead, cases, target, text=text or "Läs det här först")
    assert response.status_code == 422
    assert reason in response.text
    assert f'value="{cases[0]}" checked' in response.text
    assert (text or "Läs det här först") in response.text
    assert (await people.lead.get_case(reference))["answer_group"] == "allmant"


async def test_choosing_nothing_is_told(people: People) -> None:
    response = await move(people.lead, [], "group:allmant", till="//ond.example")
    assert response.status_code == 422
    assert "Du har inte valt något ärende." in response.text
    assert "ond.example" not in response.text


async def test_a_colleagues_cases_are_listed_without_a_word_of_what_was_said(people: People) -> None:
    resident, reference = await with_an_agent(people)
    await resident.write("kanariefågel")
    page = await people.lead.client.get(f"{COLLEAGUE}/agent", headers=HTML)
    for shown in ("Agenten: öppna ärenden", reference, "Okänt ämne", "Pågår", "1 av 3 samtal"):
        assert shown in page.text
    assert "kanariefågel" not in page.text
    assert "Inga öppna ärenden." in (await people.lead.client.get(f"{COLLEAGUE}/other-agent", headers=HTML)).text


async def test_moving_and_colleagues_cases_exist_only_for_leads(people: People) -> None:
    for member in (people.agent, people.editor, people.admin):
        assert (await member.client.get(f"{COLLEAGUE}/agent")).status_code == 404
        assert (await member.client.post(PATH, data={})).status_code == 404
    for username in ("editor", "ingen", "a%00b"):
        assert (await people.lead.client.get(f"{COLLEAGUE}/{username}")).status_code == 404
    assert 'name="arende"' not in (await people.agent.client.get("/desk", headers=HTML)).text


async def test_a_case_whose_owner_has_left_stands_on_the_wall_until_somebody_has_it(
    people: People, sessions: SessionFactory
) -> None:
    resident, reference = await with_an_agent(people)
    await people.connect(cookies=chat_cookie(resident)).post("/chatt/avsluta")
    wall = "/desk/lage"
    assert "utan någon som kan svara" not in (await people.lead.client.get(wall, headers=HTML)).text
    async with gone(sessions, "agent"):
        page = (await people.lead.client.get(wall, headers=HTML)).text
        assert "Ärenden utan någon som kan svara" in page
        assert reference in page
        page = (await people.lead.client.get(f"{COLLEAGUE}/agent", headers=HTML)).text
        assert "Arbetar inte längre med ärenden" in page
        moved = await move(people.lead, await seen(people.lead, reference), "agent:other-agent")
        assert moved.status_code == 303
        assert "utan någon som kan svara" not in (await people.lead.client.get(wall, headers=HTML)).text
    assert (await people.lead.get_case(reference))["owner"] == "Den andra agenten"
