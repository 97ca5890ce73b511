"""Phrases read from `data/nlu/*.yml`, and written there again (docs/contracts/content.md)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from handover_api.rules.phrase import OUTSIDE

FOLDER = "nlu"
_HEAD = 'version: "3.1"\nnlu:\n'
_TOPIC_INTENT = "topic/"
_OUTSIDE_INTENT = "unsure"
_DASH = "- "


class PhraseFileError(Exception):
    """A file of phrases cannot be used; the message names the file and the reason."""


@dataclass(frozen=True)
class PhraseLine:
    """`topic` may be OUTSIDE. `position` is its place in its file."""

    topic: str
    text: str
    position: int


def read_phrases(folder: Path, topics: Iterable[str]) -> list[PhraseLine]:
    """The phrases of a folder's files; none when the folder has none.

    Raises:
        PhraseFileError: a file cannot be read, holds something else than phrases, or names an unknown topic.
    """
    known = {*topics, OUTSIDE}
    lines = [line for path in sorted(folder.glob("*.yml")) for line in _read(path)]
    for line in lines:
        if line.topic not in known:
            raise PhraseFileError(f"{folder}: there are phrases of {line.topic}, which is not in the catalogue")
    return lines


def phrases_as_files(phrases: Iterable[tuple[str, str, str]]) -> dict[str, str]:
    """The files by their path below the folder `data`. Each phrase is its area, its topic and its text; they stand in
    the files in the order in which they are given, a topic's in one place.
    """
    areas: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for area, topic, text in phrases:
        areas[area][topic].append(text)
    return {f"{FOLDER}/{area}.yml": _as_file(areas[area]) for area in sorted(areas)}


def _read(path: Path) -> Iterator[PhraseLine]:
    position = 0
    try:
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            topic = _topic_of(entry["intent"])
            for line in entry["examples"].splitlines():
                if text := line.strip().removeprefix(_DASH).strip():
                    yield PhraseLine(topic, text, position)
                    position += 1
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise PhraseFileError(f"{path} cannot be read: {error}") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise PhraseFileError(f"{path} must hold intents with examples, and nothing else: {error!r}") from error


def _topic_of(intent: str) -> str:
    return OUTSIDE if intent == _OUTSIDE_INTENT else intent.removeprefix(_TOPIC_INTENT)


def _as_file(topics: dict[str, list[str]]) -> str:
    return _HEAD + "\n".join(_entry(topic, texts) for topic, texts in topics.items())


def _entry(topic: str, texts: list[str]) -> str:
    # The file of what no topic answers has one entry only, and stands at the margin.
    margin, intent = ("", _OUTSIDE_INTENT) if topic == OUTSIDE else ("  ", _TOPIC_INTENT + topic)
    lines = "".join(f"{margin}    {_DASH}{text}\n" for text in texts)
    return f"{margin}- intent: {intent}\n{margin}  examples: |\n{lines}"
