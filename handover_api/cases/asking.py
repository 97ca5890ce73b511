"""Asking the resident by a form in the chat: for contact details, or for consent to something.

The question is a message of the agent's and the answer one of the resident's, so both keep by whom and when. What was
agreed to stands in the answer; details stand only in `left_details`, which goes with the message.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api import live
from handover_api.agents import presence
from handover_api.agents.service import actor
from handover_api.audit.service import RESIDENT
from handover_api.cases import asking_words, steps
from handover_api.cases.contact import usable, usable_name
from handover_api.cases.deliveries import announce_reply
from handover_api.cases.repository import CaseRepository
from handover_api.cases.schemas import (
    ContactCreate,
    RequestAnswerCreate,
    RequestAnswerRead,
    RequestCreate,
    RequestRead,
)
from handover_api.cases.steps import Locked, require_reach
from handover_api.cases.trail import record
from handover_api.conversations.repository import ConversationRepository
from handover_api.conversations.service import find_earlier, storable_text
from handover_api.conversations.spoken_with import speaking_with
from handover_api.errors import ConflictError, InvalidError, NotFoundError
from handover_api.models import LeftDetails, Message, Staff
from handover_api.rules.contact import Channel
from handover_api.rules.conversation import State
from handover_api.rules.message import Author
from handover_api.rules.request import ANSWER, REQUEST, Answer, Detail, RequestKind
from handover_api.texts import _

MOST_PURPOSE_CHARACTERS = 300


@dataclass(frozen=True)
class Details:
    """What was left, of what was asked for."""

    email: str | None = None
    telephone: str | None = None
    name: str | None = None

    def left(self) -> dict[Detail, str]:
        values = {Detail.EMAIL: self.email, Detail.TELEPHONE: self.telephone, Detail.NAME: self.name}
        return {detail: value for detail, value in values.items() if value}


async def ask(
    session: AsyncSession, staff: Staff, reference: str, client_id: str, asked: RequestCreate, now: datetime
) -> int:
    """Asks the resident of the agent's own case. Returns the message's number; asking again with the same id asks once.

    Raises:
        NotFoundError
        InvalidError: `purpose_missing`, `purpose_too_long` or `details_missing`; nothing is asked.
        ConflictError: `not_yours`, `not_assigned`, `already_closed`, `conversation_closed` or `client_id_reused`.
    """
    purpose = _purpose(asked)
    details = [detail for detail in Detail if detail in asked.details]
    if asked.kind is RequestKind.DETAILS and not details:
        raise InvalidError("details_missing", "Välj minst en uppgift att be om.")
    locked = await steps.lock_for(session, staff, reference)
    conversation = locked.conversation
    with speaking_with(conversation):
        text = asking_words.question(asked.kind, details, purpose)
    client_id = f"{staff.id}:request:{client_id}"
    earlier = await find_earlier(session, conversation.id, Author.AGENT, client_id, text)
    if earlier is not None:
        return earlier.seq
    require_reach(locked, staff, "frågan")
    message = await ConversationRepository(session).append(
        conversation,
        author=Author.AGENT,
        kind=REQUEST,
        text=text,
        client_id=client_id,
        staff_id=staff.id,
        payload={
            "agent_name": staff.display_name,
            "request": {"kind": asked.kind, "details": details, "purpose": purpose},
        },
        created_at=now,
    )
    await announce_reply(session, locked, message, now)
    await presence.give_sign_of_life(session, staff, now)
    record(session, actor(staff), "ask_by_form", locked, now, kind=asked.kind)
    return message.seq


async def answer(
    session: AsyncSession, conversation_id: UUID, seq: int, given: RequestAnswerCreate, now: datetime
) -> int:
    """Keeps the resident's answer to one of the conversation's questions. Returns the answer's number.

    A question is answered once; sending the same answer again changes nothing.

    Raises:
        NotFoundError: there is no such question.
        InvalidError: `details_wrong`, with a sentence for each field that is wrong; nothing is changed.
        ConflictError: `request_answered`, `request_over` or `conversation_closed`.
    """
    repository = ConversationRepository(session)
    conversation = await repository.get_for_update(conversation_id)
    question = await _find_question(session, conversation_id, seq)
    asked = question.payload["request"]
    kind, purpose = RequestKind(asked["kind"]), asked["purpose"]
    is_willing = given.answer is Answer.YES
    details = Details()
    if kind is RequestKind.DETAILS and is_willing:
        details = _usable(given, [Detail(each) for each in asked["details"]])
    with speaking_with(conversation):
        text = asking_words.answer(kind, list(details.left()), purpose, is_willing=is_willing)
    # No resident's browser can choose such an id for another message.
    client_id = f"request/{seq}"
    earlier = await repository.find_by_client_id(conversation_id, Author.RESIDENT, client_id)
    if earlier is not None:
        if earlier.text == text and await _left_with(session, earlier) == details:
            return earlier.seq
        raise ConflictError("request_answered", _("Du har redan svarat på den här frågan."), seq=earlier.seq)
    if conversation.state == State.CLOSED:
        raise ConflictError(
            "conversation_closed",
            _("Samtalet är avslutat, så det går inte längre att svara på frågan."),
            state=State.CLOSED,
        )
    case = await CaseRepository(session).find_open(conversation_id)
    if case is None or conversation.state == State.WITH_BOT:
        raise ConflictError(
            "request_over",
            _("Du chattar med chattboten igen, så frågan gäller inte längre. Be om en människa om du vill svara."),
            state=conversation.state,
        )
    message = await repository.append(
        conversation,
        author=Author.RESIDENT,
        kind=ANSWER,
        text=text,
        client_id=client_id,
        payload={"answers": seq, "request": {**asked, "answer": given.answer}},
        created_at=now,
    )
    if details.left():
        session.add(LeftDetails(message_id=message.id, created_at=now, **details.left()))
        await session.flush()
    record(session, RESIDENT, "answer_form", Locked(case, conversation), now, kind=kind, answer=given.answer)
    if case.owner_id is not None:
        live.publish(session, live.staff_signal(case.owner_id))
    return message.seq


async def list_left(session: AsyncSession, messages: Iterable[Message]) -> dict[UUID, Details]:
    """The details that were left with these messages."""
    ids = [message.id for message in messages if message.kind == ANSWER]
    if not ids:
        return {}
    rows = await session.scalars(select(LeftDetails).where(LeftDetails.message_id.in_(ids)))
    return {row.message_id: _details(row) for row in rows}


async def list_requests(session: AsyncSession, conversation_id: UUID) -> list[RequestRead]:
    """Every question of the conversation, with its answer if there is one."""
    rows = list(
        await session.scalars(
            select(Message)
            .where(Message.conversation_id == conversation_id, Message.kind.in_([REQUEST, ANSWER]))
            .order_by(Message.seq)
        )
    )
    answers = {row.payload["answers"]: row for row in rows if row.kind == ANSWER}
    left = await list_left(session, answers.values())
    return [_read(row, answers.get(row.seq), left) for row in rows if row.kind == REQUEST]


def _read(question: Message, reply: Message | None, left: Mapping[UUID, Details]) -> RequestRead:
    asked = question.payload["request"]
    answered = None
    if reply is not None:
        details = left.get(reply.id, Details())
        answered = RequestAnswerRead(
            seq=reply.seq,
            answer=reply.payload["request"]["answer"],
            answered_at=reply.created_at,
            email=details.email,
            telephone=details.telephone,
            name=details.name,
        )
    return RequestRead(
        **asked,
        seq=question.seq,
        asked_by=question.payload["agent_name"],
        asked_at=question.created_at,
        answer=answered,
    )


def _purpose(asked: RequestCreate) -> str:
    is_consent = asked.kind is RequestKind.CONSENT
    if not asked.purpose.strip():
        missing = "Skriv vad invånaren ska godkänna." if is_consent else "Skriv vad uppgifterna behövs till."
        raise InvalidError("purpose_missing", missing)
    purpose = asking_words.without_lead(asked.kind, " ".join(storable_text(asked.purpose).split()))
    if not purpose:
        raise InvalidError("purpose_missing", "Skriv hela meningen.")
    if len(purpose) > MOST_PURPOSE_CHARACTERS:
        raise InvalidError("purpose_too_long", f"Skriv kortare, högst {MOST_PURPOSE_CHARACTERS} tecken.")
    return purpose


def _usable(given: RequestAnswerCreate, asked: list[Detail]) -> Details:
    usable_details: dict[str, str | None] = {}
    wrong: dict[str, str] = {}
    for detail in asked:
        written = (getattr(given, detail) or "").strip()
        if not written:
            continue
        try:
            usable_details[detail] = _usable_detail(detail, written)
        except InvalidError as error:
            wrong[detail] = error.detail
    details = Details(**usable_details)
    if not wrong and not details.left():
        wrong[asked[0]] = _("Fyll i minst en uppgift, eller välj ”Nej tack”.")
    if wrong:
        raise InvalidError("details_wrong", next(iter(wrong.values())), fields=wrong)
    return details


def _usable_detail(detail: Detail, written: str) -> str | None:
    match detail:
        case Detail.EMAIL:
            return usable(ContactCreate(channel=Channel.EMAIL, address=written)).address
        case Detail.TELEPHONE:
            return usable(ContactCreate(channel=Channel.TELEPHONE, address=written)).address
        case Detail.NAME:
            return usable_name(written)


async def _find_question(session: AsyncSession, conversation_id: UUID, seq: int) -> Message:
    question = await session.scalar(
        select(Message).where(Message.conversation_id == conversation_id, Message.seq == seq, Message.kind == REQUEST)
    )
    if question is None:
        raise NotFoundError("request_missing", _("Frågan finns inte."))
    return question


async def _left_with(session: AsyncSession, message: Message) -> Details:
    row = await session.get(LeftDetails, message.id)
    return _details(row) if row else Details()


def _details(row: LeftDetails) -> Details:
    return Details(email=row.email, telephone=row.telephone, name=row.name)
