"""The bot's own features and network on CLINC150's full set, in English, with nothing changed but the tokeniser.

Training and answering run in a process of their own each. The sign of doubt and its threshold are chosen on the
validation set; the test set is only counted on.
"""

from __future__ import annotations

import json
import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.special import softmax
from sklearn.metrics import roc_auc_score

from bench.understanding import curves, data
from bench.understanding.child import run_module
from bench.understanding.measures import Outcome, accuracy, out_of_scope_auroc, risk_coverage
from bot.classification.arrays import Array

DATA_SET = "clinc150"
NAME = "the bot's network"
# The share of the validation set that the threshold must leave answered, and rightly.
LEAST_ACCURACY_ON_VALIDATION = 0.927
DOUBT_BY_SCORE, DOUBT_BY_SHARE = "highest score", "highest share"
SIGNS_OF_DOUBT = {
    DOUBT_BY_SCORE: lambda scores: scores.max(axis=1),
    DOUBT_BY_SHARE: lambda scores: softmax(scores, axis=1).max(axis=1),
}


@dataclass(frozen=True)
class Threshold:
    """Chosen on the validation set: what tells doubt best, and from where on to answer."""

    sign: str
    least: float
    validation_auroc: float


def measure() -> dict[str, float]:
    splits = {split: data.clinc(split) for split in ("train", "val", "oos_val", "test", "oos_test")}
    with tempfile.TemporaryDirectory(prefix="bench-clinc-") as name:
        folder = Path(name)
        for split, labelled in splits.items():
            rows = [[each.text, each.intent] for each in labelled]
            (folder / f"{split}.json").write_text(json.dumps(rows), encoding="utf-8")
        for step in ("train", "answer"):
            run_module("bench.understanding.clinc_process", step, folder=folder)
        trained = json.loads((folder / "trained.json").read_text(encoding="utf-8"))
        answered = json.loads((folder / "answered.json").read_text(encoding="utf-8"))
        with np.load(folder / "scores.npz", allow_pickle=False) as arrays:
            scores = {split: arrays[split] for split in splits if split != "train"}
    intents: list[str] = trained["intents"]
    threshold = choose_threshold(
        scores["val"], np.array([intents.index(each.intent) for each in splits["val"]]), scores["oos_val"]
    )
    print(f"Chosen on the validation set: {threshold}")
    outcomes = [
        *outcomes_of(scores["test"], splits["test"], intents, threshold.sign),
        *outcomes_of(scores["oos_test"], splits["oos_test"], intents, threshold.sign),
    ]
    curves.save_risk_coverage(DATA_SET, NAME, risk_coverage(outcomes))
    cuts = statistics.quantiles(answered["message_ms"], n=100)
    return {
        "clinc_in_scope_accuracy": round(accuracy(outcomes), 4),
        "clinc_oos_auroc": round(out_of_scope_auroc(outcomes), 4),
        **at_threshold(outcomes, threshold.least),
        "clinc_validation_auroc": round(threshold.validation_auroc, 4),
        "clinc_doubt_is_by_score": float(threshold.sign == DOUBT_BY_SCORE),
        "clinc_train_seconds": round(trained["seconds"], 1),
        "clinc_message_ms_p50": round(cuts[49], 3),
        "clinc_message_ms_p95": round(cuts[94], 3),
        "clinc_rss_mb": round(answered["rss_mb"]),
        "clinc_rss_of_libraries_mb": round(answered["libraries_mb"]),
    }


def choose_threshold(in_scope: Array, truth: Array, out_of_scope: Array) -> Threshold:
    """`in_scope`, `out_of_scope`: scores of the validation set, one row a text; `truth`: the right column of each.

    The sign with the higher AUROC, and its highest threshold that leaves enough answered rightly; the lowest of all
    when none does.
    """

    def auroc(sign: str) -> float:
        confidence = [SIGNS_OF_DOUBT[sign](scores) for scores in (in_scope, out_of_scope)]
        return float(roc_auc_score([1] * len(in_scope) + [0] * len(out_of_scope), np.concatenate(confidence)))

    sign = max(SIGNS_OF_DOUBT, key=auroc)
    confidence = SIGNS_OF_DOUBT[sign](in_scope)
    right = np.sort(confidence[in_scope.argmax(axis=1) == truth])[::-1]
    needed = int(np.ceil(LEAST_ACCURACY_ON_VALIDATION * len(truth)))
    least = right[needed - 1] if needed <= len(right) else confidence.min()
    return Threshold(sign, float(least), auroc(sign))


def outcomes_of(scores: Array, labelled: list[data.Labelled], intents: list[str], sign: str) -> list[Outcome]:
    confidence = SIGNS_OF_DOUBT[sign](scores)
    return [
        Outcome(None if each.intent == data.OUT_OF_SCOPE else each.intent, intents[column], float(sure))
        for each, column, sure in zip(labelled, scores.argmax(axis=1), confidence, strict=True)
    ]


def at_threshold(outcomes: list[Outcome], least: float) -> dict[str, float]:
    in_scope = [outcome for outcome in outcomes if outcome.right is not None]
    out_of_scope = [outcome for outcome in outcomes if outcome.right is None]
    answered_rightly = sum(outcome.is_right and outcome.confidence >= least for outcome in in_scope)
    left_alone = sum(outcome.confidence < least for outcome in out_of_scope)
    return {
        "clinc_in_scope_accuracy_at_threshold": round(answered_rightly / len(in_scope), 4),
        "clinc_oos_recall": round(left_alone / len(out_of_scope), 4),
    }
