"""What is written becomes HTML that says the same and does nothing else; what is stored as a code is read as words."""

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree.ElementTree import Element

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st
from visitor import Visitor

from handover_api.rules.case import CaseState, Reason, Resolution
from handover_api.rules.message import EmptyTextError, clean_text
from handover_api.web import markup, wording

_TOPICS = Path(__file__).parents[2] / "data" / "topics.tsv"
# Text in which markup of every kind is likely.
_HOSTILE = st.lists(
    st.sampled_from(
        ["<", ">", "&", '"', "'", "script", "img src=x onerror=", "javascript:", "data:text/html,", "https://a.example",
         "[", "](", ")", "![", "\n", " ", "#", "<!--", "`", "*", "&#x3c;", "å", "\\", "http://", "mailto:", "//"]
    ),
    max_size=30,
).map("".join)  # fmt: skip
_TURNING = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_SAFE_ELEMENTS = {
    "html",
    "head",
    "body",
    "p",
    "br",
    "ul",
    "ol",
    "li",
    "a",
    "strong",
    "em",
    "span",
    "code",
    "blockquote",
}


def parse(html: str) -> Element:
    tree: Element = html5lib.parse(html, namespaceHTMLElements=False)
    return tree


def assert_harmless(tree: Element) -> None:
    for element in tree.iter():
        # A comment has no name but a function for a tag.
        assert isinstance(element.tag, str)
        assert element.tag in _SAFE_ELEMENTS
        assert not {each for each in element.attrib if each.startswith("on") or each in {"style", "src"}}
        if element.tag == "a":
            assert markup.is_safe_address(element.get("href", ""))


def words(tree: Element) -> str:
    return "".join(tree.itertext())


@given(_HOSTILE)
def test_plain_text_says_what_was_written_and_nothing_else(text: str) -> None:
    tree = parse(markup.plain(text))
    assert_harmless(tree)
    assert words(tree).split() == text.split()
    assert len(tree.findall(".//br")) == text.count("\n")
    assert not tree.findall(".//a")


@given(_HOSTILE)
def test_what_agents_write_never_makes_anything_that_runs(text: str) -> None:
    assert_harmless(parse(markup.formatted(text)))


@given(_HOSTILE)
def test_markdown_never_makes_anything_that_runs(text: str) -> None:
    assert_harmless(parse(markup.markdown(text)))


# Everything that people and programs paste: all of Unicode, what is hidden, what turns around, and markup.
_ANYTHING = st.text(st.characters(exclude_categories=()))
_UNSEEN = st.sampled_from(list("\u202e\u2066\u200b\u200d\x00\u0301"))
_PASTED = st.lists(_ANYTHING | _HOSTILE | _UNSEEN).map("".join)


@given(_PASTED)
def test_whatever_is_pasted_is_stored_and_shown_as_harmless_text(pasted: str) -> None:
    try:
        stored = clean_text(pasted)
    except EmptyTextError:
        return
    for shown in (markup.plain(stored), markup.formatted(stored), markup.markdown(stored)):
        tree = parse(shown)
        assert_harmless(tree)
        assert not _TURNING & set(words(tree))
    assert words(parse(markup.plain(stored))).split() == stored.split()


def test_a_link_without_an_address_is_its_words() -> None:
    assert markup.markdown("[läs mer]() och [](  )") == "<p>läs mer och </p>\n"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Se https://kommun.example/a.", "https://kommun.example/a"),
        ("(https://kommun.example/a?b=c&d=e)", "https://kommun.example/a?b=c&d=e"),
        ("”http://kommun.example”", "http://kommun.example"),
    ],
)
def test_an_address_in_a_sentence_ends_where_the_sentence_does(text: str, address: str) -> None:
    links = parse(markup.formatted(text)).findall(".//a")
    assert [link.get("href") for link in links] == [address]


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "//a.example", "/lokal", "http://[", ""]
)
def test_other_addresses_than_web_mail_and_telephone_are_not_links(address: str) -> None:
    assert markup.link(address, "Etikett") == "Etikett"


def test_markdown_keeps_what_editors_use() -> None:
    tree = parse(markup.markdown("Ett **viktigt** ord.\n\n- ett\n- två\n\n[Ring](tel:112), [läs](https://a.example)"))
    telephone, page = tree.findall(".//a")
    assert telephone.get("target") is None
    assert page.get("rel") == "noopener noreferrer"
    assert "öppnas i en ny flik" in words(page)
    assert len(tree.findall(".//li")) == 2
    assert tree.find(".//strong") is not None


def test_every_code_has_words() -> None:
    with _TOPICS.open(encoding="utf-8") as file:
        groups = {row["answer_group"] for row in csv.DictReader(file, delimiter="\t")}
    assert len(groups) > 5
    assert groups == set(wording.ANSWER_GROUPS)
    assert set(Reason) == set(wording.REASONS)
    assert set(Resolution) == set(wording.RESOLUTIONS)
    assert set(CaseState) == set(wording.CASE_STATES)


def test_what_has_no_words_is_shown_as_it_is() -> None:
    assert wording.language("xx") == "xx"
    assert wording.answer_group("ny-grupp") == "ny-grupp"
    assert wording.resolution("Ringde upp") == "Ringde upp"
    assert wording.day("okänd") == "okänd"


def test_times_are_swedish_and_carry_the_date_when_it_is_not_today() -> None:
    at = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    assert wording.clock_time(at, at) == "kl. 00.30"
    assert wording.clock_time(at, at + timedelta(days=1)) == "2 juli kl. 00.30"


async def test_the_browser_counts_the_waiting_time_in_the_same_words(bosse: Visitor) -> None:
    now = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    minutes = [0, 1, 59, 60, 61, 1439, 1440, 3000]
    await bosse.page.clock.install(time=now - timedelta(minutes=1))
    await bosse.page.goto("/desk")
    shown = await bosse.page.evaluate_handle(
        """moments => moments.map((moment) => {
            const element = document.createElement("waiting-time");
            element.setAttribute("datetime", moment);
            document.body.append(element);
            return element;
        })""",
        [(now - timedelta(minutes=each)).isoformat() for each in minutes],
    )
    await bosse.page.clock.pause_at(now)
    texts = await shown.evaluate("elements => elements.map((element) => element.textContent)")
    assert texts == [wording.waited(now - timedelta(minutes=each), now) for each in minutes]
