"""What becomes of a resident's wish that the conversation be erased.

What only the bot has answered may be erased at once, if the municipality's decision on disposal (gallring) says so.
What staff have had is a public record (allmän handling): the wish is written down, and whoever is responsible for the
records decides (`cases.erasure`).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.audit import service as audit
from handover_api.audit.service import RESIDENT
from handover_api.cases.erasure import erase_contents
from handover_api.cases.repository import CaseRepository
from handover_api.cases.service import leave_as_resident
from handover_api.conversations.repository import ConversationRepository
from handover_api.conversations.service import advance
from handover_api.errors import ConflictError
from handover_api.models import AuditEntry, Case, Conversation
from handover_api.rules.conversation import Event, State
from handover_api.rules.message import Audience, Author, BotWork
from handover_api.texts import _

KIND = "erasure_wished"
_NOTE = (
    "Invånaren vill att samtalet raderas. Samtalet kan vara en allmän handling och får inte raderas utan stöd i ett "
    "gallringsbeslut. Lämna önskemålet till den som ansvarar för kommunens arkiv."
)


class Policy(StrEnum):
    """Which conversations a resident may erase: a choice that rests on the municipality's decision on disposal."""

    BOT_ONLY = "bot_only"
    NEVER = "never"


class Prospect(StrEnum):
    """What a wish would lead to."""

    ERASED_AT_ONCE = "erased_at_once"
    # Staff have had it. They are told.
    DECIDED_BY_STAFF = "decided_by_staff"
    # Only the bot has had it, and the municipality keeps that too.
    KEPT = "kept"


@dataclass(frozen=True)
class Outcome:
    prospect: Prospect
    # How much was erased.
    messages: int = 0
    # By which the resident can ask how it goes.
    case_reference: str | None = None


async def foresee(session: AsyncSession, conversation: Conversation, policy: Policy) -> Prospect:
    """What the wish would lead to now; `carry_out` decides, under the lock."""
    return _prospect(await CaseRepository(session).find_latest(conversation.id), policy)


async def carry_out(session: AsyncSession, conversation_id: UUID, policy: Policy, now: datetime) -> Outcome:
    """Erases the conversation, or writes the wish down. Either way the resident leaves the conversation.

    Raises:
        NotFoundError
        ConflictError: `bot_is_answering`; what the bot is about to remember of it would be left.
    """
    repository = ConversationRepository(session)
    conversation = await repository.get_for_update(conversation_id)
    case = await CaseRepository(session).find_latest(conversation_id)
    prospect = _prospect(case, policy)
    if prospect is Prospect.ERASED_AT_ONCE:
        return await _erase(session, conversation, policy, now)
    if case is not None and not await repository.has_kind(conversation_id, KIND):
        await repository.append(
            conversation, author=Author.SYSTEM, audience=Audience.STAFF, kind=KIND, text=_NOTE, created_at=now
        )
    await leave_as_resident(session, conversation_id, now)
    _record(session, KIND, case, conversation, now)
    return Outcome(prospect, case_reference=case.reference if case else None)


async def _erase(session: AsyncSession, conversation: Conversation, policy: Policy, now: datetime) -> Outcome:
    if await ConversationRepository(session).has_work(conversation.id, BotWork.PENDING):
        raise ConflictError(
            "bot_is_answering",
            _("Chattboten arbetar med ett svar. Vänta en kort stund och försök igen."),
            state=conversation.state,
        )
    if conversation.state != State.CLOSED:
        await advance(session, conversation, Event.CLOSED, RESIDENT, now)
    receipt = await erase_contents(session, conversation, [])
    _record(session, "erased", None, conversation, now, reason=policy, messages=receipt.messages)
    return Outcome(Prospect.ERASED_AT_ONCE, messages=receipt.messages)


def _prospect(case: Case | None, policy: Policy) -> Prospect:
    if case is not None:
        return Prospect.DECIDED_BY_STAFF
    return Prospect.ERASED_AT_ONCE if policy is Policy.BOT_ONLY else Prospect.KEPT


def _record(
    session: AsyncSession,
    action: str,
    case: Case | None,
    conversation: Conversation,
    now: datetime,
    **details: str | int,
) -> None:
    audit.record(
        session,
        RESIDENT,
        action,
        subject_kind="case" if case else "conversation",
        subject_id=case.reference if case else str(conversation.id),
        at=now,
        **details,
    )


@dataclass(frozen=True)
class Wish:
    case_reference: str
    at: datetime


async def list_wishes(session: AsyncSession) -> list[Wish]:
    """The cases whose residents want them erased and that have not been, the longest wished first."""
    erased = select(AuditEntry.subject_id).where(AuditEntry.subject_kind == "case", AuditEntry.action == "erased")
    rows = await session.execute(
        select(AuditEntry.subject_id, AuditEntry.at)
        .where(AuditEntry.subject_kind == "case", AuditEntry.action == KIND, AuditEntry.subject_id.not_in(erased))
        .order_by(AuditEntry.at)
    )
    first: dict[str, datetime] = {}
    for reference, at in rows:
        first.setdefault(reference, at)
    return [Wish(reference, at) for reference, at in first.items()]
