"""The crisis message and the switch of the bot over JSON, for staff. Leads switch; everybody who has cases may look."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from handover_api.agents.identity import CaseHandlerDep, LeadDep
from handover_api.database import SessionDep
from handover_api.organisation import bot_switch, crisis
from handover_api.organisation.schemas import GroupId

router = APIRouter(prefix="/api", tags=["staff"])

# Longer than is let through: what is too long gets a sentence of its own.
_Text = Annotated[str, Field(max_length=10_000)]


class CrisisMessagePut(BaseModel):
    text: _Text
    text_en: _Text = ""


class CrisisMessageRead(BaseModel):
    """`text_en` is empty when the message is in Swedish alone."""

    model_config = ConfigDict(from_attributes=True)

    text: str
    text_en: str
    shown_by: str
    shown_at: datetime


class BotSwitchPut(BaseModel):
    """`answer_group` null: for all. A reason is asked for when the bot is switched off."""

    answer_group: GroupId | None = None
    is_off: bool
    reason: _Text = ""


class BotSwitchRead(BaseModel):
    """Where the bot is off, since when, and who says why. `answer_group` null: everywhere."""

    model_config = ConfigDict(from_attributes=True)

    answer_group: str | None
    reason: str
    off_by: str
    off_at: datetime


@router.get("/crisis-message")
async def get_crisis_message(_: CaseHandlerDep, session: SessionDep) -> CrisisMessageRead | None:
    """What is shown above every chat now; null for nothing."""
    shown = await crisis.find(session)
    return CrisisMessageRead.model_validate(shown) if shown else None


@router.put("/crisis-message")
async def put_crisis_message(
    body: CrisisMessagePut, staff: LeadDep, session: SessionDep, request: Request
) -> CrisisMessageRead | None:
    await crisis.show(session, staff, body.text, body.text_en, request.app.state.clock())
    return await get_crisis_message(staff, session)


@router.delete("/crisis-message", status_code=204)
async def delete_crisis_message(staff: LeadDep, session: SessionDep, request: Request) -> None:
    await crisis.end(session, staff, request.app.state.clock())


@router.get("/bot-switches")
async def list_bot_switches(_: CaseHandlerDep, session: SessionDep) -> list[BotSwitchRead]:
    return [BotSwitchRead.model_validate(each) for each in await bot_switch.list_off(session)]


@router.put("/bot-switches")
async def put_bot_switch(
    body: BotSwitchPut, staff: LeadDep, session: SessionDep, request: Request
) -> list[BotSwitchRead]:
    now = request.app.state.clock()
    if body.is_off:
        await bot_switch.switch_off(session, staff, body.answer_group, body.reason, now)
    else:
        await bot_switch.switch_on(session, staff, body.answer_group, now)
    return await list_bot_switches(staff, session)
