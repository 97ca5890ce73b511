"""Handovers that the bot asks for (docs/contracts/internal-api.md)."""

from fastapi import APIRouter, Request, Response

from handover_api.cases import handovers
from handover_api.cases.schemas import HandoverCreate, HandoverCreated
from handover_api.database import SessionDep

router = APIRouter(prefix="/internal", tags=["internal"])


@router.post("/handovers", status_code=201, responses={200: {"description": "Made by an earlier call"}})
async def create_handover(
    handover: HandoverCreate, session: SessionDep, request: Request, response: Response
) -> HandoverCreated:
    created, is_new = await handovers.ask_as_bot(session, handover, request.app.state.clock())
    if not is_new:
        response.status_code = 200
    return created
