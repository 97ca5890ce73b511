"""What residents may say, as the bot learns it: one line, without the signs that mean something to the training."""

import re
from enum import StrEnum

MAX_CHARACTERS = 200
# With fewer in any topic no training is begun (`learning/checks.py`).
LEAST_TO_TRAIN = 5
# Phrases that no topic answers are kept under this name, beside the topics' ids.
OUTSIDE = "utanfor"

# Where a person takes over or it is small talk, the bot may be wrong at a lower price.
_FORGIVING = frozenset({"urgent", "handover", "chat"})
_LEAST = 30
_LEAST_WHERE_FORGIVING = 20
_INSTEAD_OF_MARKS = str.maketrans({"[": "(", "]": ")", "{": "(", "}": ")", '"': "”"})
# Characters that no file of phrases can hold (YAML 1.1, 5.1).
_UNWRITABLE = re.compile("[^ -~\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class PhraseSource(StrEnum):
    """Where a phrase comes from: the content files, an editor, or a resident's question."""

    SEED = "seed"
    EDITOR = "editor"
    QUESTION = "question"


class EmptyPhraseError(ValueError):
    """There is not a letter or a digit in it."""


class TooLongPhraseError(ValueError):
    """It is longer than MAX_CHARACTERS."""


def as_phrase(text: str) -> str:
    """A text as a phrase that can be trained on. Doing it twice changes nothing more.

    Raises:
        EmptyPhraseError: nothing is left to learn from.
        TooLongPhraseError: it is a story and not a question.
    """
    phrase = " ".join(_UNWRITABLE.sub(" ", text.translate(_INSTEAD_OF_MARKS)).split())
    # What looks like the sign before every phrase in the files would be read as a part of it.
    phrase = phrase.lstrip("- ")
    if not any(character.isalnum() for character in phrase):
        raise EmptyPhraseError
    if len(phrase) > MAX_CHARACTERS:
        raise TooLongPhraseError
    return phrase


def least_phrases(handling: str) -> int:
    """How many phrases a topic needs to be told from the others, by how its questions are handled."""
    return _LEAST_WHERE_FORGIVING if handling in _FORGIVING else _LEAST
