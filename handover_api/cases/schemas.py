"""The shapes of the case API, for residents, staff and the action server."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from handover_api.conversations.schemas import Language, MessageRead, RawText, TopicId
from handover_api.rules.case import CaseState, Priority, Reason
from handover_api.rules.conversation import State

Version = Annotated[int, Field(ge=1, le=2**31 - 1)]


class ConversationStatus(BaseModel):
    """What the resident may know of the state of things. `queue_position` counts from 1 and is null unless waiting."""

    id: UUID
    state: State
    language: str
    queue_position: int | None
    case_reference: str | None
    agent_name: str | None
    created_at: datetime


class HandoverEvidence(BaseModel):
    """What the bot knew when it gave up."""

    certainty: str | None = None
    candidates: list[dict[str, Any]] = []
    threshold: float | None = None
    model_version: str | None = None
    articles_tried: list[str] = []
    language: str | None = None
    is_personal: bool = False


class HandoverCreate(BaseModel):
    conversation_id: UUID
    message_id: UUID
    reason: Reason
    topic: TopicId | None = None
    article_id: UUID | None = None
    article_version: int | None = None
    text: RawText | None = None
    # One for each paragraph of the text; empty when all of it is in Swedish.
    text_languages: list[Language] = []
    evidence: HandoverEvidence = HandoverEvidence()


class HandoverCreated(BaseModel):
    case_reference: str
    state: State
    queue_position: int | None


class CaseSummary(BaseModel):
    """A case as it stands in a list. Nothing of what was said."""

    reference: str
    state: CaseState
    # Of the conversation and its case together; send it back to say on which state a step was decided.
    version: int
    priority: Priority
    answer_group: str
    topic: str | None
    topic_title: str | None
    reason: Reason
    language: str
    owner: str | None
    created_at: datetime
    waiting_since: datetime
    claimed_at: datetime | None


class EvidenceRead(HandoverEvidence):
    reason: Reason
    created_at: datetime


class StaffMessageRead(MessageRead):
    audience: str


class CaseRead(CaseSummary):
    """A case with everything already said, and why the bot gave up, the latest handover first."""

    conversation_id: UUID
    conversation_state: State
    resolution: str | None
    closed_at: datetime | None
    checklist: str
    evidence: list[EvidenceRead]
    messages: list[StaffMessageRead]


class CaseStep(BaseModel):
    """What every step may say: the version that it was decided on. Another one by then is answered 409."""

    version: Version | None = None


class CaseClose(CaseStep):
    resolution: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00]+$")
    ]
