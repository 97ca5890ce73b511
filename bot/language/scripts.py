"""Languages that are written with other letters than Swedish: there the letters are evidence enough."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping

LATIN = "LATIN"
# The first word of a letter's Unicode name, and the language that is meant when nothing more is known.
LANGUAGE_OF_SCRIPT: Mapping[str, str] = {
    "ARABIC": "ar",
    "ARMENIAN": "hy",
    "BENGALI": "bn",
    "CJK": "zh",
    "CYRILLIC": "ru",
    "DEVANAGARI": "hi",
    "ETHIOPIC": "ti",
    "GEORGIAN": "ka",
    "GREEK": "el",
    "GUJARATI": "gu",
    "GURMUKHI": "pa",
    "HANGUL": "ko",
    "HEBREW": "he",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "KHMER": "km",
    "LAO": "lo",
    "MYANMAR": "my",
    "SINHALA": "si",
    "SYRIAC": "syr",
    "TAMIL": "ta",
    "TELUGU": "te",
    "THAI": "th",
    "TIBETAN": "bo",
}
# Between these the library decides; the others of a script are known by their letters alone.
LANGUAGES_OF_SCRIPT: Mapping[str, frozenset[str]] = {
    "ARABIC": frozenset({"ar", "fa"}),
    "CYRILLIC": frozenset({"bg", "ru", "uk"}),
}
# Letters that one language writes and those before it in the list, or others in the script, do not. The first language
# that has one of them is meant; the library knows only some of these languages.
TELLING_LETTERS: Mapping[str, tuple[tuple[str, frozenset[str]], ...]] = {
    "ARABIC": (
        ("ckb", frozenset("ێۆڕڵە")),
        ("ps", frozenset("ټډړږښځڅڼېۍ")),
        ("ur", frozenset("ٹڈڑےں")),
    ),
    "ETHIOPIC": (
        ("ti", frozenset("ኣኧቐቑቒቓቔቕቖኸኹኺኻኼኽኾ")),
        ("am", frozenset("አኘኙኚኛኜኝኞቸቹቺቻቼችቾ")),
    ),
    "CYRILLIC": (
        ("uk", frozenset("іїєґІЇЄҐ")),
        ("mk", frozenset("ѓќѕЃЌЅ")),
        ("sr", frozenset("ђћљњџјЂЋЉЊЏЈ")),
        ("ru", frozenset("ыэёЫЭЁ")),
    ),
}
# A single foreign letter is a symbol (µ, Ω), not a language.
LEAST_LETTERS = 2


def script_of(words: Iterable[str]) -> str:
    """The script that most letters are written in; Latin when there are none, or too few."""
    scripts = Counter(_script(letter) for word in words for letter in word if letter.isalpha())
    if not scripts:
        return LATIN
    # Japanese mixes its own letters with Chinese ones.
    japanese = scripts["HIRAGANA"] + scripts["KATAKANA"]
    if japanese and japanese + scripts["CJK"] >= max(LEAST_LETTERS, scripts[LATIN]):
        return "HIRAGANA"
    script, letters = scripts.most_common(1)[0]
    return script if letters >= LEAST_LETTERS and script in LANGUAGE_OF_SCRIPT else LATIN


def telling_letters(script: str, words: Iterable[str]) -> str | None:
    """The language that only its own letters give away, if any is there."""
    letters = set("".join(words))
    for language, telling in TELLING_LETTERS.get(script, ()):
        if not telling.isdisjoint(letters):
            return language
    return None


def _script(letter: str) -> str:
    return unicodedata.name(letter, LATIN).split(" ", 1)[0]
