"""Brings e-mail, text messages and errands about a case to whom they are for.

What they say is read from the case when they are sent, so the outbox itself holds nothing of it. What has been erased
since is not sent, and nobody waits for it.
"""

from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.audit.service import SYSTEM
from handover_api.cases import letters, steps, undelivered
from handover_api.cases.deliveries import About
from handover_api.cases.repository import CaseRepository
from handover_api.cases.trail import record
from handover_api.clock import Clock
from handover_api.conversations.spoken_with import speaking_with
from handover_api.database import SessionFactory, transaction
from handover_api.errors import NotFoundError
from handover_api.integrations.case_system import CaseSystem, Errand, ErrandMessage
from handover_api.integrations.sms import SmsSender, TextMessage
from handover_api.integrations.smtp import Letter, Mailer
from handover_api.models import Case, ContactDetails, Conversation, Department, Message, Outgoing, Topic
from handover_api.rules import formatted_text
from handover_api.rules.case import Priority
from handover_api.rules.contact import Channel

log = structlog.get_logger()


@dataclass(frozen=True)
class Matter:
    """What an item of the outbox is about, as it is now. `text` is what was written, if anything was; `open_text` the
    same, if it may travel unprotected.
    """

    about: About
    case: Case
    conversation: Conversation
    topic: Topic | None
    text: str | None
    open_text: str | None
    department: Department | None
    contact: ContactDetails | None

    def address(self, channel: Channel) -> str | None:
        """Where the resident wants to be told by this channel; None when that has been changed since."""
        return self.contact.address if self.contact and self.contact.channel == channel else None


class MailCourier:
    def __init__(self, sessions: SessionFactory, mailer: Mailer, public_url: str, clock: Clock) -> None:
        self._sessions = sessions
        self._mailer = mailer
        self._public_url = public_url
        self._clock = clock

    async def send(self, item: Outgoing) -> None:
        matter = await _read(self._sessions, item)
        written = self._write(matter) if matter else None
        if written is None:
            return
        to, text = written
        await self._mailer.send(Letter(id=item.id.hex, to=to, subject=text.subject, text=text.body, at=item.created_at))

    async def give_up(self, session: AsyncSession, item: Outgoing, problem: str, now: datetime) -> None:
        await _give_up(session, item, Channel.EMAIL, problem, now)

    def _write(self, matter: Matter) -> tuple[str, letters.Text] | None:
        """To whom, and what."""
        case, department = matter.case, matter.department
        if matter.about is About.FORWARD:
            to = department.email if department else None
            name = department.name if department else ""
            text = letters.forward_by_email(case.reference, name, matter.open_text)
        else:
            to = matter.address(Channel.EMAIL)
            with speaking_with(matter.conversation):
                text = (
                    letters.receipt_by_email(case.reference, case.due_at, self._public_url, self._clock())
                    if matter.about is About.RECEIPT
                    else letters.reply_by_email(case.reference, matter.open_text, self._public_url)
                )
        return (to, text) if to else None


class SmsCourier:
    def __init__(self, sessions: SessionFactory, sender: SmsSender, public_url: str, clock: Clock) -> None:
        self._sessions = sessions
        self._sender = sender
        self._public_url = public_url
        self._clock = clock

    async def send(self, item: Outgoing) -> None:
        matter = await _read(self._sessions, item)
        to = matter.address(Channel.SMS) if matter else None
        if matter is None or to is None:
            return
        case = matter.case
        with speaking_with(matter.conversation):
            text = (
                letters.receipt_by_text_message(case.reference, case.due_at, self._public_url, self._clock())
                if matter.about is About.RECEIPT
                else letters.reply_by_text_message(case.reference, matter.open_text, self._public_url)
            )
        await self._sender.send(TextMessage(id=item.id.hex, to=to, text=text))

    async def give_up(self, session: AsyncSession, item: Outgoing, problem: str, now: datetime) -> None:
        await _give_up(session, item, Channel.SMS, problem, now)


class ErrandCourier:
    """Makes an errand in the departments' case system, once for a case, and adds what the agent wrote to it."""

    def __init__(self, sessions: SessionFactory, case_system: CaseSystem, clock: Clock) -> None:
        self._sessions = sessions
        self._case_system = case_system
        self._clock = clock

    async def send(self, item: Outgoing) -> None:
        matter = await _read(self._sessions, item)
        if matter is None or matter.text is None:
            return
        case = matter.case
        external_id = case.external_id or await self._create(matter)
        receiver = matter.department.name if matter.department else ""
        await self._case_system.add_message(
            external_id, ErrandMessage(case.reference, item.payload["number"], receiver, matter.text)
        )

    async def give_up(self, session: AsyncSession, item: Outgoing, problem: str, now: datetime) -> None:
        # Of errands only what is forwarded is told, and that failure has no channel of its own.
        await _give_up(session, item, Channel.EMAIL, problem, now)

    async def _create(self, matter: Matter) -> str:
        case = matter.case
        subject = matter.topic.title if matter.topic else None
        external_id = await self._case_system.create(
            Errand(
                reference=case.reference,
                title=letters.errand_title(case.reference, subject),
                description=letters.errand_description(case.reference, subject),
                is_urgent=case.priority == Priority.URGENT,
            )
        )
        async with transaction(self._sessions) as session:
            locked = await steps.lock(session, case.reference)
            locked.case.external_id = external_id
            record(session, SYSTEM, "errand_created", locked, self._clock(), external_id=external_id)
        return external_id


async def _read(sessions: SessionFactory, item: Outgoing) -> Matter | None:
    """None when what was to be told no longer exists."""
    payload = item.payload
    async with sessions() as session:
        case = await session.scalar(select(Case).where(Case.reference == payload["case"]))
        if case is None:
            return None
        about = About(payload["about"])
        text = None
        if about is not About.RECEIPT:
            text = await session.scalar(
                select(Message.text).where(
                    Message.conversation_id == case.conversation_id, Message.seq == payload["number"]
                )
            )
            if text is None:
                return None
            if about is About.REPLY:
                text = formatted_text.as_text(text)
        topic = await session.get(Topic, case.topic) if case.topic else None
        return Matter(
            about=about,
            case=case,
            conversation=await session.get_one(Conversation, case.conversation_id),
            topic=topic,
            text=text,
            open_text=text if await _may_be_sent_openly(session, case, topic) else None,
            department=await session.get(Department, payload["department"]) if "department" in payload else None,
            contact=await session.get(ContactDetails, case.id),
        )


async def _may_be_sent_openly(session: AsyncSession, case: Case, topic: Topic | None) -> bool:
    """By all that the conversation has been about: an answer may go back to what was asked before."""
    cases = CaseRepository(session)
    return letters.may_be_sent_openly(
        touches_secrecy=(
            topic.touches_secrecy or await cases.has_touched_secrecy(case.conversation_id) if topic else None
        ),
        is_personal=await cases.has_been_personal(case),
    )


async def _give_up(session: AsyncSession, item: Outgoing, channel: Channel, problem: str, now: datetime) -> None:
    reference = item.payload["case"]
    try:
        match About(item.payload["about"]):
            case About.RECEIPT:
                text = letters.RECEIPT_NOT_DELIVERED[channel]
                await undelivered.tell_resident(session, reference, text, problem, now)
            case About.REPLY:
                text = letters.REPLY_NOT_DELIVERED[channel]
                await undelivered.give_back_to_owner(session, reference, text, problem, now)
            case About.FORWARD:
                department = await session.get(Department, item.payload["department"])
                text = letters.forward_not_delivered(department.name if department else "förvaltningen")
                await undelivered.bring_back_from_department(session, reference, text, problem, now)
    except NotFoundError:
        log.info("sender.case_is_gone", outgoing_id=str(item.id))
