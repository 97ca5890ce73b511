"""What a trainer measures of a model, as small as it can be and still be whole."""

from collections.abc import Sequence
from typing import Any

import httpx

Json = dict[str, Any]
DANGER = "3f9a0c1d2e4b"


def decided(question: str, decision: str = "answer", topic: str | None = "radon") -> Json:
    return {"id": question, "decision": decision, "topic": topic}


def measured(
    *,
    right: float = 0.6,
    wrong: float = 0.01,
    coverage: float = 0.65,
    out_of_scope: float = 0.03,
    recall: float = 0.97,
    missed: Sequence[str] = (),
    failed: Sequence[Json] = (),
    asked: Sequence[Json] = (),
) -> Json:
    """One model."""
    return {
        "questions": 1700,
        "answered_right": right,
        "answered_wrong": wrong,
        "coverage_at_risk": coverage,
        "risk_coverage": [[0.0, 0.0], [coverage / 2, 0.004], [coverage, 0.02], [1.0, 0.21]],
        "out_of_scope": {"questions": 620, "answered": out_of_scope},
        "urgent": {
            "version": DANGER,
            "questions": 540,
            "others": 3000,
            "recall": recall,
            "false_alarms": 0.01,
            "missed": [{"text": text, "topic": "akut-fara"} for text in missed],
        },
        "regression": {"questions": 3, "failed": list(failed)},
        "asked": list(asked),
    }


def examination(candidate: Json | None = None, serving: Json | None = None, *, right: float = 0.8, **more: Any) -> Json:
    """`right`: of the cross-validation."""
    return {
        "version": 1,
        "cross_validation": {
            "folds": 3,
            "questions": 4000,
            "right": right,
            "right_among_three": min(right + 0.1, 1),
            "confusions": [
                {
                    "topic": "radon",
                    "taken_for": "bygglov-altan",
                    "count": 4,
                    "phrases": [{"text": "får jag bygga om källaren", "nearest": "får jag bygga en altan"}],
                }
            ],
        },
        "candidate": candidate or measured(),
        "serving": serving,
        **more,
    }


async def send(internal: httpx.AsyncClient, run: str, found: Json | None = None) -> httpx.Response:
    return await internal.put(f"/internal/trainings/{run}/examination", json=found or examination())
