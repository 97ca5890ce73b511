"""A resident's own copy of the conversation, by e-mail.

The address is kept until the letter has been sent or given up, and never stands in the outbox. E-mail travels
unprotected, so what may be secret is not sent: the resident can download it instead. So that nobody uses us to send
letters to others, there are limits for a conversation and for all of them together.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.audit import service as audit
from handover_api.audit.service import RESIDENT
from handover_api.cases.contact import usable
from handover_api.cases.letters import may_be_sent_openly
from handover_api.cases.repository import CaseRepository
from handover_api.cases.schemas import ContactCreate
from handover_api.conversations.repository import ConversationRepository
from handover_api.conversations.spoken_with import speaking_with
from handover_api.errors import ConflictError, TooManyAttemptsError
from handover_api.models import Case, Conversation, Topic, TranscriptRequest
from handover_api.outgoing.outbox import enqueue
from handover_api.rules.contact import Channel
from handover_api.rules.message import Author
from handover_api.texts import _

KIND = "transcript"
WINDOW = timedelta(hours=1)
MOST_OF_ONE = 3
MOST_IN_ALL = 200


async def may_be_mailed(session: AsyncSession, conversation: Conversation) -> bool:
    """Whether nothing that the conversation has been about may be secret, by all its cases and answers."""
    cases = CaseRepository(session)
    if await cases.has_touched_secrecy(conversation.id):
        return False
    for case in await session.scalars(select(Case).where(Case.conversation_id == conversation.id)):
        topic = await session.get(Topic, case.topic) if case.topic else None
        if not may_be_sent_openly(
            touches_secrecy=topic.touches_secrecy if topic else None, is_personal=await cases.has_been_personal(case)
        ):
            return False
    return True


async def ask_by_email(session: AsyncSession, conversation_id: UUID, email: str, now: datetime) -> None:
    """Has the conversation, as it stands now, sent to the address.

    Raises:
        InvalidError: `email_wrong`.
        ConflictError: `not_by_email`, or `nothing_to_send` while nobody has answered.
        TooManyAttemptsError: `too_many_letters`.
    """
    address = usable(ContactCreate(channel=Channel.EMAIL, address=email)).address
    repository = ConversationRepository(session)
    conversation = await repository.get_for_update(conversation_id)
    answered_by_bot = await repository.find_latest_by(conversation_id, Author.BOT)
    if answered_by_bot is None and await repository.find_latest_by(conversation_id, Author.AGENT) is None:
        raise ConflictError("nothing_to_send", _("Det finns inget svar att skicka än."), state=conversation.state)
    if not await may_be_mailed(session, conversation):
        raise ConflictError(
            "not_by_email",
            _("Samtalet kan innehålla sådant som inte bör skickas med e-post. Ladda ner det i stället."),
            state=conversation.state,
        )
    await _require_room(session, conversation_id, now)
    request = TranscriptRequest(
        conversation_id=conversation_id, address=address, last_seq=conversation.last_seq, created_at=now
    )
    session.add(request)
    await session.flush()
    await enqueue(session, KIND, f"{KIND}:{request.id}", {"request": str(request.id)}, now)
    audit.record(
        session, RESIDENT, "transcript_asked", subject_kind="conversation", subject_id=str(conversation_id), at=now
    )


async def _require_room(session: AsyncSession, conversation_id: UUID, now: datetime) -> None:
    lately = TranscriptRequest.created_at > now - WINDOW
    count = select(func.count()).select_from(TranscriptRequest).where(lately)
    of_this = await session.scalar(count.where(TranscriptRequest.conversation_id == conversation_id)) or 0
    if of_this >= MOST_OF_ONE or (await session.scalar(count) or 0) >= MOST_IN_ALL:
        raise TooManyAttemptsError(
            "too_many_letters",
            _("Samtalet har skickats flera gånger nyss. Vänta en timme, eller ladda ner det i stället."),
            retry_after=int(WINDOW.total_seconds()),
        )


async def forget_address(session: AsyncSession, request_id: UUID) -> None:
    """The letter has been sent."""
    await session.execute(update(TranscriptRequest).where(TranscriptRequest.id == request_id).values(address=None))


async def tell_that_it_did_not_arrive(session: AsyncSession, request_id: UUID, problem: str, now: datetime) -> None:
    """Forgets the address, and says in the chat that the letter could not be sent."""
    request = await session.get(TranscriptRequest, request_id)
    if request is None:
        return
    repository = ConversationRepository(session)
    conversation = await repository.get_for_update(request.conversation_id)
    await forget_address(session, request_id)
    with speaking_with(conversation):
        await repository.append(
            conversation,
            author=Author.SYSTEM,
            kind="delivery_failed",
            text=_(
                "Vi kunde inte skicka samtalet med e-post. "
                "Du kan ladda ner det i stället: välj ”Spara samtalet” i menyn."
            ),
            payload={"problem": problem},
            created_at=now,
        )


async def delete_outdated(session: AsyncSession, now: datetime) -> None:
    """Deletes the requests that no limit counts any longer. The letters of those that still have an address wait."""
    await session.execute(
        delete(TranscriptRequest).where(
            TranscriptRequest.created_at < now - WINDOW, TranscriptRequest.address.is_(None)
        )
    )
