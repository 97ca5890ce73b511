"""A link from one document to another leads somewhere."""

import re
from pathlib import Path
from urllib.parse import unquote

from repository import ROOT, tracked_texts

LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
ELSEWHERE = ("http://", "https://", "mailto:")
# Examples of a link to be filled in.
HAS_A_BLANK = re.compile(r"[{<]")


def links() -> list[tuple[Path, str]]:
    return [
        (path, link)
        for path, text in tracked_texts().items()
        if path.suffix == ".md"
        for link in LINK.findall(text)
        if not link.startswith(ELSEWHERE) and not HAS_A_BLANK.search(link)
    ]


def test_every_link_between_documents_leads_somewhere() -> None:
    found = links()
    assert len(found) > 50
    assert [f"{path}: {link}" for path, link in found if not (ROOT / path.parent / unquote(link)).exists()] == []
