"""What residents say of the bot's answers."""

import httpx
import pytest
from fakes import FakeBot, reply, says
from people import Json, People, Resident, a_personal_number, assert_problem
from sqlalchemy import select

from handover_api.database import SessionFactory
from handover_api.models import AnswerFeedback

LONG = "å" * 501


async def rate(resident: Resident, people: People, seq: int, **said: object) -> httpx.Response:
    return await people.connect().post(f"{resident.path}/messages/{seq}/feedback", json=said, headers=resident.headers)


async def stored(sessions: SessionFactory) -> list[AnswerFeedback]:
    async with sessions() as session:
        return list(await session.scalars(select(AnswerFeedback)))


async def answered(people: People) -> tuple[Resident, int]:
    """A resident, and the number of the answer that the bot has given."""
    resident = await people.resident()
    await resident.write("Vad är radon?")
    return resident, (await resident.read_until_answered())[-1]["seq"]


async def test_an_answer_is_rated_once_and_may_be_rated_anew(people: People, sessions: SessionFactory) -> None:
    resident, seq = await answered(people)
    said: list[Json] = [
        {"has_helped": True, "missing": None},
        {"has_helped": False, "missing": None},
        {"has_helped": False, "missing": "Priset"},
    ]
    for each in said:
        response = await rate(resident, people, seq, **each)
        assert (response.status_code, response.json()) == (200, each)
    (kept,) = await stored(sessions)
    assert (kept.has_helped, kept.missing) == (False, "Priset")


async def test_what_was_missing_stays_until_something_else_is_said(people: People) -> None:
    resident, seq = await answered(people)
    await rate(resident, people, seq, has_helped=False, missing="Priset")
    assert (await rate(resident, people, seq, has_helped=False)).json()["missing"] == "Priset"
    assert (await rate(resident, people, seq, has_helped=False, missing=" ")).json()["missing"] is None
    await rate(resident, people, seq, has_helped=False, missing="Priset")
    assert (await rate(resident, people, seq, has_helped=True)).json() == {"has_helped": True, "missing": None}


async def test_personal_numbers_in_a_remark_are_masked(people: People, sessions: SessionFactory) -> None:
    resident, seq = await answered(people)
    await rate(resident, people, seq, has_helped=False, missing=f"Jag heter {a_personal_number()}")
    (kept,) = await stored(sessions)
    assert a_personal_number() not in (kept.missing or "")


async def test_too_long_a_remark_is_refused_and_changes_nothing(people: People, sessions: SessionFactory) -> None:
    resident, seq = await answered(people)
    response = await rate(resident, people, seq, has_helped=False, missing=LONG)
    assert assert_problem(response, 422, "remark_too_long")["max_characters"] == 500
    assert await stored(sessions) == []
    assert (await rate(resident, people, seq, has_helped=False, missing=LONG[1:])).status_code == 200


@pytest.mark.parametrize("kind", ["chat", "clarify"])
async def test_only_answers_are_rated(people: People, bot: FakeBot, kind: str) -> None:
    bot.behaviour = says(reply(kind))
    resident, seq = await answered(people)
    for each in (seq, 1, 99):
        assert_problem(await rate(resident, people, each, has_helped=True), 404, "answer_missing")


async def test_nobody_rates_in_anothers_conversation(people: People, sessions: SessionFactory) -> None:
    resident, seq = await answered(people)
    other = await people.resident()
    response = await people.connect().post(
        f"{resident.path}/messages/{seq}/feedback", json={"has_helped": True}, headers=other.headers
    )
    assert response.status_code == 404
    assert_problem(await rate(other, people, seq, has_helped=True), 404, "answer_missing")
    assert await stored(sessions) == []
