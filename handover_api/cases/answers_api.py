"""Answers at hand over JSON, for whoever handles cases."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict

from handover_api.agents.identity import CaseHandlerDep
from handover_api.content import answers
from handover_api.content.answers import AnswerKind
from handover_api.content.schemas import NextStepRead
from handover_api.database import SessionDep
from handover_api.models import Staff
from handover_api.rules.roles import Role

router = APIRouter(prefix="/api/answers", tags=["staff"])

MAX_SEARCH_CHARACTERS = 200


class AnswerRead(BaseModel):
    """`text` is Markdown of an article, and plain text of a ready answer. `mark` is what a reply made from it says."""

    model_config = ConfigDict(from_attributes=True)

    mark: str
    kind: AnswerKind
    title: str
    text: str
    # Of a ready answer null is for every group; department and review are an article's.
    answer_group: str | None
    department: str | None
    reviewed_on: date | None
    next_steps: list[NextStepRead]


def groups_of(staff: Staff, *others: str) -> frozenset[str] | None:
    """The answer groups whose ready answers somebody finds: their own, and others that they are looking at a case of;
    None for all of them.
    """
    if staff.role == Role.LEAD or not staff.answer_groups:
        return None
    return frozenset(staff.answer_groups).union(others)


@router.get("")
async def search_answers(
    staff: CaseHandlerDep,
    session: SessionDep,
    request: Request,
    q: Annotated[str, Query(max_length=MAX_SEARCH_CHARACTERS)],
) -> list[AnswerRead]:
    found = await answers.search(session, q, request.app.state.clock(), groups=groups_of(staff))
    return [AnswerRead.model_validate(answer) for answer in found]
