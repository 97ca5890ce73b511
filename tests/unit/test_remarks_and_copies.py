"""What residents add in words of their own, and the bot's answers as plain text in their copy of the conversation."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover_api.conversations.remarks import storable_remark
from handover_api.errors import InvalidError
from handover_api.rules.message import Author
from handover_api.rules.replies import OWN_WORDS, ReplyKind, may_be_rated
from handover_api.web.markup import markdown, markdown_as_text

MOST = 20


@given(st.text(max_size=MOST))
def test_a_remark_is_kept_without_blank_edges_or_is_none(text: str) -> None:
    remark = storable_remark(text, MOST)
    assert remark is None or remark == remark.strip() != ""


@given(st.text(alphabet="abåäö", min_size=MOST + 1, max_size=5000))
def test_too_long_a_remark_is_refused_however_long(text: str) -> None:
    with pytest.raises(InvalidError, match="remark_too_long"):
        storable_remark(text, MOST)


@given(st.text(alphabet="ab \n*_[]()-.1#>`\\", max_size=60))
def test_no_markup_makes_an_answer_unreadable_as_text(text: str) -> None:
    words = set(re.findall(r"[ab]+", re.sub(r"<[^>]+>", "", markdown(text))))
    assert words <= set(re.findall(r"[ab]+", markdown_as_text(text)))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("En **fet** och *lutad* text.", "En fet och lutad text."),
        ("Ett\n\nTvå\ntre", "Ett\n\nTvå\ntre"),
        ("Gör så här:\n\n1. mät\n2. vänta\n\nKlart.", "Gör så här:\n\n1. mät\n2. vänta\n\nKlart."),
        ("- ett\n- två\n  - tre", "- ett\n- två\n- tre"),
        ("Ring [oss](tel:112).", "Ring oss (tel:112)."),
        ("Ett [skript](javascript:alert(1)).", "Ett [skript](javascript:alert(1))."),
    ],
)
def test_an_answer_reads_as_text(written: str, read: str) -> None:
    assert markdown_as_text(written) == read


@pytest.mark.parametrize("kind", ReplyKind)
def test_only_the_bots_own_answers_are_rated(kind: ReplyKind) -> None:
    assert may_be_rated(Author.BOT, kind) == (kind in OWN_WORDS)
    assert not any(may_be_rated(author, kind) for author in Author if author is not Author.BOT)
