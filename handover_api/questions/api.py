"""The questions that the trainer asks a new model (docs/contracts/internal-api.md)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import BaseModel

from handover_api.bot_models import examinations
from handover_api.database import SessionDep
from handover_api.questions import recent, regression

router = APIRouter(prefix="/internal", tags=["internal"])


class RegressionQuestion(BaseModel):
    """`topic`: what it is to be understood as."""

    id: UUID
    text: str
    topic: str


class AskedQuestion(BaseModel):
    id: UUID
    text: str


class Questions(BaseModel):
    regression: list[RegressionQuestion]
    # The latest first.
    asked: list[AskedQuestion]


@router.get("/trainings/{run_id}/questions")
async def get_questions(run_id: Annotated[UUID, Path()], session: SessionDep) -> Questions:
    # Residents' words are given out for as long as there is a model to ask.
    await examinations.lock_running(session, run_id)
    return Questions(
        regression=[
            RegressionQuestion(id=each.question.id, text=each.question.text, topic=each.question.expected_topic)
            for each in await regression.list_all(session)
        ],
        asked=[AskedQuestion(id=each.id, text=each.text) for each in await recent.list_recent(session)],
    )
