"""Texts as people write them in a hurry, on a foreign keyboard, in capitals, or with a story around.

Pure: the same text and seed give the same result, whatever else was disturbed before.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable
from itertools import pairwise

SHARE_OF_WORDS = 0.2
# Shorter words are a third changed by one typo, and people get them right.
WORD = re.compile(r"[^\W\d_]{3,}")
KEYBOARD = ("qwertyuiopå", "asdfghjklöä", "zxcvbnm")
PLAIN = str.maketrans("åäöÅÄÖ", "aaoAAO")

Typo = Callable[[str, random.Random], str]


def typos(text: str, seed: int) -> str:
    """One typo in a fifth of the words of three letters or more, and in one at least."""
    text = unicodedata.normalize("NFC", text)
    words = list(WORD.finditer(text))
    if not words:
        return text
    generator = _generator(text, seed)
    hit = generator.sample(words, max(1, round(SHARE_OF_WORDS * len(words))))
    for word in sorted(hit, key=lambda match: match.start(), reverse=True):
        text = text[: word.start()] + _mistyped(word.group(), generator) + text[word.end() :]
    return text


def without_dots_and_rings(text: str) -> str:
    """As on a keyboard without å, ä and ö."""
    return unicodedata.normalize("NFC", text).translate(PLAIN)


def in_capitals(text: str) -> str:
    return text.upper()


def in_a_story(text: str, seed: int) -> str:
    """A greeting and a story around the question, which itself stands as it was."""
    before, after = _generator(text, seed).choice(STORIES)
    return f"{before} {text} {after}".strip()


def _generator(text: str, seed: int) -> random.Random:
    # A string seeds through a hash that is the same in every process.
    return random.Random(f"{seed} {text}")  # noqa: S311 - nothing secret.


def _mistyped(word: str, generator: random.Random) -> str:
    return generator.choice(_possible_typos(word))(word, generator)


def _possible_typos(word: str) -> list[Typo]:
    """Those that change the word: swapping two equal letters does not, and only some letters have neighbours."""
    possible: list[Typo] = [_drop, _double]
    if any(first != second for first, second in pairwise(word)):
        possible.append(_swap)
    if any(letter.lower() in NEIGHBOURS for letter in word):
        possible.append(_neighbour_key)
    return possible


def _drop(word: str, generator: random.Random) -> str:
    place = generator.randrange(len(word))
    return word[:place] + word[place + 1 :]


def _double(word: str, generator: random.Random) -> str:
    place = generator.randrange(len(word))
    return word[:place] + word[place] + word[place:]


def _swap(word: str, generator: random.Random) -> str:
    place = generator.choice([place for place, (first, second) in enumerate(pairwise(word)) if first != second])
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]


def _neighbour_key(word: str, generator: random.Random) -> str:
    place = generator.choice([place for place, letter in enumerate(word) if letter.lower() in NEIGHBOURS])
    typed = generator.choice(NEIGHBOURS[word[place].lower()])
    return word[:place] + (typed.upper() if word[place].isupper() else typed) + word[place + 1 :]


def _neighbours() -> dict[str, str]:
    """For each key those beside it, and the two keys that touch it in the row above and in the row below."""
    touching: dict[str, set[str]] = {key: set() for row in KEYBOARD for key in row}
    for row in KEYBOARD:
        for left, right in pairwise(row):
            touching[left].add(right)
            touching[right].add(left)
    for upper, lower in pairwise(KEYBOARD):
        for place, key in enumerate(lower):
            for above in upper[place : place + 2]:
                touching[key].add(above)
                touching[above].add(key)
    return {key: "".join(sorted(keys)) for key, keys in touching.items()}


NEIGHBOURS = _neighbours()

STORIES = (
    ("Hej! Jag hoppas att jag har hamnat rätt, det var inte så lätt att hitta hit.", "Tack på förhand!"),
    ("God morgon! Jag har letat på er webbplats i en timme och blir bara mer förvirrad.", "Mvh"),
    ("Hejsan, det är första gången jag skriver här så ha lite tålamod med mig.", "Tacksam för svar!"),
    ("Hej hej! Min syster tyckte att jag skulle fråga er i stället för att gå och undra.", "Ha en fin dag."),
    ("Hallå, jag ringde i går men satt i telefonkö tills jag fick ge upp.", "Hoppas att det går fortare så här."),
    ("Hej igen. Jag pratade med någon hos er förra veckan men glömde det viktigaste.", "Tack snälla."),
    ("God kväll! Vi satt vid köksbordet och diskuterade och kunde inte komma överens.", "Vem av oss har rätt?"),
    ("Tjena! Är på jobbet och har bara fem minuters rast så jag fattar mig kort.", "Tack!"),
    ("Hej, jag skriver åt min mamma som inte är så van vid datorer.", "Hon blir glad om du kan svara enkelt."),
    ("Hej! Jag har bott här i snart tre år och trodde att jag visste hur allt fungerade.", "Vänliga hälsningar"),
    ("Godmiddag. Förlåt om det är en dum fråga, men någonstans måste man ju börja.", "Tack för att ni finns."),
    ("Hej på er! Det har varit mycket på sistone och jag har skjutit upp det här länge.", "Nu vill jag få det gjort."),
)
