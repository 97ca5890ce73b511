"""What residents say of the answers and of the conversation, for clients of the public API."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field

from handover_api.cases.resident_api import ConversationDep
from handover_api.conversations import feedback, surveys
from handover_api.conversations.schemas import MAX_SEQ, RawText
from handover_api.database import SessionDep
from handover_api.rules.survey import EASIEST, HARDEST, GotHelp

router = APIRouter(prefix="/api/conversations", tags=["resident"])


class FeedbackCreate(BaseModel):
    """`missing`: what an answer that did not help lacked, 500 characters at most. Left out, what was said stays."""

    has_helped: bool
    missing: RawText | None = None


class FeedbackRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    has_helped: bool
    missing: str | None


class SurveyCreate(BaseModel):
    """Every question may be passed over. `ease` goes from 1, very hard, to 5, very easy."""

    got_help: GotHelp | None = None
    ease: Annotated[int, Field(ge=HARDEST, le=EASIEST)] | None = None
    comment: RawText = ""


@router.post("/{conversation_id}/messages/{seq}/feedback")  # noqa: FAST003 - the dependency reads the other
async def give_feedback(
    conversation: ConversationDep,
    seq: Annotated[int, Path(ge=1, le=MAX_SEQ)],
    body: FeedbackCreate,
    session: SessionDep,
    request: Request,
) -> FeedbackRead:
    """Whether an answer of the bot's helped. Saying it again replaces what was said."""
    given = await feedback.give(
        session,
        conversation.id,
        seq,
        has_helped=body.has_helped,
        missing=body.missing,
        now=request.app.state.clock(),
    )
    return FeedbackRead.model_validate(given)


@router.post("/{conversation_id}/survey", status_code=204)  # noqa: FAST003 - the dependency reads it
async def answer_survey(
    conversation: ConversationDep, body: SurveyCreate, session: SessionDep, request: Request
) -> None:
    """What the resident says of a conversation that has ended; once."""
    answers = surveys.Answers(body.got_help, body.ease, body.comment)
    await surveys.answer(session, conversation.id, answers, request.app.state.clock())
