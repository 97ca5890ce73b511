"""Phrases from the content files. What editors have added or removed stays as they have left it."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.models import Phrase
from handover_api.phrases.files import FOLDER, PhraseLine, read_phrases
from handover_api.phrases.repository import PhraseRepository
from handover_api.rules.ngrams import plain
from handover_api.rules.phrase import OUTSIDE, PhraseSource


async def import_phrases(session: AsyncSession, folder: Path, topics: Iterable[str], now: datetime) -> int:
    """Adds what is new in the files of a folder `data`, and takes away what came from files and is in them no more. A
    folder without phrases changes nothing. Returns how many phrases the files have.

    Raises:
        PhraseFileError: a file cannot be used.
    """
    lines = {_key(line.topic, line.text): line for line in read_phrases(folder / FOLDER, topics)}
    if not lines:
        return 0
    repository = PhraseRepository(session)
    known = {_key(phrase.topic or OUTSIDE, phrase.text): phrase for phrase in await repository.list_all()}
    await repository.delete_all(_gone(known, lines))
    changed = [_change(known[key], line) for key, line in lines.items() if _differs(known, key, line)]
    await repository.change_all(changed)
    await repository.add_all([_row(line, now) for key, line in lines.items() if key not in known])
    return len(lines)


_Key = tuple[str, str]


def _key(topic: str, text: str) -> _Key:
    return topic, plain(text)


def _gone(known: dict[_Key, Phrase], lines: dict[_Key, PhraseLine]) -> list[UUID]:
    return [phrase.id for key, phrase in known.items() if key not in lines and phrase.source == PhraseSource.SEED]


def _differs(known: dict[_Key, Phrase], key: _Key, line: PhraseLine) -> bool:
    phrase = known.get(key)
    return phrase is not None and (phrase.position, phrase.text) != (line.position, _text(phrase, line))


def _change(phrase: Phrase, line: PhraseLine) -> dict[str, Any]:
    return {"id": phrase.id, "position": line.position, "text": _text(phrase, line)}


def _text(phrase: Phrase, line: PhraseLine) -> str:
    return line.text if phrase.source == PhraseSource.SEED else phrase.text


def _row(line: PhraseLine, now: datetime) -> dict[str, Any]:
    return {
        "topic": None if line.topic == OUTSIDE else line.topic,
        "text": line.text,
        "plain": plain(line.text),
        "source": PhraseSource.SEED,
        "position": line.position,
        "added_at": now,
    }
