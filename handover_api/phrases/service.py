"""What the bot is trained on: phrases are added, removed and taken back. It knows them when it has been trained."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.audit import service as audit
from handover_api.audit.service import Actor
from handover_api.errors import InvalidError, NotFoundError
from handover_api.models import Phrase, Staff
from handover_api.phrases.repository import PhraseRepository
from handover_api.rules.message import EmptyTextError, TooLongTextError, clean_text
from handover_api.rules.ngrams import plain
from handover_api.rules.personal_data import mask
from handover_api.rules.phrase import (
    MAX_CHARACTERS,
    OUTSIDE,
    EmptyPhraseError,
    PhraseSource,
    TooLongPhraseError,
    as_phrase,
)

# So long a removed phrase can be taken back, unless the content files have it.
KEPT_AFTER_REMOVAL = timedelta(days=30)


def storable_phrase(text: str) -> str:
    """What somebody wrote, as a phrase: one line, personal numbers masked.

    Raises:
        InvalidError: `phrase_empty` or `phrase_too_long`.
    """
    try:
        return as_phrase(mask(clean_text(text)))
    except (EmptyTextError, EmptyPhraseError):
        raise InvalidError("phrase_empty", "Skriv en fråga så som en invånare kan ställa den.") from None
    except (TooLongTextError, TooLongPhraseError):
        raise InvalidError(
            "phrase_too_long",
            f"Frågan är för lång. Skriv högst {MAX_CHARACTERS} tecken. Dela upp den eller ta bort det som inte hör "
            "till frågan.",
            max_characters=MAX_CHARACTERS,
        ) from None


async def add_phrase(
    session: AsyncSession,
    staff: Staff,
    topic: str,
    text: str,
    now: datetime,
    *,
    source: PhraseSource = PhraseSource.EDITOR,
) -> UUID:
    """Adds a phrase to a topic, or to what no topic answers (OUTSIDE). One that had been removed is taken back.

    Raises:
        InvalidError: `phrase_empty`, `phrase_too_long`, `phrase_exists` (in this topic), `topic_missing`.
    """
    stored = storable_phrase(text)
    repository = PhraseRepository(session)
    if not await repository.lock_topic(topic):
        raise InvalidError("topic_missing", "Ämnet finns inte.")
    phrase = await repository.find_same(topic, plain(stored))
    if phrase is None:
        phrase = Phrase(
            topic=None if topic == OUTSIDE else topic,
            plain=plain(stored),
            position=await repository.next_position(topic),
        )
        repository.add(phrase)
    elif phrase.removed_at is None:
        raise InvalidError("phrase_exists", f"Frågan ”{phrase.text}” finns redan i ämnet.")
    # A phrase of the content files is still theirs.
    if phrase.source != PhraseSource.SEED:
        phrase.text, phrase.source, phrase.added_by, phrase.added_at = stored, source, staff.id, now
    phrase.removed_at = phrase.removed_by = None
    await session.flush()  # The trail names the key, which the database makes.
    _record(session, staff, "phrase_added", phrase, now)
    return phrase.id


async def remove_phrase(session: AsyncSession, staff: Staff, phrase_id: UUID, now: datetime) -> None:
    """Removing twice is removing once.

    Raises:
        NotFoundError: there is no such phrase.
    """
    phrase = await _find(session, phrase_id)
    if phrase.removed_at is None:
        phrase.removed_at, phrase.removed_by = now, staff.id
        _record(session, staff, "phrase_removed", phrase, now)


async def restore_phrase(session: AsyncSession, staff: Staff, phrase_id: UUID, now: datetime) -> None:
    """Takes a removed phrase back, to the place that it had.

    Raises:
        NotFoundError: there is no such phrase, or it has been gone for too long.
    """
    phrase = await _find(session, phrase_id)
    if phrase.removed_at is not None:
        phrase.removed_at = phrase.removed_by = None
        _record(session, staff, "phrase_restored", phrase, now)


async def list_phrases(session: AsyncSession, topic: str) -> list[Phrase]:
    """In the order of their file; those of editors after them."""
    return await PhraseRepository(session).list_of(topic)


async def count_by_topic(session: AsyncSession) -> dict[str, int]:
    """Topics without a phrase are not there. What no topic answers is there as OUTSIDE."""
    return await PhraseRepository(session).count_by_topic()


async def delete_outdated(session: AsyncSession, now: datetime) -> int:
    """Forgets what was removed long ago."""
    return await PhraseRepository(session).delete_removed(now - KEPT_AFTER_REMOVAL)


async def _find(session: AsyncSession, phrase_id: UUID) -> Phrase:
    phrase = await PhraseRepository(session).find(phrase_id)
    if phrase is None:
        raise NotFoundError("phrase_missing", "Frågan finns inte längre.")
    return phrase


def _record(session: AsyncSession, staff: Staff, action: str, phrase: Phrase, now: datetime) -> None:
    audit.record(
        session,
        Actor(staff.role, staff.id),
        action,
        subject_kind="phrase",
        subject_id=str(phrase.id),
        at=now,
        topic=phrase.topic or OUTSIDE,
        source=phrase.source,
    )
