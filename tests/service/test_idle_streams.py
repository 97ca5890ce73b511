"""A page that is only open costs the database nothing."""

from contextlib import AsyncExitStack

from people import Resident
from watching import (
    DESK_CASES,
    KEEP_ALIVE,
    Office,
    Page,
    asked_of_the_database,
    open_page,
    read_page_events,
    staff_cookie,
)

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
        assert len(among_others) == len(alone)
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


async def test_an_open_desk_asks_the_database_only_for_its_sign_of_life(office: Office) -> None:
    async with AsyncExitStack() as stack:
        reference = await (await office.resident()).queue_up()
        assert (await office.agent.claim(reference)).status_code == 200
        desk = await stack.enter_async_context(office.desk())
        case = await stack.enter_async_context(
            open_page(office.url, f"{DESK_CASES}/{reference}/handelser", staff_cookie(office.agent_token))
        )
        for page in (desk, case):
            await settle(page)
        with asked_of_the_database(office.app) as statements:
            for page in (desk, case):
                await page.until_alive(SIGNS_OF_LIFE)
        assert not [each for each in statements if "cases" in each or "messages" in each]
