"""Which words are Swedish: those of the municipality's own articles, and those of a Swedish word list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.language import function_words
from bot.language.words import words_of

# Among a word list's short words are too many names and abbreviations that other languages have as words.
SHORTEST_LISTED_WORD = 4


class SwedishWords:
    def __init__(self, own: frozenset[str], lemma_table: Mapping[str, str]) -> None:
        """`own`: the words of articles. `lemma_table`: from inflected forms to their base forms."""
        self._own = own
        self._inflected = lemma_table
        # Most base forms stand only on that side of the table.
        self._base_forms = frozenset(lemma_table.values())

    def know(self, word: str) -> bool:
        """`word` is in lower case."""
        if word in function_words.SWEDISH or word in self._own:
            return True
        if len(word) < SHORTEST_LISTED_WORD or word in function_words.ENGLISH:
            return False
        return word in self._inflected or word in self._base_forms


def words_in(texts: Iterable[str]) -> frozenset[str]:
    """The words of Swedish texts, in lower case.

    Such texts may quote a little English, whose commonest words do not count.
    """
    return frozenset({word.casefold() for text in texts for word in words_of(text)} - function_words.ENGLISH)
