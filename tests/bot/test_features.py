from __future__ import annotations

import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.classification.features import NgramVectorizer, Word, has_words, normalise
from tests.bot.small_topics import examples, words

TEXTS = [example.words for example in examples()]
VECTORIZER = NgramVectorizer.learn(TEXTS, 1)


@given(st.text())
def test_words_are_what_has_letters_or_digits(text: str) -> None:
    assert has_words(text) == bool(normalise([Word(text, text)]))
    assert has_words(f"{text}?!") == has_words(text)
    assert has_words(f"? {text} 7")
    assert not has_words("😀 ?! –")


@given(st.text(alphabet="abcåäö ABC", min_size=1))
def test_capitals_make_no_difference(text: str) -> None:
    lower, upper = VECTORIZER.vectorize([words(text.lower()), words(text.upper())])
    assert (lower != upper).nnz == 0


@given(st.text(alphabet="abcåäöé ", min_size=1))
def test_the_unicode_spelling_makes_no_difference(text: str) -> None:
    composed, decomposed = VECTORIZER.vectorize([words(unicodedata.normalize(form, text)) for form in ("NFC", "NFD")])
    assert (composed != decomposed).nnz == 0


@given(st.lists(st.text(max_size=12), max_size=12))
def test_any_text_is_a_vector_no_longer_than_one(surfaces: list[str]) -> None:
    vector = VECTORIZER.vectorize([[Word(surface, surface) for surface in surfaces]])
    assert np.isfinite(vector.data).all()
    assert (vector.data > 0).all()
    assert vector.multiply(vector).sum() <= 1 + 1e-5


def test_what_is_unknown_shortens_the_vector() -> None:
    known, half_known, unknown = VECTORIZER.vectorize([words("mäta radon"), words("mäta zzz"), words("żżż")])
    assert known.multiply(known).sum() == pytest.approx(1, abs=1e-5)
    assert half_known.multiply(half_known).sum() < 0.8
    assert unknown.nnz == 0


def test_words_weigh_as_much_as_their_many_character_grams() -> None:
    vector = VECTORIZER.vectorize([words("mäta radon")])
    names = list(VECTORIZER.vocabulary)
    of_words = [
        value for column, value in zip(vector.indices, vector.data, strict=True) if names[column][:2] in {"s ", "l "}
    ]
    assert sum(value * value for value in of_words) == pytest.approx(0.5, abs=1e-5)


def test_the_order_of_the_texts_makes_no_difference() -> None:
    other = NgramVectorizer.learn(TEXTS[::-1], 1)
    assert other.vocabulary == VECTORIZER.vocabulary
    assert np.array_equal(other.weights, VECTORIZER.weights)


def test_what_fewer_texts_have_than_asked_for_is_not_kept() -> None:
    texts = [words("radon mäta"), words("radon hus")]
    often = NgramVectorizer.learn(texts, 2)
    assert "s radon" in often.vocabulary
    assert "s mäta" not in often.vocabulary
    assert often.vectorize([words("mäta")]).nnz == 0


def test_a_rare_word_weighs_more_than_a_common_one() -> None:
    weight = {gram: VECTORIZER.weights[column] for gram, column in VECTORIZER.vocabulary.items()}
    assert weight["s matchen"] > weight["s bygglov"]
