"""Text messages, with the sender that writes them to a file."""

import json
from pathlib import Path

import pytest
from fakes import FakeClock
from fastapi import FastAPI
from leaving import NUMBER, leave, outbox, staff_messages, worker_of
from people import Json, People

from handover_api.database import SessionFactory
from handover_api.rules.text_message import segments

pytestmark = pytest.mark.usefixtures("published")


def written(folder: Path) -> list[Json]:
    return [json.loads(line) for line in (folder / "messages.jsonl").read_text(encoding="utf-8").splitlines()]


async def test_the_receipt_and_the_answer_come_as_short_text_messages(
    app: FastAPI, people: People, sessions: SessionFactory, clock: FakeClock, tmp_path: Path
) -> None:
    _, reference = await leave(people, sessions, channel="sms", address="070-174 06 05")
    async with worker_of(app, clock, SMS_FOLDER=str(tmp_path)) as sender:
        await people.agent.write(reference, "Mät i två månader. " * 40)
        await sender.send_due()
        await sender.send_due()
    # In the order in which they were put in the outbox: they are sent beside each other.
    messages = {message["id"]: message for message in written(tmp_path)}
    receipt, answer = [messages.pop(item.id.hex) for item in await outbox(sessions)]
    assert not messages
    assert {receipt["to"], answer["to"]} == {NUMBER}
    assert receipt["text"].startswith(f"Vi har tagit emot ditt ärende {reference}.")
    assert answer["text"].startswith(f"Du har fått svar i ärende {reference}: Mät i två månader.")
    assert max(segments(each["text"]) for each in (receipt, answer)) == 2


async def test_what_may_be_secret_is_not_in_the_text_message(
    app: FastAPI, people: People, sessions: SessionFactory, clock: FakeClock, tmp_path: Path
) -> None:
    _, reference = await leave(people, sessions, channel="sms", address=NUMBER, topic="akut-fara")
    async with worker_of(app, clock, SMS_FOLDER=str(tmp_path)) as sender:
        await people.agent.write(reference, "Det är känsligt.")
        await sender.send_due()
    texts = [message["text"] for message in written(tmp_path)]
    assert len(texts) == 2
    assert not any("känsligt" in text for text in texts)
    assert all("/chatt/arende" in text for text in texts)


async def test_the_way_that_the_resident_chose_last_is_taken(
    app: FastAPI, people: People, sessions: SessionFactory, clock: FakeClock, tmp_path: Path
) -> None:
    resident, reference = await leave(people, sessions, channel="sms", address=NUMBER)
    await people.agent.write(reference)
    await people.connect().post(f"{resident.path}/contact", json={"channel": "anonymous"}, headers=resident.headers)
    async with worker_of(app, clock, SMS_FOLDER=str(tmp_path)) as sender:
        await sender.send_due()
    assert not (tmp_path / "messages.jsonl").exists()
    assert {item.state for item in await outbox(sessions)} == {"done"}


async def test_an_agent_learns_that_no_text_message_can_be_sent(
    app: FastAPI, people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    _, reference = await leave(people, sessions, channel="sms", address=NUMBER)
    async with worker_of(app, clock) as sender:
        await people.agent.write(reference)
        await sender.send_due()
    notes = await staff_messages(people, reference, "delivery_failed")
    assert any("Sms:et om svaret nådde inte fram" in note["text"] for note in notes)


@pytest.mark.parametrize("channel", ["telephone", "anonymous"])
async def test_nothing_is_sent_by_a_way_that_is_a_persons(
    people: People, sessions: SessionFactory, channel: str
) -> None:
    _, reference = await leave(people, sessions, channel=channel, address=NUMBER if channel == "telephone" else None)
    await people.agent.write(reference)
    assert await outbox(sessions) == []
