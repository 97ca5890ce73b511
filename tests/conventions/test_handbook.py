"""The handbooks speak of what there is: their pictures, their addresses, and the words on the buttons."""

import re
from collections.abc import Iterable, Iterator
from html import unescape
from pathlib import Path

import pytest
from fastapi.routing import iter_route_contexts
from repository import ROOT

from handover_api.application import create_application
from handover_api.settings import read_settings
from tools import editors_handbook, handbook

# Each with the pictures that its script takes.
HANDBOOKS = {
    ROOT / "docs" / "agents": handbook.PICTURES,
    ROOT / "docs" / "editors": editors_handbook.PICTURES,
}
PAGES = [page for folder in HANDBOOKS for page in sorted(folder.glob("*.md"))]
OF_EACH = pytest.mark.parametrize("folder", HANDBOOKS, ids=lambda folder: folder.name)
PICTURE = re.compile(r"!\[([^\]]*)\]\(pictures/([\w-]+)\.png\)")
ADDRESS = re.compile(r"`(/[^`]*)`")
BOLD = re.compile(r"\*\*([^*]+)\*\*")
# What is stressed in bold, and stands on no page.
STRESSED = {"Du har kvar ansvaret.", "fras", "kontrollfråga"}
MOST_BYTES = 2_500_000
# A text between two tags or two expressions, and a text in quotes.
WHOLE = (re.compile(r"(?<=[>}])[^<>{}]+(?=[<{])"), re.compile(r"(?<=\")[^\"\n]+(?=\")"))
# Texts that they read come from templates, from the scripts, and from the sentences in the code.
SHOWN_FROM = ("web/templates/**/*.j2", "web/static/js/*.js", "**/*.py")


def found(pattern: re.Pattern[str], pages: Iterable[Path] = PAGES) -> Iterator[tuple[Path, str]]:
    for page in pages:
        for match in pattern.finditer(page.read_text(encoding="utf-8")):
            yield page, match[match.lastindex or 0]


def shown_words() -> set[str]:
    """What stands on a page as a whole: between two tags, or as a text of its own in the code."""
    texts = [
        path.read_text(encoding="utf-8") for pattern in SHOWN_FROM for path in (ROOT / "handover_api").glob(pattern)
    ]
    found_words = (words for text in texts for pattern in WHOLE for words in pattern.findall(text))
    return {unescape(words).strip(" \n.:") for words in found_words}


def is_route(address: str) -> bool:
    settings = read_settings({"DATABASE_URL": "postgresql:///none", "BOT_TOKEN": "b" * 20, "INTERNAL_TOKEN": "i" * 20})
    paths = {str(context.path) for context in iter_route_contexts(create_application(settings).routes)}
    return address in paths


@OF_EACH
def test_every_page_of_a_handbook_is_reached_from_its_contents(folder: Path) -> None:
    contents = (folder / "README.md").read_text(encoding="utf-8")
    pages = sorted(folder.glob("*.md"))
    assert [page.name for page in pages if page.name != "README.md" and f"({page.name})" not in contents] == []


@OF_EACH
def test_every_picture_is_there_and_made_by_the_script(folder: Path) -> None:
    shown = {name for _, name in found(PICTURE, folder.glob("*.md"))}
    assert shown == set(HANDBOOKS[folder])
    assert {path.stem for path in (folder / "pictures").glob("*.png")} == shown


def test_every_picture_is_told_in_words_too() -> None:
    for page in PAGES:
        for alternative, name in PICTURE.findall(page.read_text(encoding="utf-8")):
            assert len(alternative) > 10, f"{page.name}: {name}"


def test_every_page_has_a_picture() -> None:
    pictures = {page for page, _ in found(PICTURE)}
    # Who registers a contact sees one too: no page is words alone.
    assert [page.name for page in PAGES if page not in pictures] == []


@OF_EACH
def test_the_pictures_are_small(folder: Path) -> None:
    assert sum(path.stat().st_size for path in (folder / "pictures").glob("*.png")) < MOST_BYTES


@pytest.mark.parametrize("address", sorted({address for _, address in found(ADDRESS)}))
def test_every_address_is_a_page(address: str) -> None:
    assert is_route(address)


def test_what_stands_in_bold_stands_on_a_page() -> None:
    shown = shown_words()
    missing = {f"{page.name}: {words}" for page, words in found(BOLD) if words not in STRESSED | shown}
    assert missing == set()
