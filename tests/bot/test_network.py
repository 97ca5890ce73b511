from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from scipy.sparse import random as random_matrix
from scipy.special import log_softmax

from bot.classification import network
from bot.classification.arrays import Array
from bot.classification.network import Names, NgramNetwork, Training

CLASSES = 3
SMALL = Training(hidden=8, epochs=30, batch=8, gram_dropout=0.0, hidden_dropout=0.0)


def some_texts(rows: int, grams: int, seed: int) -> csr_matrix:
    return random_matrix(rows, grams, density=0.5, format="csr", dtype=np.float32, random_state=seed)


def separable(rows: int = 60, seed: int = 3) -> tuple[csr_matrix, Array]:
    """The first gram of a text is its class."""
    classes = np.random.default_rng(seed).integers(0, CLASSES, rows)
    marks = csr_matrix(np.eye(CLASSES, dtype=np.float32)[classes])
    noise = some_texts(rows, 7, seed)
    together = csr_matrix(np.hstack([marks.toarray(), 0.3 * noise.toarray()]))
    return together, classes


def names_of(texts: csr_matrix) -> Names:
    return Names([f"gram {column}" for column in range(texts.shape[1])], [f"class {place}" for place in range(CLASSES)])


def learn(texts: csr_matrix, classes: Array, training: Training = SMALL, weights: Array | None = None) -> NgramNetwork:
    each = np.ones(len(classes), dtype=np.float32) if weights is None else weights
    return NgramNetwork.learn(texts, classes, names_of(texts), each, training)


class Recorded:
    """Stands in for a layer's optimiser and keeps the gradient that it is given."""

    def __init__(self, values: Array) -> None:
        self.values = values
        self.gradient: Array = np.zeros(0)

    def step(self, gradient: Array, _rate: float, _count: int) -> None:
        self.gradient = gradient


def loss(layers: dict[str, Array], texts: Array, classes: Array, weights: Array, smoothing: float) -> float:
    """Weighted cross-entropy with smoothed labels, written anew from its definition."""
    hidden = np.maximum(texts @ layers["grams"] + layers["hidden_bias"], 0)
    logs = log_softmax(hidden @ layers["outputs"] + layers["bias"], axis=1)
    targets = (1 - smoothing) * np.eye(CLASSES)[classes] + smoothing / CLASSES
    return float(-(weights * (targets * logs).sum(axis=1)).mean())


def test_the_gradients_are_those_of_the_loss() -> None:
    """Against numerical differentiation, one parameter at a time."""
    generator = np.random.default_rng(0)
    texts, classes = some_texts(5, 6, seed=1), generator.integers(0, CLASSES, 5)
    weights = generator.uniform(0.5, 2, 5)
    training = replace(SMALL, hidden=4)
    learning: Any = network._Learning(texts, classes, names_of(texts), weights, training)  # noqa: SLF001 - its insides.
    layers = {
        "grams": generator.normal(size=(6, 4)),
        "hidden_bias": generator.normal(size=4),
        "outputs": generator.normal(size=(4, CLASSES)),
        "bias": generator.normal(size=CLASSES),
    }
    learning._grams = layers["grams"]  # noqa: SLF001
    recorded = {name: Recorded(layers[name]) for name in ("hidden_bias", "outputs", "bias")}
    for name, layer in recorded.items():
        setattr(learning, f"_{name}", layer)
    of_grams = np.zeros((6, 4))

    def keep(columns: Array, gradient: Array, _left: float) -> None:
        of_grams[columns] = gradient

    learning._learn_grams = keep  # noqa: SLF001
    learning._step(0, np.arange(5), 1, 1.0)  # noqa: SLF001
    gradients = {"grams": of_grams, **{name: layer.gradient for name, layer in recorded.items()}}

    step = 1e-5
    for name, values in layers.items():
        for place in np.ndindex(values.shape):
            there_and_back = []
            for direction in (step, -step):
                moved = values.copy()
                moved[place] += direction
                there_and_back.append(
                    loss({**layers, name: moved}, texts.toarray(), classes, weights, training.label_smoothing)
                )
            numerical = (there_and_back[0] - there_and_back[1]) / (2 * step)
            assert gradients[name][place] == pytest.approx(numerical, rel=1e-3, abs=1e-5), (name, place)


def test_it_learns_what_can_be_learned() -> None:
    texts, classes = separable()
    fresh, right = separable(seed=4)
    assert (learn(texts, classes).scores(fresh).argmax(axis=1) == right).all()


def test_with_dropout_it_learns_too() -> None:
    texts, classes = separable()
    fresh, right = separable(seed=4)
    with_dropout = learn(texts, classes, replace(SMALL, hidden=32, gram_dropout=0.3, hidden_dropout=0.3))
    assert (with_dropout.scores(fresh).argmax(axis=1) == right).mean() > 0.9


def test_the_same_lessons_give_the_same_network_and_another_seed_another() -> None:
    texts, classes = separable()
    training = replace(SMALL, gram_dropout=0.3, hidden_dropout=0.3)
    one, again, other = (
        learn(texts, classes, each).arrays() for each in (training, training, replace(training, seed=1))
    )
    assert all(np.array_equal(one[name], again[name]) for name in one)
    assert not np.array_equal(one["outputs"], other["outputs"])


def test_a_few_texts_less_change_far_less_than_chance_does() -> None:
    texts, classes = separable(rows=400)
    fresh, _ = separable(seed=4)
    training = replace(SMALL, hidden=32, gram_dropout=0.3, hidden_dropout=0.3)
    whole = learn(texts, classes, training).scores(fresh)
    kept = np.setdiff1d(np.arange(400), [3, 100, 250])
    by_few_texts = np.abs(learn(texts[kept], classes[kept], training).scores(fresh) - whole).mean()
    by_chance = np.abs(learn(texts, classes, replace(training, seed=1)).scores(fresh) - whole).mean()
    assert by_few_texts < by_chance / 3


def test_chance_belongs_to_the_grams_and_classes_wherever_they_stand() -> None:
    """Another order of the columns, the classes and the texts is the same network in another order."""
    texts, classes = separable()
    fresh, _ = separable(seed=4)
    training = replace(SMALL, gram_dropout=0.3, hidden_dropout=0.3)
    names, weights = names_of(texts), np.ones(len(classes), dtype=np.float32)
    columns, rows, places = np.roll(np.arange(texts.shape[1]), 3), np.arange(len(classes))[::-1], [2, 0, 1]
    turned = NgramNetwork.learn(
        texts[rows][:, columns],
        np.argsort(places)[classes[rows]],
        Names([names.columns[column] for column in columns], [names.classes[place] for place in places]),
        weights,
        training,
    )
    straight = NgramNetwork.learn(texts, classes, names, weights, training)
    assert np.allclose(turned.scores(fresh[:, columns]), straight.scores(fresh)[:, places], atol=0.05)


def test_learning_leaves_the_texts_as_they_were() -> None:
    texts, classes = separable()
    before = texts.copy()
    learn(texts, classes, replace(SMALL, gram_dropout=0.5))
    assert (texts != before).nnz == 0


def test_a_text_counts_as_much_as_its_weight_says() -> None:
    """The same texts twice, with contradicting classes: the heavier ones win."""
    texts, classes = separable()
    both = csr_matrix(np.vstack([texts.toarray(), texts.toarray()]))
    contradicting = np.concatenate([classes, (classes + 1) % CLASSES])
    weights = np.repeat(np.array([2.0, 0.5], dtype=np.float32), len(classes))
    assert (learn(both, contradicting, weights=weights).scores(texts).argmax(axis=1) == classes).all()
    assert (learn(both, contradicting, weights=weights[::-1]).scores(texts).argmax(axis=1) != classes).all()


def test_a_text_is_scored_alike_alone_and_among_others() -> None:
    texts, classes = separable()
    learned = learn(texts, classes)
    together = learned.scores(texts)
    for row in range(0, texts.shape[0], 7):
        assert np.allclose(learned.scores(texts[row]), together[row], atol=1e-5)


def test_a_text_of_unknown_grams_gets_what_the_biases_say() -> None:
    texts, classes = separable()
    learned = learn(texts, classes)
    nothing = csr_matrix((1, texts.shape[1]), dtype=np.float32)
    expected = np.maximum(learned.hidden_bias, 0) @ learned.outputs + learned.bias
    assert np.allclose(learned.scores(nothing)[0], expected)
    assert learned.scores(csr_matrix((0, texts.shape[1]), dtype=np.float32)).shape == (0, CLASSES)


def test_the_vectors_of_the_grams_are_kept_in_half_precision() -> None:
    texts, classes = separable()
    learned = learn(texts, classes)
    assert learned.grams.dtype == np.float16
    assert {learned.hidden_bias.dtype, learned.outputs.dtype, learned.bias.dtype} == {np.dtype(np.float32)}
