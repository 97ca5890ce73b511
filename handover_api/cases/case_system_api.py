"""What a department's case system tells us, in signed webhooks (docs/contracts/webhooks.md)."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field, ValidationError
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from handover_api.audit.service import SYSTEM
from handover_api.cases import steps
from handover_api.cases.forwarding import department_answered
from handover_api.database import SessionDep
from handover_api.errors import ConflictError, InvalidError, NotFoundError, NotSignedInError
from handover_api.integrations.webhooks import MAX_ID_CHARACTERS, BadSignatureError, verify
from handover_api.models import Case, ReceivedWebhook
from handover_api.settings import Settings

router = APIRouter(prefix="/api/webhooks", tags=["webhooks"])


class DepartmentAnswer(BaseModel):
    """`external_id`: the errand's id in the case system, as it was given when the errand was made."""

    external_id: Annotated[str, Field(min_length=1, max_length=MAX_ID_CHARACTERS, pattern=r"^[^\x00]+$")]
    text: Annotated[str, Field(min_length=1, max_length=4000)]


class AnswerTaken(BaseModel):
    case_reference: str


async def signed_by_case_system(request: Request, session: SessionDep) -> bytes:
    """The body, of a webhook that the case system has signed just now and that has not come before.

    Raises:
        NotFoundError: no secret has been agreed on.
        NotSignedInError: `webhook_signature_wrong`.
        ConflictError: `webhook_replayed`.
    """
    settings: Settings = request.app.state.settings
    now = request.app.state.clock()
    secret = settings.case_system_webhook_secret.get_secret_value()
    if not secret:
        raise NotFoundError
    headers = request.headers
    webhook_id = headers.get("webhook-id", "")
    body = await request.body()
    try:
        timestamp, signatures = headers.get("webhook-timestamp", ""), headers.get("webhook-signature", "")
        verify(secret, webhook_id, timestamp, signatures, body, now)
    except BadSignatureError:
        raise NotSignedInError("webhook_signature_wrong", "Anropets signatur stämmer inte.") from None
    # In the transaction of what it causes: a webhook that could not be carried out may be sent again.
    is_new = await session.scalar(
        insert(ReceivedWebhook)
        .values(id=webhook_id, received_at=now)
        .on_conflict_do_nothing(index_elements=[ReceivedWebhook.id])
        .returning(ReceivedWebhook.id)
    )
    if is_new is None:
        raise ConflictError("webhook_replayed", "Anropet har redan tagits emot.")
    return body


@router.post(
    "/case-system",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": DepartmentAnswer.model_json_schema()}},
        }
    },
)
async def receive_department_answer(
    body: Annotated[bytes, Depends(signed_by_case_system)], session: SessionDep, request: Request
) -> AnswerTaken:
    """A department's answer to a case that was forwarded to it."""
    try:
        answer = DepartmentAnswer.model_validate_json(body)
    except ValidationError:
        raise InvalidError from None
    reference = await session.scalar(
        select(Case.reference).where(Case.external_id == answer.external_id).order_by(Case.created_at.desc()).limit(1)
    )
    if reference is None:
        raise NotFoundError("case_missing", "Ärendet finns inte.")
    locked = await steps.lock(session, reference)
    await department_answered(session, SYSTEM, locked, answer.text, request.app.state.clock())
    return AnswerTaken(case_reference=reference)
