"""An agent asks for contact details or consent by a form; the resident answers once, and need not."""

from typing import Any

import httpx
import psycopg
import pytest
from fakes import FakeClock
from people import Json, Member, People, Resident, a_personal_number, assert_problem
from test_erasure import whole_database

from handover_api.cases.erasure import erase
from handover_api.database import SessionFactory, transaction
from handover_api.rules.personal_data import PERSONAL_NUMBER_MASK

DETAILS = {
    "client_id": "fraga-1",
    "kind": "details",
    "details": ["email", "telephone"],
    "purpose": "för att handläggaren ska kunna ringa dig.",
}
CONSENT = {"client_id": "fraga-2", "kind": "consent", "purpose": "att vi skickar din fråga till hyresvärden"}
EMAIL = "namn@exempel.se"


async def ask(member: Member, reference: str, question: Json = DETAILS) -> httpx.Response:
    return await member.client.post(f"/api/cases/{reference}/requests", json=question)


async def answer(resident: Resident, client: httpx.AsyncClient, seq: int, **given: Any) -> httpx.Response:
    return await client.post(f"{resident.path}/requests/{seq}", json=given, headers=resident.headers)


@pytest.fixture
async def case(people: People) -> tuple[Resident, str]:
    """One that the agent has."""
    resident = await people.resident()
    reference = await resident.queue_up()
    await people.agent.claim(reference)
    return resident, reference


async def asked(people: People, reference: str, question: Json = DETAILS) -> int:
    response = await ask(people.agent, reference, question)
    assert response.status_code == 202, response.text
    return int(response.json()["seq"])


async def listed(people: People, reference: str) -> list[Json]:
    return list((await people.agent.client.get(f"/api/cases/{reference}/requests")).json())


async def test_the_question_is_a_message_that_says_what_is_asked_and_why(
    people: People, case: tuple[Resident, str]
) -> None:
    resident, reference = case
    seq = await asked(people, reference)
    message = (await resident.read(seq - 1))[0]
    assert message["kind"] == "request"
    assert message["text"] == (
        "Kan du lämna din e-postadress och ditt telefonnummer? Vi behöver det för att handläggaren ska kunna ringa dig."
    )
    assert message["payload"]["request"] == {
        "kind": "details",
        "details": ["email", "telephone"],
        "purpose": "handläggaren ska kunna ringa dig",
    }
    assert await asked(people, reference) == seq


async def test_what_is_left_is_read_by_staff_and_stands_in_no_message(
    people: People, case: tuple[Resident, str]
) -> None:
    resident, reference = case
    seq = await asked(people, reference)
    given = {"answer": "yes", "email": " Namn@Exempel.se ", "telephone": "", "name": "Ingen"}
    answered = await answer(resident, people.agent.client, seq, **given)
    assert answered.status_code == 202
    message = (await resident.read(seq))[-1]
    assert (message["kind"], message["text"]) == ("request_answer", "Jag har lämnat min e-postadress.")
    assert EMAIL not in str(await resident.read())
    [question] = await listed(people, reference)
    assert (question["answer"]["email"], question["answer"]["telephone"], question["answer"]["name"]) == (
        EMAIL,
        None,
        None,
    )
    page = (await people.agent.client.get(f"/desk/arenden/{reference}", headers={"accept": "text/html"})).text
    assert page.count(EMAIL) == 2
    assert "Invånaren har lämnat uppgifter för att handläggaren ska kunna ringa dig." in page


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("yes", "Ja, jag godkänner att vi skickar din fråga till hyresvärden."),
        ("no", "Nej, jag godkänner inte att vi skickar din fråga till hyresvärden."),
    ],
)
async def test_consent_is_kept_with_what_was_agreed_to(
    people: People, case: tuple[Resident, str], given: str, said: str
) -> None:
    resident, reference = case
    seq = await asked(people, reference, CONSENT)
    await answer(resident, people.agent.client, seq, answer=given)
    message = (await resident.read(seq))[-1]
    assert (message["author"], message["text"]) == ("resident", said)
    assert message["payload"] == {
        "answers": seq,
        "request": {
            "kind": "consent",
            "details": [],
            "purpose": "vi skickar din fråga till hyresvärden",
            "answer": given,
        },
    }
    [question] = await listed(people, reference)
    assert (question["asked_by"], question["answer"]["answer"]) == ("Agenten", given)


async def test_declining_is_always_possible_and_leaves_nothing(people: People, case: tuple[Resident, str]) -> None:
    resident, reference = case
    seq = await asked(people, reference)
    declined = await answer(resident, people.agent.client, seq, answer="no", email=EMAIL)
    assert declined.status_code == 202
    [question] = await listed(people, reference)
    assert (question["answer"]["answer"], question["answer"]["email"]) == ("no", None)


async def test_a_question_is_answered_once(people: People, case: tuple[Resident, str]) -> None:
    resident, reference = case
    seq = await asked(people, reference)
    first = await answer(resident, people.agent.client, seq, answer="yes", email=EMAIL)
    again = await answer(resident, people.agent.client, seq, answer="yes", email=EMAIL)
    assert again.json() == first.json()
    for other in ({"answer": "no"}, {"answer": "yes", "email": "annan@exempel.se"}):
        problem = assert_problem(await answer(resident, people.agent.client, seq, **other), 409, "request_answered")
        assert problem["detail"] == "Du har redan svarat på den här frågan."
    assert len([each for each in await resident.read() if each["kind"] == "request_answer"]) == 1


async def test_what_cannot_be_used_is_told_beside_its_field_and_changes_nothing(
    people: People, case: tuple[Resident, str]
) -> None:
    resident, reference = case
    seq = await asked(people, reference)
    wrong = await answer(resident, people.agent.client, seq, answer="yes", email="namn@", telephone="112")
    problem = assert_problem(wrong, 422, "details_wrong")
    assert set(problem["fields"]) == {"email", "telephone"}
    nothing = assert_problem(await answer(resident, people.agent.client, seq, answer="yes"), 422, "details_wrong")
    assert nothing["fields"] == {"email": "Fyll i minst en uppgift, eller välj ”Nej tack”."}
    assert (await listed(people, reference))[0]["answer"] is None


async def test_personal_numbers_are_masked_in_all_that_is_written(
    people: People, case: tuple[Resident, str], database_url: str
) -> None:
    resident, reference = case
    number = a_personal_number()
    question = {**DETAILS, "details": ["name"], "purpose": f"vi ska se om {number} stämmer"}
    seq = await asked(people, reference, question)
    await answer(resident, people.agent.client, seq, answer="yes", name=f"Namn {number}")
    assert (await listed(people, reference))[0]["answer"]["name"] == f"Namn {PERSONAL_NUMBER_MASK}"
    assert number not in whole_database(database_url)


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ({**DETAILS, "details": []}, "details_missing"),
        ({**DETAILS, "purpose": "  "}, "purpose_missing"),
        ({**CONSENT, "purpose": "att "}, "purpose_missing"),
        ({**CONSENT, "purpose": "att ?"}, "purpose_missing"),
        ({**CONSENT, "purpose": "a" * 301}, "purpose_too_long"),
    ],
)
async def test_a_question_that_says_too_little_is_not_asked(
    people: People, case: tuple[Resident, str], question: Json, code: str
) -> None:
    resident, reference = case
    assert_problem(await ask(people.agent, reference, question), 422, code)
    assert "request" not in {each["kind"] for each in await resident.read()}


async def test_only_who_has_the_case_asks_and_only_its_resident_answers(
    people: People, case: tuple[Resident, str]
) -> None:
    resident, reference = case
    assert_problem(await ask(people.other_agent, reference), 409, "not_yours")
    assert_problem(await ask(people.editor, reference), 404, "not_found")
    seq = await asked(people, reference)
    stranger = await people.resident()
    assert_problem(await answer(stranger, people.agent.client, seq, answer="no"), 404, "request_missing")
    assert_problem(await answer(resident, people.agent.client, 1, answer="no"), 404, "request_missing")


async def test_a_form_of_a_closed_conversation_says_so(people: People, case: tuple[Resident, str]) -> None:
    resident, reference = case
    seq = await asked(people, reference)
    await people.agent.client.post(f"/api/cases/{reference}/close", json={"resolution": "withdrawn"})
    problem = assert_problem(
        await answer(resident, people.agent.client, seq, answer="yes", email=EMAIL), 409, "conversation_closed"
    )
    assert problem["detail"] == "Samtalet är avslutat, så det går inte längre att svara på frågan."
    assert_problem(await ask(people.agent, reference, CONSENT), 409, "already_closed")


async def test_a_form_is_over_when_the_bot_has_the_conversation_again(
    people: People, case: tuple[Resident, str]
) -> None:
    resident, reference = case
    seq = await asked(people, reference)
    await people.agent.client.post(f"/api/cases/{reference}/hand-back")
    assert_problem(await answer(resident, people.agent.client, seq, answer="no"), 409, "request_over")


async def test_what_was_left_is_erased_with_the_conversation(
    people: People, case: tuple[Resident, str], sessions: SessionFactory, clock: FakeClock, database_url: str
) -> None:
    resident, reference = case
    seq = await asked(people, reference)
    await answer(resident, people.agent.client, seq, answer="yes", email=EMAIL, telephone="070-174 06 05")
    assert EMAIL in whole_database(database_url)
    await people.agent.client.post(f"/api/cases/{reference}/close", json={"resolution": "withdrawn"})
    async with transaction(sessions) as session:
        receipt = await erase(session, reference, "gallringsbeslut 12", clock())
    assert receipt.contact_details == 1
    left = whole_database(database_url)
    assert EMAIL not in left
    assert "701740605" not in left
    assert "handläggaren ska kunna" not in left


async def test_the_trail_says_that_it_was_asked_and_answered_and_nothing_of_what(
    people: People, case: tuple[Resident, str], database_url: str
) -> None:
    resident, reference = case
    seq = await asked(people, reference)
    await answer(resident, people.agent.client, seq, answer="yes", email=EMAIL)
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(
            "SELECT action, to_jsonb(e)::text FROM audit_entries AS e WHERE action IN ('ask_by_form', 'answer_form')"
        ).fetchall()
    assert sorted(action for action, _ in rows) == ["answer_form", "ask_by_form"]
    assert not any(EMAIL in row or "handläggaren" in row for _, row in rows)
