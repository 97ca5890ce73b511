"""How well and how fast the language of a message is said: on sentences in many languages, and on Swedish questions.

Swedish questions are the training phrases and the questions of the calibration. A few of them are in other languages on
purpose, so the share that is called another language is never quite zero. The pure detector is measured, with the words
that the trained component would know. Runs in the bot's environment.
"""

import csv
import statistics
import time
from collections.abc import Iterable, Iterator
from importlib.metadata import distribution
from pathlib import Path

import yaml
from spacy.lookups import load_lookups

from bench import results
from bot.classification.background import resident_part
from bot.language.detection import LanguageDetector
from bot.language.vocabulary import SwedishWords, words_in
from bot.language.words import words_of

SENTENCES = results.ROOT / "bench" / "questions" / "languages.tsv"
DATA = results.ROOT / "data"
CALIBRATION = ("questions", "personal", "danger")
SWEDISH_AND_ALIKE = frozenset({"sv", "da", "no"})
NOT_OTHER = SWEDISH_AND_ALIKE | {"en", None}
NOISE = "und"
# The one code that stands for languages written alike.
SAID_TOGETHER = {"bs": frozenset({"bs", "hr", "sr"}), "sr": frozenset({"sr"})}
LONG_WORDS = 6
ENGLISH_WORDS = 4


def main() -> None:
    # Loaded before the memory is read, because the bot's pipeline has the same table in memory anyway.
    lemma_table = load_lookups("sv", ["lemma_lookup"]).get_table("lemma_lookup")
    own = words_in(resident_part(path.read_text(encoding="utf-8")) for path in (DATA / "knowledge").rglob("*.md"))
    before = resident_megabytes()
    began = time.perf_counter()
    detector = LanguageDetector(SwedishWords(own, lemma_table).know)
    load_seconds = time.perf_counter() - began
    sentences = list(read_sentences())
    phrases = list(training_phrases())
    questions = list(calibration_questions())
    # Warmed up: what is loaded on demand is loaded now.
    said = {text: detector.detect(text) for _, text in sentences}
    milliseconds = list(time_each(detector, [*phrases, *questions]))
    figures = {
        **recognition(sentences, said),
        "swedish_phrases": len(phrases),
        "phrases_called_other_percent": called_other(detector, phrases),
        "swedish_questions_not_trained_on": len(questions),
        "questions_called_other_percent": called_other(detector, questions),
        "message_p50_ms": round(statistics.median(milliseconds), 3),
        "message_p95_ms": round(statistics.quantiles(milliseconds, n=100)[94], 3),
        "load_seconds": round(load_seconds, 2),
        "memory_mb": round(resident_megabytes() - before),
        "installed_mb": round(installed_megabytes("lingua-language-detector")),
    }
    results.save("language", "make bench-language", figures)


def recognition(sentences: list[tuple[str, str]], said: dict[str, str | None]) -> dict[str, float]:
    foreign = [(language, text) for language, text in sentences if language not in NOT_OTHER | {NOISE}]
    long = [(language, text) for language, text in foreign if len(words_of(text)) >= LONG_WORDS]
    short = [(language, text) for language, text in foreign if len(words_of(text)) < LONG_WORDS]
    english = [text for language, text in sentences if language == "en" and len(words_of(text)) >= ENGLISH_WORDS]
    swedish = [text for language, text in sentences if language in SWEDISH_AND_ALIKE]
    noise = [text for language, text in sentences if language == NOISE]
    for language, text in sentences:
        if language in NOT_OTHER | {NOISE} and said[text] not in NOT_OTHER:
            print(f"called {said[text]}, is {language}: {text}")
    for language, text in long:
        if not is_right(language, said[text]):
            print(f"called {said[text]}, is {language}: {text}")
    return {
        "sentences": len(sentences),
        "languages": len({language for language, _ in sentences} - {NOISE}),
        "long_foreign_sentences": len(long),
        "long_foreign_called_other_percent": percent(said[text] not in NOT_OTHER for _, text in long),
        "long_foreign_right_language_percent": percent(is_right(language, said[text]) for language, text in long),
        "short_foreign_called_other_percent": percent(said[text] not in NOT_OTHER for _, text in short),
        "english_called_english_percent": percent(said[text] == "en" for text in english),
        "swedish_danish_norwegian_called_other_percent": percent(said[text] not in NOT_OTHER for text in swedish),
        "noise_called_other_percent": percent(said[text] not in NOT_OTHER for text in noise),
    }


def is_right(language: str, said: str | None) -> bool:
    return said is not None and language in SAID_TOGETHER.get(said, {said})


def called_other(detector: LanguageDetector, texts: Iterable[str]) -> float:
    called = [(text, said) for text in texts if (said := detector.detect(text)) not in NOT_OTHER]
    for text, said in called:
        print(f"called {said}: {text}")
    return round(100 * len(called) / len(list(texts)), 3)


def percent(outcomes: Iterable[bool]) -> float:
    counted = list(outcomes)
    return round(100 * sum(counted) / len(counted), 1)


def time_each(detector: LanguageDetector, texts: Iterable[str]) -> Iterator[float]:
    for text in texts:
        began = time.perf_counter()
        detector.detect(text)
        yield (time.perf_counter() - began) * 1000


def read_sentences() -> Iterator[tuple[str, str]]:
    for row in read_rows(SENTENCES):
        yield row["language"], row["text"]


def training_phrases() -> Iterator[str]:
    for path in sorted((DATA / "nlu").glob("*.yml")):
        for each in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            yield from (line.removeprefix("- ") for line in each["examples"].splitlines())


def calibration_questions() -> Iterator[str]:
    for name in CALIBRATION:
        yield from (row["question"] for row in read_rows(DATA / "calibration" / f"{name}.tsv"))


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def resident_megabytes() -> float:
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1000
    raise RuntimeError("the system does not say how much memory is used")


def installed_megabytes(name: str) -> float:
    package = distribution(name)
    return sum(Path(file.locate()).stat().st_size for file in package.files or []) / 1_000_000


if __name__ == "__main__":
    main()
