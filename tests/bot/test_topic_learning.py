"""How a model is learned from its lessons, and how sure it may be from its questions."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from bot.classification.abstention import NEVER
from bot.classification.topic_learning import (
    Example,
    Lessons,
    PersonalExample,
    Question,
    TooFewTopicsError,
    learn_topic_model,
)
from bot.classification.topic_model import CALM, SURE, TopicModel
from tests.bot.small_topics import LESSONS, LIMITS, PHRASES, QUICK, examples, personal_examples, questions, words

TEXTS = ["radon i källaren", "vad kostar bygglov", "det brinner", "hej", "asdf", "mitt ärende", "lov", "huset"]
TAUGHT = replace(LESSONS, personal=personal_examples())
MODEL = learn_topic_model(TAUGHT)


def readings(model: TopicModel) -> list[object]:
    return [model.read(words(text)) for text in TEXTS]


def shuffled(lessons: Lessons, seed: int) -> Lessons:
    order = random.Random(seed)  # noqa: S311 - no secret.
    return replace(
        lessons,
        **{
            name: order.sample(list(getattr(lessons, name)), len(getattr(lessons, name)))
            for name in ("examples", "questions", "personal")
        },
    )


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_the_lessons_makes_no_difference(seed: int) -> None:
    other = learn_topic_model(shuffled(TAUGHT, seed))
    assert other.version == MODEL.version
    assert readings(other) == readings(MODEL)
    assert np.array_equal(other.network.grams, MODEL.network.grams)
    # Sums of the same numbers in another order.
    assert other.thresholds.answer == pytest.approx(MODEL.thresholds.answer, abs=1e-5)


def test_the_same_lessons_give_the_same_model() -> None:
    again = learn_topic_model(TAUGHT)
    assert (again.version, again.thresholds, again.promise) == (MODEL.version, MODEL.thresholds, MODEL.promise)
    assert all(np.array_equal(again.network.arrays()[name], each) for name, each in MODEL.network.arrays().items())


CHANGES: dict[str, dict[str, Any]] = {
    "one phrase more": {"examples": [*examples(), Example(words("en ny fras"), "radon")]},
    "one phrase less": {"examples": examples()[1:]},
    "a phrase of another topic": {"examples": [*examples()[1:], replace(examples()[0], topic="bibliotek")]},
    "a phrase that is background": {"examples": [replace(examples()[0], is_background=True), *examples()[1:]]},
    "a stricter limit": {"limits": replace(LIMITS, max_wrong_share=0.01)},
    "an area's own limit": {"limits": replace(LIMITS, max_wrong_share_by_area=(("miljo", 0.01),))},
    "one question more": {"questions": [*questions(), Question(words("vad är radon"), "radon")]},
    "a question about alarm": {"questions": [*questions()[1:], replace(questions()[0], is_about_alarm=True)]},
    "a question about somebody's own case": {
        "questions": [*questions()[1:], replace(questions()[0], is_personal=True)]
    },
    "one personal example more": {
        "personal": [*personal_examples(), PersonalExample(words("mitt kort"), is_personal=True)]
    },
    "a personal example that is general": {
        "personal": [replace(personal_examples()[0], is_personal=False), *personal_examples()[1:]]
    },
    "another catalogue": {"catalogue": replace(LESSONS.catalogue, topics={})},
    "another training": {"training": replace(QUICK, seed=1)},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_any_change_is_another_version(change: dict[str, Any]) -> None:
    assert learn_topic_model(replace(TAUGHT, **change)).version != MODEL.version


def test_whether_a_text_is_background_is_part_of_the_version() -> None:
    new = Example(words("helt nytt"), "nytt-amne")
    phrase, background = (
        learn_topic_model(replace(TAUGHT, examples=[*examples(), each]))
        for each in (new, replace(new, is_background=True))
    )
    assert phrase.version != background.version


def test_a_topic_with_background_alone_can_be_recognised() -> None:
    background = [
        Example(words("serveringstillstånd för alkohol på restaurang"), "serveringstillstand", is_background=True),
        Example(words("serveringstillstånd restaurang"), "serveringstillstand", is_background=True),
    ]
    model = learn_topic_model(replace(LESSONS, examples=[*examples(), *background]))
    assert model.read(words("serveringstillstånd restaurang")).candidates[0].topic == "serveringstillstand"


def test_questions_teach_how_sure_to_be_and_nothing_else() -> None:
    fewer = learn_topic_model(replace(TAUGHT, questions=questions()[::2]))
    assert all(np.array_equal(fewer.network.arrays()[name], each) for name, each in MODEL.network.arrays().items())
    assert np.array_equal(fewer.personal.weights, MODEL.personal.weights)
    assert fewer.vectorizer.ngrams.vocabulary == MODEL.vectorizer.ngrams.vocabulary
    assert fewer.common_words == MODEL.common_words
    assert fewer.thresholds != MODEL.thresholds


def test_a_question_that_is_also_a_phrase_counts_for_nothing() -> None:
    """It would be right with great certainty, having been learned; here it would even be wrong."""
    copies = [Question(words(f"{phrase.upper()} ?"), "bibliotek") for phrase in PHRASES["radon"]]
    other = learn_topic_model(replace(TAUGHT, questions=[*questions(), *copies]))
    assert other.thresholds == MODEL.thresholds
    assert other.promise == MODEL.promise


def test_a_question_that_is_also_a_title_counts() -> None:
    """Nobody asks in the words of a title, so whoever does is as good a question as any."""
    asked = [*questions(), *(Question(words("behöver jag bygglov för altan"), "radon") for _ in range(3))]
    assert learn_topic_model(replace(TAUGHT, questions=asked)).promise != MODEL.promise


def test_an_answer_to_what_no_topic_answers_is_wrong() -> None:
    """As sure as the others, but right nowhere: with it nothing may be answered at once any more."""
    strict = replace(LESSONS, limits=replace(LIMITS, max_wrong_share=0.02, out_of_scope_share=0.6))
    nowhere = [replace(question, topic=None) for question in questions() if question.topic is not None]
    noise = [Question(words("asdf qwerty"), None)] * len(nowhere)
    thresholds = [
        learn_topic_model(replace(strict, questions=[*questions(), *more])).thresholds for more in (noise, nowhere)
    ]
    assert thresholds[0].answer < thresholds[1].answer == NEVER


def test_small_talk_is_a_right_enough_end_for_what_no_topic_answers() -> None:
    greetings = ["hej där", "hejsan hej", "tjena tjena", "god morgon där"]
    kind = [*questions(), *(Question(words(text), None) for text in greetings)]
    as_answer = replace(
        LESSONS.catalogue,
        topics={**LESSONS.catalogue.topics, "hej": replace(LESSONS.catalogue["hej"], handling="answer")},
    )
    chat = learn_topic_model(replace(LESSONS, questions=kind))
    answer = learn_topic_model(replace(LESSONS, questions=kind, catalogue=as_answer))
    assert chat.thresholds.answer < answer.thresholds.answer


def test_the_model_does_with_its_questions_what_it_promises() -> None:
    """The promise was counted on them; reading them one by one comes to the same."""
    in_scope = [question for question in questions() if question.topic is not None]
    nowhere = [question for question in questions() if question.topic is None]
    share_in_scope = 1 - LIMITS.out_of_scope_share - LIMITS.personal_share
    right = wrong = 0.0
    for group, share in ((in_scope, share_in_scope), (nowhere, LIMITS.out_of_scope_share)):
        for question in group:
            reading = MODEL.read(question.words)
            best = reading.candidates[0].topic
            entry = MODEL.catalogue[best]
            is_kept = reading.is_personal and entry.handling in {"answer", "guide"}
            if reading.certainty != SURE or reading.urgent or entry.is_left_to_a_person or is_kept:
                continue
            is_right = best == question.topic or (question.topic is None and entry.handling == "chat")
            right, wrong = right + is_right * share / len(group), wrong + (not is_right) * share / len(group)
    total = share_in_scope + LIMITS.out_of_scope_share
    assert right / total == pytest.approx(MODEL.promise.right, abs=1e-3)
    assert wrong / total == pytest.approx(MODEL.promise.wrong, abs=1e-3)
    assert MODEL.promise.wrong <= LIMITS.max_wrong_share
    assert MODEL.promise.right > 0.3


def test_an_area_may_have_a_limit_of_its_own() -> None:
    strict_in_building = learn_topic_model(
        replace(LESSONS, limits=replace(LIMITS, max_wrong_share_by_area=(("bygga", 0.0), ("kultur", 0.9))))
    )
    by_area = strict_in_building.thresholds.answer_by_area
    assert by_area["bygga"] == NEVER
    assert by_area["kultur"] < NEVER
    assert strict_in_building.read(words("vad kostar bygglov")).certainty != SURE
    assert strict_in_building.read(words("biblioteket öppettider")).certainty == SURE
    # What a person takes over is a person's matter in every area.
    assert strict_in_building.threshold_of("mitt-arende") == strict_in_building.thresholds.misread


def test_what_only_looks_like_danger_is_no_topic_and_quietens_the_alarm() -> None:
    calm = [
        *("brinner för musik", "jag brinner för dans", "det brinner i knutarna", "eldsjäl som brinner för laget"),
        *("laget brinner för matchen", "hon brinner för sitt jobb"),
    ]
    taught = [*examples(), *(Example(words(text), CALM) for text in calm)]
    model = learn_topic_model(replace(LESSONS, examples=taught))
    plain = learn_topic_model(LESSONS)
    assert CALM not in model.topics

    def urgency(of: TopicModel, text: str) -> float:
        return float(of.urgency(of.network.scores(of.vectorizer.vectorize([words(text)])))[0])

    assert urgency(model, "hon brinner för laget") < urgency(plain, "hon brinner för laget")
    assert model.read(words("det brinner i huset")).urgent is not None


def test_without_questions_every_fifth_phrase_says_how_sure_to_be() -> None:
    more = [Example(words(f"{text} nu"), topic) for topic, texts in PHRASES.items() for text in texts]
    lessons = replace(LESSONS, questions=(), examples=[*examples(), *more])
    model = learn_topic_model(lessons)
    assert model.promise.curve
    assert model.thresholds.answer <= NEVER
    # All phrases are learned in the end.
    asked = learn_topic_model(replace(lessons, questions=questions()))
    assert np.array_equal(model.network.grams, asked.network.grams)
    other_order = learn_topic_model(shuffled(lessons, 5))
    assert (other_order.version, other_order.thresholds) == (model.version, model.thresholds)


@pytest.mark.parametrize(
    "lessons",
    [
        Lessons([Example(words(text), text, is_background=True) for text in ("radon", "hej")]),
        replace(LESSONS, questions=[Question(words("mäta radon"), "radon")]),
    ],
    ids=["no phrases to hold out", "only questions that are phrases"],
)
def test_without_anything_to_learn_certainty_from_nothing_is_sure(lessons: Lessons) -> None:
    model = learn_topic_model(replace(lessons, training=QUICK))
    assert {model.read(words(text)).certainty == SURE for text in TEXTS} == {False}
    assert model.promise.curve == ()


def test_one_topic_alone_is_refused() -> None:
    radon, calm = Example(words("radon"), "radon"), Example(words("brinner för radon"), CALM)
    for alone in ([], [radon], [radon, calm]):
        with pytest.raises(TooFewTopicsError):
            learn_topic_model(Lessons(alone))
