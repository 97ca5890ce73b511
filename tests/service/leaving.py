"""Residents who leave the chat to be answered elsewhere, and the worker that sends what they are told."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from environment import settings_for
from fakes import FakeClock
from fastapi import FastAPI
from people import Json, People, Resident
from sqlalchemy import select, update

from handover_api.database import SessionFactory, transaction
from handover_api.models import Case, Outgoing
from handover_api.outgoing.sender import Sender
from handover_api.worker import Sending

ADDRESS = "invanare@brev.example"
NUMBER = "+46701740605"


async def leave(
    people: People,
    sessions: SessionFactory,
    *,
    channel: str = "email",
    address: str | None = ADDRESS,
    topic: str | None = "radon",
) -> tuple[Resident, str]:
    """A resident who has left contact details in a case about the topic, and the case's reference."""
    resident = await people.resident()
    reference = await resident.queue_up()
    async with transaction(sessions) as session:
        await session.execute(update(Case).where(Case.reference == reference).values(topic=topic))
    body = {"channel": channel, "address": address}
    response = await people.connect().post(f"{resident.path}/contact", json=body, headers=resident.headers)
    assert response.is_success, response.text
    return resident, reference


@asynccontextmanager
async def worker_of(app: FastAPI, clock: FakeClock, **changes: str) -> AsyncIterator[Sender]:
    """The sender as the worker makes it with these settings."""
    settings = settings_for(app.state.settings.database_url.get_secret_value(), **changes)
    sending = Sending(settings, app.state.sessions, app.state.hub, clock)
    try:
        yield sending.sender
    finally:
        await sending.close()


async def outbox(sessions: SessionFactory) -> list[Outgoing]:
    async with sessions() as session:
        return list(await session.scalars(select(Outgoing).order_by(Outgoing.id)))


def letters_in(folder: Path) -> list[Path]:
    """The oldest first."""
    return sorted(folder.glob("*.eml"), key=lambda path: path.name)


async def staff_messages(people: People, reference: str, kind: str) -> list[Json]:
    case = await people.lead.get_case(reference)
    return [message for message in case["messages"] if message["kind"] == kind]
