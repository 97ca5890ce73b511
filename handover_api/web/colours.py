"""The colours of the pages by what they mean (static/css/tokens.css), and whether those that meet can be told apart.

A municipality changes them for each of its sites (sites.py); the same pairs are tested for ours and asked of theirs.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_TOKENS_FILE = Path(__file__).parent / "static" / "css" / "tokens.css"
_DARK = "@media (prefers-color-scheme: dark)"
_TOKEN = re.compile(r"--([\w-]+): (#[0-9a-f]{6});")
# What WCAG 2.2 asks of text (1.4.3) and of the edges of controls (1.4.11).
_TEXT = 4.5
_CONTROL = 3.0
# Where the curve of sRGB begins.
_LINEAR_UP_TO = 0.04045

# The names of the two schemes, and of each the colours by token.
Schemes = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Pair:
    """Two colours that meet, and how much contrast they must have at least."""

    front: str
    back: str
    least: float


@dataclass(frozen=True)
class TooAlike:
    scheme: str
    pair: Pair
    ratio: float


PAIRS = (
    *(Pair("ink", back, _TEXT) for back in ("paper", "surface", "brand-soft", "notice-soft", "urgent-soft")),
    *(Pair("ink-soft", back, _TEXT) for back in ("paper", "surface", "brand-soft")),
    *(Pair("link", back, _TEXT) for back in ("paper", "surface", "brand-soft", "notice-soft", "urgent-soft")),
    *(Pair("brand", back, _TEXT) for back in ("paper", "surface", "on-brand")),
    *(Pair("on-brand", back, _TEXT) for back in ("brand", "brand-strong")),
    Pair("on-banner", "banner", _TEXT),
    *(Pair("urgent", back, _TEXT) for back in ("paper", "surface", "urgent-soft")),
    *(Pair("edge", back, _CONTROL) for back in ("paper", "surface")),
    *(Pair("focus", back, _CONTROL) for back in ("paper", "surface", "brand-soft", "notice-soft", "urgent-soft")),
)


@cache
def own_colours() -> Schemes:
    """Ours, in light and in dark, by token."""
    light, dark = (
        dict(_TOKEN.findall(part)) for part in _TOKENS_FILE.read_text(encoding="utf-8").split(_DARK, maxsplit=1)
    )
    return {"light": light, "dark": light | dark}


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black on white), as WCAG defines it. Colours are written #rrggbb."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def find_too_alike(schemes: Schemes) -> Iterator[TooAlike]:
    """The pairs that cannot be told apart well enough."""
    for scheme, colours in schemes.items():
        for pair in PAIRS:
            ratio = contrast(colours[pair.front], colours[pair.back])
            if ratio < pair.least:
                yield TooAlike(scheme, pair, ratio)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[place : place + 2], 16) / 255) for place in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= _LINEAR_UP_TO else ((channel + 0.055) / 1.055) ** 2.4
