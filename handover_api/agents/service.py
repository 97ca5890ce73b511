"""Signing in, and who is signed in."""

import asyncio
import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.agents import presence
from handover_api.agents.repository import StaffRepository
from handover_api.audit import service as audit
from handover_api.audit.service import Actor
from handover_api.database import SessionFactory, transaction
from handover_api.errors import NotSignedInError, TooManyAttemptsError
from handover_api.models import FailedSignIn, Staff, StaffSession
from handover_api.rules.roles import HANDLES_CASES, Role

MAX_FAILURES = 10
FAILURE_WINDOW = timedelta(minutes=5)
MIN_PASSWORD_CHARACTERS = 12

_hasher = PasswordHasher()
# Checked when the account does not exist, so that the answer takes the same time either way.
_DUMMY_HASH = _hasher.hash(secrets.token_urlsafe(16))


def hash_token(token: str) -> bytes:
    """Tokens are random and long, so a fast hash is enough to make the stored value useless to a thief."""
    return hashlib.sha256(token.encode()).digest()


def actor(staff: Staff) -> Actor:
    return Actor(staff.role, staff.id)


async def sign_in(
    sessions: SessionFactory, username: str, password: str, now: datetime, hours: int
) -> tuple[Staff, str]:
    """Checks the password and starts a session. Returns the account and the session's token.

    A failed attempt is committed although the call raises, hence a session factory and not a session.

    Raises:
        NotSignedInError: `wrong_credentials`.
        TooManyAttemptsError: too many failures for this user name lately.
    """
    username = _as_stored(username)
    async with transaction(sessions) as session:
        repository = StaffRepository(session)
        if await repository.count_failures_since(username, now - FAILURE_WINDOW) >= MAX_FAILURES:
            raise TooManyAttemptsError(retry_after=int(FAILURE_WINDOW.total_seconds()))
        staff = await repository.find_by_username(username)
    is_right = await asyncio.to_thread(_password_is_right, staff, password)
    async with transaction(sessions) as session:
        repository = StaffRepository(session)
        if staff and is_right and staff.is_active:
            token = secrets.token_urlsafe(32)
            repository.add(
                StaffSession(
                    token_hash=hash_token(token),
                    staff_id=staff.id,
                    created_at=now,
                    expires_at=now + timedelta(hours=hours),
                )
            )
            audit.record(session, actor(staff), "signed_in", subject_kind="staff", subject_id=str(staff.id), at=now)
            return staff, token
        repository.add(FailedSignIn(username=username, at=now))
    raise NotSignedInError("wrong_credentials", "Användarnamnet eller lösenordet är fel.")


async def sign_out(session: AsyncSession, token: str, now: datetime) -> None:
    """Ends the session, and with the last one the presence at the desk."""
    repository = StaffRepository(session)
    staff = await find_signed_in(session, token, now)
    await repository.delete_session(hash_token(token))
    if staff is None:
        return
    audit.record(session, actor(staff), "signed_out", subject_kind="staff", subject_id=str(staff.id), at=now)
    if not await repository.has_session(staff, now):
        await presence.end(session, staff.id)


async def find_account(session: AsyncSession, username: str) -> Staff | None:
    """The account, whether it is active or not."""
    return await StaffRepository(session).find_by_username(_as_stored(username))


async def find_case_handler(session: AsyncSession, username: str) -> Staff | None:
    """The active account of somebody who may be given cases."""
    staff = await find_account(session, username)
    return staff if staff is not None and staff.is_active and staff.role in HANDLES_CASES else None


async def find_signed_in(session: AsyncSession, token: str, now: datetime) -> Staff | None:
    return await StaffRepository(session).find_by_session(hash_token(token), now)


async def list_signed_in(session: AsyncSession, tokens: Iterable[str], now: datetime) -> dict[str, Staff]:
    """Whom these tokens belong to, as far as they still count."""
    tokens_by_hash = {hash_token(token): token for token in tokens}
    found = await StaffRepository(session).list_by_sessions(list(tokens_by_hash), now)
    return {tokens_by_hash[token_hash]: staff for token_hash, staff in found.items()}


async def put_account(
    session: AsyncSession, *, username: str, display_name: str, role: Role, password: str, now: datetime
) -> Staff:
    """Makes the account, or gives an existing one this name, role and password and ends its sessions.

    Raises:
        ValueError: the password is too short.
    """
    if len(password) < MIN_PASSWORD_CHARACTERS:
        raise ValueError(f"a password needs at least {MIN_PASSWORD_CHARACTERS} characters")
    username = _as_stored(username)
    repository = StaffRepository(session)
    staff = await repository.find_by_username(username)
    if staff is None:
        staff = Staff(username=username, created_at=now, is_active=True)
        repository.add(staff)
    else:
        await repository.delete_sessions_of(staff)
    staff.display_name = display_name
    staff.role = role
    staff.password_hash = _hasher.hash(password)
    await session.flush()  # The audit entry needs the account's key.
    audit.record(
        session, audit.SYSTEM, "account_put", subject_kind="staff", subject_id=str(staff.id), at=now, role=role
    )
    return staff


async def let_see_secrecy(session: AsyncSession, username: str, secrecy_classes: Iterable[str]) -> None:
    """Lets an account see the cases that are under the secrecy of these answer groups."""
    staff = await StaffRepository(session).find_by_username(_as_stored(username))
    if staff is not None and staff.role in HANDLES_CASES:
        staff.secrecy_classes = sorted(secrecy_classes)


async def has_password(session: AsyncSession, username: str, password: str) -> bool:
    staff = await StaffRepository(session).find_by_username(username)
    return staff is not None and staff.is_active and _password_is_right(staff, password)


async def delete_outdated_sessions(session: AsyncSession, now: datetime) -> int:
    return await StaffRepository(session).delete_outdated(now, now - FAILURE_WINDOW)


def _as_stored(username: str) -> str:
    # PostgreSQL cannot even look for a zero byte.
    return username.replace("\x00", "").strip().casefold()


def _password_is_right(staff: Staff | None, password: str) -> bool:
    try:
        _hasher.verify(staff.password_hash if staff else _DUMMY_HASH, password)
    except (Argon2Error, InvalidHashError):
        return False
    return staff is not None
