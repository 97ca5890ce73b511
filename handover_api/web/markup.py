"""Turns stored texts into HTML. Nothing that anybody wrote becomes an element unless it is listed here."""

from collections.abc import Iterator, Mapping
from typing import override
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markupsafe import Markup, escape

from handover_api import texts
from handover_api.rules import formatted_text
from handover_api.rules.formatted_text import is_safe_address
from handover_api.texts import _

# A new tab, because the chat may live in a frame on another page.
_NEW_TAB = Markup('target="_blank" rel="noopener noreferrer"')


def plain(text: str) -> Markup:
    """Text as it was written, with its line breaks."""
    return Markup("<br>\n").join(text.split("\n"))


def formatted(text: str) -> Markup:
    """What an agent has written (rules/formatted_text.py): paragraphs, lists, bold and links."""
    return Markup(_FORMATTED.render(formatted_text.prepared(text)))  # noqa: S704 - as below


def markdown(text: str) -> Markup:
    """The Markdown of articles and checklists: paragraphs, lists, emphasis and links; no HTML, images or headings."""
    return Markup(_MARKDOWN.render(text))  # noqa: S704 - HTML is off in the parser, and it escapes the rest


def inline_markdown(text: str) -> Markup:
    """One paragraph of the same Markdown, without the paragraph around it."""
    return Markup(_MARKDOWN.renderInline(text))  # noqa: S704 - as above


def markdown_as_text(text: str) -> str:
    """The same Markdown without its marks; a link is followed by its address."""
    return formatted_text.tokens_as_text(_MARKDOWN.parse(text))


def in_languages(text: str, languages: list[str]) -> Markup:
    """Markdown with paragraphs in different languages, each marked with its own, as a screen reader needs."""
    paragraphs = text.split("\n\n")
    if len(paragraphs) != len(languages):
        return markdown(text)
    return Markup("").join(
        Markup('<div lang="{}" dir="auto">{}</div>').format(language, markdown(paragraph))
        for language, paragraph in zip(languages, paragraphs, strict=True)
    )


def link(address: str, label: str) -> Markup:
    """A link, or only its label if the address is of a kind that is not allowed."""
    if not is_safe_address(address):
        return escape(label)
    if not _opens_page(address):
        return Markup('<a href="{}">{}</a>').format(address, label)
    return Markup('<a href="{}" {}>{}{}</a>').format(address, _NEW_TAB, label, _new_tab_note())


def fact(facts: Mapping[str, str], name: str) -> Markup:
    """A local fact in words: in the page's language if the municipality has written it (`<name>_en`), or else marked as
    Swedish.
    """
    language = texts.interface_language()
    if language == texts.SOURCE:
        return escape(facts[name])
    translated = facts.get(f"{name}_{language}")
    return escape(translated) if translated else Markup('<span lang="sv">{}</span>').format(facts[name])


def _new_tab_note() -> Markup:
    return Markup('<span class="visually-hidden" lang="{}"> ({})</span>').format(
        texts.interface_language(), _("öppnas i en ny flik")
    )


def _opens_page(address: str) -> bool:
    return urlsplit(address).scheme.lower() in {"http", "https"}


def _open_links_in_new_tab(state: StateCore) -> None:
    for block in state.tokens:
        if block.children:
            block.children = list(_with_notes(block.children))


def _with_notes(tokens: list[Token]) -> Iterator[Token]:
    is_outgoing = leads_somewhere = False
    for token in tokens:
        if token.type == "link_open":
            address = str(token.attrGet("href"))
            # The parser does not ask whether an empty address is a good one.
            leads_somewhere = bool(address)
            is_outgoing = _opens_page(address)
            if is_outgoing:
                token.attrSet("target", "_blank")
                token.attrSet("rel", "noopener noreferrer")
        if token.type in {"link_open", "link_close"} and not leads_somewhere:
            continue
        if token.type == "link_close" and is_outgoing:
            yield Token("html_inline", "", 0, content=str(_new_tab_note()))
        yield token


class _Parser(MarkdownIt):
    @override
    def validateLink(self, url: str) -> bool:
        return is_safe_address(url)


def _markdown_parser() -> MarkdownIt:
    parser = _Parser("commonmark", {"html": False})
    parser.disable(["heading", "lheading", "image", "html_block", "html_inline", "code", "fence", "hr"])
    parser.core.ruler.push("open_links_in_new_tab", _open_links_in_new_tab)
    return parser


def _formatted_parser() -> MarkdownIt:
    parser = formatted_text.make_parser()
    parser.core.ruler.push("open_links_in_new_tab", _open_links_in_new_tab)
    return parser


_MARKDOWN = _markdown_parser()
_FORMATTED = _formatted_parser()
