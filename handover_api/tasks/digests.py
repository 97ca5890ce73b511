"""Who gets what is to be done by e-mail: chosen by each person, confirmed from the address, sent once a week."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.agents.service import actor
from handover_api.audit import service as audit
from handover_api.cases.contact import usable
from handover_api.cases.schemas import ContactCreate
from handover_api.conversations.return_code import ALPHABET
from handover_api.database import SessionFactory, transaction
from handover_api.errors import ConflictError, InvalidError, NotFoundError, TooManyAttemptsError
from handover_api.models import DigestChoice, Outgoing, Staff
from handover_api.outgoing.outbox import enqueue
from handover_api.rules.contact import Channel
from handover_api.rules.digest import due_day
from handover_api.rules.roles import KEEPS_ANSWERS
from handover_api.rules.task import of_owner
from handover_api.tasks.gathering import gather

KIND = "digest"
CONFIRMATION, WEEKLY, ASKED = "confirmation", "weekly", "asked"
# An address that nobody confirms is somebody else's, or wrong.
CODE_LASTS = timedelta(days=2)
WINDOW = timedelta(hours=1)
MOST_LETTERS = 5
_CODE_CHARACTERS = 8
_LAST_WEEKDAY = 6

log = structlog.get_logger()


@dataclass(frozen=True)
class Wish:
    """As somebody has written it: `weekday` is a number, 0 for Monday; an empty `owner` is everybody."""

    address: str
    weekday: str
    owner: str = ""


async def find(session: AsyncSession, staff_id: UUID) -> DigestChoice | None:
    return await session.get(DigestChoice, staff_id, populate_existing=True)


async def choose(session: AsyncSession, staff: Staff, wish: Wish, now: datetime) -> bool:
    """Keeps the choice. Returns whether the address has to be confirmed first; then a letter with a code is sent.

    Raises:
        InvalidError: `email_wrong`, `weekday_missing` or `owner_missing`.
        TooManyAttemptsError: `too_many_letters`.
    """
    address = usable(ContactCreate(channel=Channel.EMAIL, address=wish.address)).address or ""
    if wish.weekday not in map(str, range(_LAST_WEEKDAY + 1)):
        raise InvalidError("weekday_missing", "Välj vilken dag du vill ha mejlet.")
    before = await _lock(session, staff.id)
    is_known = before is not None and before.owner == wish.owner
    if wish.owner and not is_known and wish.owner not in (await gather(session, staff.id, now)).owners:
        raise InvalidError("owner_missing", "Förvaltningen finns inte. Välj en av dem i listan.")
    values: dict[str, object] = {"address": address, "weekday": int(wish.weekday), "owner": wish.owner}
    has_to_confirm = before is None or before.address != address or before.code is not None
    if has_to_confirm:
        await _require_room(session, staff.id, now)
        await _put_in_outbox(session, staff.id, CONFIRMATION, now.isoformat(), now)
        values |= {"code": _new_code(), "chosen_at": now, "problem": None}
    elif before is not None and before.weekday != values["weekday"]:
        values["chosen_at"] = now
    kept = insert(DigestChoice).values(staff_id=staff.id, **{"chosen_at": now, **values})
    await session.execute(kept.on_conflict_do_update(index_elements=[DigestChoice.staff_id], set_=values))
    _record(session, staff, "digest_chosen", now, weekday=int(wish.weekday))
    return has_to_confirm


async def confirm(session: AsyncSession, staff: Staff, code: str, now: datetime) -> None:
    """Shows that the address is the person's own. Doing so again changes nothing.

    Raises:
        NotFoundError: nothing is chosen.
        InvalidError: `code_wrong` or `code_outdated`.
    """
    choice = await _lock(session, staff.id)
    if choice is None:
        raise NotFoundError("digest_missing", "Du har inte valt att få mejl. Välj dag och adress först.")
    if choice.code is None:
        return
    if now - choice.chosen_at >= CODE_LASTS:
        raise InvalidError("code_outdated", "Koden gäller inte längre. Spara adressen igen, så skickar vi en ny.")
    if not secrets.compare_digest(_plain(code).encode(), _plain(choice.code).encode()):
        raise InvalidError("code_wrong", "Koden stämmer inte. Skriv den som den står i mejlet.")
    choice.code, choice.chosen_at = None, now
    _record(session, staff, "digest_confirmed", now)


async def end(session: AsyncSession, staff: Staff, now: datetime) -> None:
    """Nothing more is sent, and the address is forgotten. Doing so again changes nothing."""
    ended = await session.scalar(
        delete(DigestChoice).where(DigestChoice.staff_id == staff.id).returning(DigestChoice.staff_id)
    )
    if ended is not None:
        _record(session, staff, "digest_ended", now)


async def send_now(session: AsyncSession, staff: Staff, now: datetime) -> bool:
    """Sends what is to be done at once. Returns False when there is nothing, and so no letter.

    Raises:
        ConflictError: `digest_not_confirmed`.
        TooManyAttemptsError: `too_many_letters`.
    """
    choice = await _lock(session, staff.id)
    if choice is None or choice.code is not None:
        raise ConflictError("digest_not_confirmed", "Bekräfta e-postadressen först.")
    if not of_owner((await gather(session, staff.id, now)).tasks, choice.owner):
        return False
    await _require_room(session, staff.id, now)
    await _put_in_outbox(session, staff.id, ASKED, now.isoformat(), now)
    return True


async def send_all_due(sessions: SessionFactory, now: datetime) -> None:
    """The worker's: decides about each person's day in a transaction of its own, once, however many workers there are.

    An address that has not been confirmed in time goes, and so does the choice of whoever may not see tasks any longer.
    """
    async with transaction(sessions) as session:
        await _forget(session, now)
        chosen = [*await session.scalars(select(DigestChoice.staff_id).where(DigestChoice.code.is_(None)))]
    for staff_id in chosen:
        try:
            async with transaction(sessions) as session:
                is_sent = await _decide(session, staff_id, now)
        except Exception:
            # One person's failure is not the others'; the next minutes try again.
            log.exception("digest.failed", staff_id=str(staff_id))
            continue
        if is_sent:
            log.info("digest.due", staff_id=str(staff_id))


async def is_for(session: AsyncSession, staff_id: UUID) -> bool:
    """Whether somebody may see what is to be done."""
    staff = await session.get(Staff, staff_id)
    return staff is not None and staff.is_active and staff.role in KEEPS_ANSWERS


async def note_problem(session: AsyncSession, staff_id: UUID, problem: str | None) -> None:
    """What became of the latest letter; None when it was sent."""
    choice = await _lock(session, staff_id)
    if choice is not None:
        choice.problem = problem


async def _decide(session: AsyncSession, staff_id: UUID, now: datetime) -> bool:
    """Whether there is something to send."""
    choice = await session.scalar(
        select(DigestChoice).where(DigestChoice.staff_id == staff_id).with_for_update(skip_locked=True)
    )
    if choice is None or choice.code is not None:
        return False
    day = due_day(choice.weekday, choice.chosen_at, choice.decided_on, now)
    if day is None:
        return False
    choice.decided_on = day
    if not of_owner((await gather(session, staff_id, now)).tasks, choice.owner):
        return False
    await _put_in_outbox(session, staff_id, WEEKLY, day.isoformat(), now)
    return True


async def _forget(session: AsyncSession, now: datetime) -> None:
    await session.execute(
        delete(DigestChoice).where(DigestChoice.code.is_not(None), DigestChoice.chosen_at <= now - CODE_LASTS)
    )
    allowed = select(Staff.id).where(Staff.is_active, Staff.role.in_(KEEPS_ANSWERS))
    await session.execute(delete(DigestChoice).where(DigestChoice.staff_id.not_in(allowed)))


async def _lock(session: AsyncSession, staff_id: UUID) -> DigestChoice | None:
    return await session.get(DigestChoice, staff_id, with_for_update=True, populate_existing=True)


async def _require_room(session: AsyncSession, staff_id: UUID, now: datetime) -> None:
    """So that nobody has us fill an inbox that may be somebody else's."""
    sent = await session.scalar(
        select(func.count()).where(
            Outgoing.kind == KIND,
            Outgoing.payload["staff"].astext == str(staff_id),
            Outgoing.created_at > now - WINDOW,
        )
    )
    if (sent or 0) >= MOST_LETTERS:
        raise TooManyAttemptsError(
            "too_many_letters",
            "Flera mejl har skickats nyss. Vänta en timme innan du försöker igen.",
            retry_after=int(WINDOW.total_seconds()),
        )


async def _put_in_outbox(session: AsyncSession, staff_id: UUID, letter: str, once: str, now: datetime) -> None:
    key = f"{KIND}:{staff_id}:{letter}:{once}"
    await enqueue(session, KIND, key, {"staff": str(staff_id), "letter": letter}, now)


def _new_code() -> str:
    code = "".join(secrets.choice(ALPHABET) for _ in range(_CODE_CHARACTERS))
    half = _CODE_CHARACTERS // 2
    return f"{code[:half]}-{code[half:]}"


def _plain(code: str) -> str:
    return "".join(character for character in code.upper() if character.isalnum())


def _record(session: AsyncSession, staff: Staff, action: str, now: datetime, **details: int) -> None:
    """Without the address, which is a person's own."""
    audit.record(session, actor(staff), action, subject_kind="staff", subject_id=str(staff.id), at=now, **details)
