"""What stock Rasa reaches: its default recipe, trained on CLINC150's full training set and tried on the test set.

Training and answering run in a process of their own each, so that time and memory are theirs alone. The 100
out-of-scope training texts are left out: the default recipe has no intent for them, only its confidence.
"""

from __future__ import annotations

import json
import statistics
import tempfile
from collections import defaultdict
from pathlib import Path

from bench.understanding import curves, data
from bench.understanding.child import run_module
from bench.understanding.measures import Outcome, accuracy, out_of_scope_auroc, risk_coverage

DATA_SET = "clinc150"
NAME = "stock Rasa (DIET)"


def measure(epochs: int, phrases_per_intent: int | None = None) -> dict[str, float]:
    """`phrases_per_intent`: train on fewer than the 100 of each intent; the figures say so."""
    training = _first_of_each(data.clinc("train"), phrases_per_intent)
    asked = [*data.clinc("test"), *data.clinc("oos_test")]
    with tempfile.TemporaryDirectory(prefix="bench-stock-diet-") as name:
        folder = Path(name)
        _write_project(folder, training, epochs)
        (folder / "asked.json").write_text(json.dumps([labelled.text for labelled in asked]), encoding="utf-8")
        run_module("bench.understanding.stock_diet_process", "train", folder=folder)
        run_module("bench.understanding.stock_diet_process", "answer", folder=folder)
        trained = json.loads((folder / "trained.json").read_text(encoding="utf-8"))
        answered = json.loads((folder / "answered.json").read_text(encoding="utf-8"))
    outcomes = [
        Outcome(None if labelled.intent == data.OUT_OF_SCOPE else labelled.intent, taken, confidence)
        for labelled, (taken, confidence) in zip(asked, answered["intents"], strict=True)
    ]
    curves.save_risk_coverage(DATA_SET, NAME, risk_coverage(outcomes))
    cuts = statistics.quantiles(answered["message_ms"], n=100)
    return {
        "stock_diet_in_scope_accuracy": round(accuracy(outcomes), 4),
        "stock_diet_auroc": round(out_of_scope_auroc(outcomes), 4),
        "stock_diet_epochs": epochs,
        "stock_diet_train_phrases": len(training),
        "stock_diet_train_seconds": round(trained["seconds"], 1),
        "stock_diet_message_ms_p50": round(cuts[49], 2),
        "stock_diet_message_ms_p95": round(cuts[94], 2),
        "stock_diet_rss_mb": round(answered["rss_mb"]),
    }


def _first_of_each(labelled: list[data.Labelled], most: int | None) -> list[data.Labelled]:
    taken: dict[str, list[data.Labelled]] = defaultdict(list)
    for example in labelled:
        taken[example.intent].append(example)
    return [example for examples in taken.values() for example in examples[:most]]


def _write_project(folder: Path, training: list[data.Labelled], epochs: int) -> None:
    # JSON, because in Rasa's YAML brackets are markup, and some texts hold them.
    examples = [{"text": example.text, "intent": example.intent, "entities": []} for example in training]
    (folder / "nlu.json").write_text(
        json.dumps({"rasa_nlu_data": {"common_examples": examples}}, ensure_ascii=False), encoding="utf-8"
    )
    (folder / "config.yml").write_text(
        f"""recipe: default.v1
language: en
pipeline:
  - name: WhitespaceTokenizer
  - name: RegexFeaturizer
  - name: LexicalSyntacticFeaturizer
  - name: CountVectorsFeaturizer
  - name: CountVectorsFeaturizer
    analyzer: char_wb
    min_ngram: 1
    max_ngram: 4
  - name: DIETClassifier
    epochs: {epochs}
    constrain_similarities: true
""",
        encoding="utf-8",
    )
