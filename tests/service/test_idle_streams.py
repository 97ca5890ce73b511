"""A page that is only open costs the database nothing."""

import asyncio
from contextlib import AsyncExitStack

from fakes import FakeClock
from people import PASSWORD, PATIENCE_SECONDS, People, Resident, assert_problem
from watching import (
    DESK_CASES,
    DESK_STREAM,
    KEEP_ALIVE,
    Office,
    Page,
    asked_of_the_database,
    open_page,
    read_page_events,
    staff_cookie,
)

from handover_api.agents.identity import COOKIE
from handover_api.agents.presence import LEASE, count_present
from handover_api.database import SessionFactory

SIGNS_OF_LIFE = 5


async def chat_page(office: Office, stack: AsyncExitStack, resident: Resident) -> Page:
    return await stack.enter_async_context(office.chat(resident))


async def api_stream(office: Office, stack: AsyncExitStack, resident: Resident) -> Page:
    response = await stack.enter_async_context(
        office.client.stream("GET", f"{resident.path}/events", headers=resident.headers)
    )
    return Page(read_page_events(response))


async def settle(page: Page) -> None:
    """What a page is told when it is opened has come when the first sign of life has."""
    await page.until(lambda each: each.name == KEEP_ALIVE)


async def until_nothing_is_asked(office: Office, page: Page) -> None:
    """Until what has happened so far has been read by everybody whom it concerns."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            with asked_of_the_database(office.app) as statements:
                await page.until_alive(2)
            if not statements:
                return


async def test_open_chats_ask_the_database_nothing_while_nothing_happens(office: Office) -> None:
    async with AsyncExitStack() as stack:
        pages: list[Page] = []
        for number in range(6):
            resident = await office.resident()
            await resident.write("en fråga")
            await resident.read_until_answered()
            if number % 3:
                reference = await resident.queue_up()
                if number % 3 == 2:
                    assert (await office.agent.claim(reference)).status_code == 200
            pages += [await chat_page(office, stack, resident), await api_stream(office, stack, resident)]
        for page in pages:
            await settle(page)
        await until_nothing_is_asked(office, pages[0])
        with asked_of_the_database(office.app) as statements:
            for page in pages:
                assert await page.until_alive(SIGNS_OF_LIFE) == []
    assert statements == []


async def test_what_happens_in_one_conversation_is_read_by_nobody_else(office: Office) -> None:
    async with AsyncExitStack() as stack:
        talker, listener = await office.resident(), await office.resident()
        reference = await talker.queue_up()
        assert (await office.agent.claim(reference)).status_code == 200
        await listener.queue_up()
        own, other = await chat_page(office, stack, talker), await chat_page(office, stack, listener)
        for page in (own, other):
            await settle(page)
        with asked_of_the_database(office.app) as alone:
            await office.agent.write(reference, "Hej")
            await own.until(lambda each: each.name == "message")
            await own.until_alive(2)
        for _ in range(5):
            await settle(await chat_page(office, stack, await office.resident()))
        with asked_of_the_database(office.app) as among_others:
            await office.agent.write(reference, "Hej igen")
            await own.until(lambda each: each.name == "message")
            await own.until_alive(2)
        assert len(among_others) <= len(alone)
        assert [each for each in (await other.until_alive(SIGNS_OF_LIFE)) if each.name == "message"] == []


async def test_a_change_in_the_queue_is_read_once_however_many_wait(office: Office) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(12):
            resident = await office.resident()
            await resident.queue_up()
            page = await chat_page(office, stack, resident)
            await settle(page)
        # Whoever leaves stood last, so that nobody's place changes.
        last = await office.resident()
        reference = await last.queue_up()
        await page.until_alive(20)
        with asked_of_the_database(office.app) as statements:
            assert (await office.agent.claim(reference)).status_code == 200
            await page.until_alive(20)
        assert len([each for each in statements if "row_number()" in each]) == 1
        # Those who wait are told nothing new, so nothing is read for them.
        assert not [each for each in statements if "messages.seq >" in each]


async def test_a_place_that_changes_is_shown_without_a_query_of_the_pages_own(office: Office) -> None:
    async with AsyncExitStack() as stack:
        first = await office.resident()
        reference = await first.queue_up()
        pages = []
        for _ in range(8):
            resident = await office.resident()
            await resident.queue_up()
            pages.append(await chat_page(office, stack, resident))
            await pages[-1].until_place(len(pages) + 1)
        with asked_of_the_database(office.app) as statements:
            assert (await office.agent.claim(reference)).status_code == 200
            for number, page in enumerate(pages, 1):
                await page.until_place(number)
        assert not [each for each in statements if "messages.seq >" in each]


async def test_open_desks_ask_the_database_nothing_and_their_signs_of_life_are_written_together(
    office: Office, staff_sessions: dict[str, str], sessions: SessionFactory, clock: FakeClock
) -> None:
    async with AsyncExitStack() as stack:
        reference = await (await office.resident()).queue_up()
        assert (await office.agent.claim(reference)).status_code == 200
        case = f"{DESK_CASES}/{reference}/handelser"
        tokens = [office.agent_token, staff_sessions["other-agent"], staff_sessions["lead"]]
        for token in tokens[1:]:
            opened = await office.client.post(
                f"/api/cases/{reference}/openings",
                json={"reason": "helping_colleague"},
                headers={"Cookie": f"{COOKIE}={token}"},
            )
            assert opened.status_code == 204
        pages = [
            await stack.enter_async_context(open_page(office.url, path, staff_cookie(token)))
            for token in tokens
            for path in (DESK_STREAM, case)
        ]
        for page in pages:
            await settle(page)
        for token in tokens:
            await answer_pulse(office, token)
        await office.app.state.signs_of_life.write_down()
        for page in pages[::2]:
            await page.until(
                lambda each: each.name == "queue" and each.data.count("colleagues__one") == len(tokens) - 1
            )
        for page in pages:
            await page.until_alive(SIGNS_OF_LIFE)
        clock.advance(seconds=30)
        with asked_of_the_database(office.app) as statements:
            for page in pages:
                assert await page.until_alive(SIGNS_OF_LIFE) == []
            for token in tokens * 2:
                await answer_pulse(office, token)
            assert statements == []
            await office.app.state.signs_of_life.write_down()
        assert len(statements) < len(tokens)
    clock.advance(seconds=LEASE.total_seconds() - 1)
    async with sessions() as session:
        # The lead only looks.
        assert await count_present(session, "allmant", clock()) == 2


async def answer_pulse(office: Office, token: str) -> None:
    response = await office.client.post("/desk/livstecken", headers={"Cookie": f"{COOKIE}={token}"})
    assert response.status_code == 204


async def test_a_sign_of_life_counts_from_when_it_was_given(
    office: Office, sessions: SessionFactory, clock: FakeClock
) -> None:
    async with office.desk() as desk:
        await settle(desk)
        await answer_pulse(office, office.agent_token)
    clock.advance(seconds=LEASE.total_seconds())
    await office.app.state.signs_of_life.write_down()
    async with sessions() as session:
        assert await count_present(session, "allmant", clock()) == 0


async def test_a_desk_without_a_stream_says_itself_that_somebody_is_there(
    office: Office, sessions: SessionFactory, clock: FakeClock
) -> None:
    await answer_pulse(office, office.agent_token)
    async with sessions() as session:
        assert await count_present(session, "allmant", clock()) == 1


async def test_whoever_has_signed_out_gives_no_sign_of_life(
    office: Office, sessions: SessionFactory, clock: FakeClock
) -> None:
    signed_in = {"username": "agent", "password": PASSWORD}
    token = (await office.client.post("/api/session", json=signed_in)).cookies[COOKIE]
    async with open_page(office.url, DESK_STREAM, staff_cookie(token)) as desk:
        await settle(desk)
        await office.client.delete("/api/session", headers={"Cookie": f"{COOKIE}={token}"})
        await office.client.post("/desk/livstecken", headers={"Cookie": f"{COOKIE}={token}"})
        await office.app.state.signs_of_life.write_down()
    async with sessions() as session:
        assert await count_present(session, "allmant", clock()) == 0


async def test_only_agents_and_leads_give_signs_of_life(people: People) -> None:
    for member in (people.editor, people.admin):
        assert_problem(await member.client.post("/desk/livstecken"), 404, "not_found")
    assert_problem(await people.nobody.client.post("/desk/livstecken"), 401, "not_signed_in")
