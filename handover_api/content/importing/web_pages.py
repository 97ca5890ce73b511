"""Pages of the municipality's own web site: the words that are the page's own, in the Markdown of articles."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Tag
from markdownify import MarkdownConverter

from handover_api.content.importing.found import Found, Place, Reason, Remark
from handover_api.rules.article import MAX_LINE_CHARACTERS
from handover_api.rules.article_table import Unreadable
from handover_api.rules.formatted_text import is_safe_address
from handover_api.rules.message import MAX_CHARACTERS
from handover_api.rules.text_encoding import UnknownEncodingError, decode
from handover_api.rules.uploaded_file import FileFault

_MOST_BYTES = 2_000_000
_MOST_ELEMENTS = 20_000
_MOST_TITLE = 200
# Without it nothing is a page; with it an XML reader would be asked for.
_PROLOGUE = re.compile(r"\A\s*<\?xml[^>]*\?>")
_SAYS_ENCODING = re.compile(r"charset\s*=\s*[\"']?\s*(windows-1252|iso-8859-1)", re.IGNORECASE)
_CONTENT = ("main", "[role=main]", "article", "#content", "#main", "#innehall", "body")
_DROPPED = (
    "script, style, noscript, template, link, meta, nav, footer, aside, form, button, input, select, textarea, iframe, "
    "object, embed, svg, canvas, img, picture, video, audio, dialog, map, [hidden], [aria-hidden=true], "
    "[role=navigation], [role=banner], [role=contentinfo], [role=search], [role=complementary], [role=dialog], "
    "[role=alertdialog]"
)
# How classes and ids of what surrounds the words begin, on the sites of municipalities.
_AROUND = re.compile(
    r"(?:^|[^a-zåäö])(?:cookie|kakor|consent|gdpr|breadcrumb|brodsmul|brödsmul|share|sharing|social|skip|navbar|menu|meny"
    r"|sidebar|sidfot|footer|toolbar|print|readspeaker|feedback)",
    re.IGNORECASE,
)
_END_OF_TITLE = re.compile(r"\s+[|–—-]\s+|\s*\|\s*")
_BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
_CONVERTED = [*("a", "article", "b", "br", "div", "em", "i", "li", "ol", "p", "section", "strong", "ul")]
_CONVERTER = MarkdownConverter(convert=_CONVERTED, bullets="-", autolinks=False, newline_style="backslash")


class _NotAPageError(ValueError):
    """There is no HTML in the file, or nothing to read in it."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__(kind)


def read_page(name: str, content: bytes) -> Found:
    place = Place(name)
    if len(content) > _MOST_BYTES:
        return Found(place, fault=Reason(FileFault.TEXT_TOO_LONG))
    try:
        decoded = decode(content)
    except UnknownEncodingError:
        return Found(place, fault=Reason(Unreadable.ENCODING))
    try:
        names, says, remarks = _read(decoded.text)
    except _NotAPageError as error:
        return Found(place, fault=Reason(error.kind))
    except RecursionError:
        # Elements in elements, hundreds deep.
        return Found(place, fault=Reason(Remark.NOT_A_PAGE))
    if decoded.is_guessed and not _SAYS_ENCODING.search(decoded.text[:5000]):
        remarks.append(Reason(Remark.ENCODING_GUESSED))
    return Found(place, [*names, PurePosixPath(name).stem], says, is_raw=True, remarks=remarks)


def _read(text: str) -> tuple[list[str], dict[str, Any], list[Reason]]:
    if "<" not in text:
        raise _NotAPageError(Remark.NOT_A_PAGE)
    page = BeautifulSoup(_PROLOGUE.sub("", text), "html.parser")
    if len(page.find_all(limit=_MOST_ELEMENTS + 1)) > _MOST_ELEMENTS:
        raise _NotAPageError(FileFault.TEXT_TOO_LONG)
    address = _address(page)
    # Before the page is taken apart.
    title = _title(page)
    main = next((found for place in _CONTENT if (found := page.select_one(place)) is not None), page)
    heading = main.find("h1") or page.find("h1")
    name = _words(heading) if heading else ""
    _drop(main)
    _rewrite(main, address)
    written, is_cut = _cut(_BLANK_LINES.sub("\n\n", _CONVERTER.convert_soup(main)).strip())
    if not written:
        raise _NotAPageError(Remark.NO_TEXT)
    names = [each[:_MOST_TITLE] for each in (name, title) if each]
    says: dict[str, Any] = {"text": written}
    remarks = [Reason(Remark.CUT)] if is_cut else []
    if address:
        says["sources"] = [{"title": names[0] if names else address, "url": address}]
    else:
        remarks.append(Reason(Remark.NO_ADDRESS))
    return names, says, remarks


def _title(page: BeautifulSoup) -> str:
    """Without the name of the site, which most put after it."""
    title = page.find("title")
    return _END_OF_TITLE.split(_words(title), 1)[0] if title else ""


def _address(page: BeautifulSoup) -> str:
    found = [page.select_one("link[rel~=canonical]"), page.select_one('meta[property="og:url"]')]
    for element in found:
        address = str(element.get("href") or element.get("content") or "").strip() if element else ""
        is_usable = address.startswith(("https://", "http://")) and len(address.split()) == 1
        if is_usable and len(address) <= MAX_LINE_CHARACTERS:
            return address
    return ""


def _drop(main: Tag) -> None:
    """Takes away what is not the page's own words. What holds the heading is not what stands around it."""
    for element in main.select(_DROPPED):
        element.extract()
    for element in main.find_all(_stands_around):
        if element.find("h1") is None:
            element.extract()
    for heading in main.find_all("h1"):
        heading.extract()


def _stands_around(element: Tag) -> bool:
    named = " ".join([*element.get_attribute_list("class"), str(element.get("id") or "")])
    return _AROUND.search(named) is not None


def _rewrite(main: Tag, address: str) -> None:
    """Makes what articles do not have into what they have."""
    for heading in main.find_all(re.compile(r"^(?:h[2-6]|dt|caption|summary)$")):
        _become_bold(heading)
    for definition in main.find_all("dd"):
        definition.name = "p"
    for table in main.find_all("table"):
        table.name = "ul"
    for row in main.find_all("tr"):
        row.string = ", ".join(filter(None, map(_words, row.find_all(["th", "td"]))))
        row.name = "li"
    for each in main.find_all("a"):
        target = _target(str(each.get("href") or ""), address)
        if target:
            each.attrs = {"href": target}
        else:
            each.unwrap()


def _become_bold(heading: Tag) -> None:
    strong = Tag(name="strong")
    strong.string = _words(heading)
    heading.clear()
    heading.append(strong)
    heading.name = "p"


def _target(written: str, address: str) -> str:
    """Where a link leads; empty when that can only be known on the site."""
    try:
        target = urljoin(address, written.strip()) if not written.startswith("#") else ""
        is_whole = bool(urlsplit(target).scheme)
    except ValueError:
        return ""
    return target if is_whole and is_safe_address(target) and not set(target) & set(" \n()<>") else ""


def _words(element: Tag) -> str:
    return " ".join(_strings(element)).strip()


def _strings(element: Tag) -> Iterator[str]:
    yield from " ".join(element.stripped_strings).split()


def _cut(text: str) -> tuple[str, bool]:
    """As much as an article may ever hold, in whole paragraphs if it can be."""
    if len(text) <= MAX_CHARACTERS:
        return text, False
    kept = text[:MAX_CHARACTERS]
    return kept[: kept.rfind("\n\n") if "\n\n" in kept else MAX_CHARACTERS].strip(), True
