"""Coming back to a case from another browser, with the reference and the code."""

import string
from datetime import timedelta

import httpx
import pytest
from fakes import FakeClock
from hypothesis import given
from hypothesis import strategies as st
from people import Json, People, Resident, assert_problem, said_by
from sqlalchemy import text

from handover_api.cases import coming_back
from handover_api.conversations.return_code import ALPHABET, LENGTH, code_for, hash_code, shown_code
from handover_api.database import SessionFactory, transaction

LOOK_ALIKES = set("0O1IL2Z5S8B")


async def asked(people: People) -> tuple[Resident, str, str]:
    """A resident with a case, its reference and its code."""
    resident = await people.resident()
    await resident.write("Min fråga")
    reference = await resident.queue_up()
    await resident.leave_contact("anonymous")
    return resident, reference, str((await resident.status())["return_code"])


async def attempt(people: People, reference: str, code: str) -> httpx.Response:
    return await people.connect().post("/api/conversations/return", json={"reference": reference, "code": code})


def told(response: httpx.Response) -> Json:
    body = dict(response.json())
    return {name: value for name, value in body.items() if name != "reference"}


@given(st.text(string.ascii_letters + string.digits, min_size=1))
def test_a_code_can_be_read_aloud_and_written_in_any_way(token: str) -> None:
    code = code_for(token)
    written = code.replace("-", "")
    assert len(written) == LENGTH
    assert set(written) <= set(ALPHABET)
    assert not set(ALPHABET) & LOOK_ALIKES
    assert hash_code(code) == hash_code(f" {written.lower()[:3]} {written[3:]} ")
    assert shown_code(token, hash_code(code)) == code
    assert shown_code(f"{token}x", hash_code(code)) is None


async def test_whoever_has_the_code_reads_everything_and_goes_on(people: People) -> None:
    first, reference, code = await asked(people)
    await people.agent.write(reference, "Här är svaret.")
    returned = await people.comes_back(reference, code)
    assert returned.id == first.id
    assert returned.token != first.token
    assert (await returned.read())[-1]["text"] == "Här är svaret."
    await returned.write("Tack", client_id="annan-1")
    assert "Tack" in said_by("resident", await first.read())
    # The code is not known from the new token, and is not another one either.
    assert (await returned.status())["return_code"] is None
    assert (await first.status())["return_code"] == code


async def test_the_code_works_when_the_conversation_is_closed(people: People) -> None:
    _, reference, code = await asked(people)
    await people.agent.claim(reference)
    await people.agent.close(reference)
    returned = await people.comes_back(reference, code)
    assert (await returned.read())[0]["text"] == "Min fråga"
    assert_problem(await returned.write("Mer", client_id="annan-1"), 409, "conversation_closed")
    later = await people.resident(continues=returned.id, continues_token=returned.token)
    later_reference = await later.queue_up()
    case = await people.agent.get_case(later_reference)
    assert [each["reference"] for each in case["related"]] == [reference]


async def test_a_wrong_reference_and_a_wrong_code_look_alike(people: People) -> None:
    _, reference, code = await asked(people)
    _, other_reference, _ = await asked(people)
    answers = [
        await attempt(people, reference, "ACDEF-GHJKM"),
        await attempt(people, other_reference, code),
        await attempt(people, "2026-999999", code),
        await attempt(people, "'; --\x00", code),
        await attempt(people, "", ""),
    ]
    for answer in answers:
        assert_problem(answer, 404, "wrong_code")
    assert all(told(answer) == told(answers[0]) for answer in answers)


async def test_a_case_without_a_code_cannot_be_come_back_to(people: People, sessions: SessionFactory) -> None:
    _, reference, code = await asked(people)
    async with transaction(sessions) as session:
        await session.execute(text("UPDATE conversations SET code_hash = NULL"))
    assert_problem(await attempt(people, reference, code), 404, "wrong_code")


async def test_guessing_is_stopped_for_a_while(people: People, clock: FakeClock) -> None:
    _, reference, code = await asked(people)
    _, other_reference, other_code = await asked(people)
    for _ in range(coming_back.MAX_FAILURES):
        assert_problem(await attempt(people, reference, "ACDEF-GHJKM"), 404, "wrong_code")
    # The right code does not help either, or trying would go on.
    assert_problem(await attempt(people, f" {reference} ", code), 429, "too_many_attempts")
    assert (await people.comes_back(other_reference, other_code)).id
    clock.advance(seconds=(coming_back.WINDOW + timedelta(seconds=1)).total_seconds())
    assert (await people.comes_back(reference, code)).id


async def test_guessing_on_many_cases_is_stopped_too(
    people: People, monkeypatch: pytest.MonkeyPatch, clock: FakeClock
) -> None:
    monkeypatch.setattr(coming_back, "MAX_FAILURES_IN_ALL", 5)
    _, reference, code = await asked(people)
    for number in range(5):
        assert_problem(await attempt(people, f"2026-90000{number}", code), 404, "wrong_code")
    assert_problem(await attempt(people, reference, code), 429, "too_many_attempts")
    clock.advance(minutes=6)
    assert (await people.comes_back(reference, code)).id


async def test_neither_the_database_nor_the_staff_can_come_back(people: People, sessions: SessionFactory) -> None:
    resident, reference, code = await asked(people)
    assert code not in (await people.agent.client.get(f"/api/cases/{reference}")).text
    async with transaction(sessions) as session:
        for table in ("conversations", "conversation_keys", "messages", "cases", "audit_entries", "outgoing"):
            rows = "".join((await session.execute(text(f"SELECT t::text FROM {table} t"))).scalars())  # noqa: S608
            assert code not in rows
            assert resident.token not in rows


async def test_coming_back_is_in_the_audit_trail(people: People, sessions: SessionFactory) -> None:
    _, reference, code = await asked(people)
    await people.comes_back(reference, code)
    async with transaction(sessions) as session:
        rows = await session.execute(
            text("SELECT actor_kind, subject_id FROM audit_entries WHERE action = 'come_back'")
        )
        assert list(rows) == [("resident", reference)]


async def test_the_page_opens_the_case_with_the_answer(people: People) -> None:
    _, reference, code = await asked(people)
    await people.agent.write(reference, "Här är svaret.")
    page = people.connect(headers={"accept": "text/html"}, follow_redirects=True)
    assert "Ärendenummer" in (await page.get("/chatt/arende")).text

    wrong = await page.post("/chatt/arende", data={"reference": reference, "code": "fel"})
    assert wrong.status_code == 404
    assert "hör inte ihop" in wrong.text
    assert reference in wrong.text

    right = await page.post("/chatt/arende", data={"reference": reference, "code": code.lower()})
    assert right.url.path == "/chatt/mitt-arende"
    assert "Här är svaret." in right.text
    chat = await page.get("/chatt")
    assert "Här är svaret." in chat.text
    assert "koden som du skrev in" in " ".join(chat.text.split())
