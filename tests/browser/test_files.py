"""The files that the pages load: their size, and the contrast of their colours."""

import gzip
import re
from pathlib import Path

import pytest

from handover_api.web.colours import PAIRS, Pair, contrast, own_colours
from handover_api.web.launcher import served_script
from handover_api.web.pages import with_imports
from handover_api.web.scripts import as_sent

WEB = Path(__file__).parents[2] / "handover_api" / "web"
STATIC = WEB / "static"
KILOBYTE = 1024


def gzipped(paths: set[Path]) -> int:
    return sum(len(gzip.compress(path.read_bytes())) for path in paths)


def scripts_of(root: str) -> set[Path]:
    """A script and all that it imports."""
    return {STATIC / name for name in with_imports(root)}


def stylesheets(template: str) -> set[Path]:
    names: list[str] = []
    for path in (WEB / "templates" / "base.html.j2", WEB / "templates" / template):
        names += re.findall(r"static\('(css/[^']+)'\)", path.read_text(encoding="utf-8"))
    return {STATIC / name for name in names}


def test_the_launcher_is_at_most_3_kilobytes() -> None:
    assert 0 < len(gzip.compress(served_script())) <= 3 * KILOBYTE


def test_the_chats_scripts_are_at_most_15_kilobytes() -> None:
    scripts = scripts_of("js/resident-chat.js")
    assert len(scripts) > 4
    assert sum(len(gzip.compress(as_sent(path))) for path in scripts) <= 15 * KILOBYTE


def test_comments_alone_are_left_out_of_scripts(tmp_path: Path) -> None:
    script = tmp_path / "one.js"
    script.write_text(
        "// @ts-check\n\n/** What it is. */\nlet a = 1; // stays\n  /** @type {b} */ (c).d();\n  /*\n * gone */\n"
        'const e = "// stays";\n',
        encoding="utf-8",
    )
    left = 'let a = 1; // stays\n  /** @type {b} */ (c).d();\nconst e = "// stays";\n'
    assert as_sent(script).decode().replace("\n\n", "\n").lstrip() == left


@pytest.mark.parametrize("template", ["resident/chat.html.j2", "resident/start.html.j2", "desk/frame.html.j2"])
def test_the_styles_of_a_page_are_at_most_10_kilobytes(template: str) -> None:
    assert len(stylesheets(template)) > 3
    assert gzipped(stylesheets(template)) <= 10 * KILOBYTE


def test_every_script_is_used_by_a_page() -> None:
    templates = "".join(path.read_text(encoding="utf-8") for path in (WEB / "templates").rglob("*.j2"))
    roots = re.findall(r"static\('(js/[^']+)'\)", templates)
    used = {script for root in roots for script in scripts_of(root)}
    assert used == set((STATIC / "js").glob("*.js"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair.front}-{pair.back}")
def test_colours_that_meet_can_be_told_apart(scheme: str, pair: Pair) -> None:
    colours = own_colours()[scheme]
    assert contrast(colours[pair.front], colours[pair.back]) >= pair.least


def test_the_contrast_is_reckoned_as_wcag_does() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)


def test_dark_mode_changes_every_colour() -> None:
    schemes = own_colours()
    assert len(schemes["light"]) > 10
    assert [name for name, colour in schemes["light"].items() if schemes["dark"][name] == colour] == []


def test_styles_take_their_colours_from_the_tokens() -> None:
    for path in (STATIC / "css").glob("*.css"):
        if path.name != "tokens.css":
            assert not re.search(r"#[0-9a-f]{3,8}\b|rgb\(", path.read_text(encoding="utf-8")), path.name
