"""A resident wants the conversation erased."""

import pytest
from fakes import FakeBot, FakeClock, Held, echoes
from people import People, Resident
from sqlalchemy import select
from test_erasure import MARK, closed_case, tracker, whole_database

from handover_api.cases.erasure import erase
from handover_api.cases.erasure_wishes import KIND, Outcome, Policy, Prospect, carry_out, foresee, list_wishes
from handover_api.conversations.surveys import Answers
from handover_api.conversations.surveys import answer as answer_survey
from handover_api.database import SessionFactory, transaction
from handover_api.errors import ConflictError
from handover_api.models import AuditEntry, Conversation

__all__ = ["tracker"]


async def wish(sessions: SessionFactory, resident: Resident, policy: Policy = Policy.BOT_ONLY) -> Outcome:
    async with transaction(sessions) as session:
        conversation = await session.get_one(Conversation, resident.uuid)
        foreseen = await foresee(session, conversation, policy)
        outcome = await carry_out(session, resident.uuid, policy, FakeClock.START)
    assert outcome.prospect is foreseen
    return outcome


async def entries(sessions: SessionFactory) -> list[tuple[str, str, str]]:
    async with sessions() as session:
        rows = await session.scalars(select(AuditEntry).order_by(AuditEntry.id))
        return [(row.actor_kind, row.action, row.subject_kind) for row in rows]


async def talked_with_the_bot(people: People, sessions: SessionFactory) -> Resident:
    """A resident who has left the mark wherever a resident without a case can."""
    resident = await people.resident()
    await resident.write(f"Jag undrar om {MARK}")
    (_, answer) = await resident.read_until_answered()
    await people.connect().post(
        f"{resident.path}/messages/{answer['seq']}/feedback",
        json={"has_helped": False, "missing": MARK},
        headers=resident.headers,
    )
    async with transaction(sessions) as session:
        conversation = await session.get_one(Conversation, resident.uuid)
        conversation.came_from = f"https://kommun.example/{MARK}"
    return resident


async def test_what_only_the_bot_has_answered_is_erased_everywhere_at_once(
    people: People, sessions: SessionFactory, tracker: str
) -> None:
    resident = await talked_with_the_bot(people, sessions)
    assert whole_database(tracker).count(MARK) >= 3
    outcome = await wish(sessions, resident)
    assert (outcome.prospect, outcome.messages) == (Prospect.ERASED_AT_ONCE, 2)
    assert MARK not in whole_database(tracker)
    assert (await people.connect().get(resident.path, headers=resident.headers)).status_code == 404
    assert (await entries(sessions))[-1] == ("resident", "erased", "conversation")


async def test_what_staff_have_had_is_kept_whole_and_the_wish_is_written_in_the_case(
    people: People, sessions: SessionFactory
) -> None:
    resident = await talked_with_the_bot(people, sessions)
    reference = await resident.queue_up()
    before = await resident.read()
    outcome = await wish(sessions, resident)
    assert (outcome.prospect, outcome.case_reference) == (Prospect.DECIDED_BY_STAFF, reference)
    case = await people.agent.get_case(reference)
    (note,) = [each for each in case["messages"] if each["kind"] == KIND]
    assert note["audience"] == "staff"
    after = await resident.read()
    assert after[: len(before)] == before
    assert [each["kind"] for each in after[len(before) :]] == ["closed"]
    async with sessions() as session:
        assert [each.case_reference for each in await list_wishes(session)] == [reference]


async def test_wishing_again_writes_one_note_and_a_promised_answer_still_comes(
    people: People, sessions: SessionFactory
) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    assert (await resident.leave_contact("anonymous")).is_success
    for _ in range(2):
        await wish(sessions, resident)
    case = await people.agent.get_case(reference)
    assert [each["kind"] for each in case["messages"]].count(KIND) == 1
    assert (case["state"], case["conversation_state"]) == ("waiting", "asynchronous")


async def test_a_municipality_that_keeps_everything_erases_nothing(people: People, sessions: SessionFactory) -> None:
    resident = await talked_with_the_bot(people, sessions)
    outcome = await wish(sessions, resident, Policy.NEVER)
    assert (outcome.prospect, outcome.messages) == (Prospect.KEPT, 0)
    assert any(MARK in each["text"] for each in await resident.read())
    assert (await entries(sessions))[-1] == ("resident", KIND, "conversation")


async def test_nothing_is_erased_while_the_bot_works_with_an_answer(
    people: People, sessions: SessionFactory, bot: FakeBot
) -> None:
    bot.behaviour = held = Held(echoes)
    resident = await people.resident()
    await resident.write("Hej")
    await held.until_reached()
    with pytest.raises(ConflictError, match="bot_is_answering"):
        await wish(sessions, resident)
    assert len(await resident.read()) == 1
    held.release()
    await resident.read_until_answered()
    assert (await wish(sessions, resident)).messages == 2


async def test_a_wish_that_has_been_carried_out_is_no_longer_listed_and_opinions_go_too(
    people: People, bot: FakeBot, action_server: object, sessions: SessionFactory, tracker: str
) -> None:
    resident, reference = await closed_case(people, bot, action_server, sessions, tracker)  # type: ignore[arg-type]
    async with transaction(sessions) as session:
        await answer_survey(session, resident.uuid, Answers(comment=MARK), FakeClock.START)
    await wish(sessions, resident)
    async with transaction(sessions) as session:
        receipt = await erase(session, reference, "gallringsbeslut 12", FakeClock.START)
        assert await list_wishes(session) == []
    assert receipt.opinions == 1
    assert MARK not in whole_database(tracker)
