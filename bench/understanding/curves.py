"""The saved curves and lists that the pictures are drawn from: `bench/results/understanding_curves.json`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from bench import results

FILE_NAME = "understanding_curves.json"


@dataclass(frozen=True)
class RiskCoverage:
    """Points of a risk-coverage curve: the share of texts answered, and the share wrong among those."""

    coverage: list[float]
    risk: list[float]


@dataclass(frozen=True)
class Confusion:
    right: str
    taken: str
    count: int


@dataclass(frozen=True)
class Curves:
    """By data set, then (for the curves) by what was measured on it, so that they come into one picture."""

    risk_coverage: dict[str, dict[str, RiskCoverage]] = field(default_factory=dict)
    confusions: dict[str, list[Confusion]] = field(default_factory=dict)


def load() -> Curves:
    path = results.FOLDER / FILE_NAME
    if not path.is_file():
        return Curves()
    saved = json.loads(path.read_text(encoding="utf-8"))
    return Curves(
        risk_coverage={
            data_set: {name: RiskCoverage(**curve) for name, curve in by_name.items()}
            for data_set, by_name in saved["risk_coverage"].items()
        },
        confusions={name: [Confusion(**row) for row in rows] for name, rows in saved["confusions"].items()},
    )


def save_risk_coverage(data_set: str, name: str, curve: RiskCoverage) -> None:
    curves = load()
    curves.risk_coverage.setdefault(data_set, {})[name] = curve
    _save(curves)


def save_confusions(name: str, confusions: Sequence[Confusion]) -> None:
    curves = load()
    curves.confusions[name] = list(confusions)
    _save(curves)


def _save(curves: Curves) -> None:
    (results.FOLDER / FILE_NAME).write_text(
        json.dumps(asdict(curves), ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8"
    )
