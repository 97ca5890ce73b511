"""What differs between two texts, word by word."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

# A line break is a word of its own, so that a list that grows by a line is one line more.
_PIECES = re.compile(r"\n|[^\S\n]+|\w+|[^\w\s]")


class Change(StrEnum):
    KEPT = "kept"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True)
class Part:
    change: Change
    text: str


def differences(old: str, new: str) -> list[Part]:
    """The parts in reading order: what is kept and removed is the old text, what is kept and added is the new one."""
    return list(_merged(_parts(_PIECES.findall(old), _PIECES.findall(new))))


def _parts(old: list[str], new: list[str]) -> Iterator[Part]:
    # Common words are no noise here: every one counts.
    for tag, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Part(Change.KEPT, "".join(old[old_from:old_to]))
            continue
        if old_to > old_from:
            yield Part(Change.REMOVED, "".join(old[old_from:old_to]))
        if new_to > new_from:
            yield Part(Change.ADDED, "".join(new[new_from:new_to]))


def _merged(parts: Iterator[Part]) -> Iterator[Part]:
    """A lone space between two changed words belongs to the change: word for word is hard to read."""
    removed = added = ""
    for part in parts:
        match part.change:
            case Change.REMOVED:
                removed += part.text
            case Change.ADDED:
                added += part.text
            case Change.KEPT if (removed or added) and part.text.isspace() and "\n" not in part.text:
                removed += part.text
                added += part.text
            case Change.KEPT:
                yield from _changed(removed, added)
                removed = added = ""
                yield part
    yield from _changed(removed, added)


def _changed(removed: str, added: str) -> Iterator[Part]:
    if removed:
        yield Part(Change.REMOVED, removed)
    if added:
        yield Part(Change.ADDED, added)
