"""Draws the saved curves into `docs/images/`: `python -m bench.understanding.charts`."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from bench import results
from bench.understanding import curves
from bench.understanding.curves import Confusion, RiskCoverage

T = TypeVar("T")

IMAGES = results.ROOT / "docs" / "images"
# Told apart without colour too.
LINES = ("-", "--", ":", "-.")
TITLES = {
    "heldout": "Our bot, our own questions",
    "clinc150": "CLINC150, out-of-scope texts among them",
    "phrases": "Our phrases, five folds",
}
# Above it nobody would let a bot answer; the curve's very beginning is a matter of single texts.
HIGHEST_RISK_SHOWN = 0.35
# The same curves give the same file, to the byte.
REPRODUCIBLE = {"svg.hashsalt": "bench", "svg.fonttype": "none", "font.family": "sans-serif"}


def draw_all(folder: Path = IMAGES) -> list[Path]:
    """One picture of the risk-coverage curves and one of the confusions, a panel for each data set."""
    saved = curves.load()
    folder.mkdir(parents=True, exist_ok=True)
    drawn = []
    if saved.risk_coverage:
        drawn.append(folder / "risk-coverage.svg")
        draw_risk_coverage(saved.risk_coverage, drawn[-1])
    if saved.confusions:
        drawn.append(folder / "confusions.svg")
        draw_confusions(saved.confusions, drawn[-1])
    return drawn


def draw_risk_coverage(by_data_set: dict[str, dict[str, RiskCoverage]], path: Path) -> None:
    with mpl.rc_context(REPRODUCIBLE):
        figure = Figure(figsize=(6 * len(by_data_set), 4.2), layout="constrained")
        panels = figure.subplots(ncols=len(by_data_set), squeeze=False)[0]
        for axes, (data_set, by_name) in zip(panels, _in_order(by_data_set), strict=True):
            for place, (name, curve) in enumerate(sorted(by_name.items())):
                axes.plot(curve.coverage, curve.risk, label=name, linestyle=LINES[place % len(LINES)])
            axes.set_title(TITLES.get(data_set, data_set))
            axes.set_xlabel("answered")
            axes.set_ylabel("wrong among the answered")
            axes.set_xlim(0, 1)
            axes.set_ylim(0, HIGHEST_RISK_SHOWN)
            for axis in (axes.xaxis, axes.yaxis):
                axis.set_major_formatter(PercentFormatter(1))
            axes.grid(visible=True, linewidth=0.4)
            axes.legend(frameon=False, loc="upper left")
        figure.savefig(path, metadata={"Date": None})


def draw_confusions(by_data_set: dict[str, list[Confusion]], path: Path) -> None:
    heights = [max(1, len(confusions)) for _, confusions in _in_order(by_data_set)]
    with mpl.rc_context(REPRODUCIBLE):
        figure = Figure(figsize=(8, len(heights) + 0.25 * sum(heights)), layout="constrained")
        panels = figure.subplots(nrows=len(heights), squeeze=False, gridspec_kw={"height_ratios": heights})[:, 0]
        for axes, (data_set, confusions) in zip(panels, _in_order(by_data_set), strict=True):
            bars = axes.barh(
                [f"{confusion.right} → {confusion.taken}" for confusion in confusions],
                [confusion.count for confusion in confusions],
            )
            axes.bar_label(bars, padding=2)
            axes.invert_yaxis()
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
            axes.set_title(TITLES.get(data_set, data_set))
            axes.set_xlabel("texts (right → first guess)")
            for side in ("top", "right"):
                axes.spines[side].set_visible(False)
        figure.savefig(path, metadata={"Date": None})


def _in_order(by_data_set: dict[str, T]) -> list[tuple[str, T]]:
    """As in TITLES; what has no title comes last."""
    known = list(TITLES)
    return sorted(
        by_data_set.items(), key=lambda item: (known.index(item[0]) if item[0] in known else len(known), item[0])
    )


if __name__ == "__main__":
    for picture in draw_all():
        print(picture.relative_to(results.ROOT))
