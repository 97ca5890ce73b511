"""Who writes at this moment, and how far each side has read: told to the other side, and to nobody else."""

import asyncio
import contextlib
from typing import Any

import httpx
import pytest
from environment import settings_for
from fakes import FakeBot, FakeClock
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from people import PATIENCE_SECONDS, People, Resident, assert_problem
from serving import serve
from watching import DESK_CASES, Office, Page, asked_of_the_database, chat_cookie, open_page, staff_cookie

from handover_api import live
from handover_api.application import create_application
from handover_api.database import transaction
from handover_api.settings import Settings

A_FEW_SIGNS_OF_LIFE = 5


def asking(url: str, **options: Any) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=url, timeout=PATIENCE_SECONDS, trust_env=False, **options)


def case_page(office: Office, reference: str) -> contextlib.AbstractAsyncContextManager[Page]:
    return open_page(office.url, f"{DESK_CASES}/{reference}/handelser", staff_cookie(office.agent_token))


async def as_resident(office: Office, resident: Resident, what: str, **fields: int) -> None:
    async with asking(office.url, cookies=chat_cookie(resident)) as client:
        response = await client.post(f"/chatt/{what}", data=fields)
    assert response.status_code == 204, response.text


async def as_agent(office: Office, reference: str, what: str, **fields: int) -> None:
    response = await office.client.post(f"{DESK_CASES}/{reference}/{what}", data=fields)
    assert response.status_code == 204, response.text


async def with_agent(office: Office) -> tuple[Resident, str]:
    resident = await office.resident()
    reference = await resident.queue_up()
    assert (await office.agent.claim(reference)).is_success
    return resident, reference


async def is_told_nothing(page: Page, name: str) -> bool:
    return name not in {event.name for event in await page.until_alive(A_FEW_SIGNS_OF_LIFE)}


# Who writes.


async def test_the_resident_sees_that_the_agent_writes_each_time_it_is_told(office: Office) -> None:
    resident, reference = await with_agent(office)
    async with office.chat(resident) as page:
        await page.until(lambda event: event.name == "status")
        for _ in range(2):
            await as_agent(office, reference, "skriver")
            told = await page.until(lambda event: event.name == "writing")
            assert (told.data, told.id) == ("Agenten skriver …", None)


async def test_the_agent_sees_that_the_resident_writes(office: Office) -> None:
    resident, reference = await with_agent(office)
    async with case_page(office, reference) as page:
        await page.until(lambda event: event.name == "case")
        await as_resident(office, resident, "skriver")
        assert (await page.until(lambda event: event.name == "writing")).data == "Invånaren skriver …"


async def test_nobody_is_told_of_writing_when_a_page_is_opened_or_the_connection_comes_back(office: Office) -> None:
    resident, reference = await with_agent(office)
    await as_agent(office, reference, "skriver")
    async with office.chat(resident) as page:
        assert await is_told_nothing(page, "writing")
        # What a lost connection to the database does when it has come back.
        for subscription in office.app.state.hub._all():  # noqa: SLF001 - it cannot be cut for one test alone
            subscription.wake()
        assert await is_told_nothing(page, "writing")


@pytest.mark.parametrize("state", ["with the bot", "in the queue"])
async def test_only_a_person_is_told_that_the_resident_writes(office: Office, state: str) -> None:
    resident = await office.resident()
    if state == "in the queue":
        await resident.queue_up()
    signal = live.writing_signal(resident.uuid, live.RESIDENT)
    with office.app.state.hub.subscribe(signal, "afterwards") as heard:
        await as_resident(office, resident, "skriver")
        async with transaction(office.app.state.sessions) as session:
            live.publish(session, "afterwards")
        assert await heard.wait(PATIENCE_SECONDS)
        assert heard.take_heard() == {"afterwards"}


async def test_the_resident_is_told_only_of_the_one_who_has_the_case(office: Office, people: People) -> None:
    resident, reference = await with_agent(office)
    async with office.chat(resident) as page:
        await page.until(lambda event: event.name == "status")
        response = await people.other_agent.client.post(f"{DESK_CASES}/{reference}/skriver")
        assert response.status_code == 204
        assert await is_told_nothing(page, "writing")


async def test_writing_is_stored_nowhere(office: Office) -> None:
    resident, reference = await with_agent(office)
    with asked_of_the_database(office.app) as statements:
        await as_resident(office, resident, "skriver")
        await as_agent(office, reference, "skriver")
    assert statements
    assert not [each for each in statements if each.startswith(("INSERT", "UPDATE", "DELETE"))]


async def test_writing_is_heard_in_another_process(office: Office, settings: Settings, clock: FakeClock) -> None:
    resident, reference = await with_agent(office)
    other = create_application(
        settings_for(settings.database_url.get_secret_value()), bot=FakeBot(), clock=clock, keep_alive_seconds=1
    )
    async with serve(other) as url:
        async with asking(url) as client:
            assert (await client.get("/health/live")).status_code == 200
        await other.state.hub.until_listening()
        async with open_page(url, "/chatt/handelser", chat_cookie(resident)) as page:
            await page.until(lambda event: event.name == "status")
            await as_agent(office, reference, "skriver")
            assert (await page.until(lambda event: event.name == "writing")).data == "Agenten skriver …"


# Who has read.


async def test_the_resident_sees_how_far_the_agent_has_read(office: Office) -> None:
    resident, reference = await with_agent(office)
    seq = (await resident.write("Hej!")).json()["seq"]
    async with office.chat(resident) as page:
        assert (await page.until(lambda event: event.name == "status")).json["read_by_staff"] < seq
        await as_agent(office, reference, "sett", seq=seq)
        shown = await page.until(lambda event: event.name == "status" and event.json["read_by_staff"] == seq)
        assert shown.json["state"] == "with_agent"
    assert (await resident.status())["read_by_staff"] == seq


async def test_the_agent_sees_how_far_the_resident_has_read(office: Office) -> None:
    resident, reference = await with_agent(office)
    seq = (await office.agent.write(reference)).json()["seq"]
    async with case_page(office, reference) as page:
        await page.until(lambda event: event.name == "read")
        await as_resident(office, resident, "sett", seq=seq)
        await page.until(lambda event: event.name == "read" and event.data == str(seq))
    assert (await office.agent.get_case(reference))["read_by_resident"] == seq


async def test_pages_that_poll_are_told_the_same(office: Office) -> None:
    resident, reference = await with_agent(office)
    seq = (await resident.write("Hej!")).json()["seq"]
    await as_agent(office, reference, "sett", seq=seq)
    await as_resident(office, resident, "sett", seq=seq)
    polled = (await office.client.get(f"{DESK_CASES}/{reference}/meddelanden")).json()["events"]
    assert {"event": "read", "data": str(seq), "id": None} in polled


async def test_opening_a_page_is_reading_what_it_shows(office: Office) -> None:
    resident, reference = await with_agent(office)
    seq = (await resident.write("Hej!")).json()["seq"]
    await office.client.get(f"{DESK_CASES}/{reference}", headers={"accept": "text/html"})
    assert (await resident.status())["read_by_staff"] == seq
    async with asking(office.url, cookies=chat_cookie(resident)) as client:
        page = await client.get("/chatt", headers={"accept": "text/html"})
    assert page.text.count("data-read>Läst<") == 1
    assert (await office.agent.get_case(reference))["read_by_resident"] == seq


async def test_a_colleague_who_looks_reads_nothing_for_the_resident(office: Office, people: People) -> None:
    resident, reference = await with_agent(office)
    seq = (await resident.write("Hej!")).json()["seq"]
    await people.other_agent.client.get(f"{DESK_CASES}/{reference}", headers={"accept": "text/html"})
    response = await people.other_agent.client.post(f"/api/cases/{reference}/read", json={"seq": seq})
    assert response.status_code == 204
    assert (await resident.status())["read_by_staff"] == 0


async def test_nobody_asks_how_far_what_the_bot_says_has_been_read(office: Office) -> None:
    resident = await office.resident()
    await resident.write("Hej!")
    await as_resident(office, resident, "sett", seq=1)
    reference = await resident.queue_up()
    assert (await office.agent.get_case(reference))["read_by_resident"] == 0


async def test_reading_the_same_again_writes_and_tells_nothing(office: Office) -> None:
    resident, reference = await with_agent(office)
    seq = (await resident.write("Hej!")).json()["seq"]
    await as_agent(office, reference, "sett", seq=seq)
    signal = live.read_signal(resident.uuid, live.STAFF)
    with office.app.state.hub.subscribe(signal, "afterwards") as heard:
        await as_agent(office, reference, "sett", seq=seq)
        await as_agent(office, reference, "sett", seq=1)
        async with transaction(office.app.state.sessions) as session:
            live.publish(session, "afterwards")
        assert await heard.wait(PATIENCE_SECONDS)
        assert heard.take_heard() == {"afterwards"}


async def test_what_one_has_read_oneself_is_told_to_the_other_side_alone(office: Office) -> None:
    resident, reference = await with_agent(office)
    seq = (await office.agent.write(reference)).json()["seq"]
    sides = (live.read_signal(resident.uuid, live.RESIDENT), live.read_signal(resident.uuid, live.STAFF))
    with office.app.state.hub.subscribe(*sides) as heard:
        await as_resident(office, resident, "sett", seq=seq)
        assert await heard.wait(PATIENCE_SECONDS)
        assert heard.take_heard() == {sides[0]}
        await as_agent(office, reference, "sett", seq=seq)
        assert await heard.wait(PATIENCE_SECONDS)
        assert heard.take_heard() == {sides[1]}


async def test_what_has_been_read_only_rises_and_never_beyond_what_there_is(people: People) -> None:
    loop = asyncio.get_running_loop()

    async def play(numbers: list[int]) -> None:
        resident = await people.resident()
        reference = await resident.queue_up()
        await people.agent.claim(reference)
        last = (await people.agent.write(reference)).json()["seq"]
        read = 0
        for seq in numbers:
            read = max(read, min(seq, last))
            await people.connect().post(f"{resident.path}/read", json={"seq": seq}, headers=resident.headers)
            await people.agent.client.post(f"/api/cases/{reference}/read", json={"seq": seq})
            assert (await people.agent.get_case(reference))["read_by_resident"] == read
            assert (await resident.status())["read_by_staff"] == read
        await people.agent.close(reference)

    @hypothesis_settings(max_examples=12, deadline=None, database=None)
    @given(st.lists(st.integers(1, 6) | st.integers(1, 2**31 - 1), max_size=5))
    def in_any_order(numbers: list[int]) -> None:
        asyncio.run_coroutine_threadsafe(play(numbers), loop).result(PATIENCE_SECONDS)

    await asyncio.to_thread(in_any_order)


@pytest.mark.parametrize("seq", [0, -1, "x", 2**31])
async def test_an_impossible_number_is_refused(people: People, seq: object) -> None:
    resident = await people.resident()
    response = await people.connect().post(f"{resident.path}/read", json={"seq": seq}, headers=resident.headers)
    assert_problem(response, 422, "invalid")
