"""Whoever opens a case that is not theirs says why; it is kept, told in the case, and holds for a shift."""

import json

import pytest
from departments import add_departments
from fakes import FakeClock
from fastapi import FastAPI
from organising import make_groups
from people import AGENT, PASSWORD, Member, People, a_personal_number, assert_problem
from secret_cases import SAID, a_case
from sqlalchemy import select
from test_secrecy import HTML, routes_of_a_case
from watching import Office, open_page, staff_cookie

from handover_api.cases.erasure import erase
from handover_api.database import SessionFactory, transaction
from handover_api.models import AuditEntry, CaseOpening
from handover_api.rules.access import MAX_NOTE_CHARACTERS, OPENING_LASTS

# By these a case is opened; a stream goes on, and is tried for itself.
OPENS = ("/openings", "/oppna")
STREAM = "/handelser"
# Enough of what the steps ask for that some of them would do something.
BODY = {
    "client_id": "a",
    "text": "Hej",
    "note": "Hej",
    "resolution": "solved",
    "department": "bygg",
    "to_group": "allmant",
    "target": "group:allmant",
    "seq": 1,
    "secrecy_classes": [],
}


async def anothers_case(people: People) -> str:
    """A case that a colleague of the agent's has."""
    _, reference = await a_case(people)
    assert (await people.other_agent.claim(reference)).status_code == 200
    return reference


def reading_routes(app: FastAPI) -> list[str]:
    return [path for method, path in routes_of_a_case(app) if method == "GET" and not path.endswith(OPENS)]


@pytest.mark.parametrize("who", ["agent", "lead"])
async def test_nothing_of_anothers_case_is_read_at_any_address_without_a_reason(
    app: FastAPI, people: People, who: str
) -> None:
    member: Member = getattr(people, who)
    reference = await anothers_case(people)
    assert len(reading_routes(app)) >= 7
    for path in reading_routes(app):
        address = path.replace("{reference}", reference)
        problem = assert_problem(await member.client.get(address), 403, "reason_needed")
        assert problem["case"] == reference
        asked = await member.client.get(address, headers=HTML)
        if address.startswith("/desk"):
            assert (asked.status_code, asked.headers["location"]) == (303, f"/desk/arenden/{reference}/oppna")
        assert SAID not in asked.text


async def test_no_step_tells_what_was_said_in_anothers_case(
    app: FastAPI, people: People, sessions: SessionFactory
) -> None:
    await add_departments(sessions)
    for member in (people.agent, people.lead):
        for method, path in routes_of_a_case(app):
            if method == "GET" or path.endswith(OPENS):
                continue
            # Each of them on a case of its own: some of them change whose it is.
            reference = await anothers_case(people)
            address = path.replace("{reference}", reference)
            content = {"data": {**BODY, "version": "2", "key": "a"}} if "/desk/" in path else {"json": BODY}
            response = await member.client.request(method, address, headers=HTML, **content)
            case = (await people.other_agent.client.get(f"/api/cases/{reference}")).text
            is_theirs_now = member is people.lead and path.endswith(("/take-over", "/return", "/transfer"))
            assert SAID in case or is_theirs_now or "/desk/" in path, path
            if not is_theirs_now:
                assert SAID not in response.text, path


async def test_whoever_says_why_reads_the_case_for_a_shift(app: FastAPI, people: People, clock: FakeClock) -> None:
    reference = await anothers_case(people)
    assert (await people.agent.open_case(reference)).status_code == 204
    for path in reading_routes(app):
        if not path.endswith(STREAM):
            address = path.replace("{reference}", reference)
            assert (await people.agent.client.get(address, headers=HTML)).status_code == 200, path
    clock.advance(seconds=OPENING_LASTS.total_seconds() - 1)
    # A sign-in does not last as long as a reason.
    later = Member(people.connect())
    await later.client.post("/api/session", json={"username": AGENT.username, "password": PASSWORD})
    assert (await later.client.get(f"/api/cases/{reference}")).status_code == 200
    clock.advance(seconds=2)
    assert_problem(await later.client.get(f"/api/cases/{reference}"), 403, "reason_needed")
    assert (await later.client.delete("/api/session")).status_code == 204


async def test_a_reason_opens_one_case_for_one_person(people: People) -> None:
    first, second = await anothers_case(people), await anothers_case(people)
    await people.agent.open_case(first)
    assert_problem(await people.agent.client.get(f"/api/cases/{second}"), 403, "reason_needed")
    assert_problem(await people.lead.client.get(f"/api/cases/{first}"), 403, "reason_needed")


async def test_ones_own_case_and_what_waits_need_no_reason(people: People) -> None:
    _, reference = await a_case(people)
    assert (await people.agent.client.get(f"/api/cases/{reference}")).status_code == 200
    await people.agent.claim(reference)
    assert (await people.agent.client.get(f"/api/cases/{reference}")).status_code == 200
    await people.agent.close(reference)
    assert (await people.agent.client.get(f"/api/cases/{reference}")).status_code == 200
    assert_problem(await people.other_agent.client.get(f"/api/cases/{reference}"), 403, "reason_needed")


async def test_what_is_given_to_a_colleague_is_the_colleagues(people: People) -> None:
    _, reference = await a_case(people)
    await people.agent.claim(reference)
    await people.other_agent.be("available")
    given = await people.agent.transfer(reference, to_agent="other-agent")
    assert (given.status_code, given.json()["owner"], given.json()["messages"]) == (200, "Den andra agenten", [])
    assert (await people.other_agent.client.get(f"/api/cases/{reference}")).status_code == 200
    assert_problem(await people.agent.client.get(f"/api/cases/{reference}"), 403, "reason_needed")


async def test_the_page_asks_tells_who_has_the_case_and_goes_on_to_it(people: People) -> None:
    reference = await anothers_case(people)
    path = f"/desk/arenden/{reference}/oppna"
    page = (await people.agent.client.get(path, headers=HTML)).text
    assert "Den andra agenten har ärendet." in page
    assert SAID not in page
    sent = await people.agent.client.post(path, data={"reason": "resident_back"}, headers=HTML)
    assert (sent.status_code, sent.headers["location"]) == (303, f"/desk/arenden/{reference}")
    read = (await people.agent.client.get(f"/desk/arenden/{reference}", headers=HTML)).text
    assert SAID in read
    assert "Agenten öppnade ärendet. Skäl: Invånaren har hört av sig igen" in read
    again = await people.agent.client.get(path, headers=HTML)
    assert (again.status_code, again.headers["location"]) == (303, f"/desk/arenden/{reference}")


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({}, "Välj varför du öppnar ärendet."),
        ({"reason": "finns-inte"}, "Välj varför du öppnar ärendet."),
        ({"reason": "other", "note": "  "}, "Skriv varför du behöver öppna ärendet."),
        ({"reason": "other", "note": "x" * (MAX_NOTE_CHARACTERS + 1)}, "Den får vara högst 200 tecken."),
    ],
)
async def test_what_is_missing_is_told_beside_the_field_and_nothing_written_is_lost(
    people: People, form: dict[str, str], told: str
) -> None:
    reference = await anothers_case(people)
    response = await people.agent.client.post(f"/desk/arenden/{reference}/oppna", data=form, headers=HTML)
    assert response.status_code == 422
    assert told in response.text
    assert form.get("note", "").strip() in response.text
    assert_problem(await people.agent.client.get(f"/api/cases/{reference}"), 403, "reason_needed")


async def test_a_reason_in_own_words_is_masked_and_goes_with_the_conversation(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    reference = await anothers_case(people)
    assert_problem(await people.agent.open_case(reference, "other"), 422, "note_missing")
    note = f"Gäller {a_personal_number()}"
    assert (await people.agent.open_case(reference, "other", note=note)).status_code == 204
    page = (await people.agent.client.get(f"/desk/arenden/{reference}", headers=HTML)).text
    assert "Skäl: Gäller [personnummer" in page
    assert a_personal_number() not in page
    async with transaction(sessions) as session:
        entry = (await session.scalars(select(AuditEntry).where(AuditEntry.action == "open"))).one()
    assert (entry.subject_id, entry.details["reason"]) == (reference, "other")
    assert "Gäller" not in json.dumps(entry.details)
    await people.other_agent.close(reference)
    async with transaction(sessions) as session:
        await erase(session, reference, "beslut", clock())
    async with transaction(sessions) as session:
        opening = (await session.scalars(select(CaseOpening))).one()
    assert (opening.reason, opening.note) == ("other", None)


async def test_a_reply_to_a_case_that_a_colleague_has_taken_is_not_lost_and_nothing_more_is_shown(
    people: People,
) -> None:
    reference = await anothers_case(people)
    form = {"client_id": "a", "text": "Mitt långa svar"}
    response = await people.agent.client.post(f"/desk/arenden/{reference}/meddelanden", data=form, headers=HTML)
    assert response.status_code == 409
    assert "Ärendet ligger hos en kollega." in response.text
    assert "Mitt långa svar" in response.text
    assert SAID not in response.text


async def test_an_open_page_is_told_who_took_the_case_and_then_nothing_more(office: Office, people: People) -> None:
    resident, reference = await a_case(people)
    path = f"/desk/arenden/{reference}/handelser"
    async with open_page(office.url, path, staff_cookie(office.agent_token)) as page:
        await page.until(lambda event: event.name == "message" and SAID in event.data)
        await people.other_agent.claim(reference)
        await page.until(lambda event: event.name == "case" and "Den andra agenten har ärendet." in event.data)
        assert (await page.next()).name == "hidden"
        await resident.write("Hemligt nu")
        with pytest.raises(StopAsyncIteration):
            await page.next()


async def test_an_open_page_of_a_case_that_comes_under_secrecy_ends(
    office: Office, people: People, sessions: SessionFactory
) -> None:
    await make_groups(sessions, "social")
    _, reference = await a_case(people)
    path = f"/desk/arenden/{reference}/handelser"
    async with open_page(office.url, path, staff_cookie(office.agent_token)) as page:
        await page.until(lambda event: event.name == "read")
        await people.lead.client.put(f"/api/cases/{reference}/secrecy", json={"secrecy_classes": ["social"]})
        await page.until(lambda event: event.name == "hidden")


async def test_the_editors_are_told_of_anothers_case_only_for_a_reason(people: People) -> None:
    reference = await anothers_case(people)
    page = (await people.other_agent.client.get(f"/desk/arenden/{reference}", headers=HTML)).text
    path = page.split('href="/desk/boten-borde/', 1)[1].split('"', 1)[0]
    asked = await people.agent.client.get(f"/desk/boten-borde/{path}", headers=HTML)
    assert (asked.status_code, asked.headers["location"]) == (303, f"/desk/arenden/{reference}/oppna")
    await people.agent.open_case(reference)
    assert SAID in (await people.agent.client.get(f"/desk/boten-borde/{path}", headers=HTML)).text
