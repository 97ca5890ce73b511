"""The questions when a conversation has ended."""

from datetime import timedelta

import httpx
import pytest
from fakes import FakeClock
from people import Json, People, Resident, a_personal_number, assert_problem
from sqlalchemy import select

from handover_api.conversations import surveys
from handover_api.database import SessionFactory, transaction
from handover_api.models import Survey

ANSWERS = {"got_help": "partly", "ease": 4, "comment": "Bra hjälp!"}


async def closed(people: People) -> Resident:
    """A resident whose case an agent has closed."""
    resident = await people.resident()
    reference = await resident.queue_up()
    await people.agent.claim(reference)
    await people.agent.write(reference)
    await people.agent.close(reference)
    return resident


async def answer(people: People, resident: Resident, **answers: object) -> httpx.Response:
    return await people.connect().post(f"{resident.path}/survey", json=answers, headers=resident.headers)


async def stored(sessions: SessionFactory) -> list[Json]:
    async with sessions() as session:
        rows = await session.scalars(select(Survey))
        return [{"got_help": row.got_help, "ease": row.ease, "comment": row.comment} for row in rows]


async def test_the_answers_are_kept_once(people: People, sessions: SessionFactory) -> None:
    resident = await closed(people)
    assert (await answer(people, resident, **ANSWERS)).status_code == 204
    assert_problem(await answer(people, resident, got_help="no"), 409, "already_answered")
    assert await stored(sessions) == [ANSWERS]


@pytest.mark.parametrize("one", [{"got_help": "no"}, {"ease": 1}, {"comment": "Hej"}])
async def test_every_question_may_be_passed_over(people: People, sessions: SessionFactory, one: Json) -> None:
    resident = await closed(people)
    assert (await answer(people, resident, **one)).status_code == 204
    assert await stored(sessions) == [{"got_help": None, "ease": None, "comment": None, **one}]


async def test_passing_over_all_keeps_nothing_and_closes_nothing(people: People, sessions: SessionFactory) -> None:
    resident = await closed(people)
    assert (await answer(people, resident, comment="  ")).status_code == 204
    assert await stored(sessions) == []
    assert (await answer(people, resident, **ANSWERS)).status_code == 204


async def test_an_open_conversation_has_no_questions(people: People) -> None:
    assert_problem(await answer(people, await people.resident(), **ANSWERS), 409, "conversation_open")


async def test_the_comment_is_masked_and_not_too_long(people: People, sessions: SessionFactory) -> None:
    resident = await closed(people)
    assert_problem(await answer(people, resident, comment="å" * 1001), 422, "remark_too_long")
    await answer(people, resident, comment=f"Ring mig, {a_personal_number()}")
    (kept,) = await stored(sessions)
    assert a_personal_number() not in kept["comment"]


@pytest.mark.parametrize("wrong", [{"got_help": "kanske"}, {"ease": 0}, {"ease": 6}])
async def test_other_answers_are_refused(people: People, wrong: Json) -> None:
    assert_problem(await answer(people, await closed(people), **wrong), 422, "invalid")


async def test_the_questions_own_token_opens_them_for_a_while_and_nothing_else(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    resident = await closed(people)
    async with transaction(sessions) as session:
        token = await surveys.ask(session, resident.uuid, clock())
    assert token is not None
    async with sessions() as session:
        assert await surveys.opens(session, resident.uuid, token, clock() + surveys.LIFE - timedelta(seconds=1))
        assert not await surveys.opens(session, resident.uuid, token, clock() + surveys.LIFE)
        assert not await surveys.opens(session, resident.uuid, f"{token}x", clock())
    for method, path in (("GET", ""), ("GET", "/messages"), ("POST", "/handover"), ("POST", "/survey")):
        response = await people.connect().request(
            method, f"{resident.path}{path}", json={}, headers={"Authorization": f"Bearer {token}"}
        )
        assert response.status_code == 404
    await answer(people, resident, **ANSWERS)
    async with sessions() as session:
        assert not await surveys.opens(session, resident.uuid, token, clock())


async def test_nothing_is_asked_of_whoever_got_no_answer(people: People, sessions: SessionFactory) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    await people.agent.claim(reference)
    await people.agent.close(reference)
    async with transaction(sessions) as session:
        assert await surveys.ask(session, resident.uuid, FakeClock.START) is None
