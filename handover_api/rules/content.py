"""Filling in local facts, and when an article may be served."""

import re
from collections.abc import Mapping
from datetime import date

_FACT = re.compile(r"\{([a-z0-9_]+)\}")


class UnknownFactError(ValueError):
    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"there is no local fact called {{{name}}}")


def fact_names(text: str) -> list[str]:
    """The names of the local facts that a text uses, in order."""
    return _FACT.findall(text)


def fill_in(text: str, facts: Mapping[str, str]) -> str:
    """The text with its local facts filled in.

    Raises:
        UnknownFactError: the text uses a fact that the municipality has not stated.
    """

    def value(match: re.Match[str]) -> str:
        try:
            return facts[match[1]]
        except KeyError:
            raise UnknownFactError(match[1]) from None

    return _FACT.sub(value, text)


def is_expired(review_by: date, today: date) -> bool:
    """An article may be served up to and including its review date."""
    return today > review_by
