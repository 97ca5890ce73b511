"""How often a phrase of ours is recognised by a network that was trained without it: five folds.

Harder than what residents ask, since the phrases of a topic are written to be unlike each other.
"""

from __future__ import annotations

import time

import numpy as np

from bench.understanding import curves, own
from bench.understanding.measures import Outcome, most_frequent_confusions
from bot.classification.topic_model import CHOICES_OFFERED, NOISE

FOLDS = 5
SEED = 0
CONFUSIONS = "phrases"


def measure() -> dict[str, float]:
    tokens = own.swedish_tokens()
    phrases = own.phrases(tokens)
    always_there = list(own.FOLDERS.examples(tokens))
    topics = own.topics_of([*phrases, *always_there])
    fold_of = np.random.default_rng(SEED).permutation(len(phrases)) % FOLDS
    outcomes: list[Outcome] = []
    among_three = 0
    for fold in range(FOLDS):
        began = time.perf_counter()
        kept = [phrase for phrase, its in zip(phrases, fold_of, strict=True) if its != fold]
        # What no topic answers has no right topic to be found.
        asked = [phrase for phrase, its in zip(phrases, fold_of, strict=True) if its == fold and phrase.topic != NOISE]
        training = own.TrainingTexts.of([*kept, *always_there], topics)
        vectors = training.vectorizer.vectorize([phrase.words for phrase in asked])
        scores = own.learned_network(training).scores(vectors)[:, : len(topics)]
        ranked = np.argsort(-scores, axis=1, kind="stable")[:, :CHOICES_OFFERED]
        for phrase, row, best in zip(asked, scores, ranked, strict=True):
            outcomes.append(Outcome(phrase.topic, topics[best[0]], float(row.max())))
            among_three += phrase.topic in {topics[column] for column in best}
        print(f"Fold {fold + 1} of {FOLDS}: {time.perf_counter() - began:.0f} s", flush=True)
    curves.save_confusions(CONFUSIONS, most_frequent_confusions(outcomes))
    return {
        "phrases_top1": round(sum(outcome.is_right for outcome in outcomes) / len(outcomes), 4),
        "phrases_top3": round(among_three / len(outcomes), 4),
        "phrases_count": len(outcomes),
        "phrases_topics": len(topics) - (NOISE in topics),
    }
