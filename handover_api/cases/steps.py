"""How a member of staff changes a case: on the state that was seen, and once, however often the request is sent."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.cases.repository import CaseRepository
from handover_api.cases.sight import require_seen
from handover_api.conversations.repository import ConversationRepository
from handover_api.conversations.service import require_version
from handover_api.errors import ConflictError
from handover_api.models import Case, Conversation, Deed, Staff
from handover_api.rules.case import CaseState
from handover_api.rules.conversation import State


@dataclass(frozen=True)
class Step:
    """What a request says beside the deed itself.

    `version`: the conversation's version that it was decided on. `key`: by which a repeated request is known.
    """

    version: int | None = None
    key: str | None = None


ANY = Step()


@dataclass(frozen=True)
class Locked:
    """A case and its conversation, as they are once nobody else can change them. The one lock covers both."""

    case: Case
    conversation: Conversation


async def lock(session: AsyncSession, reference: str) -> Locked:
    """The conversation is always locked before anything is decided about its case.

    Raises:
        NotFoundError
    """
    cases = CaseRepository(session)
    conversation_id = await cases.find_conversation_id(reference)
    conversation = await ConversationRepository(session).get_for_update(conversation_id)
    return Locked(await cases.get(reference), conversation)


async def lock_for(session: AsyncSession, staff: Staff, reference: str) -> Locked:
    """The same for a member of staff: what they may not see, or no longer, does not exist.

    Raises:
        NotFoundError
    """
    locked = await lock(session, reference)
    require_seen(staff, locked.case)
    return locked


async def begin(session: AsyncSession, staff: Staff, action: str, reference: str, step: Step) -> Locked | None:
    """The locked case; None when this very request has already been carried out.

    Raises:
        NotFoundError
        ConflictError: `stale_version`, or `idempotency_key_reused` for something else.
    """
    locked = await lock_for(session, staff, reference)
    if step.key is not None:
        deed = await session.get(Deed, (staff.id, step.key))
        if deed is not None:
            if (deed.action, deed.subject) != (action, reference):
                raise _key_reused(deed)
            return None
    require_version(locked.conversation, step.version)
    return locked


async def find_done(session: AsyncSession, staff: Staff, action: str, key: str | None) -> str | None:
    """The reference of the case that this very request has already made or taken, where no case's lock could keep a
    request that is sent twice apart from itself: an agent's requests come one after the other instead.

    Raises:
        ConflictError: `idempotency_key_reused`.
    """
    if key is None:
        return None
    await session.execute(select(Staff.id).where(Staff.id == staff.id).with_for_update(key_share=True))
    deed = await session.get(Deed, (staff.id, key))
    if deed is None:
        return None
    if deed.action != action:
        raise _key_reused(deed)
    return deed.subject


def finish(session: AsyncSession, staff: Staff, action: str, locked: Locked, step: Step, now: datetime) -> None:
    """Remembers the request's key, in the transaction of the deed."""
    if step.key is not None:
        session.add(
            Deed(
                staff_id=staff.id,
                key=step.key,
                action=action,
                subject=locked.case.reference,
                version=locked.conversation.version,
                at=now,
            )
        )


def require_owner(locked: Locked, staff: Staff) -> None:
    """That the case is in the agent's hands.

    Raises:
        ConflictError: `already_closed`, `not_assigned` or `not_yours`, with the current state and version.
    """
    case = locked.case
    now = {"state": case.state, "version": locked.conversation.version}
    if case.state == CaseState.CLOSED:
        raise ConflictError("already_closed", "Ärendet är redan avslutat.", **now)
    if case.state not in {CaseState.ASSIGNED, CaseState.FORWARDED}:
        raise ConflictError("not_assigned", "Ärendet är inte öppet hos någon. Ta det först.", **now)
    if case.owner_id != staff.id:
        raise ConflictError("not_yours", "Ärendet ligger hos en kollega.", **now)


def require_reach(locked: Locked, staff: Staff, what: str) -> None:
    """That the case is in the agent's hands, and the conversation goes on, so that `what` reaches the resident.

    Raises:
        ConflictError: as `require_owner`, or `conversation_closed`.
    """
    require_owner(locked, staff)
    if locked.conversation.state == State.CLOSED:
        raise ConflictError(
            "conversation_closed",
            f"Invånaren har avslutat samtalet, så {what} når inte fram. Avsluta ärendet när du är klar.",
            state=locked.case.state,
            version=locked.conversation.version,
        )


def _key_reused(deed: Deed) -> ConflictError:
    return ConflictError(
        "idempotency_key_reused", "Anropets nyckel har redan använts till något annat.", action=deed.action
    )
