"""A small neural network on sparse n-grams: one hidden layer, one output a topic.

It is a linear classifier's next of kin (the hidden layer is a sum of one vector an n-gram, as in fastText: Joulin et
al. 2016, "Bag of Tricks for Efficient Text Classification"), and its softmax is a far better sign of doubt than the
margins of a support vector machine or of least squares (docs/decisions/0008-network-on-ngrams.md). Whatever is left to
chance in learning belongs to the n-grams, texts and classes themselves, so that a small change of the content is a
small change of the network (docs/decisions/0016-a-small-change-stays-small.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix
from scipy.special import softmax

from bot.classification.arrays import Array
from bot.classification.chance import drawn, joined, named

FIRST_SPREAD = 0.3
SMALLEST_SQUARE = 1e-4
MOMENT, SECOND_MOMENT, TINY = 0.9, 0.999, 1e-8
# So many n-grams' first vectors are drawn at a time, which keeps the memory small.
DRAWN_TOGETHER = 1024


@dataclass(frozen=True)
class Training:
    """How the network learns. Chosen on the validation part of CLINC150 and on the calibration questions."""

    hidden: int = 512
    epochs: int = 10
    batch: int = 256
    # The n-grams' vectors learn by AdaGrad with one rate a vector, the dense layers by Adam.
    gram_rate: float = 1.0
    rate: float = 2e-3
    # N-grams and hidden units that are left out at random, so that no single one is relied upon.
    gram_dropout: float = 0.5
    hidden_dropout: float = 0.5
    label_smoothing: float = 0.1
    seed: int = 0


@dataclass(frozen=True)
class Names:
    """What the columns of the texts (their n-grams) and the classes are called, in their order."""

    columns: Sequence[str]
    classes: Sequence[str]


@dataclass(frozen=True)
class NgramNetwork:
    """`grams`: a vector an n-gram, in half precision; `hidden_bias`, `outputs`, `bias`: in single precision."""

    grams: Array
    hidden_bias: Array
    outputs: Array
    bias: Array

    def scores(self, texts: csr_matrix) -> Array:
        """One row a text, one column a class; their softmax are the shares."""
        hidden = np.empty((texts.shape[0], self.grams.shape[1]), dtype=np.float32)
        for row in range(texts.shape[0]):
            start, end = texts.indptr[row], texts.indptr[row + 1]
            # Only the vectors that are needed leave half precision.
            vectors = self.grams[texts.indices[start:end]].astype(np.float32)
            hidden[row] = texts.data[start:end] @ vectors
        return np.maximum(hidden + self.hidden_bias, 0) @ self.outputs + self.bias

    @classmethod
    def learn(
        cls, texts: csr_matrix, classes: Array, names: Names, weights: Array, training: Training | None = None
    ) -> NgramNetwork:
        """`classes`: the right one of each text, by its place; `weights`: how much each text counts. Deterministic."""
        return _Learning(texts, classes, names, weights, training or Training()).run()

    def arrays(self) -> dict[str, Array]:
        return dict(self.__dict__)


class _Adam:
    """Kingma and Ba 2015, for the dense layers."""

    def __init__(self, values: Array) -> None:
        self.values = values
        self._first = np.zeros_like(values)
        self._second = np.zeros_like(values)

    def step(self, gradient: Array, rate: float, count: int) -> None:
        self._first += (1 - MOMENT) * (gradient - self._first)
        self._second += (1 - SECOND_MOMENT) * (gradient * gradient - self._second)
        first = self._first / (1 - MOMENT**count)
        second = self._second / (1 - SECOND_MOMENT**count)
        self.values -= rate * first / (np.sqrt(second) + TINY)


class _Learning:
    def __init__(self, texts: csr_matrix, classes: Array, names: Names, weights: Array, training: Training) -> None:
        self._texts, self._classes, self._weights, self._training = texts, classes, weights, training
        self._columns_named = named(names.columns)
        classes_named = named(names.classes)
        self._texts_named = joined(classes_named[classes], _sums_of_rows(texts, self._columns_named))
        self._units = np.arange(training.hidden)
        self._grams = self._first_grams()
        self._squares = np.full(texts.shape[1], SMALLEST_SQUARE, dtype=np.float32)
        bound = 1.0 / np.sqrt(training.hidden)
        first_outputs = self._drawn("output", self._units[:, None], classes_named[None, :]) * 2 * bound - bound
        self._hidden_bias = _Adam(np.zeros(training.hidden, dtype=np.float32))
        self._outputs = _Adam(first_outputs.astype(np.float32))
        self._bias = _Adam(np.zeros(len(classes_named), dtype=np.float32))

    def run(self) -> NgramNetwork:
        batches = list(self._batches())
        for count, (epoch, batch) in enumerate(batches, start=1):
            self._step(epoch, batch, count, left=1.0 - (count - 1) / len(batches))
        return NgramNetwork(
            self._grams.astype(np.float16), self._hidden_bias.values, self._outputs.values, self._bias.values
        )

    def _drawn(self, what: str, *names: Array) -> Array:
        return drawn(named([f"{what} {self._training.seed}"]), *names)

    def _first_grams(self) -> Array:
        """Evenly spread, with FIRST_SPREAD as the standard deviation."""
        grams = np.empty((len(self._columns_named), self._training.hidden), dtype=np.float32)
        for start in range(0, len(grams), DRAWN_TOGETHER):
            here = slice(start, start + DRAWN_TOGETHER)
            even = self._drawn("gram", self._columns_named[here, None], self._units[None, :])
            grams[here] = (even - np.float32(0.5)) * np.float32(FIRST_SPREAD * np.sqrt(12))
        return grams

    def _batches(self) -> Iterator[tuple[int, Array]]:
        """The epoch, and the rows of the texts. A text that is left out leaves the others in their order."""
        for epoch in range(self._training.epochs):
            order = np.argsort(self._drawn(f"order {epoch}", self._texts_named), kind="stable")
            for start in range(0, len(order), self._training.batch):
                yield epoch, order[start : start + self._training.batch]

    def _step(self, epoch: int, batch: Array, count: int, left: float) -> None:
        columns, grams = self._some_grams(epoch, batch)
        hidden = grams @ self._grams[columns] + self._hidden_bias.values
        chances = self._drawn(f"unit {epoch}", self._texts_named[batch, None], self._units[None, :])
        keeps = chances >= self._training.hidden_dropout
        passes = ((hidden > 0) & keeps) / np.float32(1 - self._training.hidden_dropout)
        active = hidden * passes
        error = self._error(batch, active @ self._outputs.values + self._bias.values)
        hidden_error = ((error @ self._outputs.values.T) * passes).astype(np.float32)
        rate = self._training.rate * left
        self._outputs.step(active.T @ error, rate, count)
        self._bias.step(error.sum(axis=0), rate, count)
        self._hidden_bias.step(hidden_error.sum(axis=0), rate, count)
        self._learn_grams(columns, grams.T @ hidden_error, left)

    def _some_grams(self, epoch: int, batch: Array) -> tuple[Array, csr_matrix]:
        """The batch's texts without the n-grams that are left out, over the columns that are left."""
        texts = self._texts[batch]
        texts_of_grams = np.repeat(self._texts_named[batch], np.diff(texts.indptr))
        chances = self._drawn(f"gram {epoch}", texts_of_grams, self._columns_named[texts.indices])
        left_out = chances < self._training.gram_dropout
        texts.data = np.where(left_out, np.float32(0), texts.data / np.float32(1 - self._training.gram_dropout))
        texts.eliminate_zeros()
        columns, indices = np.unique(texts.indices, return_inverse=True)
        shape = (len(batch), len(columns))
        return columns, csr_matrix((texts.data, indices.astype(np.int32), texts.indptr), shape=shape)

    def _error(self, batch: Array, scores: Array) -> Array:
        shares = softmax(scores, axis=1)
        smoothing = self._training.label_smoothing
        target = np.full_like(shares, smoothing / shares.shape[1])
        target[np.arange(len(batch)), self._classes[batch]] += 1 - smoothing
        return ((shares - target) * (self._weights[batch] / len(batch))[:, None]).astype(np.float32)

    def _learn_grams(self, columns: Array, gradient: Array, left: float) -> None:
        """AdaGrad (Duchi et al. 2011) with one rate a vector: a gram that is seldom seen learns more each time."""
        texts = self._training.batch
        self._squares[columns] += np.einsum("ij,ij->i", gradient, gradient) / gradient.shape[1] * texts
        steps = self._training.gram_rate * left * np.sqrt(texts) / np.sqrt(self._squares[columns])
        self._grams[columns] -= gradient * steps[:, None]


def _sums_of_rows(texts: csr_matrix, columns_named: Array) -> Array:
    """A number for what each text consists of; the sums wrap around."""
    up_to = np.concatenate([np.zeros(1, dtype=np.uint64), np.cumsum(columns_named[texts.indices], dtype=np.uint64)])
    return np.asarray(up_to[texts.indptr[1:]] - up_to[texts.indptr[:-1]])
