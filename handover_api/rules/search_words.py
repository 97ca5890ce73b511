"""What somebody searches for, as the words of a query to PostgreSQL's full-text search."""

import re
import unicodedata
from dataclasses import dataclass

# More words than this say no more, and cost more.
MOST_WORDS = 20
_LONGEST_WORD = 60
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class SearchWords:
    """Letters and digits alone, so nothing in them is an operator of a query.

    `beginning` is the last word if it may not have been written to its end.
    """

    words: tuple[str, ...]
    beginning: str | None = None

    def __bool__(self) -> bool:
        return bool(self.words or self.beginning)


def words_of(text: str, *, is_being_written: bool = False) -> SearchWords:
    """The latest words of a text, in their order. `is_being_written`: the last one may go on."""
    written = [word[:_LONGEST_WORD] for word in _WORD.findall(unicodedata.normalize("NFC", text).lower())]
    goes_on = is_being_written and bool(written) and not text[-1].isspace()
    beginning = written.pop() if goes_on else None
    # The latest mention of a word is its place.
    latest = list(dict.fromkeys(reversed(written)))[: MOST_WORDS - bool(beginning)]
    return SearchWords(tuple(reversed(latest)), beginning)
