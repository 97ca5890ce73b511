"""How agents write to residents: paragraphs, lists, **bold** and links, with a few of Markdown's marks.

Everything else stays what it is, so that a sum, a file's name or a message from before there were any marks reads as it
was written. What nobody has marked is never hidden.
"""

import re
from collections.abc import Iterator
from typing import override
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

_SCHEMES = frozenset({"http", "https", "mailto", "tel"})
_WEB_ADDRESS = re.compile(r"https?://[^\s<>\"”]+")
# Punctuation at the end of an address belongs to the sentence.
_SENTENCE_END = ".,;:!?)]'"
_ITEM = r"(?:[-*+]|[0-9]{1,9}[.)])[ \t]"
# A line after a list is not the last item's, unless it is moved in as that.
_AFTER_LIST = re.compile(rf"^([ \t]*{_ITEM}.*)\n(?=\S)(?!{_ITEM})", re.MULTILINE)


def is_safe_address(address: str) -> bool:
    try:
        return urlsplit(address).scheme.lower() in _SCHEMES
    except ValueError:
        return False


def prepared(text: str) -> str:
    """The text as the parser of `make_parser` is to read it."""
    return _AFTER_LIST.sub(r"\1\n\n", text)


def as_text(text: str) -> str:
    """Without its marks, for a letter or a copy; a link is followed by its address."""
    return tokens_as_text(_PARSER.parse(prepared(text)))


def tokens_as_text(tokens: list[Token]) -> str:
    return "\n\n".join(_paragraphs(tokens))


def _paragraphs(tokens: list[Token]) -> Iterator[str]:
    """A list is one paragraph, a line an item."""
    items: list[str] = []
    marks: list[str] = []
    for token in tokens:
        match token.type:
            case "list_item_open":
                marks.append(f"{token.info}." if token.info else "-")
            case "list_item_close":
                marks.pop()
            case "inline":
                words = "".join(_words(token.children or []))
                if marks:
                    items.append(f"{marks[-1]} {words}")
                else:
                    yield words
            case "bullet_list_close" | "ordered_list_close" if items and not marks:
                yield "\n".join(items)
                items = []


def _words(tokens: list[Token]) -> Iterator[str]:
    address = label = ""
    for token in tokens:
        match token.type:
            case "text" | "code_inline":
                label += token.content
                yield token.content
            case "softbreak" | "hardbreak":
                yield "\n"
            case "link_open":
                address, label = str(token.attrGet("href")), ""
            case "link_close" if address not in {"", label}:
                yield f" ({address})"


def _leave_what_is_not_bold(state: StateCore) -> None:
    """One star, or any underscore, is a star and an underscore."""
    for token in _inline_tokens(state):
        is_bold = token.type.startswith("strong") and token.markup == "**"
        if token.type.startswith(("em_", "strong_")) and not is_bold:
            token.type, token.tag, token.content, token.nesting = "text", "", token.markup, 0


def _link_addresses(state: StateCore) -> None:
    for block in state.tokens:
        if block.children:
            block.children = list(_with_links(block.children))


def _with_links(tokens: list[Token]) -> Iterator[Token]:
    depth = 0
    for token in tokens:
        depth += token.nesting if token.type.startswith("link_") else 0
        if token.type == "text" and not depth:
            yield from _linked(token.content)
        else:
            yield token


def _linked(text: str) -> Iterator[Token]:
    position = 0
    for match in _WEB_ADDRESS.finditer(text):
        address = match[0].rstrip(_SENTENCE_END)
        if not is_safe_address(address):
            continue
        yield Token("text", "", 0, content=text[position : match.start()])
        yield Token("link_open", "a", 1, attrs={"href": address})
        yield Token("text", "", 0, content=address)
        yield Token("link_close", "a", -1)
        position = match.start() + len(address)
    yield Token("text", "", 0, content=text[position:])


def _inline_tokens(state: StateCore) -> Iterator[Token]:
    return (token for block in state.tokens for token in block.children or [])


class _Parser(MarkdownIt):
    @override
    def validateLink(self, url: str) -> bool:
        return is_safe_address(url)


def make_parser() -> MarkdownIt:
    """Each line break is one, as in a chat."""
    parser = _Parser("zero", {"html": False, "breaks": True})
    parser.enable(["list", "emphasis", "link", "newline"])
    parser.core.ruler.push("leave_what_is_not_bold", _leave_what_is_not_bold)
    parser.core.ruler.push("link_addresses", _link_addresses)
    return parser


_PARSER = make_parser()
