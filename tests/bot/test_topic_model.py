"""What a learned model makes of texts, and that it is the same model after saving."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.classification.abstention import NEVER
from bot.classification.catalogue import Catalogue, Topic
from bot.classification.topic_learning import learn_topic_model
from bot.classification.topic_model import (
    CALM,
    MOST_CANDIDATES,
    NOISE,
    SURE,
    UNCLEAR,
    UNSURE,
    Reading,
    TopicModel,
    choice_share,
)
from tests.bot.small_topics import ASKED, CATALOGUE, LESSONS, PHRASES, personal_examples, words

MODEL = learn_topic_model(LESSONS)
texts = st.one_of(
    st.text(alphabet="abdehiklmnorstuvåäö ", max_size=40),
    st.lists(st.sampled_from(sorted({word for some in PHRASES.values() for each in some for word in each.split()})))
    .map(lambda some: some[:8])
    .map(" ".join),
)


def with_thresholds(model: TopicModel, **changed: float) -> TopicModel:
    return replace(model, thresholds=replace(model.thresholds, **changed))


def read(model: TopicModel, text: str) -> Reading:
    return model.read(words(text))


@pytest.mark.parametrize(
    ("text", "topic"),
    [("Radon?", "radon"), ("bygga en altan", "bygglov-altan"), ("BIBLIOTEKET öppettider", "bibliotek")],
)
def test_a_topic_is_recognised(text: str, topic: str) -> None:
    reading = read(MODEL, text)
    assert (reading.certainty, reading.candidates[0].topic) == (SURE, topic)


def test_noise_and_the_unknown_are_unsure() -> None:
    assert MODEL.read([]).certainty == UNSURE
    assert read(MODEL, "😀 !!!").candidates == ()
    assert read(MODEL, "ψψψ").certainty == UNSURE
    assert read(MODEL, "asdf").certainty == UNSURE


@given(texts)
def test_candidates_are_few_and_different_and_real_topics_in_falling_order(text: str) -> None:
    reading = read(MODEL, text)
    assert len(reading.candidates) <= MOST_CANDIDATES
    assert len({candidate.topic for candidate in reading.candidates}) == len(reading.candidates)
    assert {candidate.topic for candidate in reading.candidates} <= set(CATALOGUE.topics)
    assert not {NOISE, CALM} & {candidate.topic for candidate in reading.candidates}
    # Danger goes first even when something else is likelier.
    ranked = reading.candidates if reading.urgent is None else reading.candidates[1:]
    confidences = [candidate.confidence for candidate in ranked]
    assert confidences == sorted(confidences, reverse=True)
    assert all(0 <= confidence < 1 for confidence in confidences)


@given(texts)
def test_it_is_sure_from_the_threshold_of_the_best_topic_on(text: str) -> None:
    reading = read(MODEL, text)
    assume(reading.candidates and reading.urgent is None)
    best = reading.candidates[0]
    assert reading.threshold in {MODEL.threshold_of(best.topic), MODEL.threshold_of(NOISE)}
    # Candidates are rounded to four digits, the comparison is not.
    if best.confidence < reading.threshold - 1e-4:
        assert reading.certainty != SURE
    if reading.certainty == UNSURE:
        assert best.confidence <= reading.threshold + 1e-4 or read(with_thresholds(MODEL, answer=0.0), text) == reading


@given(texts)
def test_with_no_way_to_be_sure_nothing_but_danger_is_sure(text: str) -> None:
    careful = with_thresholds(MODEL, answer=NEVER, misread=NEVER)
    assert (read(careful, text).certainty == SURE) == (read(MODEL, text).urgent is not None)


@given(texts)
def test_asking_is_worth_it_when_three_choices_are_likely_to_hold_the_right_one(text: str) -> None:
    always, never = (
        read(with_thresholds(MODEL, answer=NEVER, misread=NEVER, urgent=NEVER, choice=choice), text)
        for choice in (0.0, NEVER)
    )
    assert never.certainty == UNSURE
    assert (always.certainty == UNCLEAR) == bool(always.candidates and always.threshold == NEVER and not is_noise(text))


def is_noise(text: str) -> bool:
    vector = MODEL.vectorizer.vectorize([words(text)])
    if vector.nnz == 0:
        return True
    scores = MODEL.network.scores(vector)[0, : len(MODEL.topics)]
    return MODEL.topics[int(scores.argmax())] == NOISE


@given(st.lists(st.floats(0, 1), min_size=1, max_size=9))
def test_the_share_of_three_choices_is_theirs_together(shares: list[float]) -> None:
    falling = np.sort(np.array(shares) / max(sum(shares), 1))[::-1]
    assert choice_share(falling) == pytest.approx(min(falling[:3].sum(), 0.9999))


def test_an_unknown_topic_is_held_to_the_threshold_of_answers() -> None:
    model = with_thresholds(MODEL, answer=0.9, misread=0.6)
    assert [model.threshold_of(topic) for topic in ("unknown", "radon", "mitt-arende", "akut-fara")] == [
        *(0.9, 0.9),
        *(0.6, 0.6),
    ]
    strict = replace(model, thresholds=replace(model.thresholds, answer_by_area={"miljo": 0.95, "bygga": 0.97}))
    assert [strict.threshold_of(topic) for topic in ("radon", "bygglov-altan", "bibliotek", "mitt-arende")] == [
        *(0.95, 0.97),
        *(0.9, 0.6),
    ]


def two_dangers() -> TopicModel:
    """The same model, in which two topics are urgent and share what is said of danger."""
    dangerous = {**CATALOGUE.topics, "radon": Topic("radon", "urgent", "miljo", "Hur mäter jag radon?")}
    return replace(MODEL, catalogue=Catalogue(dangerous))


@given(texts)
def test_urgent_topics_count_together(text: str) -> None:
    model = two_dangers()
    vector = model.vectorizer.vectorize([words(text)])
    assume(vector.nnz)
    scores = model.network.scores(vector)
    urgency = float(model.urgency(scores)[0])
    one = float(MODEL.urgency(scores)[0])
    shares = dict(zip(model.topics, model.shares(scores)[0], strict=True))
    # Nothing here was learned to look like danger, so all that counts against it is the other topics.
    assert urgency == pytest.approx(shares["radon"] + shares["akut-fara"], abs=1e-5)
    assert one == pytest.approx(shares["akut-fara"], abs=1e-5)
    rings = read(with_thresholds(model, urgent=urgency * 0.999), text)
    assert rings.urgent is not None
    assert rings.certainty == SURE
    assert rings.candidates[0] == rings.urgent
    assert rings.urgent.confidence == pytest.approx(min(urgency, 0.9999), abs=1e-4)
    # The likelier of the two.
    assert shares[rings.urgent.topic] == max(shares["radon"], shares["akut-fara"])
    assert read(with_thresholds(model, urgent=urgency * 1.001 + 1e-6), text).urgent is None


def test_danger_is_answered_at_once_however_strict_the_limits() -> None:
    careful = with_thresholds(MODEL, answer=NEVER, misread=NEVER, choice=NEVER)
    reading = read(careful, "det brinner i huset")
    assert (reading.certainty, reading.candidates[0].topic) == (SURE, "akut-fara")
    alarmed = read(with_thresholds(careful, urgent=0.0), "öppettider bibliotek")
    assert (alarmed.certainty, alarmed.candidates[0].topic) == (SURE, "akut-fara")
    assert "bibliotek" in {candidate.topic for candidate in alarmed.candidates}


def test_not_even_danger_is_certain() -> None:
    sharp = replace(MODEL, calibration=replace(MODEL.calibration, temperature=0.001))
    urgent = read(sharp, "det brinner i huset").urgent
    assert urgent is not None
    assert urgent.confidence < 1


def test_without_urgent_topics_nothing_is_urgent() -> None:
    peaceful = replace(MODEL, catalogue=Catalogue())
    assert read(with_thresholds(peaceful, urgent=0.0), "det brinner").urgent is None


@pytest.mark.parametrize("personal", [(), personal_examples()], ids=["without personal examples", "with them"])
def test_a_saved_model_reads_as_before(tmp_path: Path, personal: tuple[()] | list[object]) -> None:
    lessons = replace(
        LESSONS, personal=personal, limits=replace(LESSONS.limits, max_wrong_share_by_area=(("bygga", 0.2),))
    )
    model = learn_topic_model(lessons)
    model.save(tmp_path)
    loaded = TopicModel.load(tmp_path)
    asked = [text for some in (*ASKED.values(), *PHRASES.values()) for text in some]
    for text in [*asked, "xyz", "", "vad kostar det", "min faktura"]:
        for previous in (None, "bygglov-altan"):
            assert loaded.read(words(text), previous) == model.read(words(text), previous)
    for name in ("topics", "catalogue", "limits", "calibration", "thresholds", "promise", "common_words", "titles"):
        assert getattr(loaded, name) == getattr(model, name), name
    assert (loaded.version, loaded.vectorizer.ngrams.vocabulary) == (model.version, model.vectorizer.ngrams.vocabulary)
    assert loaded.network.grams.dtype == np.float16
    assert all(np.array_equal(loaded.network.arrays()[name], each) for name, each in model.network.arrays().items())
    assert loaded.personal.bias == model.personal.bias
    assert np.isinf(loaded.personal.bias) == (not personal)


def test_a_saved_model_holds_nothing_that_runs(tmp_path: Path) -> None:
    MODEL.save(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"arrays.npz", "model.json"}
    with np.load(tmp_path / "arrays.npz", allow_pickle=False) as arrays:
        assert all(arrays[name].dtype.kind == "f" for name in arrays.files)
