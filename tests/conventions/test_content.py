"""Rules of the seed content (docs/contracts/content.md)."""

import re
from collections import Counter
from pathlib import Path

import pytest
import yaml
from repository import ROOT

from handover_api.content.files import ArticleFile, TopicRow, read_article, read_local_facts, read_topics

DATA = ROOT / "data"
LEAST_PHRASES = 15
LEAST_OTHER_TOPICS = 45
ALWAYS_WRITTEN = {"urgent", "chat"}
SMALL_TALK = "samtal"
BY_NAME = {"bygglov-altan", "radon"}
INTENT = "topic/"
NOT_IN_A_PHRASE = set('[]{}"')
TELEPHONE = re.compile(r"\b0\d{1,3}[- ]\d[\d ]{4,}\d\b")
FICTIONAL_SERIES = re.compile(r"0980-319 2\d\d")


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


def test_what_is_urgent_and_what_is_small_talk_is_complete(
    topics: dict[str, TopicRow], articles: dict[str, ArticleFile], phrases: dict[str, list[tuple[Path, str]]]
) -> None:
    needed = {topic.id for topic in topics.values() if topic.handling in ALWAYS_WRITTEN}
    assert len(needed) > len(ALWAYS_WRITTEN)
    assert needed <= set(articles)
    assert needed <= set(phrases)


def test_the_first_content_covers_every_area(
    topics: dict[str, TopicRow], articles: dict[str, ArticleFile], phrases: dict[str, list[tuple[Path, str]]]
) -> None:
    others = {id_ for id_ in articles if topics[id_].handling not in ALWAYS_WRITTEN} & set(phrases)
    assert len(others) >= LEAST_OTHER_TOPICS
    assert {topics[id_].area for id_ in others} == {topic.area for topic in topics.values()} - {SMALL_TALK}
    assert others >= BY_NAME


def test_every_topic_that_can_be_recognised_has_enough_phrases(phrases: dict[str, list[tuple[Path, str]]]) -> None:
    assert {topic: len(lines) for topic, lines in phrases.items() if len(lines) < LEAST_PHRASES} == {}


def test_no_phrase_stands_twice(phrases: dict[str, list[tuple[Path, str]]]) -> None:
    counted = Counter(
        " ".join(re.sub(r"[^\w\s]|_", " ", phrase.casefold()).split()) or phrase
        for lines in phrases.values()
        for _, phrase in lines
    )
    assert [phrase for phrase, count in counted.items() if count > 1] == []


def test_no_phrase_holds_the_signs_that_rasa_reads_as_markup(phrases: dict[str, list[tuple[Path, str]]]) -> None:
    marked = [phrase for lines in phrases.values() for _, phrase in lines if NOT_IN_A_PHRASE & set(phrase)]
    assert marked == []


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
