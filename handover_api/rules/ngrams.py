"""How much two short texts are alike, by the pieces of three letters that they are made of.

The pieces forgive misspellings, endings and the order of words, and need no dictionary.
"""

import re
from collections import Counter

_LENGTH = 3
_SIGNS = re.compile(r"[^\w\s]|_")


def plain(text: str) -> str:
    """Without capitals and signs; what is nothing but signs stays."""
    return " ".join(_SIGNS.sub(" ", text.casefold()).split()) or text


def ngrams(text: str) -> Counter[str]:
    """Every piece with how often it stands there; the edges of a text count as spaces."""
    padded = f" {plain(text)} "
    return Counter(padded[start : start + _LENGTH] for start in range(len(padded) - _LENGTH + 1))


def likeness(one: Counter[str], other: Counter[str]) -> float:
    """The share of their pieces that two texts have in common: 1 for the same, 0 for nothing."""
    in_all = (one | other).total()
    return (one & other).total() / in_all if in_all else 0.0
