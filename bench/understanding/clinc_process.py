"""One step of `clinc`, in the working folder: `train` reads train.json, `answer` reads the other splits.

Nothing is imported that the bot's classifier does not need, so that the memory is its own.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import spacy
from spacy.lookups import load_lookups

from bench.understanding.child import resident_megabytes
from bot.classification.features import NgramVectorizer, Word
from bot.classification.network import Names, NgramNetwork

# As in bot/classification/topic_learning.py, whose import would bring scikit-learn along.
LEAST_TEXTS_WITH_A_GRAM = 2
ASKED = ("val", "oos_val", "test", "oos_test")
TIMED = ("test", "oos_test")
WARM_UP_MESSAGES = 20

Tokens = Callable[[str], Sequence[Word]]


def train() -> None:
    rows = json.loads(Path("train.json").read_text(encoding="utf-8"))
    intents = sorted({intent for _, intent in rows})
    tokens = english_tokens()
    began = time.perf_counter()
    texts = [tokens(text) for text, _ in rows]
    vectorizer = NgramVectorizer.learn(texts, LEAST_TEXTS_WITH_A_GRAM)
    column_of = {intent: column for column, intent in enumerate(intents)}
    network = NgramNetwork.learn(
        vectorizer.vectorize(texts),
        np.array([column_of[intent] for _, intent in rows]),
        Names(list(vectorizer.vocabulary), intents),
        np.ones(len(rows), dtype=np.float32),
    )
    seconds = time.perf_counter() - began
    np.savez("model.npz", rarity=vectorizer.weights, **network.arrays())
    description = {"vocabulary": list(vectorizer.vocabulary), "unknown_weight": vectorizer.unknown_weight}
    Path("model.json").write_text(json.dumps(description), encoding="utf-8")
    Path("trained.json").write_text(json.dumps({"seconds": seconds, "intents": intents}), encoding="utf-8")


def answer() -> None:
    libraries_mb = resident_megabytes()
    description = json.loads(Path("model.json").read_text(encoding="utf-8"))
    with np.load("model.npz", allow_pickle=False) as arrays:
        network = NgramNetwork(arrays["grams"], arrays["hidden_bias"], arrays["outputs"], arrays["bias"])
        vocabulary = {gram: column for column, gram in enumerate(description["vocabulary"])}
        vectorizer = NgramVectorizer(vocabulary, arrays["rarity"], description["unknown_weight"])
    del description
    tokens = english_tokens()
    scores: dict[str, list[np.ndarray]] = {split: [] for split in ASKED}
    milliseconds: list[float] = []
    for split in ASKED:
        rows = json.loads(Path(f"{split}.json").read_text(encoding="utf-8"))
        for place, (text, _) in enumerate(rows):
            if place < WARM_UP_MESSAGES:
                network.scores(vectorizer.vectorize([tokens(text)]))
            began = time.perf_counter()
            row = network.scores(vectorizer.vectorize([tokens(text)]))[0]
            if split in TIMED:
                milliseconds.append((time.perf_counter() - began) * 1000)
            scores[split].append(row)
    answered = {"message_ms": milliseconds, "rss_mb": resident_megabytes(), "libraries_mb": libraries_mb}
    np.savez("scores.npz", **{split: np.array(rows) for split, rows in scores.items()})
    Path("answered.json").write_text(json.dumps(answered), encoding="utf-8")


def english_tokens() -> Tokens:
    """As the bot's Swedish pipeline: spaCy's tokeniser, and each word's lemma from a table, without context."""
    blank = spacy.blank("en")
    lemmas = load_lookups("en", ["lemma_lookup"]).get_table("lemma_lookup")

    def tokens(text: str) -> Sequence[Word]:
        return [Word(token.text, lemmas.get(token.text, token.text)) for token in blank.make_doc(text.lower())]

    return tokens


if __name__ == "__main__":
    if sys.argv[1] == "train":
        train()
    else:
        answer()
