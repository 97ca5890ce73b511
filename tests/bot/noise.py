"""Texts that nobody means anything by, drawn from a seed."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

from spacy.lookups import load_lookups

SWEDISH_LETTERS = "abcdefghijklmnopqrstuvwxyzåäö"
ONSETS = (
    "",
    *["b", "d", "f", "g", "h", "j", "k", "l", "m", "n", "p", "r", "s", "t", "v"],
    *["bl", "br", "dr", "fl", "gr", "kl", "kr", "sk", "skr", "sl", "sm", "sn", "sp", "st", "str", "tr"],
)
VOWELS = "aeiouyåäö"
CODAS = (
    "",
    "",
    "",
    *["l", "m", "n", "r", "s", "t", "k", "nd", "ng", "nt", "rd", "rk", "rn", "rt", "sk", "st", "tt", "ck", "ll", "nn"],
)
MOST_WORDS = 8
LONGEST = 4000
EMOJI = [*map(chr, range(0x1F300, 0x1F650)), "❤️", "👩‍👩‍👧", "🇸🇪", "1️⃣"]
CONTROLS = [*map(chr, range(0x20)), *map(chr, range(0x7F, 0xA0)), *"\u200b\u200c\u200d\u202e\u2066\ufeff\ufffe\u2028"]
FRAGMENTS = [
    *("<div class='a'>", "</p>", "<script>alert(1)</script>", "<!--", "&lt;", "&#x27;", "<b", "/>", "javascript:"),
    *("SELECT * FROM", "'; DROP TABLE messages;--", "OR 1=1", "WHERE id =", "NULL", "UNION ALL", "\\x00"),
    *(
        '{"topic":',
        '"choice": null}',
        "[[",
        "]]",
        "{{",
        "}}",
        "{% raw %}",
        "${x}",
        "\\u0000",
        "/restart",
        "///",
        "@[a](b)",
    ),
    *("https://example.org/?a=b&c", "../../etc/passwd", "%00", "%s%n", "\\", "`id`", "$(id)", "\r\n\r\n", "\ud7ff"),
]


def letters(draw: random.Random) -> str:
    return _words(draw, lambda: "".join(draw.choices(SWEDISH_LETTERS, k=draw.randint(1, 12))))


def syllables(draw: random.Random) -> str:
    def syllable() -> str:
        return draw.choice(ONSETS) + draw.choice(VOWELS) + draw.choice(CODAS)

    return _words(draw, lambda: "".join(syllable() for _ in range(draw.randint(1, 4))))


def anything(draw: random.Random) -> str:
    """Unicode, control characters, emoji, digits, fragments of markup and code; now and then as long as may be sent."""
    pieces = draw.choices((_unicode, _control, _emoji, _digits, _fragment, letters, syllables), k=draw.randint(1, 6))
    text = draw.choice(("", " ", " ", "\n")).join(piece(draw) for piece in pieces)
    return (text * (LONGEST // max(len(text), 1)))[:LONGEST] if draw.random() < 0.002 else text


def _words(draw: random.Random, word: Callable[[], str]) -> str:
    return " ".join(word() for _ in range(draw.randint(1, MOST_WORDS)))


def _unicode(draw: random.Random) -> str:
    highest = draw.choice((0xFF, 0x24F, 0xFFFF, 0x10FFFF))
    drawn = (chr(draw.randint(0, highest)) for _ in range(draw.randint(1, 20)))
    # Halves of characters cannot be sent as UTF-8.
    return "".join(character for character in drawn if unicodedata.category(character) != "Cs")


def _control(draw: random.Random) -> str:
    return "".join(draw.choices(CONTROLS, k=draw.randint(1, 6)))


def _emoji(draw: random.Random) -> str:
    return "".join(draw.choices(EMOJI, k=draw.randint(1, 5)))


def _digits(draw: random.Random) -> str:
    return "".join(draw.choices("0123456789-. ,+%kr", k=draw.randint(1, 16)))


def _fragment(draw: random.Random) -> str:
    return " ".join(draw.choices(FRAGMENTS, k=draw.randint(1, 4)))


def known_words(data: Path) -> frozenset[str]:
    """Of the content and of the Swedish lemma table: a text that holds one by chance is no noise ("wc", "snö")."""
    lemmas = load_lookups("sv", ["lemma_lookup"]).get_table("lemma_lookup")
    files = (path for path in data.rglob("*") if path.suffix in {".md", ".yml", ".tsv"})
    content = (word for path in files for word in words_of(path.read_text(encoding="utf-8")))
    return frozenset((*lemmas.keys(), *lemmas.values(), *content))


def words_of(text: str) -> Iterator[str]:
    return (match.group().casefold() for match in re.finditer(r"\w+", text))
