"""Rules of the seed content (docs/contracts/content.md)."""

import math
import re
from collections import Counter
from pathlib import Path

import pytest
import yaml
from repository import ROOT

from handover_api.content.files import ArticleFile, TopicRow, read_article, read_local_facts, read_topics

DATA = ROOT / "data"
LEAST_PHRASES = 30
# Where a person takes over or it is small talk.
LEAST_FORGIVING_PHRASES = 20
LEAST_PHRASES_IN_ALL = 8000
LEAST_OUT_OF_SCOPE = 600
LEAST_HELD_OUT = 600
LEAST_QUESTIONS = 5
# Share of three-letter pieces in common, above which two phrases are nearly the same.
NEARLY_THE_SAME = 0.75
FORGIVING = {"urgent", "handover", "chat"}
BY_NAME = {"bygglov-altan", "radon"}
INTENT = "topic/"
NOT_IN_A_PHRASE = set('[]{}"')
TELEPHONE = re.compile(r"\b0\d{1,3}[- ]\d[\d ]{4,}\d\b")
FICTIONAL_SERIES = re.compile(r"0980-319 2\d\d")


def plain(text: str) -> str:
    """Without capitals and signs; what is nothing but signs stays."""
    return " ".join(re.sub(r"[^\w\s]|_", " ", text.casefold()).split()) or text


def pieces(text: str) -> frozenset[str]:
    padded = f" {plain(text)} "
    return frozenset(padded[start : start + 3] for start in range(len(padded) - 2))


def rows(path: str) -> list[tuple[str, ...]]:
    """The rows of a tab-separated file below its header."""
    lines = (DATA / path).read_text(encoding="utf-8").splitlines()[1:]
    return [tuple(line.split("\t")) for line in lines if line]


def phrases_in(path: Path) -> list[str]:
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]
    return [line.removeprefix("- ").strip() for entry in entries for line in entry["examples"].splitlines()]


@pytest.fixture(scope="module")
def topics() -> dict[str, TopicRow]:
    return read_topics(DATA / "topics.tsv")


@pytest.fixture(scope="module")
def facts() -> dict[str, str]:
    return read_local_facts(DATA / "local_facts.yml")


@pytest.fixture(scope="module")
def articles(topics: dict[str, TopicRow], facts: dict[str, str]) -> dict[str, ArticleFile]:
    """Every article. Reading checks it against the catalogue and the local facts, each `{fact}` too."""
    found = {path.stem: read_article(path, topics, facts) for path in sorted(DATA.glob("knowledge/*/*.md"))}
    assert found
    return found


@pytest.fixture(scope="module")
def phrases() -> dict[str, list[tuple[Path, str]]]:
    """The phrases of each topic, with the file that they stand in."""
    found: dict[str, list[tuple[Path, str]]] = {}
    for path in sorted(DATA.glob("nlu/*.yml")):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            intent = entry.get("intent", "")
            if intent.startswith(INTENT):
                lines = [line.removeprefix("- ").strip() for line in entry["examples"].splitlines() if line.strip()]
                found.setdefault(intent.removeprefix(INTENT), []).extend((path, line) for line in lines)
    assert found
    return found


def test_everything_written_is_about_a_topic_of_the_catalogue(
    topics: dict[str, TopicRow], articles: dict[str, ArticleFile], phrases: dict[str, list[tuple[Path, str]]]
) -> None:
    assert set(articles) <= set(topics)
    assert set(phrases) <= set(topics)


def test_the_phrases_of_a_topic_stand_in_the_file_of_its_area(
    topics: dict[str, TopicRow], phrases: dict[str, list[tuple[Path, str]]]
) -> None:
    misplaced = {topic for topic, lines in phrases.items() if {path.stem for path, _ in lines} != {topics[topic].area}}
    assert misplaced == set()


def test_every_topic_has_an_article_and_can_be_recognised(
    topics: dict[str, TopicRow], articles: dict[str, ArticleFile], phrases: dict[str, list[tuple[Path, str]]]
) -> None:
    assert set(articles) == set(topics)
    assert set(phrases) == set(topics)
    assert set(topics) >= BY_NAME


def test_every_topic_has_enough_phrases(
    topics: dict[str, TopicRow], phrases: dict[str, list[tuple[Path, str]]]
) -> None:
    def needed(topic: str) -> int:
        return LEAST_FORGIVING_PHRASES if topics[topic].handling in FORGIVING else LEAST_PHRASES

    assert {topic: len(lines) for topic, lines in phrases.items() if len(lines) < needed(topic)} == {}
    assert sum(len(lines) for lines in phrases.values()) >= LEAST_PHRASES_IN_ALL


def test_no_topic_has_nearly_the_same_phrase_as_another(phrases: dict[str, list[tuple[Path, str]]]) -> None:
    texts = [(topic, phrase, pieces(phrase)) for topic, lines in phrases.items() for _, phrase in lines]
    common = Counter(piece for _, _, of_text in texts for piece in of_text)
    having: dict[str, list[int]] = {}
    alike = []
    for place, (topic, phrase, of_text) in enumerate(texts):
        # Two texts so much alike share at least one of the rarest pieces of each.
        rarest = sorted(of_text, key=lambda piece: (common[piece], piece))
        rarest = rarest[: len(of_text) - math.ceil(NEARLY_THE_SAME * len(of_text)) + 1]
        for other in {other for piece in rarest for other in having.get(piece, [])}:
            other_topic, other_phrase, of_other = texts[other]
            shared = len(of_text & of_other)
            if topic != other_topic and shared >= NEARLY_THE_SAME * (len(of_text) + len(of_other) - shared):
                alike.append((topic, phrase, other_topic, other_phrase))
        for piece in rarest:
            having.setdefault(piece, []).append(place)
    assert alike == []


def test_there_are_enough_questions_that_no_topic_answers_and_that_are_held_out() -> None:
    out_of_scope = {plain(question) for _, question in rows("calibration/out_of_scope.tsv")}
    learned = {plain(phrase) for path in ("nlu/utanfor.yml", "rules/unsure.yml") for phrase in phrases_in(DATA / path)}
    held_out = [plain(row[-1]) for row in rows("../bench/questions/heldout.tsv")]
    assert len(out_of_scope) >= LEAST_OUT_OF_SCOPE
    assert len(learned) >= LEAST_OUT_OF_SCOPE
    assert len(set(held_out)) >= LEAST_HELD_OUT


def test_every_topic_has_questions_that_it_is_never_trained_on(topics: dict[str, TopicRow]) -> None:
    asked = Counter(topic for topic, _ in rows("calibration/questions.tsv"))
    assert set(asked) - set(topics) == {"other"}
    assert {topic: asked[topic] for topic in topics if asked[topic] < LEAST_QUESTIONS} == {}


def test_no_phrase_stands_twice(phrases: dict[str, list[tuple[Path, str]]]) -> None:
    counted = Counter(plain(phrase) for lines in phrases.values() for _, phrase in lines)
    assert [phrase for phrase, count in counted.items() if count > 1] == []


def test_no_phrase_holds_the_signs_that_rasa_reads_as_markup(phrases: dict[str, list[tuple[Path, str]]]) -> None:
    marked = [phrase for lines in phrases.values() for _, phrase in lines if NOT_IN_A_PHRASE & set(phrase)]
    assert marked == []


def test_no_phrase_is_left_out_for_want_of_a_dash() -> None:
    """Rasa passes over such a line without a word."""
    passed_over = [
        f"{path.relative_to(ROOT)}: {line}"
        for path in (*DATA.glob("nlu/*.yml"), *DATA.glob("rules/*.yml"))
        for entry in yaml.safe_load(path.read_text(encoding="utf-8")).get("nlu", [])
        for line in entry["examples"].splitlines()
        if line.strip() and not line.startswith("- ")
    ]
    assert passed_over == []


def test_every_telephone_number_is_a_fictional_one(facts: dict[str, str]) -> None:
    numbers = [number for value in facts.values() for number in TELEPHONE.findall(value)]
    assert numbers
    assert [number for number in numbers if not FICTIONAL_SERIES.fullmatch(number)] == []


def test_every_address_on_the_net_is_a_fictional_one(facts: dict[str, str]) -> None:
    hosts = [
        host for value in facts.values() for host in re.findall(r"(?:https?://|@)([\w.-]+\w)", value, re.IGNORECASE)
    ]
    assert hosts
    assert [host for host in hosts if not host.endswith(".example")] == []


def test_no_local_fact_goes_unread_in_an_article(articles: dict[str, ArticleFile], facts: dict[str, str]) -> None:
    """A telephone number or a link of the municipality in an article would escape whoever changes the facts."""
    for name, article in articles.items():
        text = f"{article.text} {article.checklist} {article.next_steps} {article.sources}"
        assert FICTIONAL_SERIES.search(text) is None, name
        assert "exempelkommunen.example" not in text, name
    assert facts
