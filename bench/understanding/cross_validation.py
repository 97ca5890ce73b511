"""How often a phrase of ours is recognised by a network like the bot's that was trained without it: five folds."""

from __future__ import annotations

import time

import numpy as np

from bench.understanding import curves, own
from bench.understanding.measures import Outcome, most_frequent_confusions
from bot.classification.topic_model import NOISE
from learning.measuring.cross_validation import Guess, guesses_by_fold

FOLDS = 5
SEED = 0
CONFUSIONS = "phrases"


def measure() -> dict[str, float]:
    tokens = own.swedish_tokens()
    phrases = own.phrases(tokens)
    always_there = list(own.FOLDERS.examples(tokens))
    fold_of = [int(fold) for fold in np.random.default_rng(SEED).permutation(len(phrases)) % FOLDS]
    guesses: list[Guess] = []
    began = time.perf_counter()
    for fold, its in enumerate(guesses_by_fold(phrases, always_there, fold_of), start=1):
        guesses += its
        print(f"Fold {fold} of {FOLDS}: {time.perf_counter() - began:.0f} s", flush=True)
        began = time.perf_counter()
    outcomes = [Outcome(guess.phrase.topic, guess.taken, guess.score) for guess in guesses]
    curves.save_confusions(CONFUSIONS, most_frequent_confusions(outcomes))
    topics = own.topics_of([*(phrase.example for phrase in phrases), *always_there])
    return {
        "phrases_top1": round(sum(guess.is_right for guess in guesses) / len(guesses), 4),
        "phrases_top3": round(sum(guess.is_among_three for guess in guesses) / len(guesses), 4),
        "phrases_count": len(guesses),
        "phrases_topics": len(topics) - (NOISE in topics),
    }
