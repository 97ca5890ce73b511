"""Says which language a message is written in, when that is clear.

A wrong answer sends a resident who writes Swedish to a person, with a greeting in another language. So one source is
never enough for another language with Latin letters: the library has to be nearly certain, hardly a word may be
Swedish, and there have to be words enough.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lingua import Language, LanguageDetectorBuilder

from bot.language import function_words
from bot.language.scripts import LANGUAGE_OF_SCRIPT, LANGUAGES_OF_SCRIPT, LATIN, script_of, telling_letters
from bot.language.words import is_pronounceable, look_like_names, words_of

SWEDISH = "sv"
ENGLISH = "en"
KURMANJI = "kmr"
UKRAINIAN = "uk"
# Read as well as Swedish, and so like it that the library takes misspelt Swedish for them.
NEIGHBOURS = frozenset({"da", "no"})

# Left out are those that their letters alone tell (bot/language/scripts.py), and those with few speakers in Sweden:
# each one more makes the library less sure of all others.
LANGUAGES: Mapping[str, tuple[Language, ...]] = {
    "ar": (Language.ARABIC,),
    "bg": (Language.BULGARIAN,),
    # One written language for this purpose; who writes it will say what it is called.
    "bs": (Language.BOSNIAN, Language.CROATIAN, Language.SERBIAN),
    "cs": (Language.CZECH,),
    "da": (Language.DANISH,),
    "de": (Language.GERMAN,),
    "en": (Language.ENGLISH,),
    "es": (Language.SPANISH,),
    "et": (Language.ESTONIAN,),
    "fa": (Language.PERSIAN,),
    "fi": (Language.FINNISH,),
    "fr": (Language.FRENCH,),
    "hu": (Language.HUNGARIAN,),
    "is": (Language.ICELANDIC,),
    "it": (Language.ITALIAN,),
    "lt": (Language.LITHUANIAN,),
    "lv": (Language.LATVIAN,),
    "nl": (Language.DUTCH,),
    "no": (Language.BOKMAL, Language.NYNORSK),
    "pl": (Language.POLISH,),
    "pt": (Language.PORTUGUESE,),
    "ro": (Language.ROMANIAN,),
    "ru": (Language.RUSSIAN,),
    "so": (Language.SOMALI,),
    "sq": (Language.ALBANIAN,),
    "sv": (Language.SWEDISH,),
    "sw": (Language.SWAHILI,),
    "tl": (Language.TAGALOG,),
    "tr": (Language.TURKISH,),
    "uk": (Language.UKRAINIAN,),
    "vi": (Language.VIETNAMESE,),
}
CODES = {language: code for code, languages in LANGUAGES.items() for language in languages}

# The limits are chosen so that the Swedish training phrases and the sentences of `make bench-language` come out right
# with a margin; the figures stand in docs/decisions/0005-language-detection.md.
LEAST_WORDS = 3
LEAST_ENGLISH_WORDS = 2
LEAST_CERTAINTY = 0.85
# As much as Swedish or English may still be thought of when another language is said.
MOST_DOUBT = 0.05
SWEDISH_SHARE = 0.5
# With so many Swedish words the library need not agree.
SURELY_SWEDISH_SHARE = 0.8
# A share of English function words that hardly any text in another language has ...
ENGLISH_SHARE = 0.3
# ... and one that a text in another language may have by chance, unless the library is quite certain.
CHANCE_SHARE = 0.2
QUITE_CERTAIN = 0.99
LEAST_ENGLISH_CERTAINTY = 0.5
LEAST_KURMANJI_WORDS = 2
# Somebody from Ukraine should not be greeted in Russian; the other way round does less harm.
UKRAINIAN_DOUBT = 0.3


@dataclass(frozen=True)
class _Evidence:
    """What a text in Latin letters shows. Each word counts once, however often it is repeated."""

    words: frozenset[str]
    certainties: Mapping[str, float]
    # Of the words.
    swedish: float
    english: float

    @property
    def best(self) -> str | None:
        """The library has no opinion on letters that follow each other in none of its languages."""
        return max(self.certainties, key=self.certainty, default=None)

    def certainty(self, code: str) -> float:
        return self.certainties.get(code, 0.0)


class LanguageDetector:
    def __init__(self, is_swedish: Callable[[str], bool]) -> None:
        """`is_swedish` says of a word in lower case whether it is a Swedish one."""
        self._is_swedish = is_swedish
        # The large models need nearly a gigabyte; with the words beside them, the small ones do.
        self._library = (
            LanguageDetectorBuilder.from_languages(*CODES)
            .with_low_accuracy_mode()
            .with_preloaded_language_models()
            .build()
        )

    def detect(self, text: str) -> str | None:
        """A code of ISO 639-1, or of 639-3 where the former has none of its own; None when nothing is clear."""
        words = words_of(text)
        script = script_of(words)
        if script != LATIN:
            return self._by_script(script, words)
        pronounceable = dict.fromkeys(word.casefold() for word in words if is_pronounceable(word))
        if not pronounceable:
            return None
        evidence = self._evidence(list(pronounceable))
        if _is_kurmanji(evidence.words):
            return KURMANJI
        if _is_english(evidence):
            return ENGLISH
        if evidence.swedish >= SWEDISH_SHARE:
            return SWEDISH if _is_surely_swedish(evidence) else None
        return None if look_like_names(words) else _another_language(evidence)

    def _by_script(self, script: str, words: list[str]) -> str:
        telling = telling_letters(script, words)
        if telling is not None:
            return telling
        possible = LANGUAGES_OF_SCRIPT.get(script, frozenset())
        certainties = {
            code: certainty for code, certainty in self._certainties(" ".join(words)).items() if code in possible
        }
        if certainties.get(UKRAINIAN, 0.0) >= UKRAINIAN_DOUBT:
            return UKRAINIAN
        return max(certainties, key=lambda code: certainties[code], default=LANGUAGE_OF_SCRIPT[script])

    def _evidence(self, words: list[str]) -> _Evidence:
        return _Evidence(
            words=frozenset(words),
            certainties=self._certainties(" ".join(words)),
            swedish=sum(map(self._is_swedish, words)) / len(words),
            english=sum(word in function_words.ENGLISH for word in words) / len(words),
        )

    def _certainties(self, text: str) -> Mapping[str, float]:
        certainties: dict[str, float] = {}
        for value in self._library.compute_language_confidence_values(text):
            if value.value:
                code = CODES[value.language]
                certainties[code] = certainties.get(code, 0.0) + value.value
        return certainties


def _is_kurmanji(words: frozenset[str]) -> bool:
    telling = [
        word for word in words if word in function_words.KURMANJI or word.endswith(function_words.KURMANJI_ENDINGS)
    ]
    letters = set("".join(words))
    consonant, vowels = function_words.KURMANJI_LETTERS
    return len(telling) >= LEAST_KURMANJI_WORDS or (consonant in letters and not vowels.isdisjoint(letters))


def _is_surely_swedish(evidence: _Evidence) -> bool:
    if evidence.best == SWEDISH or evidence.best in NEIGHBOURS:
        return True
    # One word alone may be a word in other languages as well.
    return len(evidence.words) > 1 and evidence.swedish >= SURELY_SWEDISH_SHARE


def _is_english(evidence: _Evidence) -> bool:
    if len(evidence.words) < LEAST_ENGLISH_WORDS:
        return False
    certainty = evidence.certainty(ENGLISH)
    if evidence.english >= ENGLISH_SHARE and 2 * evidence.english > evidence.swedish and certainty >= MOST_DOUBT:
        return True
    if evidence.swedish < SWEDISH_SHARE:
        return certainty >= LEAST_ENGLISH_CERTAINTY
    return evidence.english > 0 and certainty >= QUITE_CERTAIN


def _another_language(evidence: _Evidence) -> str | None:
    best = evidence.best
    if best is None or best in {SWEDISH, ENGLISH} or len(evidence.words) < LEAST_WORDS:
        return None
    if evidence.certainty(best) < LEAST_CERTAINTY:
        return None
    if best in NEIGHBOURS:
        return best
    doubt = max(evidence.certainty(code) for code in (SWEDISH, ENGLISH, *NEIGHBOURS))
    by_chance = evidence.english < CHANCE_SHARE or evidence.certainty(best) >= QUITE_CERTAIN
    return best if doubt < MOST_DOUBT and by_chance else None
