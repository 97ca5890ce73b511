"""How the resident wants to be answered. The address is never logged, and never in the trail or in an event."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.audit.service import RESIDENT
from handover_api.cases import related, wording
from handover_api.cases.asynchronous import find_contact, leave_to_be_answered, tell
from handover_api.cases.deliveries import announce_receipt
from handover_api.cases.repository import CaseRepository
from handover_api.cases.schemas import ContactCreate
from handover_api.cases.steps import Locked
from handover_api.cases.trail import record
from handover_api.conversations.repository import ConversationRepository
from handover_api.conversations.service import advance
from handover_api.conversations.spoken_with import speaking_with
from handover_api.errors import ConflictError, InvalidError
from handover_api.models import ContactDetails
from handover_api.rules.contact import Channel
from handover_api.rules.conversation import Event, State
from handover_api.rules.message import EmptyTextError, TooLongTextError, clean_text
from handover_api.rules.personal_data import mask
from handover_api.texts import _

MAX_NAME_CHARACTERS = 100
_HOME = "SE"
# Numbers of people. A number that costs the caller, or the municipality, is not one of them.
_TEXT_NUMBERS = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})
_VOICE_NUMBERS = _TEXT_NUMBERS | {PhoneNumberType.FIXED_LINE, PhoneNumberType.VOIP, PhoneNumberType.PERSONAL_NUMBER}


@dataclass(frozen=True)
class Contact:
    """Details that can be used: an e-mail address, a telephone number as in +46701234567, or nothing."""

    channel: Channel
    address: str | None
    name: str | None


def usable(left: ContactCreate) -> Contact:
    """The details as they are stored.

    Raises:
        InvalidError: `email_wrong`, `telephone_wrong`, `not_a_mobile` or `name_wrong`.
    """
    name = usable_name(left.name or "")
    written = left.address or ""
    match left.channel:
        case Channel.EMAIL:
            return Contact(left.channel, _email(written), name)
        case Channel.SMS:
            return Contact(left.channel, _telephone(written, _TEXT_NUMBERS), name)
        case Channel.TELEPHONE:
            return Contact(left.channel, _telephone(written, _VOICE_NUMBERS), name)
        case Channel.ANONYMOUS:
            return Contact(left.channel, None, None)


def _email(written: str) -> str:
    try:
        # Whether the domain receives mail is found out by sending; asking for it here would tell others who wrote.
        address = validate_email(written.strip(), check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError:
        raise InvalidError(
            "email_wrong", _("E-postadressen ser inte rätt ut. Skriv den så här: namn@exempel.se.")
        ) from None
    return (address.ascii_email or address.normalized).lower()


def _telephone(written: str, kinds: frozenset[int]) -> str:
    wrong = InvalidError(
        "telephone_wrong",
        _(
            "Telefonnumret ser inte rätt ut. Skriv det med riktnummer, till exempel 070-123 45 67. "
            "Ett utländskt nummer börjar med + och landets nummer."
        ),
    )
    try:
        number = phonenumbers.parse(written, _HOME)
    except NumberParseException:
        raise wrong from None
    if not phonenumbers.is_valid_number(number) or number.extension:
        raise wrong
    kind = phonenumbers.number_type(number)
    if kind not in kinds:
        if kind in _VOICE_NUMBERS:
            raise InvalidError(
                "not_a_mobile",
                _("Det går inte att skicka sms till det numret. Skriv ett mobilnummer eller välj samtal."),
            )
        raise wrong
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def usable_name(written: str) -> str | None:
    """A name as it is stored, personal numbers masked; None for nothing.

    Raises:
        InvalidError: `name_wrong`.
    """
    try:
        name = mask(clean_text(" ".join(written.split())))
    except EmptyTextError:
        return None
    except TooLongTextError:
        name = written
    if len(name) > MAX_NAME_CHARACTERS:
        raise InvalidError("name_wrong", _("Namnet får vara högst {count} tecken.").format(count=MAX_NAME_CHARACTERS))
    return name


async def leave_contact(session: AsyncSession, conversation_id: UUID, left: ContactCreate, now: datetime) -> None:
    """Keeps how the resident wants to be answered, instead of what was left before. Whoever waited need not any longer.

    Leaving the same again changes nothing.

    Raises:
        InvalidError: the details cannot be used; nothing is changed.
        ConflictError: `conversation_closed`, or `no_case` when nobody has been asked for.
    """
    contact = usable(left)
    conversation = await ConversationRepository(session).get_for_update(conversation_id)
    if conversation.state == State.CLOSED:
        raise ConflictError(
            "conversation_closed", _("Samtalet är avslutat. Börja ett nytt samtal."), state=State.CLOSED
        )
    case = await CaseRepository(session).find_open(conversation_id)
    if case is None or conversation.state == State.WITH_BOT:
        raise ConflictError(
            "no_case", _("Be om en människa först. Sedan kan du välja hur du vill ha svar."), state=conversation.state
        )
    locked = Locked(case, conversation)
    if not await _keep(session, locked, contact, now):
        return
    await advance(
        session,
        conversation,
        Event.CONTACT_LEFT,
        RESIDENT,
        now,
        case_reference=case.reference,
        evidence={"channel": contact.channel},
    )
    record(session, RESIDENT, "leave_contact", locked, now, channel=contact.channel)
    if contact.address is not None:
        await related.link_by_address(session, locked, contact.address, now)
    if conversation.state == State.WAITING:
        await leave_to_be_answered(session, locked, RESIDENT, now)
    if conversation.state == State.ASYNCHRONOUS:
        with speaking_with(conversation):
            await tell(session, locked, "receipt", wording.receipt(case, contact.channel, now), now)
        await announce_receipt(session, locked, now)
    else:
        with speaking_with(conversation):
            await tell(session, locked, "receipt", _(wording.CONTACT_LEFT_WITH_AGENT), now)


async def _keep(session: AsyncSession, locked: Locked, contact: Contact, now: datetime) -> bool:
    """Whether anything was new."""
    kept = await find_contact(session, locked.case)
    if kept is None:
        kept = ContactDetails(case_id=locked.case.id)
        session.add(kept)
    elif (kept.channel, kept.address, kept.name) == (contact.channel, contact.address, contact.name):
        return False
    kept.channel = contact.channel
    kept.address = contact.address
    kept.name = contact.name
    kept.created_at = now
    await session.flush()
    return True
