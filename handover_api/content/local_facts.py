"""Local facts as editors keep them: what is changed is in every answer at once, and can be taken back."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.audit import service as audit
from handover_api.audit.service import Actor
from handover_api.content.fact_uses import find_uses, is_address
from handover_api.content.local_facts_repository import LocalFactsRepository
from handover_api.content.repository import ContentRepository
from handover_api.errors import ConflictError, InvalidError, NotFoundError
from handover_api.models import LocalFact, LocalFactChange, Staff
from handover_api.rules.local_fact import FactFault, faults_of_name, faults_of_value, looks_like_address
from handover_api.rules.message import EmptyTextError, TooLongTextError, clean_text


async def get(session: AsyncSession, name: str) -> LocalFact:
    """
    Raises:
        NotFoundError
    """
    fact = await LocalFactsRepository(session).find(name)
    if fact is None:
        raise NotFoundError
    return fact


async def check(session: AsyncSession, name: str, value: str) -> str:
    """The value as it may be stored, for a fact that there is or is to be.

    Raises:
        InvalidError: `fact_unusable`, with `faults`.
    """
    stored = _storable(value)
    facts = await ContentRepository(session).get_facts()
    uses = (await find_uses(session, facts)).get(name, [])
    is_link = is_address(uses) or looks_like_address(facts.get(name, ""))
    _refuse([*faults_of_value(stored, is_address=is_link)])
    return stored


async def add(session: AsyncSession, staff: Staff, name: str, value: str, now: datetime) -> None:
    """
    Raises:
        InvalidError: `fact_unusable`, with `faults`.
    """
    repository = LocalFactsRepository(session)
    await repository.lock(name)
    facts = await ContentRepository(session).get_facts()
    stored = _storable(value)
    _refuse([*faults_of_name(name, facts), *faults_of_value(stored, is_address=False)])
    await repository.add(name, stored)
    _record(session, staff, "fact_added", name, None, stored, now)


async def change(session: AsyncSession, staff: Staff, name: str, seen: str, value: str, now: datetime) -> None:
    """`seen`: the value that was read. The same value once more changes nothing.

    Raises:
        NotFoundError
        InvalidError: `fact_unusable`, with `faults`.
        ConflictError: `fact_changed`; somebody else has changed it since.
    """
    repository = LocalFactsRepository(session)
    fact = await _lock(repository, name)
    stored = await check(session, name, value)
    _check_seen(fact, seen)
    if stored == fact.value:
        return
    before = fact.value
    await repository.set_value(name, stored)
    _record(session, staff, "fact_changed", name, before, stored, now)


async def remove(session: AsyncSession, staff: Staff, name: str, seen: str, now: datetime) -> None:
    """
    Raises:
        NotFoundError
        ConflictError: `fact_used` or `fact_changed`.
    """
    repository = LocalFactsRepository(session)
    fact = await _lock(repository, name)
    _check_seen(fact, seen)
    uses = (await find_uses(session, await ContentRepository(session).get_facts())).get(name, [])
    if any(use.is_needed for use in uses):
        raise ConflictError("fact_used", "Uppgiften används. Ta bort den ur svaren först.")
    before = fact.value
    await repository.remove(fact)
    _record(session, staff, "fact_removed", name, before, None, now)


async def take_back(session: AsyncSession, staff: Staff, name: str, now: datetime) -> None:
    """Undoes what was done last with the fact, by doing the opposite; a removed one comes back at the end of the file.

    Raises:
        NotFoundError: nobody has done anything with a fact of this name.
        ConflictError: `fact_used`; what was added is used by now.
    """
    repository = LocalFactsRepository(session)
    fact = await repository.lock(name)
    changes = await repository.list_changes(name)
    if not changes:
        raise NotFoundError
    latest, _ = changes[0]
    if latest.before is None:
        if fact is not None:
            await remove(session, staff, name, fact.value, now)
    elif fact is None:
        await repository.add(name, latest.before)
        _record(session, staff, "fact_added", name, None, latest.before, now)
    else:
        await change(session, staff, name, fact.value, latest.before, now)


async def _lock(repository: LocalFactsRepository, name: str) -> LocalFact:
    fact = await repository.lock(name)
    if fact is None:
        raise NotFoundError
    return fact


def _check_seen(fact: LocalFact, seen: str) -> None:
    if fact.value != seen:
        raise ConflictError(
            "fact_changed", "Någon annan har ändrat uppgiften sedan du öppnade den. Läs den som den är nu."
        )


def _refuse(faults: list[FactFault]) -> None:
    if faults:
        raise InvalidError("fact_unusable", "Något behöver rättas innan uppgiften kan sparas.", faults=faults)


def _storable(value: str) -> str:
    """One line. Nothing is masked: a number of an organisation can look like a person's."""
    try:
        return " ".join(clean_text(value).split())
    except EmptyTextError:
        return ""
    except TooLongTextError:
        return value


def _record(
    session: AsyncSession, staff: Staff, action: str, name: str, before: str | None, after: str | None, now: datetime
) -> None:
    change_made = LocalFactChange(name=name, before=before, after=after, changed_by=staff.id, changed_at=now)
    LocalFactsRepository(session).add_change(change_made)
    audit.record(session, Actor(staff.role, staff.id), action, subject_kind="local_fact", subject_id=name, at=now)
