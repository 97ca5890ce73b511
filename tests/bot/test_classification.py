from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.classification.abstention import NEVER, lowest_safe_threshold
from bot.classification.calibration import HIGHEST_CONFIDENCE, fit_calibration
from bot.classification.features import NgramVectorizer, Word, has_words, normalise
from bot.classification.topic_model import (
    MOST_CANDIDATES,
    NOISE,
    Example,
    Limits,
    Question,
    TooFewTopicsError,
    TopicKinds,
    TopicModel,
    learn_topic_model,
)

LIMITS = Limits(max_wrong_share=0.1, max_misread_share=0.2, min_choice_share=0.6, min_urgent_share=0.4)
PHRASES = {
    "radon": ["mäta radon", "radon i huset", "hur mäter man radon", "radonmätning", "radonhalt i källaren"],
    "bygglov-altan": ["bygga altan", "altan bygglov", "får man bygga trädäck", "altan på baksidan", "trädäck lov"],
    "bibliotek": [
        "när öppnar biblioteket",
        "bibliotekets öppettider",
        "biblioteket öppet",
        "låna böcker",
        "öppettider bibliotek",
    ],
    "akut-fara": [
        "det brinner",
        "huset brinner",
        "ring brandkåren det brinner",
        "brand i huset",
        "det ryker och brinner",
    ],
    NOISE: ["asdf", "qwerty", "asdfgh", "hjkl", "qwe"],
}


def words(text: str) -> list[Word]:
    return [Word(word, word.removesuffix("en").removesuffix("et")) for word in text.split()]


def examples() -> list[Example]:
    return [Example(words(phrase), topic) for topic, phrases in PHRASES.items() for phrase in phrases]


def learn(limits: Limits = LIMITS, kinds: TopicKinds | None = None) -> TopicModel:
    return learn_topic_model(examples(), kinds or TopicKinds(), limits)


outcomes = st.lists(st.tuples(st.floats(0, HIGHEST_CONFIDENCE), st.booleans()), max_size=60)


@given(outcomes, st.floats(0, 0.5))
def test_above_the_threshold_the_wrong_share_is_kept(predictions: list[tuple[float, bool]], limit: float) -> None:
    certainty = np.array([confidence for confidence, _ in predictions])
    is_right = np.array([right for _, right in predictions], dtype=bool)
    threshold = lowest_safe_threshold(certainty, is_right, limit)
    answered = is_right[certainty >= threshold]
    assert threshold == NEVER or len(answered)
    if len(answered):
        assert (~answered).mean() <= limit


@given(outcomes, st.floats(0, 0.5))
def test_no_lower_threshold_would_have_done(predictions: list[tuple[float, bool]], limit: float) -> None:
    certainty = np.array([confidence for confidence, _ in predictions])
    is_right = np.array([right for _, right in predictions], dtype=bool)
    threshold = lowest_safe_threshold(certainty, is_right, limit)
    for lower in certainty[certainty < threshold]:
        assert (~is_right[certainty >= lower]).mean() > limit


@given(outcomes, st.floats(0, 0.4), st.floats(0, 0.1))
def test_a_stricter_limit_never_lowers_the_threshold(
    predictions: list[tuple[float, bool]], limit: float, more: float
) -> None:
    certainty = np.array([confidence for confidence, _ in predictions])
    is_right = np.array([right for _, right in predictions], dtype=bool)
    assert lowest_safe_threshold(certainty, is_right, limit) >= lowest_safe_threshold(certainty, is_right, limit + more)


@given(st.integers(0, 2**32 - 1), st.floats(0.02, 5.0))
def test_confidence_rises_with_the_share_and_promises_no_certainty(seed: int, spread: float) -> None:
    generator = np.random.default_rng(seed)
    truth = generator.integers(0, 4, size=80)
    scores = generator.normal(0, spread, size=(80, 4)) + np.eye(4)[truth]
    calibration = fit_calibration(scores, truth)
    confidence = calibration.confidence(np.linspace(0.25, 1, 50))
    assert (np.diff(confidence) >= 0).all()
    assert 0 <= confidence.min() <= confidence.max() <= HIGHEST_CONFIDENCE
    assert np.allclose(calibration.shares(scores).sum(axis=1), 1)


def test_confidence_means_what_it_says() -> None:
    generator = np.random.default_rng(1)
    truth = generator.integers(0, 5, size=4000)
    scores = generator.normal(0, 1, size=(4000, 5)) + 2 * np.eye(5)[truth]
    calibration = fit_calibration(scores[:2000], truth[:2000])
    shares = calibration.shares(scores[2000:])
    confidence = calibration.confidence(shares.max(axis=1))
    is_right = shares.argmax(axis=1) == truth[2000:]
    for low in (0.4, 0.6, 0.8):
        band = (confidence >= low) & (confidence < low + 0.2)
        assert abs(confidence[band].mean() - is_right[band].mean()) < 0.06


@given(st.text())
def test_words_are_what_has_letters_or_digits(text: str) -> None:
    assert has_words(text) == bool(normalise([Word(text, text)]))


@given(st.text(alphabet="abcåäö ABC", min_size=1))
def test_capitals_make_no_difference(text: str) -> None:
    vectorizer = NgramVectorizer.learn([words(phrase) for phrase in PHRASES["radon"]], 1)
    lower, upper = vectorizer.vectorize([words(text.lower()), words(text.upper())])
    assert (lower != upper).nnz == 0


def test_what_is_unknown_shortens_the_vector() -> None:
    vectorizer = NgramVectorizer.learn([example.words for example in examples()], 1)
    known, half_known, unknown = vectorizer.vectorize([words("mäta radon"), words("mäta zzz"), words("żżż")])
    assert known.multiply(known).sum() == pytest.approx(1, abs=1e-5)
    assert half_known.multiply(half_known).sum() < 0.8
    assert unknown.nnz == 0


@pytest.mark.parametrize(
    ("text", "topic"),
    [("Radon?", "radon"), ("bygga en altan", "bygglov-altan"), ("biblioteket öppettider", "bibliotek")],
)
def test_a_topic_is_recognised(text: str, topic: str) -> None:
    assert learn().read(words(text)).candidates[0].topic == topic


def test_noise_and_the_unknown_are_unsure() -> None:
    model = learn()
    assert model.read([]).certainty == "unsure"
    assert model.read(words("😀 !!!")).candidates == ()
    assert model.read(words("ψψψ")).certainty == "unsure"
    noise = model.read(words("asdf"))
    assert noise.certainty == "unsure"
    assert NOISE not in {candidate.topic for candidate in noise.candidates}


@given(st.text(alphabet="abdehiklmnorstuvåäö ", max_size=40))
def test_candidates_are_few_and_in_falling_order(text: str) -> None:
    reading = MODEL.read(words(text))
    confidences = [candidate.confidence for candidate in reading.candidates]
    assert len(confidences) <= MOST_CANDIDATES
    assert confidences == sorted(confidences, reverse=True)
    assert len({candidate.topic for candidate in reading.candidates}) == len(confidences)
    assume(reading.candidates)
    assert (reading.certainty == "sure") == (confidences[0] >= reading.threshold)


def test_the_order_of_the_phrases_makes_no_difference() -> None:
    shuffled = examples()
    random.Random(1).shuffle(shuffled)  # noqa: S311 - no secret.
    one, other = learn(), learn_topic_model(shuffled, TopicKinds(), LIMITS)
    assert one.version == other.version
    assert one.read(words("radon i källaren")) == other.read(words("radon i källaren"))


def test_any_change_of_phrases_or_limits_is_another_version() -> None:
    more = [*examples(), Example(words("en ny fras"), "radon")]
    stricter = Limits(**{**LIMITS.__dict__, "max_wrong_share": 0.01})
    versions = {learn().version, learn_topic_model(more, TopicKinds(), LIMITS).version, learn(stricter).version}
    assert len(versions) == 3


def test_a_saved_model_reads_as_before(tmp_path: Path) -> None:
    model = learn(kinds=TopicKinds(urgent=frozenset({"akut-fara"}), forgiving=frozenset({"akut-fara"})))
    model.save(tmp_path)
    loaded = TopicModel.load(tmp_path)
    for text in ("radon", "det brinner", "altan", "xyz", ""):
        assert loaded.read(words(text)) == model.read(words(text))
    assert (loaded.version, loaded.kinds, loaded.thresholds) == (model.version, model.kinds, model.thresholds)


def test_the_urgent_topic_wins_when_danger_is_likely() -> None:
    impossible = Limits(max_wrong_share=0.0, max_misread_share=0.0, min_choice_share=1.0, min_urgent_share=0.4)
    text = words("det brinner i biblioteket")
    assert learn(impossible, TopicKinds(urgent=frozenset({"akut-fara"}))).read(text).certainty == "sure"
    alarmed = Limits(**{**impossible.__dict__, "min_urgent_share": 0.0})
    reading = learn(alarmed, TopicKinds(urgent=frozenset({"akut-fara"}))).read(words("öppettider bibliotek"))
    assert (reading.certainty, reading.candidates[0].topic) == ("sure", "akut-fara")
    assert "bibliotek" in {candidate.topic for candidate in reading.candidates}


def test_a_topic_with_background_alone_can_be_recognised() -> None:
    background = [
        Example(words("serveringstillstånd för alkohol på restaurang"), "serveringstillstand", is_background=True),
        Example(words("serveringstillstånd restaurang"), "serveringstillstand", is_background=True),
    ]
    model = learn_topic_model([*examples(), *background], TopicKinds(), LIMITS)
    assert model.read(words("serveringstillstånd restaurang")).candidates[0].topic == "serveringstillstand"


def test_leave_one_out_is_what_a_model_without_the_phrase_says() -> None:
    """The shortcut is exact for the classifier. (The n-grams' weights are learned from all texts in both cases.)"""
    from bot.classification import topic_model  # noqa: PLC0415 - the one test of its insides.

    phrases = sorted(examples(), key=lambda example: example.topic)
    topics = tuple(sorted(PHRASES))
    texts = NgramVectorizer.learn([phrase.words for phrase in phrases], 1).vectorize(
        [phrase.words for phrase in phrases]
    )
    _, held_out = topic_model._fit(phrases, topics, texts)  # noqa: SLF001
    for left_out in (0, 7, 24):
        rest = [row for row in range(len(phrases)) if row != left_out]
        weights, _ = topic_model._fit([phrases[row] for row in rest], topics, texts[rest])  # noqa: SLF001
        assert np.allclose((texts[left_out] @ texts[rest].T) @ weights, held_out.scores[left_out], atol=1e-4)


QUESTIONS = [
    Question(words("radon i källaren"), "radon"),
    Question(words("bygga trädäck på baksidan"), "bygglov-altan"),
    Question(words("när är biblioteket öppet"), "bibliotek"),
    Question(words("det brinner i huset"), "akut-fara"),
]


def test_questions_teach_how_sure_to_be_and_nothing_else() -> None:
    asked = learn_topic_model(examples(), TopicKinds(), LIMITS, QUESTIONS)
    assert np.array_equal(asked.weights, learn().weights)
    assert asked.thresholds != learn().thresholds
    assert asked.version != learn().version
    assert all(asked.read(question.words).certainty == "sure" for question in QUESTIONS)


def test_a_question_that_is_also_a_phrase_counts_for_nothing() -> None:
    copies = [Question(words(f"{phrase.upper()} ?"), "bibliotek") for phrase in PHRASES["radon"]]
    one, other = (
        learn_topic_model(examples(), TopicKinds(), LIMITS, asked) for asked in (QUESTIONS, QUESTIONS + copies)
    )
    assert one.thresholds == other.thresholds
    assert one.version == other.version


def test_an_answer_to_what_no_topic_answers_is_wrong() -> None:
    """As sure as the others, but right nowhere: with it nothing may be answered at once any more."""
    nowhere = [Question(question.words, None) for question in QUESTIONS]
    strict = Limits(**{**LIMITS.__dict__, "max_wrong_share": 0.0})
    model = learn_topic_model(examples(), TopicKinds(), strict, [*QUESTIONS, *nowhere])
    assert model.thresholds.answer == NEVER


def test_small_talk_is_a_right_enough_end_for_what_no_topic_answers_but_an_alarm_is_not() -> None:
    harmless = frozenset({"radon", "bygglov-altan", "bibliotek", "akut-fara"})
    nowhere = [Question(question.words, None) for question in QUESTIONS]
    strict = Limits(**{**LIMITS.__dict__, "max_misread_share": 0.0})
    calm = learn_topic_model(examples(), TopicKinds(forgiving=harmless), strict, nowhere)
    alarming = learn_topic_model(examples(), TopicKinds(urgent=harmless, forgiving=harmless), strict, nowhere)
    assert calm.thresholds.forgiving < NEVER
    assert alarming.thresholds.forgiving == NEVER


def test_one_topic_alone_is_refused() -> None:
    with pytest.raises(TooFewTopicsError):
        learn_topic_model([Example(words("radon"), "radon")], TopicKinds(), LIMITS)


MODEL = learn()
