"""What may be told by a sound or a notification, and what everybody chooses for themselves."""

import asyncio
import json
from contextlib import AsyncExitStack
from typing import Any

import pytest
from fakes import FakeClock
from organising import make_groups
from people import PATIENCE_SECONDS, People, Resident
from watching import DESK_CASES, Office, Page, asked_of_the_database, open_page, staff_cookie

from handover_api.database import SessionFactory
from handover_api.queue.keeper import Keeper

PATH = "/desk/installningar"
HTML = {"Accept": "text/html"}


async def news(page: Page, name: str, is_wanted: str = "") -> dict[str, Any]:
    """The next event of that name that has the words."""
    return dict(json.loads((await page.until(lambda each: each.name == name and is_wanted in each.data)).data))


def texts(told: dict[str, Any]) -> list[str]:
    return [notice["text"] for notice in told["notices"]]


async def with_the_agent(office: Office) -> tuple[Resident, str]:
    resident = await office.resident()
    reference = await resident.queue_up()
    assert (await office.agent.claim(reference)).status_code == 200
    return resident, reference


async def test_a_case_that_waits_is_news_on_the_page_of_another_case_too(office: Office) -> None:
    _, reference = await with_the_agent(office)
    async with (
        office.desk() as desk,
        open_page(office.url, f"{DESK_CASES}/{reference}/handelser", staff_cookie(office.agent_token)) as case,
    ):
        for page in (desk, case):
            assert texts(await news(page, "news_queue")) == []
        new = await (await office.resident()).queue_up()
        for page in (desk, case):
            told = await news(page, "news_queue", new)
            assert texts(told) == ["Nytt ärende väntar: Allmänna frågor"]
            assert told["notices"][0]["path"] == f"/desk/arenden/{new}"


async def test_open_case_pages_read_the_queue_together(office: Office) -> None:
    async with AsyncExitStack() as stack:
        pages = []
        for _ in range(4):
            _, reference = await with_the_agent(office)
            address = f"{DESK_CASES}/{reference}/handelser"
            page = await stack.enter_async_context(open_page(office.url, address, staff_cookie(office.agent_token)))
            await news(page, "news_queue")
            pages.append(page)
        resident = await office.resident()
        with asked_of_the_database(office.app) as statements:
            reference = await resident.queue_up()
            for page in pages:
                await news(page, "news_queue", reference)
        # One that all share, however many pages there are, and perhaps the one of what happened just before.
        assert len([each for each in statements if "anon_1.in_pile" in each]) in {1, 2}


async def test_what_a_resident_writes_is_news_in_its_agents_pages_and_never_in_words(office: Office) -> None:
    resident, reference = await with_the_agent(office)
    async with office.desk() as desk:
        await news(desk, "news_mine")
        await resident.write("kanariefågel")
        first = await news(desk, "news_mine", reference)
        assert texts(first) == [f"Nytt meddelande i {reference}"]
        await resident.write("kanariefågel igen")
        second = await news(desk, "news_mine", reference)
        assert first["notices"][0]["key"] != second["notices"][0]["key"]
        assert "kanariefågel" not in json.dumps([first, second])


async def test_an_offer_is_news_to_whom_it_is_made(office: Office, keeper: Keeper) -> None:
    await office.agent.be("available")
    async with office.desk() as desk:
        assert (await news(desk, "news_mine"))["takes_cases"] is True
        reference = await (await office.resident()).queue_up()
        await keeper.work()
        assert texts(await news(desk, "news_mine", reference)) == ["Vill du ta ärendet? Allmänna frågor"]
        await office.agent.be("on_break")
        assert (await news(desk, "news_mine"))["takes_cases"] is False


async def test_other_groups_cases_and_old_ones_are_no_news(
    office: Office, people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    await make_groups(sessions, "social")
    await people.lead.put_profile("agent", answer_groups=["social"], capacity=3, languages=["sv"])
    other = await (await office.resident()).queue_up()
    async with office.desk() as desk:
        assert texts(await news(desk, "news_queue")) == []
    await people.lead.transfer(other, to_group="social")
    async with office.desk() as desk:
        assert texts(await news(desk, "news_queue", other)) == ["Nytt ärende väntar: Socialtjänst"]
    clock.advance(minutes=12)
    async with office.desk() as desk:
        assert texts(await news(desk, "news_queue")) == []


async def test_colleagues_load_is_live_for_agents_and_says_nothing_of_contents(office: Office, people: People) -> None:
    await people.other_agent.be("available")
    async with office.desk() as desk:
        shown = await desk.until(lambda each: each.name == "queue")
        assert "Den andra agenten" in shown.data
        # Nobody who is away and has nothing, and not oneself.
        assert "Teamledaren" not in shown.data.split("Kollegor just nu")[1]
        assert "Agenten" not in shown.data.split("Kollegor just nu")[1].replace("Den andra agenten", "")
        reference = await (await office.resident()).queue_up()
        await people.other_agent.claim(reference)
        shown = await desk.until(lambda each: each.name == "queue" and "1 av 3 samtal" in each.data)
        assert reference not in shown.data.split("Kollegor just nu")[1]


async def test_a_queue_that_changed_while_nobody_looked_is_read_anew(office: Office) -> None:
    async with office.desk() as desk:
        reference = await (await office.resident()).queue_up()
        await desk.until(lambda each: each.name == "queue" and reference in each.data)
    board, hub = office.app.state.board, office.app.state.hub
    # Nobody is told when a stream has ended, nor when the board has read without anybody looking.
    with hub.subscribe("nobody-looks") as pause:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while list(board._open):  # noqa: SLF001 - see above
                await pause.wait(0.05)
        await office.agent.claim(reference)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while board.desk is not None:
                await pause.wait(0.05)
    async with office.desk() as desk:
        shown = await desk.until(lambda each: each.name == "queue")
        assert "Ingen väntar just nu." in shown.data


async def test_what_somebody_chooses_is_kept_and_told_to_the_scripts_of_every_page(people: People) -> None:
    client = people.agent.client
    page = (await client.get("/desk", headers=HTML)).text
    assert 'data-sound="off" data-notify="off" data-shortcuts="off"' in page
    saved = await client.post(PATH, data={"ljud": "cases", "aviseringar": "all", "kortkommandon": "1"}, headers=HTML)
    assert (saved.status_code, saved.headers["location"]) == (303, f"{PATH}?sparat=1")
    assert "Inställningarna är sparade." in (await client.get(saved.headers["location"], headers=HTML)).text
    page = (await client.get("/desk", headers=HTML)).text
    assert 'data-sound="cases" data-notify="all" data-shortcuts="on"' in page
    assert 'data-sound="off"' in (await people.other_agent.client.get("/desk", headers=HTML)).text
    await client.post(PATH, data={"ljud": "off", "aviseringar": "off"}, headers=HTML)
    assert 'data-shortcuts="off"' in (await client.get("/desk", headers=HTML)).text


@pytest.mark.parametrize("field", ["ljud", "aviseringar"])
async def test_a_choice_that_there_is_not_changes_nothing(people: People, field: str) -> None:
    assert (await people.agent.client.post(PATH, data={field: "alltid"}, headers=HTML)).status_code == 422
    assert 'data-sound="off" data-notify="off"' in (await people.agent.client.get("/desk", headers=HTML)).text


async def test_the_choices_are_for_those_who_handle_cases(people: People) -> None:
    for member in (people.editor, people.admin):
        assert (await member.client.get(PATH)).status_code == 404
    assert (await people.lead.client.get(PATH, headers=HTML)).status_code == 200
