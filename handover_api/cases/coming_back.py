"""Coming back to a conversation from another browser, with the case's reference and the code."""

import hmac
from datetime import datetime, timedelta

from handover_api.agents.repository import StaffRepository
from handover_api.audit import service as audit
from handover_api.cases.repository import CaseRepository
from handover_api.conversations.repository import ConversationRepository
from handover_api.conversations.return_code import hash_code
from handover_api.conversations.service import ConversationKey, add_key
from handover_api.database import SessionFactory, transaction
from handover_api.errors import NotFoundError, TooManyAttemptsError
from handover_api.models import Conversation, FailedSignIn
from handover_api.texts import _

# A code is one of 25^10. At this pace somebody who guesses needs millions of years, and a resident who has mistyped
# waits a few minutes.
WINDOW = timedelta(minutes=5)
MAX_FAILURES = 10
# Of all references together, so that trying a few codes on each of many gets nowhere either.
MAX_FAILURES_IN_ALL = 300
# A prefix keeps them apart from the user names, which are counted in the same table: no account is called so.
_KIND = "return:"
_ALL = f"{_KIND}*"
_NOT_STORED = b"\x00" * 32


async def come_back(
    sessions: SessionFactory, reference: str, code: str, now: datetime
) -> tuple[Conversation, ConversationKey]:
    """The conversation of a case, and a new key to it. Its state does not matter: a closed one can be read.

    A failed attempt is committed although the call raises, hence a session factory and not a session.

    Raises:
        NotFoundError: `wrong_code`; the reference does not exist, or the code is another one's. The two look alike.
        TooManyAttemptsError
    """
    reference = "".join(reference.replace("\x00", "").split())[:30]
    attempts = f"{_KIND}{reference.casefold()}"
    async with transaction(sessions) as session:
        failures = StaffRepository(session)
        if (
            await failures.count_failures_since(attempts, now - WINDOW) >= MAX_FAILURES
            or await failures.count_failures_since(_ALL, now - WINDOW) >= MAX_FAILURES_IN_ALL
        ):
            raise TooManyAttemptsError(retry_after=int(WINDOW.total_seconds()))
        case = await CaseRepository(session).find_by_reference(reference)
        conversation = await ConversationRepository(session).find(case.conversation_id) if case else None
        expected = conversation.code_hash if conversation else None
        is_right = hmac.compare_digest(expected or _NOT_STORED, hash_code(code))
        if case is not None and conversation is not None and is_right:
            token = add_key(session, conversation, now)
            audit.record(session, audit.RESIDENT, "come_back", subject_kind="case", subject_id=case.reference, at=now)
            return conversation, ConversationKey(conversation.id, token)
        failures.add(FailedSignIn(username=attempts, at=now))
        failures.add(FailedSignIn(username=_ALL, at=now))
    raise NotFoundError(
        "wrong_code",
        _("Ärendenumret och koden hör inte ihop. Kontrollera båda. Stora och små bokstäver spelar ingen roll."),
    )
