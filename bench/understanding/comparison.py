"""Classifiers on the same n-grams of the same texts, asked the calibration questions: why the bot has a network.

Each one's scores are calibrated in the bot's way, on the questions themselves: the three numbers that this fits flatter
all alike. What nobody should answer weighs as much as config.yml says that there is of it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from sklearn.naive_bayes import ComplementNB
from sklearn.svm import LinearSVC

from bench.understanding import own
from bench.understanding.measures import Outcome, out_of_scope_auroc
from bot.classification.arrays import Array
from bot.classification.calibration import fit_calibration
from bot.classification.topic_learning import NOWHERE, Question
from bot.classification.topic_model import CHOICES_OFFERED, NOISE, Limits

# What the bot had before the network (docs/decisions/0002-topic-classifier.md).
RIDGE = 2.0
SVM_PENALTY = 1.0
NAIVE_BAYES_SMOOTHING = 0.1
SEED = 0

# From training texts and the questions' n-grams to scores: one row a question, one column a class.
Classifier = Callable[[own.TrainingTexts, Array], Array]


def measure() -> dict[str, float]:
    tokens = own.swedish_tokens()
    examples = [*(phrase.example for phrase in own.phrases(tokens)), *own.FOLDERS.examples(tokens)]
    questions = own.typical_questions(tokens, examples)
    began = time.perf_counter()
    training = own.TrainingTexts.of(examples, own.topics_of(examples))
    asked = training.vectorizer.vectorize([question.words for question in questions])
    figures: dict[str, float] = {
        "comparison_texts": len(examples),
        "comparison_questions": len(questions),
        "comparison_features_seconds": round(time.perf_counter() - began, 1),
    }
    column_of = {topic: column for column, topic in enumerate(training.topics)}
    truth = np.array([column_of.get(question.topic or "", NOWHERE) for question in questions])
    shares: dict[str, Array] = {}
    seconds: dict[str, float] = {}
    for name, classifier in CLASSIFIERS.items():
        began = time.perf_counter()
        scores = classifier(training, asked)[:, : len(training.topics)]
        seconds[name] = time.perf_counter() - began
        shares[name] = fit_calibration(scores, truth).shares(scores)
        print(f"{name}: {seconds[name]:.0f} s", flush=True)
    shares["network_and_svm"] = (shares["network"] + shares["svm"]) / 2
    seconds["network_and_svm"] = seconds["network"] + seconds["svm"]
    for name, of_each in shares.items():
        measured = {**judge(of_each, truth, questions, training.topics), "seconds": round(seconds[name], 1)}
        figures |= {f"comparison_{name}_{figure}": value for figure, value in measured.items()}
    return figures


def least_squares(training: own.TrainingTexts, asked: Array) -> Array:
    """Regularised, in its dual form: one linear system as large as there are texts."""
    targets = np.zeros((len(training.classes), training.class_count), dtype=np.float32)
    targets[np.arange(len(targets)), training.classes] = 1.0
    similarity = (training.texts @ training.texts.T).toarray()
    similarity[np.diag_indices_from(similarity)] += RIDGE / training.weights
    weights = cho_solve(cho_factor(similarity, lower=True, overwrite_a=True), targets)
    return np.asarray((asked @ training.texts.T) @ weights)


def support_vector_machine(training: own.TrainingTexts, asked: Array) -> Array:
    model = LinearSVC(C=SVM_PENALTY, random_state=SEED)
    model.fit(training.texts, training.classes, sample_weight=training.weights)
    return np.asarray(model.decision_function(asked))


def naive_bayes(training: own.TrainingTexts, asked: Array) -> Array:
    model = ComplementNB(alpha=NAIVE_BAYES_SMOOTHING)
    model.fit(training.texts, training.classes, sample_weight=training.weights)
    # What it predicts from; the locked scikit-learn has no public method for it.
    return np.asarray(asked @ model.feature_log_prob_.T)


def network(training: own.TrainingTexts, asked: Array) -> Array:
    return training.learned_network().scores(asked)


CLASSIFIERS: dict[str, Classifier] = {
    "least_squares": least_squares,
    "naive_bayes": naive_bayes,
    "svm": support_vector_machine,
    "network": network,
}


def judge(shares: Array, truth: Array, questions: Sequence[Question], topics: Sequence[str]) -> dict[str, float]:
    """`truth`: the right column of each question, NOWHERE where there is none."""
    has_topic = truth != NOWHERE
    ranked = np.argsort(-shares, axis=1, kind="stable")
    best = ranked[:, 0]
    is_noise = np.array(topics) == NOISE
    # What is taken for noise is never answered; how sure a text is of a topic, is how sure it is not noise.
    certainty = shares[:, ~is_noise].max(axis=1)
    outcomes = [
        Outcome(question.topic, topics[column], float(share))
        for question, column, share in zip(questions, best, certainty, strict=True)
    ]
    among_three = (ranked[:, :CHOICES_OFFERED] == truth[:, None]).any(axis=1)
    limits = Limits()
    weights = np.where(
        has_topic,
        (1 - limits.out_of_scope_share) / has_topic.sum(),
        limits.out_of_scope_share / max((~has_topic).sum(), 1),
    )
    return {
        "right_first": round(float((best == truth)[has_topic].mean()), 4),
        "right_among_three": round(float(among_three[has_topic].mean()), 4),
        "auroc": round(out_of_scope_auroc(outcomes), 4),
        "right_within_limit": round(
            right_within(certainty, best == truth, ~is_noise[best], weights, limits.max_wrong_share), 4
        ),
    }


def right_within(certainty: Array, is_right: Array, answerable: Array, weights: Array, max_wrong_share: float) -> float:
    """The largest share of all that is answered rightly while at most `max_wrong_share` of all is answered wrongly.

    Equally sure texts are answered together.
    """
    order = np.argsort(-np.where(answerable, certainty, -1.0), kind="stable")[: int(answerable.sum())]
    wrong = np.cumsum(np.where(is_right, 0.0, weights)[order])
    right = np.cumsum(np.where(is_right, weights, 0.0)[order])
    falling = certainty[order]
    is_last_of_its_kind = np.append(falling[1:] != falling[:-1], True)
    is_safe = is_last_of_its_kind & (wrong <= max_wrong_share * weights.sum())
    return float(right[is_safe].max(initial=0.0) / weights.sum())
