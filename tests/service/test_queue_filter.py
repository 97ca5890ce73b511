"""What an agent chooses to see of the queue, and what the tab's title is made of."""

import re

from fakes import FakeBot, sees
from organising import make_groups
from people import Member, People
from watching import Office, open_page, staff_cookie

from handover_api.cases.reading import MOST_SHOWN
from handover_api.database import SessionFactory

HTML = {"Accept": "text/html"}
STREAM = "/desk/handelser"


async def shown(people: People, query: str = "", section: str = "vantar", member: Member | None = None) -> list[str]:
    """The references in a list of the queue of the agent, or of another member of staff."""
    page = (await (member or people.agent).client.get(f"/desk{query}", headers=HTML)).text
    found = re.search(rf'data-list="{section}">(.*?)</ol>', page, re.DOTALL)
    assert found
    return re.findall(r'data-key="([\d-]+)"', found[1])


async def in_group(people: People, sessions: SessionFactory, group: str) -> str:
    await make_groups(sessions, group)
    reference = await (await people.resident()).queue_up()
    await people.agent.claim(reference)
    assert (await people.agent.transfer(reference, to_group=group)).status_code == 200
    return reference


async def test_without_a_choice_everything_is_shown(people: People) -> None:
    references = [await (await people.resident()).queue_up() for _ in range(2)]
    assert await shown(people) == references


async def test_the_queue_of_one_answer_group_own_or_not(people: People, sessions: SessionFactory) -> None:
    ordinary = await (await people.resident()).queue_up()
    moved = await in_group(people, sessions, "social")
    assert await shown(people, "?grupp=social") == [moved]
    assert await shown(people, "?grupp=allmant") == [ordinary]
    assert await shown(people, "?grupp=finns-inte") == []
    for username in ("agent", "lead"):
        await people.lead.put_profile(username, answer_groups=["allmant"])
    # A lead sees the others beside; for an agent they do not exist.
    assert await shown(people, member=people.lead) == await shown(people) == [ordinary]
    assert await shown(people, section="andra-grupper", member=people.lead) == [moved]
    page = (await people.lead.client.get("/desk?grupp=social", headers=HTML)).text
    assert moved in page
    assert 'id="andra-grupper"' not in page
    page = (await people.agent.client.get("/desk", headers=HTML)).text
    assert moved not in page
    assert 'id="andra-grupper"' not in page


async def test_those_who_write_in_a_language(people: People) -> None:
    swedish = await (await people.resident()).queue_up()
    finnish = await (await people.resident(language="fi")).queue_up()
    assert await shown(people, "?sprak=fi") == [finnish]
    assert await shown(people, "?sprak=sv") == [swedish]
    page = (await people.agent.client.get("/desk?sprak=fi", headers=HTML)).text
    assert '<option value="fi" selected>Finska</option>' in page
    assert "1 ärende väntar." in page


async def test_only_what_is_urgent(people: People, bot: FakeBot) -> None:
    await (await people.resident()).queue_up()
    bot.reading = sees("akut-fara")
    resident = await people.resident()
    urgent = await resident.queue_up()
    await resident.write("Det brinner")
    await resident.read_until(lambda messages: any(each["kind"] == "urgent" for each in messages))
    assert await shown(people, "?bradskande=1") == [urgent]


async def test_those_who_sit_in_the_chat_apart_from_those_who_are_answered_later(people: People) -> None:
    sitting = await (await people.resident()).queue_up()
    gone = await people.resident()
    later = await gone.queue_up()
    assert (await gone.leave_contact("anonymous")).status_code == 200
    assert await shown(people, "?vantan=nu") == [sitting]
    assert await shown(people, "?vantan=senare") == [later]
    assert set(await shown(people, "?vantan=aldrig")) == {sitting, later}
    page = (await people.agent.client.get("/desk?vantan=senare", headers=HTML)).text
    assert "Svar lovat" in page
    assert '<option value="senare" selected>' in page


async def test_the_live_list_keeps_the_choice(office: Office) -> None:
    async with open_page(office.url, STREAM, staff_cookie(office.agent_token), sprak="fi") as page:
        await page.until(lambda event: event.name == "queue")
        swedish = await (await office.resident()).queue_up()
        resident = (await office.client.post("/api/conversations", json={"language": "fi"})).json()
        headers = {"Authorization": f"Bearer {resident['token']}"}
        asked = await office.client.post(f"/api/conversations/{resident['id']}/handover", headers=headers)
        finnish = asked.json()["case_reference"]
        event = await page.until(lambda event: event.name == "queue" and finnish in event.data)
        assert swedish not in event.data
        assert 'data-count="1"' in event.data
    polled = (await office.client.get("/desk/ko?sprak=fi")).json()["events"][0]["data"]
    assert finnish in polled
    assert swedish not in polled


async def test_a_choice_among_more_than_are_read_says_so(people: People) -> None:
    for _ in range(MOST_SHOWN + 1):
        await (await people.resident()).queue_up()
    said = f"Urvalet är gjort bland de {MOST_SHOWN} första"
    assert said in (await people.agent.client.get("/desk?sprak=sv", headers=HTML)).text
    assert said not in (await people.agent.client.get("/desk", headers=HTML)).text


async def test_what_nobody_could_have_chosen_shows_nothing_and_breaks_nothing(people: People) -> None:
    await (await people.resident()).queue_up()
    response = await people.agent.client.get("/desk?sprak=%22%3E%3Cscript%3E&bradskande=x", headers=HTML)
    assert response.status_code == 200
    assert "<script>" not in response.text
    assert "Inget som väntar stämmer med ditt urval." in response.text


async def test_what_the_agent_has_not_read_is_counted_as_it_comes(office: Office) -> None:
    resident = await office.resident()
    reference = await resident.queue_up()
    await office.agent.claim(reference)
    async with office.desk() as page:
        await page.until(lambda event: event.name == "presence" and 'data-unread="0"' in event.data)
        await resident.write("Är du där?")
        await page.until(lambda event: event.name == "presence" and 'data-unread="1"' in event.data)
        await resident.write("Hallå?")
        seq = (await resident.read())[-1]["seq"]
        await office.client.post(f"/api/cases/{reference}/read", json={"seq": seq})
        await page.until(lambda event: event.name == "presence" and 'data-unread="0"' in event.data)


async def test_a_colleagues_unread_are_not_ones_own(people: People) -> None:
    resident = await people.resident()
    await people.other_agent.claim(await resident.queue_up())
    await resident.write("Är du där?")
    assert 'data-unread="0"' in (await people.agent.client.get("/desk", headers=HTML)).text
    assert 'data-unread="1"' in (await people.other_agent.client.get("/desk", headers=HTML)).text
