"""The files that the pages load: their size, and the contrast of their colours."""

import gzip
import re
from pathlib import Path

import pytest

WEB = Path(__file__).parents[2] / "handover_api" / "web"
STATIC = WEB / "static"
KILOBYTE = 1024


def gzipped(paths: set[Path]) -> int:
    return sum(len(gzip.compress(path.read_bytes())) for path in paths)


def with_imports(path: Path) -> set[Path]:
    """A script and all that it imports."""
    found = {path}
    for name in re.findall(r'from "\./([^"]+)"|import "\./([^"]+)"', path.read_text(encoding="utf-8")):
        found |= with_imports(path.parent / (name[0] or name[1]))
    return found


def stylesheets(template: str) -> set[Path]:
    names: list[str] = []
    for path in (WEB / "templates" / "base.html.j2", WEB / "templates" / template):
        names += re.findall(r"static\('(css/[^']+)'\)", path.read_text(encoding="utf-8"))
    return {STATIC / name for name in names}


def test_the_launcher_is_at_most_3_kilobytes() -> None:
    assert 0 < gzipped({STATIC / "launcher" / "1.js"}) <= 3 * KILOBYTE


def test_the_chats_scripts_are_at_most_15_kilobytes() -> None:
    scripts = with_imports(STATIC / "js" / "resident-chat.js")
    assert len(scripts) > 4
    assert gzipped(scripts) <= 15 * KILOBYTE


@pytest.mark.parametrize("template", ["resident/chat.html.j2", "resident/start.html.j2", "desk/frame.html.j2"])
def test_the_styles_of_a_page_are_at_most_10_kilobytes(template: str) -> None:
    assert len(stylesheets(template)) > 3
    assert gzipped(stylesheets(template)) <= 10 * KILOBYTE


def test_every_script_is_used_by_a_page() -> None:
    templates = "".join(path.read_text(encoding="utf-8") for path in (WEB / "templates").rglob("*.j2"))
    roots = re.findall(r"static\('(js/[^']+)'\)", templates)
    used = {script for root in roots for script in with_imports(STATIC / root)}
    assert used == set((STATIC / "js").glob("*.js"))


def tokens() -> dict[str, dict[str, str]]:
    light, dark = (
        (STATIC / "css" / "tokens.css").read_text(encoding="utf-8").split("@media (prefers-color-scheme: dark)")
    )
    pattern = re.compile(r"--([\w-]+): (#[0-9a-f]{6});")
    return {"light": dict(pattern.findall(light)), "dark": dict(pattern.findall(light)) | dict(pattern.findall(dark))}


def luminance(colour: str) -> float:
    """As WCAG defines it."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


TEXT_PAIRS = [
    *[("ink", each) for each in ("paper", "surface", "brand-soft", "notice-soft", "urgent-soft")],
    *[("ink-soft", each) for each in ("paper", "surface", "brand-soft")],
    *[("link", each) for each in ("paper", "surface", "brand-soft", "notice-soft", "urgent-soft")],
    *[("brand", each) for each in ("paper", "surface", "on-brand")],
    *[("on-brand", each) for each in ("brand", "brand-strong")],
    ("on-banner", "banner"),
    *[("urgent", each) for each in ("paper", "surface", "urgent-soft")],
]
CONTROL_PAIRS = [
    *[("edge", each) for each in ("paper", "surface")],
    *[("focus", each) for each in ("paper", "surface", "brand-soft", "notice-soft", "urgent-soft")],
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("front", "back", "least"), [(*p, 4.5) for p in TEXT_PAIRS] + [(*p, 3.0) for p in CONTROL_PAIRS]
)
def test_colours_that_meet_can_be_told_apart(scheme: str, front: str, back: str, least: float) -> None:
    colours = tokens()[scheme]
    assert contrast(colours[front], colours[back]) >= least


def test_the_contrast_is_reckoned_as_wcag_does() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)


def test_dark_mode_changes_every_colour() -> None:
    schemes = tokens()
    assert len(schemes["light"]) > 10
    assert [name for name, colour in schemes["light"].items() if schemes["dark"][name] == colour] == []


def test_styles_take_their_colours_from_the_tokens() -> None:
    for path in (STATIC / "css").glob("*.css"):
        if path.name != "tokens.css":
            assert not re.search(r"#[0-9a-f]{3,8}\b|rgb\(", path.read_text(encoding="utf-8")), path.name
