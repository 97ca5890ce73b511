"""Questions about the resident's own case."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bot.classification.abstention import NEVER
from bot.classification.catalogue import GENERAL
from bot.classification.features import NgramVectorizer
from bot.classification.personal import PersonalMatters
from bot.classification.topic_learning import Question, learn_topic_model
from tests.bot.small_topics import LESSONS, personal_examples, questions, words

OWN = [
    Question(words(text), "bygglov-avgift", is_personal=True) for text in ("min faktura", "min ansökan", "mitt beslut")
]
TAUGHT = learn_topic_model(replace(LESSONS, personal=personal_examples(), questions=[*questions(), *OWN]))
UNTAUGHT = learn_topic_model(LESSONS)


def test_it_is_learned_from_examples() -> None:
    for text in ("har ni fått min faktura", "mitt beslut kommer när"):
        assert TAUGHT.read(words(text)).is_personal
    for text in ("hur läser man fakturan", "mäta radon", "vad kostar bygglov"):
        assert not TAUGHT.read(words(text)).is_personal


def test_at_most_so_many_general_questions_are_taken_for_personal_ones() -> None:
    """Of what an article answers. The others are not harmed by going to a person."""
    general = [each for each in questions() if each.topic and LESSONS.catalogue[each.topic].handling in GENERAL]
    taken = [TAUGHT.read(question.words).is_personal for question in general]
    assert np.mean(taken) <= LESSONS.limits.max_false_personal_share


@given(st.text(alphabet="abdehiklmnorstuvåäö ", max_size=40))
def test_without_examples_nothing_is_personal(text: str) -> None:
    assert not UNTAUGHT.read(words(text)).is_personal
    assert UNTAUGHT.thresholds.personal == NEVER


def test_without_a_personal_example_there_is_nothing_to_tell_apart() -> None:
    general = [example for example in personal_examples() if not example.is_personal]
    model = learn_topic_model(replace(LESSONS, personal=general))
    assert not model.read(words("min faktura")).is_personal
    assert np.isinf(model.personal.bias)


def test_the_detector_tells_its_own_examples_apart() -> None:
    examples = personal_examples()
    vectorizer = NgramVectorizer.learn([example.words for example in examples], 1)
    texts = vectorizer.vectorize([example.words for example in examples])
    labels = np.array([example.is_personal for example in examples])
    detector = PersonalMatters.learn(texts, labels, np.ones(len(examples)))
    assert ((detector.probability(texts) > 0.5) == labels).all()
    again = PersonalMatters.learn(texts, labels, np.ones(len(examples)))
    assert np.array_equal(again.weights, detector.weights)


def test_no_answer_to_a_personal_matter_is_right() -> None:
    """As sure as the general ones, but never to be answered from an article: then nothing may be."""
    own = [replace(question, is_personal=True) for question in questions() if question.topic]
    noise = [Question(words("asdf qwerty"), "radon", is_personal=True)] * len(own)
    strict = replace(LESSONS.limits, max_wrong_share=0.02, out_of_scope_share=0.1, personal_share=0.6)
    thresholds = [
        learn_topic_model(replace(LESSONS, limits=strict, questions=[*questions(), *more])).thresholds
        for more in (noise, own)
    ]
    assert thresholds[0].answer < thresholds[1].answer == NEVER
