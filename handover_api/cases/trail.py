"""The audit trail of cases."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.audit import service as audit
from handover_api.audit.service import Actor
from handover_api.models import Case


def record(session: AsyncSession, who: Actor, action: str, case: Case, now: datetime, **details: str) -> None:
    audit.record(
        session, who, action, subject_kind="case", subject_id=case.reference, at=now, version=case.version, **details
    )
