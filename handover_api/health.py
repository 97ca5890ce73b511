"""Whether the service lives, and whether each part that it needs is ready."""

import asyncio
from datetime import timedelta
from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from handover_api.bot_models.trainings import TRAINER
from handover_api.database import transaction
from handover_api.integrations.bot import answers
from handover_api.models import Heartbeat

router = APIRouter(prefix="/health", tags=["health"])

WORKER = "worker"
WORKER_SILENCE = timedelta(seconds=45)
# Without these residents are answered all the same, so the service is ready without them.
_NOT_NEEDED = frozenset({TRAINER})
_CHECK_SECONDS = 3.0

PartState = Literal["ok", "failed"]


class Readiness(BaseModel):
    status: PartState
    parts: dict[str, PartState]


@router.get("/live")
async def live() -> dict[str, str]:
    return {"status": "ok"}


@router.get("/ready", responses={503: {"model": Readiness}})
async def ready(request: Request, response: Response) -> Readiness:
    names = ("database", "bot", "actions", WORKER, TRAINER)
    results = await asyncio.gather(
        _database(request), _bot(request), _actions(request), _beats(request, WORKER), _beats(request, TRAINER)
    )
    parts: dict[str, PartState] = {
        name: "ok" if is_well else "failed" for name, is_well in zip(names, results, strict=True)
    }
    is_ready = all(state == "ok" for name, state in parts.items() if name not in _NOT_NEEDED)
    response.status_code = 200 if is_ready else 503
    return Readiness(status="ok" if is_ready else "failed", parts=parts)


async def _database(request: Request) -> bool:
    try:
        async with asyncio.timeout(_CHECK_SECONDS), transaction(request.app.state.sessions) as session:
            await session.execute(text("SELECT 1"))
    except (SQLAlchemyError, OSError, TimeoutError):
        return False
    return True


async def _bot(request: Request) -> bool:
    is_healthy: bool = await request.app.state.bot.is_healthy()
    return is_healthy


async def _actions(request: Request) -> bool:
    return await answers(request.app.state.neighbours, f"{request.app.state.settings.actions_url}/health")


async def _beats(request: Request, process: str) -> bool:
    """Whether a process without an address has given a sign of life lately."""
    try:
        async with asyncio.timeout(_CHECK_SECONDS), transaction(request.app.state.sessions) as session:
            heartbeat = await session.get(Heartbeat, process)
    except (SQLAlchemyError, OSError, TimeoutError):
        return False
    return heartbeat is not None and request.app.state.clock() - heartbeat.at < WORKER_SILENCE
