"""The lead's wall: what it counts, that it is live and read once for all, and the switches beside it."""

import asyncio
import re
from contextlib import AsyncExitStack
from datetime import datetime

import httpx
from fakes import FakeClock
from organising import make_groups
from people import PATIENCE_SECONDS, Member, People, assert_problem
from sqlalchemy import update
from watching import Office, PageEvent, asked_of_the_database, open_page, staff_cookie

from handover_api.database import SessionFactory, transaction
from handover_api.models import Case
from handover_api.queue.wall import Kept, Wall, read_wall

PATH = "/desk/lage"
STREAM = "/desk/lage/handelser"
GROUP = "allmant"
HTML = {"Accept": "text/html"}


async def wall_of(sessions: SessionFactory, clock: FakeClock) -> Wall:
    async with transaction(sessions) as session:
        return await read_wall(session, clock())


async def kept(sessions: SessionFactory, clock: FakeClock) -> Kept:
    return (await wall_of(sessions, clock)).kept


async def get_page(member: Member) -> httpx.Response:
    return await member.client.get(PATH, headers=HTML)


async def test_what_waits_is_counted_by_group_with_the_longest_wait(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    await make_groups(sessions, GROUP, "social")
    began = clock()
    for _ in range(2):
        await (await people.resident()).queue_up()
        clock.advance(minutes=3)
    later = await people.resident()
    await later.queue_up()
    await later.leave_contact("email", "boende@example.org")
    wall = await wall_of(sessions, clock)
    queues = {group.id: group.queue for group in wall.groups}
    assert (queues[GROUP].waiting, queues[GROUP].later, queues[GROUP].longest_since) == (2, 1, began)
    assert (queues["social"].waiting, queues["social"].longest_since) == (0, None)
    assert (wall.waiting, wall.later, wall.longest_since) == (2, 1, began)


async def test_taken_within_the_groups_patience_is_in_time(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    await make_groups(sessions, GROUP, patience_minutes=5)
    assert (await kept(sessions, clock)).percent is None
    for minutes in (4, 5, 6):
        reference = await (await people.resident()).queue_up()
        clock.advance(minutes=minutes)
        await people.agent.claim(reference)
    assert await kept(sessions, clock) == Kept(in_time=2, late=1)
    assert (await kept(sessions, clock)).percent == 66


async def test_whoever_has_the_case_later_changes_nothing(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    await make_groups(sessions, GROUP, patience_minutes=5)
    reference = await (await people.resident()).queue_up()
    await people.agent.claim(reference)
    clock.advance(minutes=9)
    assert (await people.lead.take_over(reference)).status_code == 200
    assert await kept(sessions, clock) == Kept(in_time=1)


async def test_what_its_resident_took_back_is_neither(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    resident = await people.resident()
    await resident.queue_up()
    await people.connect().post(f"{resident.path}/leave-queue", headers=resident.headers)
    clock.advance(minutes=60)
    assert await kept(sessions, clock) == Kept()


async def test_who_still_waits_counts_when_the_time_is_over(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    await make_groups(sessions, GROUP, patience_minutes=5)
    await (await people.resident()).queue_up()
    clock.advance(minutes=5)
    assert await kept(sessions, clock) == Kept()
    clock.advance(seconds=1)
    assert await kept(sessions, clock) == Kept(late=1)


async def test_yesterday_is_not_today(people: People, sessions: SessionFactory, clock: FakeClock) -> None:
    reference = await (await people.resident()).queue_up()
    await people.agent.claim(reference)
    assert await kept(sessions, clock) == Kept(in_time=1)
    # Midnight in Stockholm, which is before that of the server's own clock.
    clock.advance(hours=13, minutes=59)
    assert await kept(sessions, clock) == Kept(in_time=1)
    clock.advance(minutes=1)
    assert await kept(sessions, clock) == Kept()


async def test_an_answer_that_was_promised_is_in_time_when_it_is_given_before_the_time(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    await make_groups(sessions, GROUP, due_working_days=1)
    references = []
    for _ in range(2):
        resident = await people.resident()
        references.append(await resident.queue_up())
        await resident.leave_contact("email", "boende@example.org")
    due_at = (await people.agent.get_case(references[0]))["due_at"]
    assert due_at
    # Nobody has kept or broken anything yet.
    assert await kept(sessions, clock) == Kept()
    await people.agent.claim(references[0])
    await people.agent.write(references[0])
    assert await kept(sessions, clock) == Kept(in_time=1)
    clock.advance(seconds=(datetime.fromisoformat(due_at) - clock()).total_seconds() + 1)
    assert await kept(sessions, clock) == Kept(late=1)


async def test_agents_are_shown_with_what_they_are_ready_for_and_their_load(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    await people.agent.be("available")
    await people.other_agent.be("on_break")
    await people.agent.claim(await (await people.resident()).queue_up())
    agents = {each.username: each for each in (await wall_of(sessions, clock)).agents}
    assert (agents["agent"].status, agents["agent"].live, agents["agent"].capacity) == ("available", 1, 3)
    assert agents["other-agent"].status == "on_break"
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", (await get_page(people.lead)).text))
    assert "Tillgängliga: 1. På paus: 2. Inte på plats: 0." in text
    assert "Agenten Tillgänglig 1 av 3" in text


async def test_only_leads_have_it(people: People) -> None:
    assert (await get_page(people.lead)).status_code == 200
    for member in (people.agent, people.editor, people.admin):
        assert (await get_page(member)).status_code == 404
        for path in (f"{PATH}/nu", STREAM):
            assert_problem(await member.client.get(path), 404, "not_found")
        for path in ("/desk/krismeddelande", "/desk/krismeddelande/ta-bort", "/desk/boten/av", "/desk/boten/pa"):
            assert (await member.client.post(path, data={"text": "x", "anledning": "x"})).status_code == 404


async def test_open_walls_are_read_once_for_all_and_only_when_something_happens(
    office: Office, staff_sessions: dict[str, str]
) -> None:
    cookie = staff_cookie(staff_sessions["lead"])

    def shows_one(event: PageEvent) -> bool:
        return event.name == "wall" and "<dt>Väntar nu</dt><dd>1</dd>" in event.data

    resident = await office.resident()
    async with AsyncExitStack() as stack:
        walls = [await stack.enter_async_context(open_page(office.url, STREAM, cookie)) for _ in range(5)]
        for wall in walls:
            await wall.until(lambda event: event.name == "wall")
        async with asyncio.timeout(PATIENCE_SECONDS):
            # When what the opening has begun is over, nothing more is asked.
            while True:
                with asked_of_the_database(office.app) as statements:
                    await walls[0].until_alive(10)
                if not statements:
                    break
        with asked_of_the_database(office.app) as statements:
            await resident.queue_up()
            for wall in walls:
                await wall.until(shows_one)
        # The board may have had two changes to read; the pages ask nothing.
        assert 1 <= sum("crisis_messages" in statement for statement in statements) <= 2


async def test_the_crisis_message_is_shown_and_taken_away_with_plain_forms(people: People) -> None:
    lead = people.lead.client
    shown = await lead.post("/desk/krismeddelande", data={"text": "Koka vattnet."}, headers=HTML)
    assert (shown.status_code, shown.headers["location"]) == (303, f"{PATH}#krismeddelande")
    page = (await get_page(people.lead)).text
    assert "Teamledaren visade det kl. 10.00." in page
    assert "Koka vattnet." in (await people.nobody.client.get("/chatt", headers=HTML)).text
    assert (await lead.post("/desk/krismeddelande/ta-bort", headers=HTML)).status_code == 303
    assert "Koka vattnet." not in (await people.nobody.client.get("/chatt", headers=HTML)).text


async def test_the_bot_is_switched_off_and_on_with_plain_forms(people: People) -> None:
    lead = people.lead.client
    off = await lead.post("/desk/boten/av", data={"svarsgrupp": "", "anledning": "Fel i svaren"}, headers=HTML)
    assert off.status_code == 303
    said = "Boten är av för alla frågor. Teamledaren, kl. 10.00: Fel i svaren"
    assert said in (await get_page(people.lead)).text
    assert said in (await people.agent.client.get("/desk", headers=HTML)).text
    assert (await lead.post("/desk/boten/pa", data={"svarsgrupp": ""}, headers=HTML)).status_code == 303
    assert said not in (await people.agent.client.get("/desk", headers=HTML)).text


async def test_what_cannot_be_kept_comes_back_as_it_was_written_with_the_reason_beside_it(people: People) -> None:
    lead = people.lead.client
    words = "x" * 301
    refused = await lead.post("/desk/krismeddelande", data={"text": words, "text_en": "Boil it"}, headers=HTML)
    assert refused.status_code == 422
    assert "Texten får vara högst 300 tecken." in refused.text
    assert words in refused.text
    assert "Boil it" in refused.text
    refused = await lead.post("/desk/boten/av", data={"svarsgrupp": "saknas", "anledning": "För säkerhets skull"})
    assert refused.status_code == 422
    assert "För säkerhets skull" in refused.text


async def test_what_did_not_come_by_the_chat_is_neither_in_time_nor_late(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    reference = await (await people.resident()).queue_up()
    await people.agent.claim(reference)
    await people.agent.close(reference)
    assert await kept(sessions, clock) == Kept(in_time=1)
    async with transaction(sessions) as session:
        await session.execute(update(Case).where(Case.reference == reference).values(channel="telephone"))
    assert await kept(sessions, clock) == Kept()
