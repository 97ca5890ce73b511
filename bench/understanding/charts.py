"""Draws the saved curves into `docs/images/`: `python -m bench.understanding.charts`."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from bench import results
from bench.understanding import curves
from bench.understanding.curves import Confusion, RiskCoverage

IMAGES = results.ROOT / "docs" / "images"
# Told apart without colour too.
LINES = ("-", "--", ":", "-.")
# The same curves give the same file, to the byte.
REPRODUCIBLE = {"svg.hashsalt": "bench", "svg.fonttype": "none", "font.family": "sans-serif"}


def draw_all(folder: Path = IMAGES) -> list[Path]:
    """A picture for each data set that has curves and for each list of confusions."""
    saved = curves.load()
    folder.mkdir(parents=True, exist_ok=True)
    drawn = []
    for data_set, by_name in saved.risk_coverage.items():
        path = folder / f"risk-coverage-{data_set}.svg"
        draw_risk_coverage(by_name, path)
        drawn.append(path)
    for name, confusions in saved.confusions.items():
        path = folder / f"confusions-{name}.svg"
        draw_confusions(confusions, path)
        drawn.append(path)
    return drawn


def draw_risk_coverage(by_name: dict[str, RiskCoverage], path: Path) -> None:
    with mpl.rc_context(REPRODUCIBLE):
        figure = Figure(figsize=(6, 4), layout="constrained")
        axes = figure.subplots()
        for place, (name, curve) in enumerate(sorted(by_name.items())):
            axes.plot(curve.coverage, curve.risk, label=name, linestyle=LINES[place % len(LINES)])
        axes.set_xlabel("answered")
        axes.set_ylabel("wrong among the answered")
        axes.set_xlim(0, 1)
        axes.set_ylim(bottom=0)
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(PercentFormatter(1))
        axes.grid(visible=True, linewidth=0.4)
        axes.legend(frameon=False)
        figure.savefig(path, metadata={"Date": None})


def draw_confusions(confusions: list[Confusion], path: Path) -> None:
    with mpl.rc_context(REPRODUCIBLE):
        figure = Figure(figsize=(7, 0.8 + 0.25 * len(confusions)), layout="constrained")
        axes = figure.subplots()
        bars = axes.barh(
            [f"{confusion.right} → {confusion.taken}" for confusion in confusions],
            [confusion.count for confusion in confusions],
        )
        axes.bar_label(bars, padding=2)
        axes.invert_yaxis()
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set_xlabel("texts (right → taken)")
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        figure.savefig(path, metadata={"Date": None})


if __name__ == "__main__":
    for picture in draw_all():
        print(picture.relative_to(results.ROOT))
