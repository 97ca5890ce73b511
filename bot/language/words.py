"""The words of a message, without what says nothing about its language."""

from __future__ import annotations

import re
import unicodedata

VOWELS = frozenset("aeiouyæœøı")
# Addresses, commands, numbers, number plates and the like are the same in every language.
NO_WORDS = re.compile(r"https?://\S+|www\.\S+|\S+@\S+|(?<!\S)/\S+|\S*\d\S*")
# Letters with their marks (Arabic, Thai and Hindi write vowels as marks), joined by apostrophes and joiners.
WORD = re.compile(r"(?:[^\W\d_]|[\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0900-\u0903\u093a-\u094f\u0e31-\u0e4e])+")
APOSTROPHES = re.compile(r"(?<=[^\W\d_])['’ʼ\u200c](?=[^\W\d_])")


def words_of(text: str) -> list[str]:
    """The words in their order, with their capitals; an apostrophe inside a word is left out ("dont")."""
    plain = APOSTROPHES.sub("", NO_WORDS.sub(" ", unicodedata.normalize("NFC", text)))
    # Letters in another shape become ordinary ones; only letters, for signs become words that nobody wrote (℡, ㋿).
    return [part for word in WORD.findall(plain) for part in WORD.findall(unicodedata.normalize("NFKC", word))]


def is_pronounceable(word: str) -> bool:
    """Whether the word has a vowel. A row of consonants is a slip over the keyboard or an abbreviation."""
    return not VOWELS.isdisjoint(unicodedata.normalize("NFD", word.casefold()))


def look_like_names(words: list[str]) -> bool:
    """Whether each word has a capital and then small letters, as in "Maria Fernanda González"."""
    return all(word[0].isupper() and not word.isupper() for word in words)
