"""What somebody who writes in another language is told, in that language where it is known (data/languages.yml)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from actions import wording
from actions.clients.handover_api import Availability

FILE = Path(__file__).resolve().parents[1] / "data" / "languages.yml"
SWEDISH = "sv"
ENGLISH = "en"


class LanguagesError(ValueError):
    """The file of languages cannot be used; the message says why."""


@dataclass(frozen=True)
class Passage:
    """A paragraph and the language that it is in."""

    language: str
    text: str


@cache
def read_sentences(path: Path = FILE) -> Mapping[str, str]:
    """The sentence that a person can help, for each language that has one.

    Raises:
        LanguagesError: the file cannot be read, or the Swedish or the English sentence is missing.
    """
    try:
        languages = yaml.safe_load(path.read_text(encoding="utf-8"))["languages"]
        sentences = {each["code"]: each["sentence"] for each in languages if each.get("sentence")}
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise LanguagesError(f"{path} cannot be read as a list of languages.") from error
    if missing := {SWEDISH, ENGLISH} - set(sentences):
        raise LanguagesError(f"{path} lacks the sentence in {', '.join(sorted(missing))}.")
    return sentences


def a_person_can_help(
    language: str, sentences: Mapping[str, str], available: Availability | None
) -> tuple[Passage, ...]:
    """First in the resident's language, or else in English; then, always, in Swedish.

    When it is known that nobody is there, that follows in English and Swedish, the languages in which it can be said.
    """
    code = language.split("-", 1)[0].lower()
    first = code if code in sentences else ENGLISH
    passages = tuple(Passage(each, sentences[each]) for each in dict.fromkeys((first, SWEDISH)))
    if available is None or available.is_staffed:
        return passages
    return (*passages, Passage(ENGLISH, wording.LATER_IN_ENGLISH), Passage(SWEDISH, wording.LATER))
