"""The queue as it is seen: every place right, read once for all, and an honest word about the wait."""

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta
from random import Random

import psycopg
from fakes import FakeClock
from fastapi import FastAPI
from people import PATIENCE_SECONDS, Json, People, Resident
from sqlalchemy import func, insert, select, update
from watching import DESK_CASES, Office, Page, asked_of_the_database, open_page, staff_cookie

from handover_api import live
from handover_api.cases.reading import MOST_SHOWN
from handover_api.database import SessionFactory, create_session_factory, transaction
from handover_api.models import Case, QueueWait
from handover_api.queue.board import DESK_LASTS, DESKS, GATHERING_SECONDS, PAGE_FIRST_SECONDS
from handover_api.rules.waiting_time import LEAST_OBSERVATIONS, OLDEST
from handover_api.settings import Settings

GROUP = "allmant"


async def remember_waits(
    sessions: SessionFactory,
    clock: FakeClock,
    *minutes: float,
    position: int = 2,
    group: str = GROUP,
    ago: timedelta = timedelta(),
) -> None:
    """That so many have waited so long from a place in the queue."""
    now = clock() - ago
    rows = [
        {
            "answer_group": group,
            "position": position,
            "entered_at": now - timedelta(minutes=each),
            "claimed_at": now,
        }
        for each in minutes
    ]
    async with transaction(sessions) as session:
        await session.execute(insert(QueueWait), rows)


ALIKE = tuple(6.0 + number / LEAST_OBSERVATIONS for number in range(LEAST_OBSERVATIONS))


async def in_queue(people: People, count: int) -> list[Resident]:
    residents = [await people.resident() for _ in range(count)]
    for resident in residents:
        await resident.queue_up()
    return residents


async def test_the_wait_is_told_as_an_interval_from_what_others_have_waited(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    await people.agent.be("available")
    await remember_waits(sessions, clock, *ALIKE)
    first, second, third = await in_queue(people, 3)
    assert [(await each.status())["waiting_minutes"] for each in (first, second, third)] == [
        {"from": 0, "to": 5},
        {"from": 5, "to": 10},
        {"from": 5, "to": 15},
    ]


async def test_nothing_is_told_of_the_wait_when_too_little_is_known(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    await people.agent.be("available")
    await remember_waits(sessions, clock, *ALIKE[1:])
    await remember_waits(sessions, clock, *ALIKE, group="social")
    (resident,) = await in_queue(people, 1)
    assert (await resident.status())["waiting_minutes"] is None


async def test_nothing_is_told_of_the_wait_from_what_was_long_ago(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    await people.agent.be("available")
    await remember_waits(sessions, clock, *ALIKE, ago=OLDEST)
    (resident,) = await in_queue(people, 1)
    assert (await resident.status())["waiting_minutes"] is None


async def test_nothing_is_told_of_the_wait_when_nobody_is_there_to_answer(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    await remember_waits(sessions, clock, *ALIKE)
    (resident,) = await in_queue(people, 1)
    assert (await resident.status())["waiting_minutes"] is None
    await people.agent.be("on_break")
    assert (await resident.status())["waiting_minutes"] is None


async def test_whoever_does_not_wait_is_told_of_no_wait(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    await people.agent.be("available")
    await remember_waits(sessions, clock, *ALIKE)
    resident = await people.resident()
    assert (await resident.status())["waiting_minutes"] is None
    await people.agent.claim(await resident.queue_up())
    assert (await resident.status())["waiting_minutes"] is None


async def test_a_wait_is_remembered_when_an_agent_takes_the_case(people: People, clock: FakeClock) -> None:
    for _ in range(LEAST_OBSERVATIONS):
        resident = await people.resident()
        reference = await resident.queue_up()
        clock.advance(minutes=7)
        await people.agent.claim(reference)
        await people.agent.close(reference)
    (resident,) = await in_queue(people, 1)
    assert (await resident.status())["waiting_minutes"] == {"from": 5, "to": 10}


async def test_the_page_says_the_wait_and_says_it_anew_when_the_place_changes(office: Office, clock: FakeClock) -> None:
    await office.agent.be("available")
    await remember_waits(office.app.state.sessions, clock, *ALIKE)
    first, second = await office.resident(), await office.resident()
    reference = await first.queue_up()
    await second.queue_up()
    async with office.chat(second) as page:
        status = await page.until_place(2)
        assert "Väntetiden är ungefär 5 till 10 minuter." in status["text"]
        await office.agent.claim(reference)
        status = await page.until_place(1)
        assert status["waiting_minutes"] == {"from": 0, "to": 5}
        assert "Väntetiden är högst 5 minuter." in status["text"]


async def test_every_place_is_right_after_many_changes_at_once(office: Office) -> None:
    chance = Random(7)  # noqa: S311 - it decides who goes
    residents = [await office.resident() for _ in range(24)]
    references = dict(zip(residents, [await each.queue_up() for each in residents], strict=True))
    async with AsyncExitStack() as stack:
        pages: dict[Resident, Page] = {each: await stack.enter_async_context(office.chat(each)) for each in residents}
        for _ in range(3):
            leaving = chance.sample(list(references), 6)
            newcomers = [await office.resident() for _ in range(3)]
            answers = await asyncio.gather(
                *(office.agent.claim(references.pop(each)) for each in leaving),
                *(each.ask_for_person() for each in newcomers),
            )
            assert {each.status_code for each in answers} == {200}
            references |= {
                each: answer.json()["case_reference"]
                for each, answer in zip(newcomers, answers[len(leaving) :], strict=True)
            }
            for each in newcomers:
                pages[each] = await stack.enter_async_context(office.chat(each))
            true_places = {each: (await each.status())["queue_position"] for each in references}
            assert sorted(true_places.values()) == list(range(1, len(references) + 1))
            for each, place in true_places.items():
                latest = pages[each].latest.get("status")
                if latest is None or latest.json["queue_position"] != place:
                    await pages[each].until_place(place)
            # What is shown now stays, however long one looks.
            for each, place in true_places.items():
                await pages[each].until_alive(12)
                assert pages[each].latest["status"].json["queue_position"] == place


async def test_two_pages_of_one_resident_show_the_same_place(office: Office) -> None:
    first, second = await office.resident(), await office.resident()
    reference = await first.queue_up()
    await second.queue_up()
    async with office.chat(second) as one, office.chat(second) as other:
        for page in (one, other):
            await page.until_place(2)
        await office.agent.claim(reference)
        for page in (one, other):
            await page.until_place(1)
    async with office.chat(second) as later:
        await later.until_place(1)


async def test_after_a_lost_connection_to_the_database_places_are_read_anew(office: Office, settings: Settings) -> None:
    first, second = await office.resident(), await office.resident()
    reference = await first.queue_up()
    await second.queue_up()
    async with office.chat(second) as page, office.desk() as desk:
        await page.until_place(2)
        await desk.until(lambda each: reference in each.data)
        async with await psycopg.AsyncConnection.connect(settings.libpq_url, autocommit=True) as connection:
            ended = await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND query LIKE 'LISTEN %'"
            )
            assert ended.rowcount == 1
        await office.agent.claim(reference)
        await page.until_place(1)
        await desk.until(lambda each: "1 ärende väntar." in each.data and "Du har 1 öppet ärende." in each.data)


async def test_desks_share_what_is_read(office: Office, staff_sessions: dict[str, str]) -> None:
    counts: list[int] = []
    async with AsyncExitStack() as stack:
        desk = await stack.enter_async_context(office.desk())
        await desk.until_alive(1)
        for others in (0, 6):
            for number in range(others):
                token = staff_sessions["other-agent" if number % 2 else "lead"]
                other = await stack.enter_async_context(open_page(office.url, "/desk/handelser", staff_cookie(token)))
                await other.until_alive(1)
            resident = await office.resident()
            await desk.until_alive(12)
            with asked_of_the_database(office.app) as statements:
                reference = await resident.queue_up()
                await desk.until(lambda each, wanted=reference: wanted in each.data)
                await desk.until_alive(12)
            counts.append(len([each for each in statements if "staff_sessions" in each or "row_number()" in each]))
    assert counts[0] == counts[1]


async def test_a_long_queue_shows_its_beginning_and_its_length(people: People) -> None:
    residents = [await people.resident() for _ in range(MOST_SHOWN + 3)]
    references = [await each.queue_up() for each in residents]
    page = (await people.agent.client.get("/desk", headers={"Accept": "text/html"})).text
    assert f"{MOST_SHOWN + 3} ärenden väntar. Här visas de {MOST_SHOWN} första." in page
    assert references[0] in page
    assert references[MOST_SHOWN - 1] in page
    assert references[MOST_SHOWN] not in page


async def test_an_open_desk_of_somebody_who_has_signed_out_is_told_so_and_no_more(office: Office) -> None:
    signed_in: Json = {"username": "agent", "password": "ett långt lösenord"}
    token = (await office.client.post("/api/session", json=signed_in)).cookies["staff_session"]
    async with open_page(office.url, "/desk/handelser", staff_cookie(token)) as desk:
        await desk.until(lambda each: each.name == "queue")
        await office.client.delete("/api/session", headers={"Cookie": f"staff_session={token}"})
        reference = await (await office.resident()).queue_up()
        told = await desk.until(lambda each: each.name in {"queue", "signed_out"} and each.data != "")
        assert told.name == "signed_out"
        assert reference not in told.data


async def test_what_happens_to_a_case_reaches_its_open_page(office: Office) -> None:
    reference = await (await office.resident()).queue_up()
    async with open_page(office.url, f"{DESK_CASES}/{reference}/handelser", staff_cookie(office.agent_token)) as page:
        await page.until(lambda each: each.name == "case" and "väntar i kön" in each.data)
        await office.agent.claim(reference)
        await page.until(lambda each: each.name == "case" and "Du har ärendet." in each.data)
        await office.agent.hand_back(reference)
        await page.until(lambda each: each.name == "case" and "tillbaka hos boten" in each.data)


async def test_a_page_that_somebody_waits_for_goes_before_the_desks(office: Office) -> None:
    board, hub = office.app.state.board, office.app.state.hub
    async with office.desk() as desk:
        await desk.until(lambda each: each.name == "queue")
        await desk.until_alive(12)
        with hub.subscribe(live.QUEUE) as changes, hub.subscribe(DESKS) as readings:
            with board.page_first():
                await (await office.resident()).queue_up()
                assert await changes.wait(PATIENCE_SECONDS)
                # Longer than changes are gathered, and not longer than the desks have patience.
                async with transaction(office.app.state.sessions) as session:
                    await session.execute(select(func.pg_sleep((GATHERING_SECONDS + PAGE_FIRST_SECONDS) / 2)))
                assert not await readings.wait(0)
            assert await readings.wait(PATIENCE_SECONDS)


async def test_no_page_keeps_the_desks_waiting(office: Office) -> None:
    async with office.desk() as desk:
        await desk.until(lambda each: each.name == "queue")
        with office.app.state.board.page_first():
            resident = await office.resident()
            reference = await resident.queue_up()
            await desk.until(lambda each: each.name == "queue" and reference in each.data)


def queue_readings(statements: list[str]) -> int:
    return len([each for each in statements if "row_number()" in each])


async def show_queue(office: Office) -> str:
    return (await office.client.get("/desk", headers={"Accept": "text/html"})).text


async def test_while_nothing_changes_the_queue_is_read_once_for_every_page(office: Office) -> None:
    reference = await (await office.resident()).queue_up()
    async with office.desk() as desk:
        await desk.until(lambda each: each.name == "queue" and reference in each.data)
        # Whoever comes to the desk is shown to the others.
        await show_queue(office)
        await desk.until_alive(24)
        with asked_of_the_database(office.app) as statements:
            pages = [await show_queue(office) for _ in range(3)]
    assert all(reference in page for page in pages)
    assert queue_readings(statements) == 0


async def test_a_page_shows_what_has_just_been_done_in_the_same_process(office: Office) -> None:
    async with office.desk() as desk:
        await desk.until(lambda each: each.name == "queue")
        for _ in range(8):
            await show_queue(office)
            reference = await (await office.resident()).queue_up()
            assert f"Ta ärendet {reference}" in await show_queue(office)
            await office.agent.claim(reference)
            page = await show_queue(office)
            assert f"Ta ärendet {reference}" not in page
            assert f"Öppna {reference}" in page


async def test_a_process_knows_that_it_has_changed_the_queue_before_the_database_says_so(app: FastAPI) -> None:
    hub = live.Hub("nobody listens")
    sessions = create_session_factory(app.state.engine, **{live.HUB: hub})
    with hub.subscribe(live.QUEUE) as changes:
        async with transaction(sessions) as session:
            live.publish(session, live.OUTGOING)
        assert changes.is_quiet
        async with sessions() as session:
            live.publish(session, live.QUEUE)
            await session.rollback()
        assert changes.is_quiet
        async with transaction(sessions) as session:
            live.publish(session, live.QUEUE)
            assert changes.is_quiet
        assert not changes.is_quiet


async def test_a_page_shows_what_another_process_has_said_that_it_has_done(office: Office) -> None:
    reference = await (await office.resident()).queue_up()
    elsewhere = create_session_factory(office.app.state.engine)
    async with office.desk() as desk:
        await desk.until(lambda each: each.name == "queue" and reference in each.data)
        assert "Brådskande" not in row_of(await show_queue(office), reference)
        with office.app.state.hub.subscribe(live.QUEUE) as changes:
            async with transaction(elsewhere) as session:
                await session.execute(update(Case).values(priority="urgent", priority_rank=0))
                live.publish(session, live.QUEUE)
            assert await changes.wait(PATIENCE_SECONDS)
        assert "Brådskande" in row_of(await show_queue(office), reference)


async def test_what_time_alone_changes_is_not_kept_for_long(office: Office, clock: FakeClock) -> None:
    async with office.desk() as desk:
        await desk.until(lambda each: each.name == "queue")
        await show_queue(office)
        await desk.until_alive(24)
        clock.advance(seconds=DESK_LASTS.total_seconds())
        with asked_of_the_database(office.app) as statements:
            await show_queue(office)
    assert queue_readings(statements) == 1


async def test_a_stream_is_no_page_that_the_desks_wait_for(office: Office) -> None:
    async with office.desk() as desk, office.chat(await office.resident()) as chat:
        await desk.until_alive(12)
        await chat.until_alive(12)
        assert office.app.state.board.is_calm


def row_of(page: str, reference: str) -> str:
    """The row of a case among those that wait."""
    return page.partition(f'data-key="{reference}"')[2].partition("</li>")[0]
