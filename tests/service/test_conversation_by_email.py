"""The resident's own copy of the conversation, by e-mail through the outbox."""

from email import message_from_bytes
from email.policy import default
from pathlib import Path

import httpx
import pytest
from fakes import FakeBot, FakeClock, reply, says
from fastapi import FastAPI
from leaving import ADDRESS, letters_in, outbox, worker_of
from people import People, Resident, hand_over
from sqlalchemy import select
from test_erasure import whole_database

from handover_api.cases import transcripts
from handover_api.cases.erasure_wishes import Policy, carry_out
from handover_api.database import SessionFactory, transaction
from handover_api.errors import ConflictError, InvalidError, TooManyAttemptsError
from handover_api.models import Conversation, TranscriptRequest

pytestmark = pytest.mark.usefixtures("published")

ANSWER = "**Mät** radon med en [mätdosa](https://radon.example/mat):\n\n- beställ\n- vänta."


async def answered(people: People, bot: FakeBot, topic: str = "radon", language: str = "sv") -> Resident:
    bot.behaviour = says(
        reply(
            text=ANSWER,
            topic=topic,
            department="Miljönämnden",
            sources=[{"title": "Strålskyddslagen", "url": "https://lagen.example/s"}],
            buttons=[{"kind": "link", "url": "https://etjanst.example/radon", "label": "Beställ mätning"}],
        )
    )
    resident = await people.resident(language=language)
    await resident.write("Hur mäter jag radon?")
    await resident.read_until_answered()
    return resident


async def ask(sessions: SessionFactory, resident: Resident, clock: FakeClock, email: str = ADDRESS) -> None:
    async with transaction(sessions) as session:
        await transcripts.ask_by_email(session, resident.uuid, email, clock())


async def kept_addresses(sessions: SessionFactory) -> list[str | None]:
    async with sessions() as session:
        return list(await session.scalars(select(TranscriptRequest.address)))


async def test_the_conversation_comes_as_it_stood_and_the_address_is_forgotten(
    app: FastAPI, people: People, bot: FakeBot, sessions: SessionFactory, clock: FakeClock, tmp_path: Path
) -> None:
    resident = await answered(people, bot)
    await ask(sessions, resident, clock, f" {ADDRESS.upper()} ")
    assert await kept_addresses(sessions) == [ADDRESS]
    assert ADDRESS not in str([each.payload for each in await outbox(sessions)])
    await resident.write("Det här skrevs efteråt")
    async with worker_of(app, clock, MAIL_FOLDER=str(tmp_path)) as sender:
        await sender.send_due()
        await sender.send_due()
    (path,) = letters_in(tmp_path)
    letter = message_from_bytes(path.read_bytes(), policy=default)
    text = letter.get_content().replace("\r\n", "\n")
    assert letter["To"] == ADDRESS
    assert letter["Subject"].startswith("Samtal med")
    for said in (
        "Du, 20 nov 2026 kl. 10.00\nHur mäter jag radon?",
        "Mät radon med en mätdosa (https://radon.example/mat):\n\n- beställ\n- vänta.",
        "Beställ mätning: https://etjanst.example/radon",
        "Ansvarig: Miljönämnden",
        "Källa: Strålskyddslagen (https://lagen.example/s)",
        "Har du inte bett om det?",
    ):
        assert said in text
    assert "efteråt" not in text
    assert ADDRESS not in whole_database(app.state.settings.database_url.get_secret_value())


async def test_the_letter_is_in_the_residents_language(
    app: FastAPI, people: People, bot: FakeBot, sessions: SessionFactory, clock: FakeClock, tmp_path: Path
) -> None:
    await ask(sessions, await answered(people, bot, language="en"), clock)
    async with worker_of(app, clock, MAIL_FOLDER=str(tmp_path)) as sender:
        await sender.send_due()
    (path,) = letters_in(tmp_path)
    text = message_from_bytes(path.read_bytes(), policy=default).get_content()
    assert "Here is the conversation" in text
    assert "Responsible: Miljönämnden" in text


async def test_notes_to_staff_are_not_sent(
    app: FastAPI,
    people: People,
    bot: FakeBot,
    action_server: httpx.AsyncClient,
    sessions: SessionFactory,
    clock: FakeClock,
    tmp_path: Path,
) -> None:
    resident = await answered(people, bot)
    asked = await hand_over(action_server, resident, bot, topic="radon", reason="handover_topic")
    reference = asked.json()["case_reference"]
    await people.agent.claim(reference)
    await people.agent.client.post(f"/api/cases/{reference}/notes", json={"client_id": "a", "text": "Internt"})
    await people.agent.write(reference, "Ett svar från en människa")
    await ask(sessions, resident, clock)
    async with worker_of(app, clock, MAIL_FOLDER=str(tmp_path)) as sender:
        await sender.send_due()
    (path,) = letters_in(tmp_path)
    text = message_from_bytes(path.read_bytes(), policy=default).get_content()
    assert "Ett svar från en människa" in text
    assert "Internt" not in text


async def test_without_mail_the_resident_learns_in_the_chat_that_it_did_not_arrive(
    app: FastAPI, people: People, bot: FakeBot, sessions: SessionFactory, clock: FakeClock
) -> None:
    resident = await answered(people, bot)
    await ask(sessions, resident, clock)
    async with worker_of(app, clock) as sender:
        await sender.send_due()
    last = (await resident.read())[-1]
    assert (last["author"], last["kind"]) == ("system", "delivery_failed")
    assert "ladda ner" in last["text"]
    assert await kept_addresses(sessions) == [None]


async def test_what_has_been_erased_since_is_not_sent(
    app: FastAPI, people: People, bot: FakeBot, sessions: SessionFactory, clock: FakeClock, tmp_path: Path
) -> None:
    resident = await answered(people, bot)
    await ask(sessions, resident, clock)
    async with transaction(sessions) as session:
        await carry_out(session, resident.uuid, Policy.BOT_ONLY, clock())
    async with worker_of(app, clock, MAIL_FOLDER=str(tmp_path)) as sender:
        await sender.send_due()
    assert letters_in(tmp_path) == []


async def test_three_letters_an_hour_go_from_a_conversation(
    people: People, bot: FakeBot, sessions: SessionFactory, clock: FakeClock
) -> None:
    resident = await answered(people, bot)
    for _ in range(3):
        await ask(sessions, resident, clock)
    with pytest.raises(TooManyAttemptsError, match="too_many_letters"):
        await ask(sessions, resident, clock)
    clock.advance(hours=1)
    await ask(sessions, resident, clock)


async def test_there_is_a_limit_for_all_conversations_together(
    people: People, bot: FakeBot, sessions: SessionFactory, clock: FakeClock
) -> None:
    resident = await answered(people, bot)
    other = await people.resident()
    async with transaction(sessions) as session:
        session.add_all(
            TranscriptRequest(conversation_id=other.uuid, last_seq=1, created_at=clock())
            for _ in range(transcripts.MOST_IN_ALL)
        )
    with pytest.raises(TooManyAttemptsError):
        await ask(sessions, resident, clock)


@pytest.mark.parametrize("email", ["", "fel", "a@b", "namn@exempel.se\nBcc: x@y.se"])
async def test_what_is_no_address_is_refused(
    people: People, bot: FakeBot, sessions: SessionFactory, clock: FakeClock, email: str
) -> None:
    with pytest.raises(InvalidError, match="email_wrong"):
        await ask(sessions, await answered(people, bot), clock, email)
    assert await outbox(sessions) == []


async def test_what_may_be_secret_is_not_sent(
    people: People,
    bot: FakeBot,
    action_server: httpx.AsyncClient,
    sessions: SessionFactory,
    clock: FakeClock,
) -> None:
    touching = await answered(people, bot, "akut-fara")
    unknown = await people.resident()
    await unknown.queue_up()
    personal = await answered(people, bot)
    await hand_over(action_server, personal, bot, topic="radon", reason="personal_matter")
    for resident in (touching, personal):
        with pytest.raises(ConflictError, match="not_by_email"):
            await ask(sessions, resident, clock)
    async with sessions() as session:
        assert not await transcripts.may_be_mailed(session, await session.get_one(Conversation, unknown.uuid))


async def test_nothing_is_sent_before_anybody_has_answered(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    with pytest.raises(ConflictError, match="nothing_to_send"):
        await ask(sessions, await people.resident(), clock)


async def test_requests_that_no_limit_counts_are_deleted(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    resident = await people.resident()
    async with transaction(sessions) as session:
        for address in (None, ADDRESS):
            session.add(
                TranscriptRequest(conversation_id=resident.uuid, address=address, last_seq=1, created_at=clock())
            )
    clock.advance(hours=2)
    async with transaction(sessions) as session:
        await transcripts.delete_outdated(session, clock())
    assert await kept_addresses(sessions) == [ADDRESS]
