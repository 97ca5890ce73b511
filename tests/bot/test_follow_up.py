"""Short questions that lean on what was answered before."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.classification.abstention import NEVER
from bot.classification.catalogue import Catalogue
from bot.classification.features import Word
from bot.classification.follow_up import (
    LEAST_TOPICS,
    MOST_WORDS,
    leans_on_what_was_said,
    words_of_every_topic,
)
from bot.classification.topic_learning import learn_topic_model
from bot.classification.topic_model import SURE, UNCLEAR, UNSURE, TopicModel
from tests.bot.small_topics import ASKED, LESSONS, words

COMMON = frozenset({"vad", "kostar", "det", "hur", "lång", "tid"})
MODEL = learn_topic_model(LESSONS)
# What the model itself takes for common is left to chance with so few topics, and who is confused with whom to us.
CONFUSED = replace(MODEL.catalogue["bygglov-altan"], confused_with=("radon", "bibliotek", "mitt-arende"))
LEANING = replace(
    MODEL, common_words=COMMON, catalogue=Catalogue({**MODEL.catalogue.topics, "bygglov-altan": CONFUSED})
)
short = st.lists(st.sampled_from(sorted(COMMON)), min_size=1, max_size=MOST_WORDS).map(" ".join)
previous_topics = st.sampled_from(["bygglov-altan", "bygglov-avgift", "radon", "bibliotek", "mitt-arende"])


def thresholds_of(model: TopicModel, answer: float) -> TopicModel:
    return replace(model, thresholds=replace(model.thresholds, answer=answer, misread=answer, urgent=NEVER))


@given(short)
def test_a_short_text_of_common_words_leans(text: str) -> None:
    assert leans_on_what_was_said(words(text), COMMON)
    assert leans_on_what_was_said([Word("?", "?"), *words(text.upper())], COMMON)
    assert not leans_on_what_was_said(words(f"{text} altan"), COMMON)


@given(st.integers(MOST_WORDS + 1, 40))
def test_a_long_text_carries_its_own_topic(length: int) -> None:
    assert not leans_on_what_was_said(words(" ".join(["det"] * length)), COMMON)


def test_a_text_without_words_leans_on_nothing() -> None:
    assert not leans_on_what_was_said([], COMMON)
    assert not leans_on_what_was_said(words("? ! 😀"), COMMON)


phrases = st.lists(
    st.tuples(st.sampled_from([f"topic-{number}" for number in range(9)]), st.sampled_from("abc")), max_size=40
)


@given(phrases)
def test_common_words_are_those_of_many_topics(spoken: list[tuple[str, str]]) -> None:
    common = words_of_every_topic((topic, words(word)) for topic, word in spoken)
    topics = {topic for topic, _ in spoken}
    for word in "abc":
        users = {topic for topic, said in spoken if said == word}
        assert (word in common) == (bool(users) and len(users) >= LEAST_TOPICS * len(topics))


@given(short, previous_topics)
def test_it_is_read_among_the_neighbours_and_else_the_resident_is_asked(text: str, previous: str) -> None:
    neighbours = LEANING.catalogue.neighbours(previous)
    reading = LEANING.read(words(text), previous)
    if not neighbours:
        assert reading == LEANING.read(words(text))
        return
    if reading.urgent is not None:
        assert reading == LEANING.read(words(text))
        return
    assert reading.candidates
    assert {candidate.topic for candidate in reading.candidates} <= neighbours
    assert reading.certainty in {SURE, UNCLEAR}
    assert [each.confidence for each in reading.candidates] == sorted(
        (each.confidence for each in reading.candidates), reverse=True
    )


@given(short, previous_topics)
def test_it_is_sure_only_when_the_words_alone_point_the_same_way(text: str, previous: str) -> None:
    """With thresholds that let everything through, so that agreement alone decides."""
    lenient = thresholds_of(LEANING, 0.0)
    neighbours = lenient.catalogue.neighbours(previous)
    if not neighbours:
        return
    reading = lenient.read(words(text), previous)
    vector = lenient.vectorizer.vectorize([words(text)])
    shares = lenient.calibration.shares(lenient.network.scores(vector))[0]
    alone = max(neighbours, key=lambda topic: float(shares[lenient.topics.index(topic)]))
    assert (reading.certainty == SURE) == (reading.candidates[0].topic == alone)


def test_the_topic_before_changes_what_is_meant() -> None:
    """Words alone and words beside the old topic do not always point the same way; what does not, is asked about."""
    lenient = thresholds_of(LEANING, 0.0)
    readings = {word: lenient.read(words(word), "bygglov-altan") for word in sorted(COMMON)}
    assert {reading.certainty for reading in readings.values()} == {SURE, UNCLEAR}
    untitled = replace(lenient, titles=dict.fromkeys(lenient.titles, ()))
    assert readings != {word: untitled.read(words(word), "bygglov-altan") for word in sorted(COMMON)}


@given(short, previous_topics)
def test_with_thresholds_that_nothing_reaches_it_is_never_sure(text: str, previous: str) -> None:
    careful = thresholds_of(LEANING, NEVER)
    if careful.catalogue.neighbours(previous):
        assert careful.read(words(text), previous).certainty == UNCLEAR
    else:
        assert careful.read(words(text), previous).certainty in {UNCLEAR, UNSURE}


@pytest.mark.parametrize("texts", ASKED.values(), ids=ASKED)
def test_a_question_with_content_of_its_own_ignores_what_was_said(texts: list[str]) -> None:
    for text in texts:
        for previous in ("bygglov-altan", "radon"):
            assert LEANING.read(words(text), previous) == LEANING.read(words(text))


def test_what_it_costs_after_the_altan_is_the_fee_for_the_permit() -> None:
    reading = LEANING.read(words("vad kostar det"), "bygglov-altan")
    assert reading.candidates[0].topic == "bygglov-avgift"


def test_an_unknown_topic_before_or_none_makes_no_difference() -> None:
    alone = LEANING.read(words("vad kostar det"))
    assert LEANING.read(words("vad kostar det"), "nedlagt-amne") == alone
    assert LEANING.read(words("vad kostar det"), None) == alone


def test_danger_goes_first_whatever_was_said() -> None:
    talkative = replace(MODEL, common_words=COMMON | {"brinner", "i", "huset"})
    reading = talkative.read(words("det brinner i huset"), "bygglov-altan")
    assert reading.urgent is not None
    assert (reading.certainty, reading.candidates[0].topic) == (SURE, "akut-fara")


def test_the_common_words_of_a_model_come_from_its_phrases_alone() -> None:
    assert "hur" in MODEL.common_words
    assert "behöver" not in MODEL.common_words
