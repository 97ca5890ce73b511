"""What the tests of models and trainings share: who asks, and what is stored."""

import re
from html import unescape
from typing import Any
from uuid import UUID

import httpx
from examinations import send
from fakes import FakeClock
from fastapi import FastAPI
from sqlalchemy import select

from handover_api.bot_models.repository import BotModelRepository
from handover_api.database import SessionFactory, transaction
from handover_api.models import AuditEntry, BotModel, RegressionQuestion, Staff, TrainingRun
from handover_api.rules.bot_model import ModelState

PATH = "/redaktion/modeller"
HTML = {"Accept": "text/html"}


async def page_of(client: httpx.AsyncClient, path: str = PATH) -> str:
    response = await client.get(path, headers=HTML)
    assert response.status_code == 200, response.text
    return response.text


def words(html: str) -> str:
    """Without the marks between them."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


async def states_of(app: FastAPI) -> dict[str, str]:
    """The state of each model, by what it was learned from."""
    async with transaction(app.state.sessions) as session:
        return {model.content_version: model.state for model in await session.scalars(select(BotModel))}


async def serving(app: FastAPI) -> str | None:
    found = [version for version, state in (await states_of(app)).items() if state == ModelState.SERVING]
    assert len(found) < 2
    return found[0] if found else None


async def id_of(app: FastAPI, version: str) -> UUID:
    async with transaction(app.state.sessions) as session:
        return (await session.scalars(select(BotModel.id).where(BotModel.content_version == version))).one()


async def events_of(app: FastAPI) -> list[tuple[str, str]]:
    """What has happened to models, the first first."""
    async with transaction(app.state.sessions) as session:
        listed = await BotModelRepository(session).list_events()
    return [(each.content_version, each.event.deed) for each in reversed(listed)]


async def audited(app: FastAPI, action: str) -> list[dict[str, Any]]:
    async with transaction(app.state.sessions) as session:
        found = select(AuditEntry.details).where(AuditEntry.action == action).order_by(AuditEntry.id)
        return list(await session.scalars(found))


async def only_run(app: FastAPI) -> TrainingRun:
    async with transaction(app.state.sessions) as session:
        return (await session.scalars(select(TrainingRun).order_by(TrainingRun.asked_at.desc()))).first() or _none()


async def add_regression(sessions: SessionFactory, *texts: str) -> list[str]:
    """Their ids."""
    async with transaction(sessions) as session:
        added_by = (await session.scalars(select(Staff.id).where(Staff.username == "editor"))).one()
        added = [
            RegressionQuestion(text=text, expected_topic="bygglov-altan", added_by=added_by, added_at=FakeClock.START)
            for text in texts
        ]
        session.add_all(added)
        await session.flush()
        return [str(each.id) for each in added]


async def train(
    client: httpx.AsyncClient, internal: httpx.AsyncClient, archive: bytes, *, found: dict[str, Any] | None = None
) -> None:
    """Somebody asks for a training, and the trainer brings what it has `found` of the model, and the archive."""
    assert (await client.post(f"{PATH}/trana", headers=HTML)).status_code == 303
    run = (await internal.post("/internal/trainings/next")).json()["id"]
    assert (await send(internal, run, found)).status_code == 204
    assert (await internal.put(f"/internal/trainings/{run}/model", content=archive)).status_code == 201


def _none() -> TrainingRun:
    raise AssertionError("there is no training")
