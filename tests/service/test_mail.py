"""The agent's answer reaches a resident who has left, by e-mail, through a real SMTP server in good and bad moods."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import httpx
import pytest
from departments import add_departments
from fakes import FakeBot, FakeClock, reply, says
from fastapi import FastAPI
from hypothesis import example, given
from hypothesis import strategies as st
from leaving import ADDRESS, leave, letters_in, outbox, staff_messages, worker_of
from people import PATIENCE_SECONDS, People, hand_over, said_by
from smtp_server import Certificates, Post, serve_mail, serve_silence

from handover_api.database import SessionFactory
from handover_api.integrations.delivery import RefusedError, TryAgainError
from handover_api.integrations.smtp import Letter, SmtpMailer, compose
from handover_api.outgoing.sender import Sender

pytestmark = pytest.mark.usefixtures("published")

SENDER = "Kontaktcenter i Exempelö <kontaktcenter@kommun.example>"
ANSWER = "Hej! Åtgärda det så här: mät först 🙂\n" + "Ett långt stycke utan radbrytning. " * 60


@asynccontextmanager
async def mailing(app: FastAPI, clock: FakeClock, port: int) -> AsyncIterator[Sender]:
    settings = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(port), "SMTP_SECURITY": "none", "MAIL_FROM": SENDER}
    async with worker_of(app, clock, **settings) as sender:
        yield sender


async def test_the_answer_comes_by_email_as_it_was_written(
    app: FastAPI, people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    post = Post()
    resident, reference = await leave(people, sessions)
    async with serve_mail(post) as port, mailing(app, clock, port) as sender:
        await people.agent.write(reference, ANSWER)
        await sender.send_due()
        await sender.send_due()
    receipt, answer = post.letter("Vi har tagit emot"), post.letter("Svar")
    assert post.recipients == [ADDRESS, ADDRESS]
    assert receipt["Subject"] == f"Vi har tagit emot ditt ärende {reference}"
    assert "Du får svar senast" in receipt.get_content()
    assert answer["Subject"] == f"Svar i ditt ärende {reference}"
    assert answer["From"] == SENDER
    assert answer["Auto-Submitted"] == "auto-generated"
    assert answer.get_content_type() == "text/plain"
    assert ANSWER.strip() in answer.get_content().replace("\r\n", "\n")
    assert "/chatt/arende" in answer.get_content()
    assert max(len(line) for line in answer.as_bytes().splitlines()) <= 78
    assert ANSWER.strip() in said_by("agent", await resident.read())


@pytest.mark.parametrize("topic", ["akut-fara", None])
async def test_what_may_be_secret_is_not_in_the_letter(
    app: FastAPI, people: People, sessions: SessionFactory, clock: FakeClock, topic: str | None
) -> None:
    post = Post()
    _, reference = await leave(people, sessions, topic=topic)
    async with serve_mail(post) as port, mailing(app, clock, port) as sender:
        await people.agent.write(reference, "Dina uppgifter är känsliga.")
        await sender.send_due()
    text = post.letter("Svar").get_content()
    assert "känsliga" not in text
    assert "/chatt/arende" in text


@pytest.mark.parametrize("was", ["about what touches secrecy", "about the resident's own matter", "about neither"])
async def test_what_was_asked_before_keeps_the_answer_out_of_the_letter_too(
    app: FastAPI,
    people: People,
    clock: FakeClock,
    bot: FakeBot,
    action_server: httpx.AsyncClient,
    was: str,
) -> None:
    """The case is about radon in the end, but its agent may answer all that has been asked in it."""
    post = Post()
    bot.behaviour = says(reply(topic="akut-fara" if was == "about what touches secrecy" else "radon"))
    resident = await people.resident()
    await resident.write("en fråga")
    await resident.read_until_answered()
    evidence = {
        "candidates": [{"topic": "radon", "confidence": 0.9}],
        "is_personal": was == "about the resident's own matter",
    }
    handover = await hand_over(action_server, resident, bot, topic="radon", evidence=evidence)
    reference = handover.json()["case_reference"]
    await people.agent.claim(reference)
    await people.agent.hand_back(reference)
    await resident.write("en fråga till")
    await resident.read_until_answered(times=2)
    again = await hand_over(
        action_server, resident, bot, topic="radon", evidence={"candidates": evidence["candidates"]}
    )
    assert again.json()["case_reference"] == reference
    assert (await people.agent.get_case(reference))["topic"] == "radon"
    await resident.leave_contact("email", ADDRESS)
    async with serve_mail(post) as port, mailing(app, clock, port) as sender:
        await people.agent.write(reference, "Svaret på allt.")
        await sender.send_due()
    letter = post.letter("Svar")
    assert ("Svaret på allt." in letter.get_content()) == (was == "about neither")


async def test_nothing_is_sent_to_a_resident_who_is_in_the_chat(people: People, sessions: SessionFactory) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    await people.agent.claim(reference)
    await people.agent.write(reference)
    assert await outbox(sessions) == []


async def test_the_outbox_holds_nothing_of_what_was_said_or_to_whom(people: People, sessions: SessionFactory) -> None:
    _, reference = await leave(people, sessions)
    await people.agent.write(reference, "Mät i två månader.")
    for item in await outbox(sessions):
        assert ADDRESS not in str(item.payload)
        assert "två månader" not in str(item.payload)


async def test_the_same_answer_sent_again_has_the_same_id(
    app: FastAPI, people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    """The server takes the letter, and the line breaks before it can say so."""
    post = Post(hangs_up_at_end=True)
    await leave(people, sessions)
    async with serve_mail(post) as port, mailing(app, clock, port) as sender:
        await sender.send_due()
        [item] = await outbox(sessions)
        assert (item.state, item.problem) == ("pending", "smtp_unreachable")
        post.hangs_up_at_end = False
        clock.advance(minutes=1)
        await sender.send_due()
    first, again = post.received
    assert first["Message-ID"] == again["Message-ID"] != ""
    [item] = await outbox(sessions)
    assert item.state == "done"


async def test_a_busy_server_is_asked_again(
    app: FastAPI, people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    post = Post(at_end="451 Try later")
    await leave(people, sessions)
    async with serve_mail(post) as port, mailing(app, clock, port) as sender:
        await sender.send_due()
        [item] = await outbox(sessions)
        assert (item.state, item.problem) == ("pending", "smtp_busy")
        post.at_end = "250 OK"
        clock.advance(minutes=1)
        await sender.send_due()
    assert len(post.received) == 1


async def test_a_server_that_cannot_be_reached_is_asked_again(
    app: FastAPI, people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    async with serve_mail(Post()) as port:
        pass
    await leave(people, sessions)
    async with mailing(app, clock, port) as sender:
        await sender.send_due()
    [item] = await outbox(sessions)
    assert (item.state, item.problem) == ("pending", "smtp_unreachable")


async def test_a_server_that_hangs_is_cut_off_and_holds_up_no_text_messages(
    app: FastAPI, people: People, sessions: SessionFactory, clock: FakeClock, tmp_path: Path
) -> None:
    post = Post(hangs_at_end=True)
    await leave(people, sessions)
    await leave(people, sessions, channel="sms", address="070-174 06 05")
    async with serve_mail(post) as port:
        settings = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(port), "SMTP_SECURITY": "none", "MAIL_FROM": SENDER}
        async with worker_of(app, clock, SMS_FOLDER=str(tmp_path), **settings) as sender:
            sending = asyncio.create_task(sender.send_due())
            async with asyncio.timeout(PATIENCE_SECONDS):
                await post.letters_begun.wait()
                while not (tmp_path / "messages.jsonl").exists():
                    await outbox(sessions)
            assert [item.state for item in await outbox(sessions) if item.kind == "email"] == ["pending"]
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)


async def test_a_server_that_never_says_a_word_is_left() -> None:
    async with serve_silence() as port:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await mailer(port).send(letter())


async def test_a_refused_answer_comes_back_to_its_agent(
    app: FastAPI, people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    post = Post()
    _, reference = await leave(people, sessions)
    async with serve_mail(post) as port, mailing(app, clock, port) as sender:
        await sender.send_due()
        await people.agent.write(reference)
        post.at_recipient = "550 No such user"
        await sender.send_due()
    [note] = await staff_messages(people, reference, "delivery_failed")
    assert note["audience"] == "staff"
    assert "nådde inte fram per e-post" in note["text"]
    case = await people.agent.get_case(reference)
    assert (case["state"], case["owner"], case["priority"]) == ("assigned", "Agenten", "due_soon")
    assert await staff_messages(people, reference, "delivery_failed") == [note]
    [event] = [each for each in await people.agent.list_events(reference) if each["event"] == "priority_raised"]
    assert (event["reason"], event["actor"]["kind"]) == ("undelivered", "system")


async def test_a_refused_answer_opens_a_case_that_was_closed_meanwhile(
    app: FastAPI, people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    post = Post()
    resident, reference = await leave(people, sessions)
    async with serve_mail(post) as port, mailing(app, clock, port) as sender:
        await sender.send_due()
        await people.agent.write(reference)
        await people.agent.close(reference)
        post.at_recipient = "550 No such user"
        await sender.send_due()
    case = await people.agent.get_case(reference)
    assert (case["state"], case["owner"], case["closed_at"]) == ("assigned", "Agenten", None)
    assert (await resident.status())["state"] == "closed"
    assert (await people.agent.close(reference, "Ringde i stället")).status_code == 200


async def test_a_resident_whose_address_does_not_work_is_told_in_the_chat(
    app: FastAPI, people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    resident, _ = await leave(people, sessions)
    async with serve_mail(Post(at_recipient="550 No such user")) as port, mailing(app, clock, port) as sender:
        await sender.send_due()
    assert "kunde inte skicka något till den e-postadress" in said_by("system", await resident.read())[-1]


async def test_without_a_server_letters_are_files(
    app: FastAPI, people: People, sessions: SessionFactory, clock: FakeClock, tmp_path: Path
) -> None:
    folder = tmp_path / "mail"
    _, reference = await leave(people, sessions)
    async with worker_of(app, clock, MAIL_FOLDER=str(folder)) as sender:
        await people.agent.write(reference, "Mät i två månader.")
        await sender.send_due()
    texts = [message_from_bytes(path.read_bytes(), policy=default).as_string() for path in letters_in(folder)]
    assert len(texts) == 2
    assert list(folder.glob(".*")) == []


async def test_when_nothing_is_set_up_whoever_promised_a_letter_learns_it_at_once(
    app: FastAPI, people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    _, reference = await leave(people, sessions)
    async with worker_of(app, clock) as sender:
        await people.agent.write(reference)
        await sender.send_due()
    assert {item.problem for item in await outbox(sessions)} == {"mail_not_set_up"}
    notes = await staff_messages(people, reference, "delivery_failed")
    assert {note["audience"] for note in notes} == {"everyone", "staff"}


async def test_a_department_is_told_by_email_and_if_not_the_agent_is(
    app: FastAPI, people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    await add_departments(sessions)
    post = Post()
    _, reference = await leave(people, sessions)
    async with serve_mail(post) as port, mailing(app, clock, port) as sender:
        await people.agent.claim(reference)
        await people.agent.forward(reference)
        await sender.send_due()
        assert post.letter(f"Ärende {reference} till Byggförvaltningen")["To"] == "bygg@kommun.example"
        assert sorted(post.recipients) == sorted([ADDRESS, "bygg@kommun.example"])

        await people.agent.record_department_answer(reference)
        await people.agent.forward(reference, note="En gång till")
        post.at_recipient = "550 No such user"
        await sender.send_due()
    [note] = await staff_messages(people, reference, "delivery_failed")
    assert "nådde inte fram till Byggförvaltningen" in note["text"]
    assert (await people.agent.get_case(reference))["follow_up_at"] == clock().isoformat().replace("+00:00", "Z")


def letter(to: str = ADDRESS, subject: str = "Ärende", text: str = "Hej") -> Letter:
    return Letter(id="a1", to=to, subject=subject, text=text, at=FakeClock.START)


def mailer(port: int, certificates: Certificates | None = None, **options: str) -> SmtpMailer:
    return SmtpMailer(
        **{"host": "127.0.0.1", "port": port, "security": "none", "sender": SENDER, **options},
        tls_context=certificates.client if certificates else None,
    )


@pytest.fixture(scope="module")
def certificates() -> Certificates:
    return Certificates()


async def test_letters_go_over_tls_and_after_signing_in(certificates: Certificates) -> None:
    post = Post(user=("kontakt", "hemligt"))
    login = {"username": "kontakt", "password": "hemligt"}
    async with serve_mail(post, starttls=certificates.server) as port:
        await mailer(port, certificates, security="starttls", **login).send(letter())
    post.user = None
    async with serve_mail(post, tls=certificates.server) as port:
        await mailer(port, certificates, security="tls").send(letter())
    assert len(post.received) == 2


async def test_nothing_is_said_to_a_server_whose_certificate_is_not_trusted(certificates: Certificates) -> None:
    post = Post()
    async with serve_mail(post, starttls=certificates.server) as port:
        with pytest.raises(TryAgainError, match="smtp_unreachable"):
            await mailer(port, security="starttls").send(letter())
    assert post.received == []


async def test_nothing_goes_in_the_clear_when_the_server_has_no_tls() -> None:
    post = Post()
    async with serve_mail(post) as port:
        with pytest.raises(TryAgainError):
            await mailer(port, security="starttls").send(letter())
    assert post.received == []


async def test_a_wrong_account_is_no_fault_of_the_letter(certificates: Certificates) -> None:
    async with serve_mail(Post(user=("kontakt", "hemligt")), starttls=certificates.server) as port:
        wrong = mailer(port, certificates, security="starttls", username="kontakt", password="fel")
        with pytest.raises(TryAgainError, match="smtp_login_refused"):
            await wrong.send(letter())


@given(
    to=st.one_of(st.emails(), st.text(), st.builds("{}\r\nBcc: {}".format, st.emails(), st.emails())),
    subject=st.text(st.characters(exclude_categories=["Cs", "Cc"])),
    text=st.text(st.characters(exclude_categories=["Cs"])),
)
@example(to="0@[", subject="", text="")
def test_no_address_adds_a_header_or_a_receiver(to: str, subject: str, text: str) -> None:
    try:
        message = compose(letter(to, subject, text), SENDER)
    except RefusedError:
        return
    content = message.as_bytes()
    headers = content.split(b"\r\n\r\n", 1)[0]
    assert {name.lower() for name in message_from_bytes(headers, policy=default)} == {
        *("to", "from", "subject", "date", "message-id", "auto-submitted"),
        *("content-type", "content-transfer-encoding", "mime-version"),
    }
    assert len(message["To"].addresses) == 1
