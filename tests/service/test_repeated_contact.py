"""Whoever comes again is known again: the new case is linked to the one that there is."""

from fakes import FakeClock
from people import Json, Member, People

from handover_api.cases.related import RECENTLY


async def case_with_address(people: People, address: str = "namn@exempel.se", channel: str = "email") -> str:
    resident = await people.resident()
    reference = await resident.queue_up()
    response = await resident.leave_contact(channel, address)
    assert response.status_code == 200, response.text
    return reference


async def related(member: Member, reference: str) -> list[Json]:
    return list((await member.get_case(reference))["related"])


async def test_a_conversation_that_goes_on_is_linked_to_the_case_before(people: People) -> None:
    first = await people.resident()
    reference = await first.queue_up()
    await people.agent.claim(reference)
    await people.agent.close(reference)
    # Between them one without a case.
    between = await people.resident(continues=first.id, continues_token=first.token)
    last = await people.resident(continues=between.id, continues_token=between.token)
    later = await last.queue_up()
    assert await related(people.agent, later) == [{"reference": reference, "state": "closed", "is_earlier": True}]
    assert await related(people.agent, reference) == [{"reference": later, "state": "waiting", "is_earlier": False}]


async def test_the_same_address_links_an_open_case_whose_owner_sees_it(people: People) -> None:
    reference = await case_with_address(people)
    await people.agent.claim(reference)
    later = await case_with_address(people, "NAMN@exempel.se")
    [seen_by_owner] = await related(people.agent, reference)
    assert (seen_by_owner["reference"], seen_by_owner["is_earlier"]) == (later, False)
    page = await people.agent.client.get(f"/desk/arenden/{reference}", headers={"accept": "text/html"})
    assert f"/desk/arenden/{later}" in page.text
    # The earlier case is the earlier one, also when its resident changes the address and back.
    assert await related(people.agent, later) == [{"reference": reference, "state": "assigned", "is_earlier": True}]


async def test_the_same_number_links_a_text_message_and_a_call(people: People) -> None:
    reference = await case_with_address(people, "070-174 06 05", "sms")
    later = await case_with_address(people, "+46701740605", "telephone")
    assert [each["reference"] for each in await related(people.agent, later)] == [reference]


async def test_another_address_and_none_link_nothing(people: People) -> None:
    await case_with_address(people)
    other = await case_with_address(people, "annan@exempel.se")
    assert await related(people.agent, other) == []
    for _ in range(2):
        resident = await people.resident()
        reference = await resident.queue_up()
        await resident.leave_contact("anonymous")
        assert await related(people.agent, reference) == []


async def test_a_case_that_was_closed_long_ago_is_another_matter(people: People, clock: FakeClock) -> None:
    reference = await case_with_address(people)
    await people.agent.claim(reference)
    await people.agent.close(reference)
    resident = await people.resident()
    soon = await resident.queue_up()
    # The agents' sessions last for a working day; what is read is read by somebody who signs in again.
    clock.advance(seconds=RECENTLY.total_seconds())
    await resident.leave_contact("email", "namn@exempel.se")
    clock.advance(seconds=-RECENTLY.total_seconds())
    assert await related(people.agent, soon) == []
    within = await case_with_address(people)
    assert [each["reference"] for each in await related(people.agent, within)] == [soon]


async def test_the_resident_learns_nothing_of_it(people: People) -> None:
    reference = await case_with_address(people)
    stranger = await people.resident()
    await stranger.queue_up()
    await stranger.leave_contact("email", "namn@exempel.se")
    answers = f"{await stranger.status()}{await stranger.read()}"
    assert reference not in answers
