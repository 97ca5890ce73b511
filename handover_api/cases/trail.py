"""The audit trail of cases."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.audit import service as audit
from handover_api.audit.service import Actor
from handover_api.cases.steps import Locked


def record(session: AsyncSession, who: Actor, action: str, locked: Locked, now: datetime, **details: str) -> None:
    audit.record(
        session,
        who,
        action,
        subject_kind="case",
        subject_id=locked.case.reference,
        at=now,
        version=locked.conversation.version,
        **details,
    )
