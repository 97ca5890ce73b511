"""Curves for the studio's pictures: SVG without scripts and styles, and every number in a table beside it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 600, 240
# Room for the strokes and dots that lie on the edge.
MARGIN = 8


@dataclass(frozen=True)
class Dot:
    x: float
    y: float


@dataclass(frozen=True)
class Scale:
    """From shares to places in the picture; what lies beyond `most` is drawn at its edge."""

    most_x: float
    most_y: float

    def place(self, x: float, y: float) -> Dot:
        return Dot(round(self.across(x), 1), round(self.up(y), 1))

    def across(self, x: float) -> float:
        return MARGIN + _part(x, self.most_x) * (WIDTH - 2 * MARGIN)

    def up(self, y: float) -> float:
        return HEIGHT - MARGIN - _part(y, self.most_y) * (HEIGHT - 2 * MARGIN)


def polyline(dots: Iterable[Dot]) -> str:
    """As the attribute `points` has it."""
    return " ".join(f"{dot.x:g},{dot.y:g}" for dot in dots)


def thinned[Item](items: Sequence[Item], most: int) -> list[Item]:
    """At most so many of them, evenly spread, with the first and the last."""
    if len(items) <= most:
        return list(items)
    return [items[round(place * (len(items) - 1) / (most - 1))] for place in range(most)]


def _part(value: float, most: float) -> float:
    return min(max(value / most, 0.0), 1.0)
