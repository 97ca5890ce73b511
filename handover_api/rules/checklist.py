"""The steps of a checklist, which is a list in Markdown."""

import hashlib
import re
from dataclasses import dataclass

_BEGINS_STEP = re.compile(r"^(?:[-*+]|\d+[.)])\s+")
_KEY_CHARACTERS = 24


@dataclass(frozen=True)
class Step:
    """`text` is Markdown. `key` is made from it, so a step keeps its tick when others come, go or change places."""

    key: str
    text: str


def steps_of(checklist: str) -> list[Step]:
    """An item of the list is a step, with all that is indented under it; so is a paragraph that stands by itself.

    Nothing is left out. The same step twice is one.
    """
    texts: list[str] = []
    is_new = True
    for line in checklist.splitlines():
        stripped = line.strip()
        if not stripped:
            is_new = True
        elif mark := _BEGINS_STEP.match(line):
            texts.append(line[mark.end() :].strip())
            is_new = False
        elif (is_new and line[0] not in " \t") or not texts:
            texts.append(stripped)
            is_new = False
        else:
            texts[-1] += f" {_BEGINS_STEP.sub('', stripped)}"
    return [Step(_key(text), text) for text in dict.fromkeys(texts)]


def _key(text: str) -> str:
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:_KEY_CHARACTERS]
