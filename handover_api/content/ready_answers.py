"""Ready answers, as leads and editors keep them: written, changed, put away and taken out again."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.audit import service as audit
from handover_api.audit.service import Actor
from handover_api.content.answers_repository import AnswersRepository
from handover_api.content.repository import ContentRepository
from handover_api.errors import ConflictError, InvalidError, NotFoundError
from handover_api.models import ReadyAnswer
from handover_api.rules.content import fact_names
from handover_api.rules.message import EmptyTextError, TooLongTextError, clean_text
from handover_api.rules.personal_data import mask

MAX_TITLE_CHARACTERS = 120
# So that there is room in the message for something of the agent's own.
MAX_TEXT_CHARACTERS = 3000


@dataclass(frozen=True)
class Written:
    """As somebody has written it. `answer_group` None: for all."""

    title: str
    text: str
    answer_group: str | None


async def add(session: AsyncSession, who: Actor, staff_id: UUID, written: Written, now: datetime) -> UUID:
    """
    Raises:
        InvalidError: as `_storable`.
    """
    answer = ReadyAnswer(**await _storable(session, written), changed_by=staff_id, changed_at=now)
    AnswersRepository(session).add(answer)
    await session.flush()  # The audit trail names the key, which the database makes.
    _record(session, who, "ready_answer_added", answer.id, 1, now)
    return answer.id


async def change(
    session: AsyncSession, who: Actor, staff_id: UUID, answer_id: UUID, version: int, written: Written, now: datetime
) -> None:
    """
    Raises:
        NotFoundError
        InvalidError: as `_storable`.
        ConflictError: `ready_answer_changed`; `version` is not the latest.
    """
    values = await _storable(session, written)
    await _put(session, who, staff_id, answer_id, version, "ready_answer_changed", now, **values)


async def set_active(
    session: AsyncSession, who: Actor, staff_id: UUID, answer_id: UUID, version: int, now: datetime, *, is_active: bool
) -> None:
    """Puts an answer away, or takes it out again.

    Raises:
        NotFoundError
        ConflictError: `ready_answer_changed`; `version` is not the latest.
    """
    action = "ready_answer_taken_out" if is_active else "ready_answer_put_away"
    await _put(session, who, staff_id, answer_id, version, action, now, is_active=is_active)


async def get(session: AsyncSession, answer_id: UUID) -> ReadyAnswer:
    """
    Raises:
        NotFoundError
    """
    answer = await AnswersRepository(session).find_ready_answer(answer_id)
    if answer is None:
        raise NotFoundError("ready_answer_missing", "Det färdiga svaret finns inte.")
    return answer


async def _put(
    session: AsyncSession,
    who: Actor,
    staff_id: UUID,
    answer_id: UUID,
    version: int,
    action: str,
    now: datetime,
    **values: object,
) -> None:
    await get(session, answer_id)
    if not await AnswersRepository(session).change(answer_id, version, staff_id, now, **values):
        raise ConflictError(
            "ready_answer_changed", "Någon annan har ändrat svaret. Läs det som det är nu innan du ändrar det igen."
        )
    _record(session, who, action, answer_id, version + 1, now)


async def _storable(session: AsyncSession, written: Written) -> dict[str, str | None]:
    """The texts as they may be stored, personal numbers masked.

    Raises:
        InvalidError: `title_missing`, `title_too_long`, `text_missing`, `text_too_long` or `fact_missing`.
    """
    title = _clean(written.title, "title", "rubrik", "rubriken", MAX_TITLE_CHARACTERS)
    text = _clean(written.text, "text", "svarstext", "svaret", MAX_TEXT_CHARACTERS)
    known = await ContentRepository(session).get_facts()
    unknown = [name for name in fact_names(text) if name not in known]
    if unknown:
        raise InvalidError("fact_missing", f"Det finns ingen lokal uppgift som heter {{{unknown[0]}}}.", field="text")
    return {"title": " ".join(title.split()), "text": text, "answer_group": written.answer_group}


def _clean(text: str, name: str, missing: str, too_long: str, limit: int) -> str:
    try:
        cleaned = mask(clean_text(text))
    except EmptyTextError:
        raise InvalidError(f"{name}_missing", f"Skriv en {missing}.", field=name) from None
    except TooLongTextError:
        cleaned = ""
    if not 0 < len(cleaned) <= limit:
        raise InvalidError(f"{name}_too_long", f"{too_long.capitalize()} får vara högst {limit} tecken.", field=name)
    return cleaned


def _record(session: AsyncSession, who: Actor, action: str, answer_id: UUID, version: int, now: datetime) -> None:
    audit.record(session, who, action, subject_kind="ready_answer", subject_id=str(answer_id), at=now, version=version)
